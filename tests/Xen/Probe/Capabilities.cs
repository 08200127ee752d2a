using System.Runtime.InteropServices;

namespace XenFbFront.Probe;

/// <summary>Gives capabilities up, since a small guest has no capsh.</summary>
internal static unsafe partial class Capabilities
{
    /// <summary>C: _LINUX_CAPABILITY_VERSION_3 in linux/capability.h.</summary>
    private const uint Version = 0x20080522;

    private const int SetCount = 2, BitsOfSet = 32;

    /// <summary>Names in the order of their numbers. C: linux/capability.h.</summary>
    private static readonly string[] s_names =
    [
        "chown", "dac_override", "dac_read_search", "fowner", "fsetid", "kill", "setgid", "setuid", "setpcap", "linux_immutable", "net_bind_service",
        "net_broadcast", "net_admin", "net_raw", "ipc_lock", "ipc_owner", "sys_module", "sys_rawio", "sys_chroot", "sys_ptrace", "sys_pacct", "sys_admin",
        "sys_boot", "sys_nice", "sys_resource", "sys_time", "sys_tty_config", "mknod", "lease", "audit_write", "audit_control", "setfcap",
        "mac_override", "mac_admin", "syslog", "wake_alarm", "block_suspend", "audit_read", "perfmon", "bpf", "checkpoint_restore",
    ];

    /// <summary>Number of a capability by its name, with or without CAP_; -1 when there is none of that name.</summary>
    public static int Number(string name)
    {
        const string prefix = "cap_";
        name = name.ToLowerInvariant();
        return Array.IndexOf(s_names, name.StartsWith(prefix, StringComparison.Ordinal) ? name[prefix.Length..] : name);
    }

    /// <summary>Gives capabilities of the calling thread up.</summary>
    /// <param name="numbers">Which.</param>
    /// <returns>Whether it worked.</returns>
    public static bool TryDrop(ReadOnlySpan<int> numbers)
    {
        ulong header = Version;
        // For each half of the numbers: effective, permitted, inheritable.
        uint* sets = stackalloc uint[SetCount * 3];
        if (capget(&header, sets) != 0)
        {
            return false;
        }

        foreach (int number in numbers)
        {
            uint* set = sets + number / BitsOfSet * 3;
            uint others = ~(1u << number % BitsOfSet);
            set[0] &= others;
            set[1] &= others;
        }

        return capset(&header, sets) == 0;
    }

    [LibraryImport("libc")]
    private static partial int capget(ulong* header, uint* sets);

    [LibraryImport("libc")]
    private static partial int capset(ulong* header, uint* sets);
}
