using Xenbus;
using XenFbFront.Configuration;
using XenFbFront.Content;
using XenFbFront.Content.Terminal;
using XenFbFront.Input.Keys;

namespace XenFbFront.Doctor;

/// <summary>What can be shown, and in which font?</summary>
internal static class ScreenCheck
{
    /// <summary>Looks.</summary>
    public static void Run(Patient patient, Findings findings)
    {
        if (patient.Options.Source is SourceKind.Pattern or SourceKind.Keys)
        {
            findings.Note("screen", $"--source chooses {patient.Options.Source}");
            return;
        }

        bool hasTerminal = VirtualTerminal.IsAvailable(out string noTerminal);
        if ((hasTerminal && patient.Options.PrefersTerminal) || patient.Options.Source == SourceKind.Terminal)
        {
            if (hasTerminal)
            {
                findings.Good("screen", "the built-in terminal");
            }
            else
            {
                findings.Bad("screen", noTerminal, remedy: null);
            }
        }
        else if (VcsTextGrid.TryOpen(patient.Options.VirtualTerminal, out VcsTextGrid? grid, out string noConsole))
        {
            using (grid)
            {
                findings.Good("screen", $"the text console of {grid!.Name}");
            }
        }
        else if (hasTerminal && patient.Options.Source == SourceKind.Automatic)
        {
            findings.Note("screen", $"the built-in terminal, as no text console can be read: {noConsole.TrimEnd('.')}");
        }
        else
        {
            findings.Bad("screen", $"no text console can be read: {noConsole.TrimEnd('.')}", "xenfbfront --source term");
        }

        if (patient.Options.Keymap is { } keymap)
        {
            try
            {
                findings.Good("keymap", Keymap.Load(keymap).Name);
            }
            catch (XenException exception)
            {
                findings.Bad("keymap", exception);
            }
        }

        try
        {
            findings.Good("font", FontChoice.Make(patient.Options, patient.Root).Explanation);
        }
        catch (XenException exception)
        {
            findings.Bad("font", exception);
        }
    }
}
