using Xenbus.Domain;
using Xenbus.Linux.Interop;

namespace Xenbus.Linux;

/// <summary>Granted pages by /dev/xen/gntalloc.</summary>
/// <param name="device">The device; taken over.</param>
/// <param name="limit">Of the pages of all such devices.</param>
internal sealed unsafe class LinuxGrantAllocator(IGntalloc device, GrantLimit limit) : IGrantAllocator
{
    /// <inheritdoc/>
    public Descriptor File => device.File;

    /// <summary>Whether a refused <see cref="HoldReserve"/> left a page, for whose sake this should stay open as long as the process.</summary>
    public bool IsAnchor { get; private set; }

    /// <inheritdoc/>
    public GrantAllocation Allocate(DomainId peer, int pageCount, bool isWritable)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(pageCount, 1);
        GrantAllocation allocation = default;
        int result = limit.Allocate(pageCount, () => device.Allocate(peer, pageCount, isWritable, out allocation));
        if (result < 0)
        {
            throw new XenException("allocate", $"{pageCount} pages", -result, result == -Errno.ENOMEM ? "the guest has not that much memory free" : null);
        }

        return allocation;
    }

    /// <summary>Allocates a reserve beside what is needed; see <see cref="IDomain.HoldReserve"/>.</summary>
    /// <remarks>
    /// A failure behind the limit's check makes gntalloc count one page too few, and a count below zero refuses everything (<see cref="GrantLimit"/>). So
    /// one page of the reserve, the anchor, is allocated by itself and stays when the others cannot be had: what was held is freed without harm to
    /// other devices.
    /// </remarks>
    /// <returns>Closes this file when it is disposed, and puts gntalloc's limit back. Nothing is held where that limit leaves no room and cannot be raised.</returns>
    /// <exception cref="XenException">There are not so many grants.</exception>
    public IDisposable HoldReserve(DomainId peer, int reserve, int needed)
    {
        // Before anything is tried, so that a failure has one reason only and no second attempt is needed.
        bool isRaised = limit.TryRaise(reserve + needed);
        int result = device.Allocate(peer, 1, isWritable: false, out _);
        bool hasAnchor = result >= 0;
        if (result >= 0)
        {
            result = TryFill(peer, reserve - 1, needed);
        }

        if (isRaised)
        {
            // After a failure the anchor is what is counted too few.
            limit.Lower(result >= 0 ? needed : reserve + needed);
        }

        if (result == -Errno.ENOSPC && !isRaised)
        {
            // gntalloc's limit hides how full the table is, and keeps us from filling it: the allocation itself says what to do about the limit.
            Dispose();
            return new HeldReserve(this, null, 0);
        }

        IsAnchor = hasAnchor && result < 0;
        return result >= 0
            ? new HeldReserve(this, isRaised ? limit : null, reserve)
            : throw new XenException("find", $"{reserve + needed} free grants", -result, result == -Errno.ENOSPC ? $"gntalloc counts wrongly when this program has ended, {GrantLimit.CountAgain}" : null);
    }

    /// <summary>Allocates what is to be held and what is needed, and frees the latter again; all of it when one fails.</summary>
    private int TryFill(DomainId peer, int held, int needed)
    {
        GrantAllocation rest = default;
        int result = held > 0 ? device.Allocate(peer, held, isWritable: false, out rest) : 0;
        if (result < 0)
        {
            return result;
        }

        result = device.Allocate(peer, needed, isWritable: false, out GrantAllocation room);
        if (result >= 0)
        {
            device.Free(room.Index, needed);
        }
        else if (held > 0)
        {
            device.Free(rest.Index, held);
        }

        return result;
    }

    /// <inheritdoc/>
    public SharedPages Map(GrantAllocation allocation) => Map(allocation.Index, allocation.References.Length, allocation);

    /// <inheritdoc/>
    public SharedPages Map(ulong index, int pageCount) => Map(index, pageCount, null);

    private SharedPages Map(ulong index, int pageCount, GrantAllocation? grants)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(pageCount, 1);
        byte* address = Libc.MapShared((nuint)pageCount * SharedPages.PageBytes, writable: true, File.Number, (long)index, out int errno);
        return address != null
            ? new(address, pageCount, index) { Grants = grants }
            : throw new XenException("map", $"{pageCount} pages at {index}", errno, errno == Errno.ENOENT ? "there is no such allocation" : null);
    }

    /// <inheritdoc/>
    public bool Free(ulong index, int pageCount) => device.Free(index, pageCount) >= 0;

    /// <inheritdoc/>
    public void Dispose() => device.Dispose();

    private sealed class HeldReserve(LinuxGrantAllocator allocator, GrantLimit? raised, int raisedBy) : IDisposable
    {
        private bool _isDisposed;

        public void Dispose()
        {
            if (_isDisposed)
            {
                return;
            }

            _isDisposed = true;
            // In this order: what is under the limit now must be under it then.
            allocator.Dispose();
            raised?.Lower(raisedBy);
        }
    }
}
