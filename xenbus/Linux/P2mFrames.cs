using System.Globalization;
using Xenbus.Domain;

namespace Xenbus.Linux;

/// <summary>PV: the kernel's own number from pagemap, then the machine frame from the kernel's table of them, read through /proc/kcore.</summary>
/// <remarks>
/// A PV guest's pages have two numbers: the kernel's (PFN) and the machine's (MFN), which backends map by. The kernel keeps an array of MFNs by PFN
/// at <c>xen_p2m_addr</c> (arch/x86/xen/p2m.c) and shows it to nobody, but /proc/kcore lets root read it. That this is the array, and this kernel's
/// layout of it, is proved each time by two frames that xenstore names too: those of the rings of xenstore and console. The backend writes into
/// the frames that it is told, so anything odd is a refusal.
/// </remarks>
/// <param name="paths">Where what is.</param>
/// <param name="readNode">Reads a node below the domain's own directory in xenstore; null when there is none.</param>
internal sealed class P2mFrames(LinuxPaths paths, Func<string, string?> readNode) : IFrameResolver
{
    /// <summary>Entry of a page that has no frame. C: INVALID_P2M_ENTRY in asm/xen/page.h.</summary>
    private const ulong Invalid = ~0UL;

    /// <summary>Bits of entries that are no frames of this domain. C: FOREIGN_FRAME_BIT, IDENTITY_FRAME_BIT in asm/xen/page.h.</summary>
    private const ulong Foreign = 1UL << 63, Identity = 1UL << 62;

    /// <summary>Frame numbers that can be: 52 bits of address less 12 in the page.</summary>
    private const ulong MaxFrame = 1UL << 40;

    /// <summary>Entries looked through at once for the rings' frames.</summary>
    private const int ChunkEntries = 8192;

    /// <summary>Entries looked through at most: 256 GiB of guest. The rings are among the first pages, beside the kernel and its initrd.</summary>
    private const ulong MaxSearchedEntries = 1 << 26;

    private static readonly string[] s_symbols = ["xen_p2m_addr", "xen_p2m_size"];
    private static readonly string[] s_ringNodes = ["store/ring-ref", "console/ring-ref"];

    private Pagemap? _pagemap;
    private KernelMemory? _memory;
    private ulong _tableSymbol;
    private ulong _sizeSymbol;

    /// <inheritdoc/>
    public string Name => "p2m by kcore";

    /// <inheritdoc/>
    public bool TryExplain(out string reason)
    {
        if (GuestType.IsTranslated(paths) is not { } isTranslated)
        {
            reason = GuestType.UnknownReason(paths);
            return false;
        }

        if (isTranslated)
        {
            reason = "this is no PV guest, so there is no such table";
            return false;
        }

        if ((_pagemap is null && !Pagemap.TryOpen(paths, out _pagemap, out reason))
            || (_memory is null && !KernelMemory.TryOpen(paths, out _memory, out reason))
            || !TryFindSymbols(out reason))
        {
            return false;
        }

        try
        {
            ReadTable(out ulong table, out ulong size);
            reason = $"{size} entries at {table:x}";
            return true;
        }
        catch (XenException e)
        {
            reason = e.Message;
            return false;
        }
    }

    /// <inheritdoc/>
    public void Resolve(SharedPages pages, Span<GuestFrame> frames)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(frames.Length, pages.PageCount);
        if (!TryExplain(out string reason))
        {
            throw new XenException("use", Name, 0, reason);
        }

        ReadTable(out ulong table, out ulong size);
        ProveTable(table, size);
        ulong[] numbers = new ulong[frames.Length];
        _pagemap!.Read(pages, numbers);
        for (int i = 0; i < numbers.Length; i++)
        {
            frames[i] = new(LookUp(table, size, numbers[i]));
        }
    }

    /// <summary>Adds what is still missing of the symbols' addresses. They stay the same until the next boot.</summary>
    private bool TryFindSymbols(out string reason)
    {
        reason = string.Empty;
        if (_tableSymbol != 0)
        {
            return true;
        }

        string path = Path.Combine(paths.Proc, "kallsyms");
        Span<ulong> addresses = stackalloc ulong[s_symbols.Length];
        int errno = KernelSymbols.Find(path, s_symbols, addresses);
        for (int i = 0; i < addresses.Length; i++)
        {
            if (addresses[i] == 0)
            {
                reason = errno != 0
                    ? $"{path} cannot be read ({Interop.Errno.Text(errno)}): boot a kernel with CONFIG_KALLSYMS"
                    : $"{path} does not show {s_symbols[i]}: run with CAP_SYSLOG, set kernel.kptr_restrict to 0 or 1, and use a kernel with CONFIG_KALLSYMS_ALL";
                return false;
            }
        }

        (_tableSymbol, _sizeSymbol) = (addresses[0], addresses[1]);
        return true;
    }

    private void ReadTable(out ulong table, out ulong size)
    {
        _memory!.ReadSegments();
        table = ReadWord(_tableSymbol);
        size = ReadWord(_sizeSymbol);
        if (table < Foreign || table % sizeof(ulong) != 0 || size == 0 || size >= MaxFrame)
        {
            throw Refuse($"xen_p2m_addr {table:x} and xen_p2m_size {size} are no table");
        }
    }

    private ulong LookUp(ulong table, ulong size, ulong number)
    {
        if (number >= size)
        {
            throw Refuse($"page {number:x} lies behind the table's {size} entries");
        }

        ulong frame = ReadWord(table + number * sizeof(ulong));
        return IsOrdinary(frame) ? frame : throw Refuse($"page {number:x} has entry {frame:x}, which is no frame of this domain's memory");
    }

    /// <summary>Refuses the table unless it has the frames of both rings that xenstore names.</summary>
    private void ProveTable(ulong table, ulong size)
    {
        Span<ulong> wanted = stackalloc ulong[s_ringNodes.Length];
        for (int i = 0; i < wanted.Length; i++)
        {
            if (!ulong.TryParse(readNode(s_ringNodes[i]), NumberStyles.None, CultureInfo.InvariantCulture, out wanted[i]) || !IsOrdinary(wanted[i]))
            {
                throw Refuse($"xenstore has no {s_ringNodes[i]} to check the table by");
            }
        }

        ulong[] chunk = new ulong[ChunkEntries];
        uint missing = (1u << wanted.Length) - 1;
        size = Math.Min(size, MaxSearchedEntries);
        for (ulong first = 0; first < size && missing != 0; first += ChunkEntries)
        {
            Span<ulong> entries = chunk.AsSpan(0, (int)Math.Min(ChunkEntries, size - first));
            _memory!.Read(table + first * sizeof(ulong), entries);
            for (int i = 0; i < wanted.Length; i++)
            {
                missing &= entries.Contains(wanted[i]) ? ~(1u << i) : ~0u;
            }
        }

        if (missing != 0)
        {
            throw Refuse("it lacks the frames of store/ring-ref and console/ring-ref");
        }
    }

    private ulong ReadWord(ulong address)
    {
        ulong word = 0;
        _memory!.Read(address, new(ref word));
        return word;
    }

    private static bool IsOrdinary(ulong frame) => frame != Invalid && (frame & (Foreign | Identity)) == 0 && frame is > 0 and < MaxFrame;

    private static XenException Refuse(string reason) => new("trust", "the kernel's table of machine frames", 0, reason + "; no frame number is guessed");
}
