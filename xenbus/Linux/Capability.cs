namespace Xenbus.Linux;

/// <summary>Capabilities that the program or its ways to frame numbers need. C: linux/capability.h.</summary>
internal enum Capability
{
    /// <summary>C: CAP_DAC_OVERRIDE.</summary>
    DacOverride = 1,

    /// <summary>C: CAP_SYS_RAWIO.</summary>
    SysRawio = 17,

    /// <summary>C: CAP_SYS_ADMIN. Stands for <see cref="Bpf"/> and <see cref="Perfmon"/> too.</summary>
    SysAdmin = 21,

    /// <summary>C: CAP_SYS_RESOURCE.</summary>
    SysResource = 24,

    /// <summary>C: CAP_SYS_TTY_CONFIG.</summary>
    SysTtyConfig = 26,

    /// <summary>C: CAP_SYSLOG.</summary>
    Syslog = 34,

    /// <summary>C: CAP_PERFMON.</summary>
    Perfmon = 38,

    /// <summary>C: CAP_BPF.</summary>
    Bpf = 39,
}
