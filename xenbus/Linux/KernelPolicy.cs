using System.Globalization;

namespace Xenbus.Linux;

/// <summary>What the kernel allows this process, so that a refusal can name its cause. Nothing is decided by it.</summary>
/// <param name="paths">Where what is.</param>
internal readonly struct KernelPolicy(LinuxPaths paths)
{
    /// <summary>The lockdown mode that lets nobody read the kernel's memory. C: security/lockdown/lockdown.c.</summary>
    public const string Confidentiality = "confidentiality";

    /// <summary>The lockdown mode: none, integrity or confidentiality; null when it cannot be read, as without securityfs.</summary>
    public string? Lockdown =>
        LinuxPaths.ReadText(Path.Combine(paths.Sysfs, "kernel/security/lockdown")) is { } text
        && text.IndexOf('[') is >= 0 and int start && text.IndexOf(']', start) is >= 0 and int end
            ? text[(start + 1)..end]
            : null;

    /// <summary>0: addresses of the kernel are shown as perf_event_paranoid says, 1: to those with CAP_SYSLOG, 2: to nobody; null when it cannot be read.</summary>
    public int? PointerRestriction =>
        int.TryParse(LinuxPaths.ReadText(Path.Combine(paths.Proc, "sys/kernel/kptr_restrict")), NumberStyles.None, CultureInfo.InvariantCulture, out int value)
            ? value
            : null;

    /// <summary>Whether this process has a capability; null when it cannot be read.</summary>
    public bool? Has(Capability capability)
    {
        const string label = "CapEff:";
        if (LinuxPaths.ReadText(Path.Combine(paths.Proc, "self/status")) is not { } text || text.IndexOf(label, StringComparison.Ordinal) is not (>= 0 and int start))
        {
            return null;
        }

        ReadOnlySpan<char> rest = text.AsSpan(start + label.Length).TrimStart();
        int end = rest.IndexOf('\n');
        return ulong.TryParse(end < 0 ? rest : rest[..end], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out ulong set)
            ? (set >> (int)capability & 1) != 0
            : null;
    }
}
