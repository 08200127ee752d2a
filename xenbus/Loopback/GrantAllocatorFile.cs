using Xenbus.Domain;
using Xenbus.Linux.Interop;

namespace Xenbus.Loopback;

/// <summary>An open grant allocator file and its pages.</summary>
internal sealed class GrantAllocatorFile(Hypervisor hypervisor, DomainId domain, Descriptor socket)
    : RequestFile(hypervisor, domain, LoopbackFileKind.GrantAllocator, socket)
{
    private const ulong PageBytes = SharedPages.PageBytes;

    private readonly List<GrantedPages> _allocations = [];
    private ulong _nextIndex;

    /// <inheritdoc/>
    protected override int Handle(LoopbackRequest request, RequestList list, ReplyBuilder reply) => request.Operation switch
    {
        LoopbackOperation.Allocate when request.First <= ushort.MaxValue =>
            Allocate(new((ushort)request.First), request.Second, request.Index == LoopbackProtocol.Writable, reply),
        LoopbackOperation.Free => Free(request.Index, request.Second),
        LoopbackOperation.References => ListPages(request, reply, wantsFrames: false),
        LoopbackOperation.Frames => ListPages(request, reply, wantsFrames: true),
        LoopbackOperation.MapPages => MapPages(request.Index, request.Second, reply),
        _ => Errno.ENOSYS,
    };

    /// <inheritdoc/>
    protected override void Release()
    {
        foreach (GrantedPages pages in _allocations)
        {
            LetGo(pages);
        }

        _allocations.Clear();
    }

    private int Allocate(DomainId peer, uint pageCount, bool isWritable, ReplyBuilder reply)
    {
        GrantTable grants = Hypervisor.Grants;
        if (!grants.FitsLimit(pageCount))
        {
            reply.Count = (uint)grants.PageCount;
            reply.Value = (ulong)Hypervisor.Options.GrantLimitPages;
            return Errno.ENOSPC;
        }

        // Indices are never used again, and one is used up also by what fails after the limit was checked, as in gntalloc.c.
        ulong index = _nextIndex;
        _nextIndex += pageCount * PageBytes;
        int error = grants.Allocate(Domain, peer, pageCount, isWritable, index, out GrantedPages? pages);
        if (pages is null)
        {
            reply.Count = (uint)grants.EntriesOf(Domain);
            reply.Value = (ulong)Hypervisor.Options.GrantTableEntries;
            reply.Add(LoopbackProtocol.TableIsFull);
            return error;
        }

        _allocations.Add(pages);
        reply.Value = index;
        return 0;
    }

    private int Free(ulong index, uint pageCount)
    {
        int found = _allocations.FindIndex(pages => pages.Index == index && pages.PageCount == pageCount);
        if (found < 0)
        {
            return Errno.EINVAL;
        }

        GrantedPages freed = _allocations[found];
        _allocations.RemoveAt(found);
        LetGo(freed);
        return 0;
    }

    private int ListPages(LoopbackRequest request, ReplyBuilder reply, bool wantsFrames)
    {
        ulong first = request.Index + request.First * PageBytes;
        if (request.Second > LoopbackProtocol.MaxEntries || Find(first, request.Second, out int page) is not { } pages)
        {
            return Errno.ENOENT;
        }

        for (int i = 0; i < request.Second; i++)
        {
            reply.Add(wantsFrames ? pages.Frames[page + i] : pages.References[page + i]);
        }

        return 0;
    }

    private int MapPages(ulong index, uint pageCount, ReplyBuilder reply)
    {
        if (pageCount == 0 || Find(index, pageCount, out int page) is not { } pages)
        {
            return Errno.ENOENT;
        }

        Hypervisor.AddLease(
            () =>
            {
                pages.OwnMappings--;
                Hypervisor.Grants.Settle(pages);
            },
            out Descriptor clientEnd);
        pages.OwnMappings++;
        reply.Value = (ulong)page * PageBytes;
        reply.Pass(pages.Memory);
        reply.Pass(clientEnd, isGiven: true);
        return 0;
    }

    private GrantedPages? Find(ulong index, uint pageCount, out int page)
    {
        foreach (GrantedPages pages in _allocations)
        {
            if (index >= pages.Index
                && index % PageBytes == 0
                && (index - pages.Index) / PageBytes is var first
                && first + pageCount <= (ulong)pages.PageCount)
            {
                page = (int)first;
                return pages;
            }
        }

        page = 0;
        return null;
    }

    private void LetGo(GrantedPages pages)
    {
        pages.IsHeld = false;
        Hypervisor.Grants.Settle(pages);
    }
}
