using Xenbus;
using Xenbus.Linux;

namespace XenFbFront.Doctor;

/// <summary>Is this a guest of Xen, of which kind, and are Xen's devices there?</summary>
internal static class GuestCheck
{
    /// <summary>Looks.</summary>
    /// <returns>Whether there is a guest; without one the rest need not be looked at.</returns>
    public static bool Run(Patient patient, LinuxDomain domain, Findings findings)
    {
        if (!LinuxDomain.IsXenGuest(patient.Paths, out string why))
        {
            int remedy = why.IndexOf(": ", StringComparison.Ordinal);
            findings.Bad("guest", why[..remedy], why[(remedy + 2)..]);
            findings.Note("xenstore, grants, frame numbers, input", "not looked at without Xen");
            return false;
        }

        if (LinuxPaths.ReadText(Path.Combine(patient.Paths.Proc, "xen/capabilities"))?.Contains("control_d", StringComparison.Ordinal) == true)
        {
            findings.Bad("guest", "this is the control domain, which has no paravirtual screen", "run xenfbfront in a guest");
            return false;
        }

        findings.Good("guest", domain.Description);
        if (new KernelPolicy(patient.Paths).Lockdown is { } lockdown and not "none")
        {
            findings.Note("lockdown", $"the kernel is in lockdown={lockdown}, which closes some ways to frame numbers of a PV guest");
        }

        Open("event channels", () => domain.OpenEventChannels().Dispose());
        Open("gntalloc", () => domain.OpenGrantAllocator().Dispose());
        return true;

        void Open(string topic, Action open)
        {
            try
            {
                open();
                findings.Good(topic, "the device can be opened");
            }
            catch (XenException exception)
            {
                findings.Bad(topic, exception);
            }
        }
    }
}
