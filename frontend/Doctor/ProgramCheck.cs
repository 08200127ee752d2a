using Xenbus;
using Xenbus.Linux.Interop;
using XenFbFront.Control;
using XenFbFront.Holder;

namespace XenFbFront.Doctor;

/// <summary>Does a xenfbfront serve this guest already?</summary>
internal static class ProgramCheck
{
    /// <summary>Looks.</summary>
    /// <returns>Whether one runs.</returns>
    public static bool Run(Patient patient, Findings findings)
    {
        const string topic = "xenfbfront";
        List<string> lines = [];
        try
        {
            if (ControlClient.Ask(RuntimeFiles.Control(patient.Options.Loopback), ["program"], lines.Add) is { } refusal)
            {
                findings.Note(topic, refusal);
                return true;
            }

            findings.Good(topic, $"runs: {string.Join(", ", lines)}");
            return true;
        }
        catch (XenException exception) when (exception.ErrorNumber is Errno.ENOENT or Errno.ECONNREFUSED)
        {
            findings.Note(topic, "does not run yet");
            return false;
        }
        catch (XenException exception)
        {
            findings.Bad(topic, exception);
            return true;
        }
    }
}
