using System.Runtime.InteropServices;
using Xenbus.Domain;
using Xenbus.Linux.Interop;

namespace Xenbus.Linux;

/// <summary>Granted pages by /dev/xen/gntalloc.</summary>
internal sealed unsafe class LinuxGrantAllocator : IGrantAllocator
{
    private readonly Descriptor _file;
    private readonly GrantLimit _limit;

    /// <summary>Takes over the device.</summary>
    /// <param name="file">Open for reading and writing.</param>
    /// <param name="limit">Of the pages of all such devices.</param>
    public LinuxGrantAllocator(Descriptor file, GrantLimit limit)
    {
        _file = file;
        _limit = limit;
    }

    /// <inheritdoc/>
    public Descriptor File => _file;

    /// <inheritdoc/>
    public GrantAllocation Allocate(DomainId peer, int pageCount, bool isWritable)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(pageCount, 1);
        GrantAllocation allocation = default;
        int result = _limit.Allocate(pageCount, () => TryAllocate(peer, pageCount, isWritable, out allocation));
        if (result < 0)
        {
            throw new XenException("allocate", $"{pageCount} pages", -result, result == -Errno.ENOMEM ? "the guest has not that much memory free" : null);
        }

        return allocation;
    }

    /// <summary>Allocates a reserve beside what is needed; see <see cref="IDomain.HoldReserve"/>.</summary>
    /// <returns>Closes this file when it is disposed, and puts gntalloc's limit back. Nothing is held where that limit leaves no room and cannot be raised.</returns>
    /// <exception cref="XenException">There are not so many grants.</exception>
    public IDisposable HoldReserve(DomainId peer, int reserve, int needed)
    {
        // Before anything is tried, so that a failure has one reason only and no second attempt is needed.
        bool isRaised = _limit.TryRaise(reserve + needed);
        int result = TryAllocate(peer, reserve, isWritable: false, out _);
        if (result >= 0)
        {
            result = TryAllocate(peer, needed, isWritable: false, out GrantAllocation room);
            if (result >= 0)
            {
                Free(room.Index, needed);
            }
        }

        if (isRaised)
        {
            _limit.Lower(result >= 0 ? needed : reserve + needed);
        }

        if (result == -Errno.ENOSPC && !isRaised)
        {
            // gntalloc's limit hides how full the table is, and keeps us from filling it: the allocation itself says what to do about the limit.
            Dispose();
            return new HeldReserve(this, 0);
        }

        return result >= 0
            ? new HeldReserve(this, isRaised ? reserve : 0)
            : throw new XenException("find", $"{reserve + needed} free grants", -result, result == -Errno.ENOSPC ? GrantLimit.CountIsWrong : null);
    }

    /// <inheritdoc/>
    public SharedPages Map(GrantAllocation allocation) => Map(allocation.Index, allocation.References.Length, allocation);

    /// <inheritdoc/>
    public SharedPages Map(ulong index, int pageCount) => Map(index, pageCount, null);

    private SharedPages Map(ulong index, int pageCount, GrantAllocation? grants)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(pageCount, 1);
        byte* address = Libc.MapShared((nuint)pageCount * SharedPages.PageBytes, writable: true, _file.Number, (long)index, out int errno);
        return address != null
            ? new(address, pageCount, index) { Grants = grants }
            : throw new XenException("map", $"{pageCount} pages at {index}", errno, errno == Errno.ENOENT ? "there is no such allocation" : null);
    }

    /// <inheritdoc/>
    public bool Free(ulong index, int pageCount)
    {
        GntallocDeallocGref argument = new() { Index = index, Count = (uint)pageCount };
        return Libc.Ioctl(_file.Number, Ioctl.IOCTL_GNTALLOC_DEALLOC_GREF, &argument) >= 0;
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private sealed class HeldReserve(LinuxGrantAllocator allocator, int raisedBy) : IDisposable
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
            if (raisedBy > 0)
            {
                allocator._limit.Lower(raisedBy);
            }
        }
    }

    private int TryAllocate(DomainId peer, int pageCount, bool isWritable, out GrantAllocation allocation)
    {
        // One reference is inside the struct; the others lie behind it.
        byte[] buffer = new byte[Math.Max(sizeof(GntallocAllocGref), GntallocAllocGref.HeaderBytes + sizeof(uint) * pageCount)];
        fixed (byte* start = buffer)
        {
            var request = (GntallocAllocGref*)start;
            request->DomainId = peer.Value;
            request->Flags = isWritable ? GntallocAllocGref.GNTALLOC_FLAG_WRITABLE : (ushort)0;
            request->Count = (uint)pageCount;
            int result = Libc.Ioctl(_file.Number, Ioctl.IOCTL_GNTALLOC_ALLOC_GREF, request);
            allocation = result < 0 ? default : new(
                request->Index,
                peer,
                MemoryMarshal.Cast<byte, GrantReference>(buffer.AsSpan(GntallocAllocGref.HeaderBytes))[..pageCount].ToArray());
            return result;
        }
    }
}
