using Xenbus.Domain;

namespace Xenbus.Linux;

/// <summary>PV: the kernel's own number from pagemap, then the machine frame from the kernel's table of them.</summary>
/// <remarks>
/// A PV guest's pages have two numbers: the kernel's (PFN) and the machine's (MFN), which backends map by. The kernel keeps an array of MFNs by PFN
/// at <c>xen_p2m_addr</c> (arch/x86/xen/p2m.c) and shows it to nobody, but lets root read its memory in more than one way. That this is the array,
/// and this kernel's layout of it, is proved each time by two frames that xenstore names too: those of the rings of xenstore and console. The
/// backend writes into the frames that it is told, so anything odd is a refusal.
/// </remarks>
/// <param name="paths">Where what is.</param>
/// <param name="memory">The way to read the kernel's memory.</param>
/// <param name="symbols">Where its variables are; the same for all such ways.</param>
/// <param name="readNode">Reads a node below the domain's own directory in xenstore; null when there is none.</param>
internal sealed class P2mFrames(LinuxPaths paths, IKernelMemory memory, P2mSymbols symbols, Func<string, string?> readNode) : IFrameResolver
{
    /// <summary>Entries looked through at once for the rings' frames.</summary>
    private const int ChunkEntries = 8192;

    /// <summary>Entries looked through at most: 256 GiB of guest. The rings are among the first pages, beside the kernel and its initrd.</summary>
    private const ulong MaxSearchedEntries = 1 << 26;

    /// <summary>Entries read for one page: those of a page of the table. Pages that were allocated together are mostly neighbours, so few reads do for many.</summary>
    private const int WindowEntries = SharedPages.PageBytes / sizeof(ulong);

    private Pagemap? _pagemap;
    private ulong _xenstorePage;
    private ulong _consolePage;

    /// <inheritdoc/>
    public string Name => $"p2m by {memory.Name}";

    /// <inheritdoc/>
    public bool TryExplain(out string reason)
    {
        try
        {
            bool isFound = TryFindTable(out Table table, out reason);
            reason = isFound ? $"{table.Size} entries at {table.Address:x}" : reason;
            return isFound;
        }
        catch (XenException e)
        {
            reason = e.Message;
            return false;
        }
    }

    /// <inheritdoc/>
    public bool TryResolve(SharedPages pages, Span<GuestFrame> frames, out string reason)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(frames.Length, pages.PageCount);
        if (!TryFindTable(out Table table, out reason))
        {
            return false;
        }

        RingFrames rings = RingFrames.Read(readNode);
        ulong[] numbers = new ulong[frames.Length];
        _pagemap!.Read(pages, numbers);
        if (!TryProve(table, rings, out reason) || !TryLookUp(table, numbers, frames, out reason))
        {
            return false;
        }

        rings.RefuseAmong(Name, frames);
        return true;
    }

    /// <summary>Opens what is needed, and reads where the table is.</summary>
    /// <exception cref="XenException">What was read is no table.</exception>
    private bool TryFindTable(out Table table, out string reason)
    {
        table = default;
        if (!TryOpen(out reason) || !memory.TryPrepare(out reason)
            || !TryReadWord(symbols.Table, out ulong address, out reason) || !TryReadWord(symbols.Size, out ulong size, out reason))
        {
            return false;
        }

        table = new(address, size);
        return address >= MachineFrame.Foreign && address % sizeof(ulong) == 0 && size > 0 && size < MachineFrame.Limit
            ? true
            : throw Refusal($"xen_p2m_addr {address:x} and xen_p2m_size {size} are no table");
    }

    private bool TryOpen(out string reason) =>
        GuestType.Is(paths, isTranslated: false, "this is no PV guest, so there is no such table", out reason)
        && (_pagemap is not null || Pagemap.TryOpen(paths, out _pagemap, out reason)) && memory.TryOpen(out reason) && symbols.TryFind(out reason);

    /// <summary>Refuses the table unless it has the frames of both rings that xenstore names.</summary>
    private bool TryProve(Table table, RingFrames rings, out string reason)
    {
        ulong xenstore = rings.Xenstore ?? throw Refusal($"xenstore has no {RingFrames.XenstoreNode} to check the table by");
        ulong console = rings.Console ?? throw Refusal($"xenstore has no {RingFrames.ConsoleNode} to check the table by");

        // Where they were last time they still are, unless the guest was restored.
        if (!TryReadEntry(table, _xenstorePage, out ulong first, out reason) || !TryReadEntry(table, _consolePage, out ulong second, out reason))
        {
            return false;
        }

        if (first == xenstore && second == console)
        {
            return true;
        }

        ulong[] chunk = new ulong[ChunkEntries];
        bool hasXenstore = false, hasConsole = false;
        ulong size = Math.Min(table.Size, MaxSearchedEntries);
        for (ulong start = 0; start < size && !(hasXenstore && hasConsole); start += ChunkEntries)
        {
            Span<ulong> entries = chunk.AsSpan(0, (int)Math.Min(ChunkEntries, size - start));
            if (!memory.TryRead(table.Address + start * sizeof(ulong), entries, out reason))
            {
                return false;
            }

            Find(entries, xenstore, start, ref hasXenstore, ref _xenstorePage);
            Find(entries, console, start, ref hasConsole, ref _consolePage);
        }

        return hasXenstore && hasConsole ? true : throw Refusal($"it lacks the frames of {RingFrames.XenstoreNode} and {RingFrames.ConsoleNode}");
    }

    private static void Find(ReadOnlySpan<ulong> entries, ulong frame, ulong start, ref bool isFound, ref ulong page)
    {
        if (!isFound && entries.IndexOf(frame) is >= 0 and int index)
        {
            (isFound, page) = (true, start + (ulong)index);
        }
    }

    private bool TryLookUp(Table table, ReadOnlySpan<ulong> numbers, Span<GuestFrame> frames, out string reason)
    {
        Span<ulong> window = stackalloc ulong[WindowEntries];
        ulong start = 0;
        int length = 0;
        reason = string.Empty;
        for (int i = 0; i < numbers.Length; i++)
        {
            ulong number = numbers[i];
            if (number >= table.Size)
            {
                throw Refusal($"page {number:x} lies behind the table's {table.Size} entries");
            }

            if (number < start || number - start >= (ulong)length)
            {
                start = number - number % WindowEntries;
                length = (int)Math.Min(WindowEntries, table.Size - start);
                if (!memory.TryRead(table.Address + start * sizeof(ulong), window[..length], out reason))
                {
                    return false;
                }
            }

            ulong frame = window[(int)(number - start)];
            frames[i] = MachineFrame.IsPlausible(frame) ? new(frame) : throw Refusal($"page {number:x} has entry {frame:x}, which is no frame of this domain's memory");
        }

        return true;
    }

    private bool TryReadEntry(Table table, ulong page, out ulong entry, out string reason)
    {
        entry = MachineFrame.Invalid;
        reason = string.Empty;
        return page >= table.Size || TryReadWord(table.Address + page * sizeof(ulong), out entry, out reason);
    }

    private bool TryReadWord(ulong address, out ulong word, out string reason)
    {
        word = 0;
        return memory.TryRead(address, new(ref word), out reason);
    }

    private static XenException Refusal(string reason) => new("trust", "the kernel's table of machine frames", 0, reason + "; no frame number is guessed");

    /// <summary>The table: where its first entry is, and how many there are.</summary>
    private readonly record struct Table(ulong Address, ulong Size);
}
