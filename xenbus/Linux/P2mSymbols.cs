using Xenbus.Linux.Interop;

namespace Xenbus.Linux;

/// <summary>Addresses of the variables that tell where the kernel's table of machine frames is. C: xen_p2m_addr, xen_p2m_size in arch/x86/xen/p2m.c.</summary>
/// <remarks>Looked up once, as the symbol table is long and stays the same until the next boot.</remarks>
/// <param name="paths">Where what is.</param>
internal sealed class P2mSymbols(LinuxPaths paths)
{
    private static readonly string[] s_names = ["xen_p2m_addr", "xen_p2m_size"];

    /// <summary>Of the table's address; 0 until <see cref="TryFind"/>.</summary>
    public ulong Table { get; private set; }

    /// <summary>Of the number of its entries; 0 until <see cref="TryFind"/>.</summary>
    public ulong Size { get; private set; }

    /// <summary>Looks them up.</summary>
    /// <param name="reason">Why they are not found and the remedy; else empty.</param>
    public bool TryFind(out string reason)
    {
        reason = string.Empty;
        if (Table != 0)
        {
            return true;
        }

        string path = Path.Combine(paths.Proc, "kallsyms");
        KernelPolicy policy = new(paths);
        int? restriction = policy.PointerRestriction;
        if (restriction >= 2)
        {
            reason = $"kernel.kptr_restrict={restriction} hides the addresses in {path}: sysctl kernel.kptr_restrict=1";
            return false;
        }

        Span<ulong> addresses = stackalloc ulong[s_names.Length];
        int errno = KernelSymbols.Find(path, s_names, addresses);
        int missing = addresses.IndexOf(0UL);
        if (missing < 0)
        {
            (Table, Size) = (addresses[0], addresses[1]);
            return true;
        }

        reason = (errno, policy.Has(Capability.Syslog), restriction) switch
        {
            (not 0, _, _) => $"{path} cannot be read ({Errno.Text(errno)}): boot a kernel with CONFIG_KALLSYMS",
            (_, false, _) => $"CAP_SYSLOG is missing, so {path} hides addresses (kernel.kptr_restrict={restriction?.ToString() ?? "unknown"}): run with it",
            (_, true, not null) => $"{path} has no {s_names[missing]}: boot a kernel with CONFIG_KALLSYMS_ALL and CONFIG_XEN_PV",
            _ => $"{path} does not show {s_names[missing]}: run with CAP_SYSLOG, set kernel.kptr_restrict to 0 or 1, and use a kernel with CONFIG_KALLSYMS_ALL",
        };
        return false;
    }
}
