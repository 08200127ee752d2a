using Xenbus.Domain;
using Xenbus.Linux.Interop;

namespace Xenbus.Loopback;

/// <summary>An open foreign memory file: the backends' way to other domains' pages.</summary>
/// <remarks>
/// Domain 0 maps any frame, and what is granted to it. A driver domain maps what is granted to it and nothing else, by reference or by frame; on Xen
/// the latter needs a policy that lets it (XSM), as it is no business of the grant table.
/// </remarks>
internal sealed class ForeignMemoryFile(Hypervisor hypervisor, DomainId domain, Descriptor socket)
    : RequestFile(hypervisor, domain, LoopbackFileKind.ForeignMemory, socket)
{
    private readonly Dictionary<ulong, ForeignMapping> _mappings = [];
    private ulong _lastMapping;

    /// <inheritdoc/>
    protected override int Handle(LoopbackRequest request, RequestList list, ReplyBuilder reply) => request.Operation switch
    {
        LoopbackOperation.MapFrames or LoopbackOperation.MapGrants when request.First <= ushort.MaxValue && list.Count > 0 =>
            Map(request, new((ushort)request.First), list, reply),
        _ => Errno.ENOSYS,
    };

    /// <inheritdoc/>
    /// <remarks>Mappings stay until they are unmapped, as they do after the kernel's device is closed.</remarks>
    protected override void Release() => _mappings.Clear();

    private int Map(LoopbackRequest request, DomainId owner, RequestList list, ReplyBuilder reply)
    {
        bool isGrant = request.Operation == LoopbackOperation.MapGrants;
        bool isWritable = request.Second == LoopbackProtocol.Writable;
        // Everything is checked before anything is counted, so that a refusal leaves no trace.
        for (int i = 0; i < list.Count; i++)
        {
            bool isFound = isGrant
                ? Hypervisor.Grants.TryFindReference(owner, list[i], out GrantedPages? candidate, out _)
                : Hypervisor.Grants.TryFindFrame(owner, list[i], out candidate, out _);
            if (!isFound)
            {
                return Errno.EINVAL;
            }

            if ((isGrant || Domain != DomainId.Zero) && (candidate!.Peer != Domain || (isWritable && !candidate.IsWritable)))
            {
                return Errno.EACCES;
            }
        }

        if (!_mappings.TryGetValue(request.Index, out ForeignMapping? mapping))
        {
            if (request.Index != 0)
            {
                return Errno.ENOENT;
            }

            mapping = Begin(isGrant, reply);
        }

        Dictionary<GrantedPages, int> passed = [];
        for (int i = 0; i < list.Count; i++)
        {
            GrantedPages? pages;
            int page;
            _ = isGrant
                ? Hypervisor.Grants.TryFindReference(owner, list[i], out pages, out page)
                : Hypervisor.Grants.TryFindFrame(owner, list[i], out pages, out page);
            if (!passed.TryGetValue(pages!, out int number))
            {
                if (reply.DescriptorCount == Libc.MaxPassedDescriptors)
                {
                    // The client asks again for what is missing.
                    break;
                }

                number = reply.DescriptorCount;
                passed.Add(pages!, number);
                reply.Pass(pages!.Memory);
            }

            mapping.Add(pages!);
            reply.Add((ulong)number << 32 | (uint)page);
        }

        reply.Count = (uint)reply.DescriptorCount;
        reply.Value = mapping.Number;
        return 0;
    }

    private ForeignMapping Begin(bool isGrant, ReplyBuilder reply)
    {
        ForeignMapping mapping = new(Hypervisor.Grants, ++_lastMapping, isGrant);
        Hypervisor.AddLease(
            () =>
            {
                _mappings.Remove(mapping.Number);
                mapping.Release();
            },
            out Descriptor clientEnd);
        _mappings.Add(mapping.Number, mapping);
        reply.Pass(clientEnd, isGiven: true);
        return mapping;
    }

    /// <summary>Pages that a client maps one after another.</summary>
    private sealed class ForeignMapping(GrantTable grants, ulong number, bool isGrant)
    {
        private readonly Dictionary<GrantedPages, int> _pageCounts = [];

        /// <summary>Number in the file.</summary>
        public ulong Number => number;

        /// <summary>Counts a page.</summary>
        public void Add(GrantedPages pages)
        {
            _pageCounts[pages] = _pageCounts.GetValueOrDefault(pages) + 1;
            grants.CountMapped(pages, isGrant, 1);
        }

        /// <summary>Is unmapped.</summary>
        public void Release()
        {
            foreach ((GrantedPages pages, int pageCount) in _pageCounts)
            {
                grants.CountMapped(pages, isGrant, -pageCount);
                grants.Settle(pages);
            }
        }
    }
}
