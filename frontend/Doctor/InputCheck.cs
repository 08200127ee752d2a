using XenFbFront.Configuration;
using XenFbFront.Input;
using XenFbFront.Input.Console;

namespace XenFbFront.Doctor;

/// <summary>Where can keys and pointer go?</summary>
internal static class InputCheck
{
    /// <summary>Looks.</summary>
    public static void Run(Patient patient, Findings findings)
    {
        if (patient.Options.Sink is not (SinkKind.Automatic or SinkKind.First))
        {
            findings.Note("input", $"--sink chooses {patient.Options.Sink}, so the others are not looked at");
            return;
        }

        bool hasUinput = SinkChoice.HasUinput(patient.Root, out string noUinput, out int errno);
        if (hasUinput)
        {
            findings.Good("uinput", "/dev/uinput can be opened: keys, pointer and touch");
        }

        if (SinkChoice.HasUhid(patient.Root, out string noUhid, out int uhidErrno))
        {
            findings.Good("uhid", hasUinput ? "/dev/uhid can be opened; uinput comes first" : "/dev/uhid can be opened: keys and pointer");
            if (!hasUinput)
            {
                findings.Note("uinput", $"{noUinput}, so there is no touch", "modprobe uinput");
            }
        }
        else if (hasUinput)
        {
            findings.Note("uhid", $"{noUhid}; it is not needed");
        }
        else
        {
            findings.Bad("uinput", $"{noUinput}, and {noUhid}{(ConsoleSink.IsAvailable(patient.Options.VirtualTerminal, out _) ? ": only typed text arrives, and no pointer" : string.Empty)}", "modprobe uinput, or where the kernel has none modprobe -a uhid hid hid-generic", errno == 0 ? uhidErrno : errno);
        }
    }
}
