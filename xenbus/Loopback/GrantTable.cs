using Xenbus.Domain;
using Xenbus.Linux.Interop;

namespace Xenbus.Loopback;

/// <summary>All granted pages: who has which, under which grant reference and frame number.</summary>
/// <param name="options">Has the limit.</param>
/// <param name="random">Decides grant references and frame numbers.</param>
internal sealed class GrantTable(HypervisorOptions options, Random random)
{
    /// <summary>What freed memory is overwritten with, so that whoever still looks at it sees that it is not his any more.</summary>
    public const byte RecycledByte = 0xDB;

    /// <summary>Grant references below are the kernel's. C: GNTTAB_NR_RESERVED_ENTRIES in grant_table.h.</summary>
    private const int FirstReference = 8;

    private const int EndReference = 1 << 20;
    private const int FirstFrame = 1 << 12;
    private const int EndFrame = 1 << 26;
    private const int PageBytes = SharedPages.PageBytes;

    private readonly HashSet<GrantedPages> _allocations = [];
    private readonly Dictionary<(DomainId Owner, uint Reference), (GrantedPages Pages, int Page)> _byReference = [];
    private readonly Dictionary<ulong, (GrantedPages Pages, int Page)> _byFrame = [];

    /// <summary>Allocations that are alive.</summary>
    public int AllocationCount => _allocations.Count;

    /// <summary>Pages of them.</summary>
    public int PageCount => _byFrame.Count;

    /// <summary>Allocations whose memory was given to others while a domain still mapped it by frame.</summary>
    public int FreedWhileMapped { get; private set; }

    /// <summary>Pages that are mapped by frame, a page that is mapped twice counted twice.</summary>
    public int ForeignMappedPages { get; private set; }

    /// <summary>Pages that are mapped by grant, a page that is mapped twice counted twice.</summary>
    public int GrantMappedPages { get; private set; }

    /// <summary>Allocates pages.</summary>
    /// <param name="owner">Whose.</param>
    /// <param name="peer">To whom they are granted.</param>
    /// <param name="pageCount">At least 1.</param>
    /// <param name="isWritable">Whether the peer may write.</param>
    /// <param name="index">Offset in the allocator's file, bytes.</param>
    /// <param name="pages">The pages; null on failure.</param>
    /// <returns>0, EINVAL, or ENOSPC when limit or grant table do not allow it.</returns>
    /// <exception cref="XenException">The machine has no memory or descriptor left.</exception>
    public int Allocate(DomainId owner, DomainId peer, uint pageCount, bool isWritable, ulong index, out GrantedPages? pages)
    {
        pages = null;
        if (pageCount == 0)
        {
            return Errno.EINVAL;
        }

        if (!FitsLimit(pageCount) || pageCount > options.GrantTableEntries - EntriesOf(owner))
        {
            return Errno.ENOSPC;
        }

        Descriptor memory = Descriptor.Own(Libc.SealedMemoryFile("xen-grant", (long)pageCount * PageBytes), "create", $"{pageCount} pages");
        uint[] references = new uint[pageCount];
        ulong[] frames = new ulong[pageCount];
        pages = new(owner, peer, isWritable, index, memory, references, frames);
        _allocations.Add(pages);
        for (int page = 0; page < references.Length; page++)
        {
            // Never neighbours, so that code which counts on instead of looking each one up goes wrong at once.
            uint lastReference = page == 0 ? 0 : references[page - 1];
            do
            {
                references[page] = (uint)random.Next(FirstReference, EndReference);
            }
            while (references[page] == lastReference + 1 || !_byReference.TryAdd((owner, references[page]), (pages, page)));

            ulong lastFrame = page == 0 ? 0 : frames[page - 1];
            do
            {
                frames[page] = (ulong)random.Next(FirstFrame, EndFrame);
            }
            while (frames[page] == lastFrame + 1 || !_byFrame.TryAdd(frames[page], (pages, page)));
        }

        return 0;
    }

    /// <summary>Whether the limit allows so many pages more.</summary>
    public bool FitsLimit(uint pageCount) => pageCount <= options.GrantLimitPages - PageCount;

    /// <summary>Entries of a domain's grant table that are in use.</summary>
    public int EntriesOf(DomainId owner)
    {
        int count = 0;
        foreach (GrantedPages pages in _allocations)
        {
            count += pages.Owner == owner ? pages.PageCount : 0;
        }

        return count;
    }

    /// <summary>The page behind a frame number of a domain.</summary>
    public bool TryFindFrame(DomainId owner, ulong frame, out GrantedPages? pages, out int page)
    {
        bool isFound = _byFrame.TryGetValue(frame, out (GrantedPages Pages, int Page) entry) && entry.Pages.Owner == owner;
        (pages, page) = isFound ? entry : (null, 0);
        return isFound;
    }

    /// <summary>The page behind a grant reference of a domain.</summary>
    public bool TryFindReference(DomainId owner, ulong reference, out GrantedPages? pages, out int page)
    {
        (GrantedPages Pages, int Page) entry = default;
        bool isFound = reference <= uint.MaxValue && _byReference.TryGetValue((owner, (uint)reference), out entry);
        (pages, page) = isFound ? entry : (null, 0);
        return isFound;
    }

    /// <summary>Counts pages that another domain maps, or with a negative number does not map any more.</summary>
    public void CountMapped(GrantedPages pages, bool isGrant, int pageCount)
    {
        if (isGrant)
        {
            pages.GrantMappedPages += pageCount;
            GrantMappedPages += pageCount;
        }
        else
        {
            pages.ForeignMappedPages += pageCount;
            ForeignMappedPages += pageCount;
        }
    }

    /// <summary>Frees pages as soon as nothing keeps them; call after anything that kept them has gone.</summary>
    public void Settle(GrantedPages pages)
    {
        if (pages.IsHeld || pages.OwnMappings > 0 || pages.GrantMappedPages > 0)
        {
            return;
        }

        if (!pages.IsRecycled)
        {
            _allocations.Remove(pages);
            foreach (uint reference in pages.References)
            {
                if (!pages.AreReferencesDead)
                {
                    _byReference.Remove((pages.Owner, reference));
                }
            }

            foreach (ulong frame in pages.Frames)
            {
                _byFrame.Remove(frame);
            }

            pages.IsRecycled = true;
            if (pages.ForeignMappedPages > 0)
            {
                Overwrite(pages);
                FreedWhileMapped++;
                return;
            }
        }
        else if (pages.ForeignMappedPages == 0)
        {
            FreedWhileMapped--;
        }

        if (pages.ForeignMappedPages == 0)
        {
            pages.Memory.Dispose();
        }
    }

    /// <summary>A domain was restored: its pages are there, but in a paravirtual guest on other frames, and the grant table is empty.</summary>
    /// <param name="from">Whose pages.</param>
    /// <param name="to">The domain's new number.</param>
    /// <param name="keepsFrames">As in PVH and HVM guests.</param>
    public void Restore(DomainId from, DomainId to, bool keepsFrames)
    {
        foreach (GrantedPages pages in _allocations)
        {
            if (pages.Owner != from)
            {
                continue;
            }

            for (int page = 0; page < pages.PageCount; page++)
            {
                if (!pages.AreReferencesDead)
                {
                    _byReference.Remove((from, pages.References[page]));
                }

                if (!keepsFrames)
                {
                    _byFrame.Remove(pages.Frames[page]);
                    ulong frame;
                    do
                    {
                        frame = (ulong)random.Next(FirstFrame, EndFrame);
                    }
                    while (!_byFrame.TryAdd(frame, (pages, page)));
                    pages.Frames[page] = frame;
                }
            }

            pages.Owner = to;
            pages.AreReferencesDead = true;
        }
    }

    /// <summary>Whether other domains map pages of a domain.</summary>
    public bool IsMappedByOthers(DomainId owner)
    {
        bool isMapped = false;
        foreach (GrantedPages pages in _allocations)
        {
            isMapped |= pages.Owner == owner && (pages.ForeignMappedPages > 0 || pages.GrantMappedPages > 0);
        }

        return isMapped;
    }

    /// <summary>Closes every memory file, whoever uses it.</summary>
    public void Clear()
    {
        foreach (GrantedPages pages in _allocations)
        {
            pages.Memory.Dispose();
        }

        _allocations.Clear();
        _byReference.Clear();
        _byFrame.Clear();
    }

    private static void Overwrite(GrantedPages pages)
    {
        Span<byte> pattern = stackalloc byte[PageBytes];
        pattern.Fill(RecycledByte);
        for (int page = 0; page < pages.PageCount; page++)
        {
            Libc.WriteAt(pages.Memory.Number, pattern, (long)page * PageBytes);
        }
    }
}
