using Xenbus.Domain;
using Xenbus.Linux;
using Xenbus.Linux.Interop;
using Xenbus.Loopback;
using XenFbFront.Configuration;

namespace XenFbFront.Doctor;

/// <summary>What is looked at, and by whom.</summary>
/// <param name="Options">What a person has asked for, in the configuration file and on the command line.</param>
/// <param name="Paths">Where the kernel shows what the guest has from Xen.</param>
/// <param name="Domain">The way to xenstore and to the kernel's drivers.</param>
/// <param name="IsRoot">Whether root looks.</param>
/// <param name="Root">What stands before all other paths; empty for the running system.</param>
internal sealed record Patient(DaemonOptions Options, LinuxPaths Paths, IDomain Domain, bool IsRoot, string Root = "")
{
    /// <summary>The patient that the options name: this machine, or a domain of the loopback.</summary>
    public static Patient Find(DaemonOptions options) => new(
        options, new(), options.Loopback is { } directory ? LoopbackDomain.FromDirectory(directory) : new LinuxDomain(), Libc.EffectiveUser() == 0);

    /// <summary>The domain on real Xen, or null for one of the loopback, whose kernel and hypervisor there is nothing to find out about.</summary>
    public LinuxDomain? Linux => Domain as LinuxDomain;
}
