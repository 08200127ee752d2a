using Xenbus.Domain;

namespace Xenbus.Devices;

/// <summary>Pages and port of one device, allocated so that a successor of a killed worker finds every one of them.</summary>
public sealed class DeviceResources
{
    /// <summary>Ports tried when looking for one that was bound but not noted. C: the 2-level ABI's limit in event_channel.h.</summary>
    private const uint MaxPorts = 4096;

    private readonly IGrantAllocator _allocator;
    private readonly DomainLife _channels;
    private readonly ConnectionMemory _memory;
    private readonly RetiredPages _retired;
    private readonly IDomain _domain;
    private readonly int _grantReserve;
    private DeviceIdentity _device;
    private readonly List<SharedPages> _mapped = [];
    private int _slot;

    internal DeviceResources(FrontendServices services, DeviceIdentity device)
    {
        _allocator = services.Allocator;
        _channels = services.Life;
        _memory = services.Memory;
        _retired = services.Retired;
        _domain = services.Domain;
        _grantReserve = services.Options.GrantReserve;
        _device = device;
        _slot = _memory.SlotOf(device.Type, device.Id);
        if (!ArePublished && !AreOutlived)
        {
            Volatile.Write(ref Record.Phase, (uint)ConnectionPhase.Preparing);
        }
    }

    /// <summary>Bytes that outlive the worker, for the driver's own notes: zero for a new connection, as they were left after a take-over.</summary>
    public Span<byte> Notes => _memory.DriverBytes(_slot);

    /// <summary>The device's port, or null.</summary>
    public EventChannelPort? Port => Record.Port == 0 ? null : new EventChannelPort(Record.Port);

    /// <summary>Whether the backend may know of these resources.</summary>
    internal bool ArePublished => Record.Phase == (uint)ConnectionPhase.Published;

    /// <summary>Whether the domain was restored since they were published.</summary>
    internal bool AreOutlived => Record.Phase == (uint)ConnectionPhase.Outlived;

    private ref ConnectionRecord Record => ref _memory.Record(_slot);

    /// <summary>Allocates zeroed pages granted to the backend's domain, and maps them.</summary>
    /// <param name="pageCount">At least 1.</param>
    /// <param name="isWritable">Whether the backend may write.</param>
    /// <param name="references">One for each page.</param>
    /// <exception cref="XenException">The limit is reached, too few grants would be left to others, or the pages cannot be mapped.</exception>
    public SharedPages AllocatePages(int pageCount, bool isWritable, out GrantReference[] references)
    {
        ref ConnectionRecord record = ref Record;
        if (record.AllocationCount == ConnectionRecord.MaxAllocations)
        {
            throw new InvalidOperationException($"a device has at most {ConnectionRecord.MaxAllocations} allocations");
        }

        Volatile.Write(ref record.Phase, (uint)ConnectionPhase.Preparing);
        GrantAllocation allocation;
        try
        {
            allocation = Allocate(ref record, pageCount, isWritable);
        }
        catch (XenException) when (_retired.FreeAll())
        {
            allocation = Allocate(ref record, pageCount, isWritable);
        }

        Note(ref record, allocation.Index, pageCount);
        references = allocation.References;
        return Keep(_allocator.Map(allocation));
    }

    /// <summary>Finds out whether more pages could be allocated than there are, while these are in use.</summary>
    /// <param name="pageCount">How many more, at least 1.</param>
    /// <exception cref="XenException">Too few grants would be left to others, or there are not so many.</exception>
    public void CheckPages(int pageCount) => HoldReserve(pageCount)?.Dispose();

    private GrantAllocation Allocate(ref ConnectionRecord record, int pageCount, bool isWritable)
    {
        using IDisposable? reserve = HoldReserve(pageCount);
        record.IntentIndex = _memory.AllocatedBytes;
        Volatile.Write(ref record.IntentPages, pageCount);
        try
        {
            return _allocator.Allocate(_device.Backend, pageCount, isWritable);
        }
        catch
        {
            // Also what was given out although the answer got lost.
            FinishIntents(ref record, _memory, _allocator, _channels);
            throw;
        }
    }

    /// <summary>Grants that are let go when the device has its own: so disks and network find them.</summary>
    private IDisposable? HoldReserve(int pageCount)
    {
        try
        {
            return _grantReserve > 0 ? _domain.HoldReserve(_device.Backend, _grantReserve, pageCount) : null;
        }
        catch (XenException exception)
        {
            throw new XenException(
                "allocate", $"{pageCount} pages", exception.ErrorNumber,
                $"{_grantReserve} grants must be left to the guest's other drivers: choose a smaller size, raise max_grant_frames in the guest's xl.cfg, or keep fewer in reserve"
                + (exception.Remedy is { } more ? $"; {more}" : string.Empty));
        }
    }

    /// <summary>Maps an allocation of a predecessor again, in the order in which they were made.</summary>
    /// <param name="number">0 for the first.</param>
    /// <exception cref="XenException">The predecessor did not make that many, or they cannot be mapped.</exception>
    public SharedPages TakeOverPages(int number)
    {
        ref ConnectionRecord record = ref Record;
        if (number >= record.AllocationCount)
        {
            throw new XenException("take over", $"allocation {number}", 0, "the predecessor's notes do not have it");
        }

        return Keep(_allocator.Map(record.Allocations[number].Index, record.Allocations[number].PageCount));
    }

    /// <summary>A new port that the backend's domain may bind to.</summary>
    /// <exception cref="XenException">No port is left.</exception>
    public EventChannelPort BindPort()
    {
        ref ConnectionRecord record = ref Record;
        Volatile.Write(ref record.Phase, (uint)ConnectionPhase.Preparing);
        Volatile.Write(ref record.IntentPort, 1);
        EventChannelPort port;
        try
        {
            port = _channels.BindUnbound(_device.Backend);
        }
        catch
        {
            Volatile.Write(ref record.IntentPort, 0);
            throw;
        }

        Volatile.Write(ref record.Port, port.Value);
        Volatile.Write(ref record.IntentPort, 0);
        return port;
    }

    /// <summary>From now on the backend may know of the resources.</summary>
    internal void MarkPublished() => Volatile.Write(ref Record.Phase, (uint)ConnectionPhase.Published);

    /// <summary>Unmaps and gives up everything, so that the device can begin anew.</summary>
    /// <param name="hasBackendLetGo">Whether the backend said that it is Closed. If not, what it may map is freed only after a while.</param>
    internal void Release(bool hasBackendLetGo)
    {
        ref ConnectionRecord record = ref Record;
        UnmapAll();
        FinishIntents(ref record, _memory, _allocator, _channels);
        if (AreOutlived || (ArePublished && !hasBackendLetGo))
        {
            _retired.Add(_slot);
            try
            {
                _slot = _memory.SlotOf(_device.Type, _device.Id);
            }
            catch (XenException) when (_retired.FreeAll())
            {
                _slot = _memory.SlotOf(_device.Type, _device.Id);
            }

            Volatile.Write(ref Record.Phase, (uint)ConnectionPhase.Preparing);
            return;
        }

        // First, so that a successor does not take over what is half freed.
        Volatile.Write(ref record.Phase, (uint)ConnectionPhase.Preparing);
        Notes.Clear();
        RetiredPages.FreeResources(ref record, _allocator, _channels);
    }

    /// <summary>Whether a backend may know of the resources of any device.</summary>
    internal static bool AnyIsPublished(ConnectionMemory memory)
    {
        bool isAny = false;
        for (int slot = 0; slot < ConnectionMemory.MaxDevices; slot++)
        {
            isAny |= memory.Record(slot).Phase == (uint)ConnectionPhase.Published;
        }

        return isAny;
    }

    /// <summary>Whether a backend may have mapped pages of any device, also of a connection that has ended.</summary>
    internal static bool AnyMayBeMapped(ConnectionMemory memory)
    {
        bool isAny = AnyIsPublished(memory);
        for (int slot = 0; slot < ConnectionMemory.MaxDevices; slot++)
        {
            isAny |= memory.Record(slot).Phase == (uint)ConnectionPhase.Retired;
        }

        return isAny;
    }

    /// <summary>Whether a port is bound for any device, or may be.</summary>
    internal static bool AnyHasPort(ConnectionMemory memory)
    {
        bool isAny = false;
        for (int slot = 0; slot < ConnectionMemory.MaxDevices; slot++)
        {
            ref ConnectionRecord record = ref memory.Record(slot);
            isAny |= record.Phase != (uint)ConnectionPhase.Free && (record.Port != 0 || record.IntentPort != 0);
        }

        return isAny;
    }

    /// <summary>Cares for what predecessors left of devices that are not there any more: frees it, or retires what a backend may map.</summary>
    /// <param name="memory">All records.</param>
    /// <param name="retired">Takes what must be kept for a while.</param>
    /// <param name="allocator">Has the pages.</param>
    /// <param name="channels">Has the ports.</param>
    /// <param name="isThere">Whether the device of a type and a number is there.</param>
    internal static void ReleaseOrphans(
        ConnectionMemory memory, RetiredPages retired, IGrantAllocator allocator, DomainLife channels, Func<string, int, bool> isThere)
    {
        for (int slot = 0; slot < ConnectionMemory.MaxDevices; slot++)
        {
            ref ConnectionRecord record = ref memory.Record(slot);
            if (record.Phase is (uint)ConnectionPhase.Free or (uint)ConnectionPhase.Retired
                || isThere(ConnectionMemory.Unpack(record.DeviceType), record.DeviceId))
            {
                continue;
            }

            FinishIntents(ref record, memory, allocator, channels);
            if (record.Phase == (uint)ConnectionPhase.Published)
            {
                retired.Add(slot);
            }
            else
            {
                RetiredPages.FreeResources(ref record, allocator, channels);
                Volatile.Write(ref record.Phase, (uint)ConnectionPhase.Free);
            }
        }
    }

    /// <summary>Unmaps in this process; what was allocated stays for a successor.</summary>
    internal void UnmapAll()
    {
        for (int i = _mapped.Count - 1; i >= 0; i--)
        {
            _mapped[i].Dispose();
        }

        _mapped.Clear();
    }

    /// <summary>The device has another backend after the domain was restored.</summary>
    internal void Follow(DeviceIdentity device) => _device = device;

    /// <summary>Gives up the port alone: for pages that must outlive us, so that no port does.</summary>
    internal void ReleasePort()
    {
        ref ConnectionRecord record = ref Record;
        if (record.Port != 0)
        {
            _channels.Unbind(new(record.Port));
            Volatile.Write(ref record.Port, 0);
        }
    }

    /// <summary>Gives the record back; the device is gone and everything released.</summary>
    internal void Forget() => Volatile.Write(ref Record.Phase, (uint)ConnectionPhase.Free);

    /// <summary>Brings to an end what a killed worker had asked for.</summary>
    private static void FinishIntents(ref ConnectionRecord record, ConnectionMemory memory, IGrantAllocator allocator, DomainLife channels)
    {
        if (record.IntentPages > 0)
        {
            if (FindIntended(ref record, memory, allocator) is { } index)
            {
                NoteEnd(memory, index, record.IntentPages);
            }
            else
            {
                memory.SkippedBytes += AttemptedBytes(record.IntentPages);
            }

            Volatile.Write(ref record.IntentPages, 0);
        }

        if (record.IntentPort != 0)
        {
            if (record.Port == 0)
            {
                UnbindUnknownPorts(memory, channels);
            }

            Volatile.Write(ref record.IntentPort, 0);
        }
    }

    /// <summary>Frees what was given out but not noted.</summary>
    /// <returns>Where the announced pages are or were; null when they were not given out.</returns>
    private static ulong? FindIntended(ref ConnectionRecord record, ConnectionMemory memory, IGrantAllocator allocator)
    {
        for (int i = 0; i < record.AllocationCount; i++)
        {
            // Indices only rise, so this one was allocated after the announcement.
            if (record.Allocations[i].Index >= record.IntentIndex)
            {
                return record.Allocations[i].Index;
            }
        }

        // As far as failed attempts can have moved the next index, every page is tried: a refused one costs a microsecond, and there are many only
        // after an allocation has failed.
        ulong end = Math.Max(record.IntentIndex, memory.AllocatedBytes) + memory.SkippedBytes + AttemptedBytes(record.IntentPages);
        for (ulong index = record.IntentIndex; index < end; index += SharedPages.PageBytes)
        {
            if (!AnyIsNoted(memory, index, record.IntentPages) && allocator.Free(index, record.IntentPages))
            {
                return index;
            }
        }

        return null;
    }

    /// <summary>Whether one of the pages belongs to an allocation that was noted: gntalloc would free a part of it, too.</summary>
    private static bool AnyIsNoted(ConnectionMemory memory, ulong index, int pageCount)
    {
        ulong end = index + (ulong)pageCount * SharedPages.PageBytes;
        for (int slot = 0; slot < ConnectionMemory.MaxDevices; slot++)
        {
            ref ConnectionRecord record = ref memory.Record(slot);
            for (int i = 0; record.Phase != (uint)ConnectionPhase.Free && i < record.AllocationCount; i++)
            {
                ref ConnectionRecord.AllocationEntry noted = ref record.Allocations[i];
                if (index < noted.Index + (ulong)noted.PageCount * SharedPages.PageBytes && noted.Index < end)
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>By how much one call can move the next index.</summary>
    private static ulong AttemptedBytes(int pageCount) => (ulong)IGrantAllocator.MaxAttempts * (ulong)pageCount * SharedPages.PageBytes;

    private static void NoteEnd(ConnectionMemory memory, ulong index, int pageCount)
    {
        ulong end = index + (ulong)pageCount * SharedPages.PageBytes;
        if (end > memory.AllocatedBytes)
        {
            memory.AllocatedBytes = end;
            // Only now: until then it is too large, which costs a successor time and nothing else.
            Volatile.Write(ref memory.SkippedBytes, 0);
        }
    }

    /// <summary>A port's number cannot be foretold, but unbinding another file's port is refused: so every number that nobody noted is tried.</summary>
    private static void UnbindUnknownPorts(ConnectionMemory memory, DomainLife channels) => channels.UnbindUnknown(MaxPorts, port =>
    {
        bool isNoted = false;
        for (int slot = 0; slot < ConnectionMemory.MaxDevices; slot++)
        {
            ref ConnectionRecord other = ref memory.Record(slot);
            isNoted |= other.Phase != (uint)ConnectionPhase.Free && other.Port == port;
        }

        return isNoted;
    });

    private void Note(ref ConnectionRecord record, ulong index, int pageCount)
    {
        record.Allocations[record.AllocationCount] = new() { Index = index, PageCount = pageCount };
        Volatile.Write(ref record.AllocationCount, record.AllocationCount + 1);
        NoteEnd(_memory, index, pageCount);
        Volatile.Write(ref record.IntentPages, 0);
    }

    private SharedPages Keep(SharedPages pages)
    {
        _mapped.Add(pages);
        return pages;
    }
}
