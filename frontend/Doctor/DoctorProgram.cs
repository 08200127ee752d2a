using XenFbFront.Configuration;
using XenFbFront.Vfb;

namespace XenFbFront.Doctor;

/// <summary><c>xenfbfront doctor</c>: looks at everything that xenfbfront needs, changes nothing, and says what is missing.</summary>
internal static class DoctorProgram
{
    /// <summary>What <c>xenfbfront doctor --help</c> prints.</summary>
    public const string Help =
        "xenfbfront doctor [--json] [OPTION...]: looks at what xenfbfront needs here and changes nothing\n"
        + "A line for each thing: ok, note, root (only root can see it) or FAIL, and what to do.\n"
        + "Options are those of xenfbfront, so that what is looked at is what it would use.\n"
        + "Exit status: 0 nothing is in the way, 3 something is, 2 wrong option.\n";

    /// <summary>Looks and prints.</summary>
    /// <param name="arguments">As given, <c>doctor</c> first.</param>
    /// <returns>The exit status.</returns>
    /// <exception cref="OptionException">An option is wrong.</exception>
    public static int Run(ReadOnlySpan<string> arguments)
    {
        bool isJson = false;
        List<string> others = [];
        foreach (string argument in arguments[1..])
        {
            switch (argument)
            {
                case "--help" or "-h":
                    LineLogger.Write(1, Help);
                    return ExitStatus.Success;
                case "--json":
                    isJson = true;
                    break;
                default:
                    others.Add(argument);
                    break;
            }
        }

        Patient patient = Patient.Find(CommandLine.Parse([.. others], ConfigurationFile.Read));
        Findings findings = Examine(patient);
        LineLogger.Write(1, isJson ? findings.PrintJson() : findings.Print());
        return findings.Count(Verdict.Bad) == 0 ? ExitStatus.Success : ExitStatus.Environment;
    }

    /// <summary>Looks at everything, what others need first.</summary>
    public static Findings Examine(Patient patient)
    {
        Findings findings = new(patient.IsRoot);
        bool isServed = ProgramCheck.Run(patient, findings);
        if (patient.Linux is not { } domain)
        {
            findings.Good("guest", patient.Domain.Description);
            DevicesCheck.Run(patient, findings, isServed, out _);
        }
        else if (GuestCheck.Run(patient, domain, findings))
        {
            DevicesCheck.Run(patient, findings, isServed, out ScreenSize? named);
            GrantsCheck.Run(patient, domain, findings, isServed, named);
            InputCheck.Run(patient, findings);
        }

        ScreenCheck.Run(patient, findings);
        return findings;
    }
}
