using Xenbus.Linux.Interop;

namespace Xenbus.Domain.Faults;

/// <summary>A grant allocator file of a <see cref="FaultyDomain"/>.</summary>
internal sealed class FaultyGrantAllocator(IGrantAllocator inner, FaultyDomain domain) : IGrantAllocator
{
    /// <inheritdoc/>
    public Descriptor File => inner.File;

    /// <inheritdoc/>
    public GrantAllocation Allocate(DomainId peer, int pageCount, bool isWritable) =>
        domain.Call(DomainCall.AllocatePages, "allocate", $"{pageCount} pages", () => inner.Allocate(peer, pageCount, isWritable));

    /// <inheritdoc/>
    public SharedPages Map(GrantAllocation allocation) => domain.Call(
        DomainCall.MapPages, "map", $"{allocation.References.Length} pages at {allocation.Index}", () => inner.Map(allocation));

    /// <inheritdoc/>
    public SharedPages Map(ulong index, int pageCount) =>
        domain.Call(DomainCall.MapPages, "map", $"{pageCount} pages at {index}", () => inner.Map(index, pageCount));

    /// <inheritdoc/>
    public bool Free(ulong index, int pageCount)
    {
        if (domain.Before(DomainCall.FreePages) != 0)
        {
            return false;
        }

        bool isFreed = inner.Free(index, pageCount);
        domain.After(DomainCall.FreePages);
        return isFreed;
    }

    /// <inheritdoc/>
    public void Dispose() => inner.Dispose();
}
