using Xenbus.Domain;
using Xenbus.Linux.Interop;

namespace Xenbus.Linux;

/// <summary>The requests of one open /dev/xen/gntalloc.</summary>
internal interface IGntalloc : IDisposable
{
    /// <summary>The open file.</summary>
    Descriptor File { get; }

    /// <summary>Allocates pages and grants each of them to one domain.</summary>
    /// <param name="peer">The domain that may map them.</param>
    /// <param name="pageCount">At least 1.</param>
    /// <param name="isWritable">Whether it may write.</param>
    /// <param name="allocation">What was allocated.</param>
    /// <returns>0 or more, or a negated errno.</returns>
    int Allocate(DomainId peer, int pageCount, bool isWritable, out GrantAllocation allocation);

    /// <summary>Gives pages of one allocation back.</summary>
    /// <param name="index">Of the first.</param>
    /// <param name="pageCount">At least 1.</param>
    /// <returns>0 or more, or a negated errno.</returns>
    int Free(ulong index, int pageCount);
}
