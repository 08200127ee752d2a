using Xenbus.Domain;
using Xenbus.Loop;

namespace Xenbus.Devices;

/// <summary>Pages that a backend may still map although their device is gone or its backend began anew.</summary>
/// <remarks>
/// A backend says by Closed that it has let go. When a toolstack removes or makes anew the directories of a device, that word never comes: the
/// backend hears of it at the same time as we do and unmaps a moment later, and until then pages that were freed would be written to by it. So
/// they are kept for <see cref="s_grace"/>. Records of retired pages outlive the worker like all others.
/// </remarks>
internal sealed class RetiredPages : IDisposable
{
    /// <summary>A backend that lives reacts within milliseconds. One that hangs for longer may never react, and memory is not kept for it for ever.</summary>
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(3);

    private readonly ConnectionMemory _memory;
    private readonly IGrantAllocator _allocator;
    private readonly DomainLife _channels;
    private readonly EventLoop _loop;
    private readonly LoopTimer _timer;

    /// <summary>Takes up what a predecessor retired.</summary>
    public RetiredPages(ConnectionMemory memory, IGrantAllocator allocator, DomainLife channels, EventLoop loop)
    {
        _memory = memory;
        _allocator = allocator;
        _channels = channels;
        _loop = loop;
        _timer = loop.CreateTimer(OnTimer);
        Arm();
    }

    /// <summary>Called when the last ones were freed.</summary>
    public event Action? Emptied;

    /// <summary>Whether nothing is kept.</summary>
    public bool IsEmpty
    {
        get
        {
            for (int slot = 0; slot < ConnectionMemory.MaxDevices; slot++)
            {
                if (IsRetired(slot))
                {
                    return false;
                }
            }

            return true;
        }
    }

    /// <summary>Keeps a record's pages for a while, and frees its port and the record then. Nothing of it may be mapped here any more.</summary>
    public void Add(int slot)
    {
        ref ConnectionRecord record = ref _memory.Record(slot);
        record.RetiredUntil = _loop.Clock.GetTimestamp() + (long)(s_grace.TotalSeconds * _loop.Clock.TimestampFrequency);
        Volatile.Write(ref record.Phase, (uint)ConnectionPhase.Retired);
        // The port can go at once: the other end notices nothing but silence.
        FreePort(ref record);
        Arm();
    }

    /// <summary>Frees everything now, because the memory is needed: a screen matters more than what a backend that is probably gone might write.</summary>
    /// <returns>Whether there was anything.</returns>
    public bool FreeAll()
    {
        bool wasAny = false;
        for (int slot = 0; slot < ConnectionMemory.MaxDevices; slot++)
        {
            if (IsRetired(slot))
            {
                FreeRecord(slot);
                wasAny = true;
            }
        }

        return wasAny;
    }

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();

    /// <summary>Frees the pages and the port of a record whose pages nobody maps.</summary>
    public static void FreeResources(ref ConnectionRecord record, IGrantAllocator allocator, DomainLife channels)
    {
        while (record.AllocationCount > 0)
        {
            ref ConnectionRecord.AllocationEntry last = ref record.Allocations[record.AllocationCount - 1];
            allocator.Free(last.Index, last.PageCount);
            Volatile.Write(ref record.AllocationCount, record.AllocationCount - 1);
        }

        if (record.Port != 0)
        {
            channels.Unbind(new(record.Port));
            Volatile.Write(ref record.Port, 0);
        }
    }

    private bool IsRetired(int slot) => _memory.Record(slot).Phase == (uint)ConnectionPhase.Retired;

    private void FreePort(ref ConnectionRecord record)
    {
        if (record.Port != 0)
        {
            _channels.Unbind(new(record.Port));
            Volatile.Write(ref record.Port, 0);
        }
    }

    private void FreeRecord(int slot)
    {
        ref ConnectionRecord record = ref _memory.Record(slot);
        FreeResources(ref record, _allocator, _channels);
        Volatile.Write(ref record.Phase, (uint)ConnectionPhase.Free);
    }

    private void Arm()
    {
        TimeSpan? wait = null;
        for (int slot = 0; slot < ConnectionMemory.MaxDevices; slot++)
        {
            if (IsRetired(slot) && !(TimeLeft(slot) >= wait))
            {
                wait = TimeLeft(slot);
            }
        }

        if (wait is { } least)
        {
            _timer.Start(least);
        }
    }

    /// <summary>Never more than the whole time, for a restored guest's clock may have gone back.</summary>
    private TimeSpan TimeLeft(int slot)
    {
        TimeSpan left = _loop.Clock.GetElapsedTime(_loop.Clock.GetTimestamp(), _memory.Record(slot).RetiredUntil);
        return left < s_grace ? left : s_grace;
    }

    private void OnTimer()
    {
        for (int slot = 0; slot < ConnectionMemory.MaxDevices; slot++)
        {
            if (IsRetired(slot) && TimeLeft(slot) <= TimeSpan.Zero)
            {
                FreeRecord(slot);
            }
        }

        Arm();
        if (IsEmpty)
        {
            Emptied?.Invoke();
        }
    }
}
