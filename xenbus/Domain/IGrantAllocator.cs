using Xenbus.Linux.Interop;

namespace Xenbus.Domain;

/// <summary>One open grant allocator file (<c>/dev/xen/gntalloc</c>) with its pages.</summary>
/// <remarks>
/// Pages are zeroed and never move. They live until the last descriptor of the file is closed (or <see cref="Free"/>) and the last mapping is
/// gone. Each allocation's <see cref="GrantAllocation.Index"/> lies behind every earlier one of this file: at the end of the one before it, or
/// further on by the sizes of some attempts that failed in between. An attempt over the limit leaves the next index alone; one for which the grant
/// table has no entries left, or the guest no memory, moves it as a success would (<c>gntalloc_ioctl_alloc</c> in drivers/xen/gntalloc.c). Which
/// of the two an attempt was cannot be seen from outside, as both are ENOSPC. The same in both implementations.
/// </remarks>
public interface IGrantAllocator : IDisposable
{
    /// <summary>Attempts of one call of <see cref="Allocate"/> at most, each for the whole number of pages.</summary>
    const int MaxAttempts = 2;

    /// <summary>The open file, to be kept by a holder.</summary>
    Descriptor File { get; }

    /// <summary>Allocates pages and grants each of them to one domain.</summary>
    /// <param name="peer">The domain that may map them.</param>
    /// <param name="pageCount">At least 1.</param>
    /// <param name="isWritable">Whether the peer may write.</param>
    /// <exception cref="XenException">The system's limit or the grant table is full; the message has the numbers.</exception>
    GrantAllocation Allocate(DomainId peer, int pageCount, bool isWritable);

    /// <summary>Maps an allocation that this process made, readable and writable; its grants are known from then on by <see cref="SharedPages.Grants"/>.</summary>
    /// <exception cref="XenException">No such allocation.</exception>
    SharedPages Map(GrantAllocation allocation);

    /// <summary>Maps an allocation of whichever process, readable and writable. Which grants its pages have is not known.</summary>
    /// <param name="index">From <see cref="GrantAllocation.Index"/>.</param>
    /// <param name="pageCount">Pages of that allocation.</param>
    /// <exception cref="XenException">No such allocation.</exception>
    SharedPages Map(ulong index, int pageCount);

    /// <summary>Gives pages back; they go when no mapping is left. Only after the backend has let go of them.</summary>
    /// <returns>False when there is no such allocation.</returns>
    bool Free(ulong index, int pageCount);
}
