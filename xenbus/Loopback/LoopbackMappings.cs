namespace Xenbus.Loopback;

/// <summary>Which grant allocator each mapping of a domain came from: the pages themselves do not say it.</summary>
internal sealed class LoopbackMappings
{
    private readonly Dictionary<nint, LoopbackGrantAllocator> _allocators = [];

    /// <summary>Enters a mapping.</summary>
    public void Add(nint address, LoopbackGrantAllocator allocator)
    {
        lock (_allocators)
        {
            // A mapping that was unmapped on the finalizer's thread may leave its entry a moment longer than its address.
            _allocators[address] = allocator;
        }
    }

    /// <summary>Forgets a mapping. May be called by the finalizer's thread, hence the lock.</summary>
    public void Remove(nint address)
    {
        lock (_allocators)
        {
            _allocators.Remove(address);
        }
    }

    /// <summary>The allocator of a mapping, or null.</summary>
    public LoopbackGrantAllocator? Find(nint address)
    {
        lock (_allocators)
        {
            return _allocators.GetValueOrDefault(address);
        }
    }
}
