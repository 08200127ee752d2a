using Xenbus.Wire;

namespace Xenbus.Rings;

/// <summary>Consumer of one event ring.</summary>
/// <remarks>
/// One pass: <see cref="Look"/> reads the producer's index once and checks it; <see cref="Copy"/> copies each slot once, and only the copy is
/// looked at; <see cref="Consume"/> gives the slots back. What was there once stays there: a producer that takes it back is as broken as one that tells of
/// more than there is room for, and nothing that it says later is believed.
/// </remarks>
public sealed class EventRingReader(EventRingLayout layout, uint consumed = 0)
{
    private uint _consumed = consumed;
    private bool _isBroken;

    /// <summary>Index of the next event to be consumed; free-running.</summary>
    public uint Consumed => _consumed;

    /// <summary>Events that were there at the last <see cref="Look"/> and are not consumed yet.</summary>
    public int Available { get; private set; }

    /// <summary>Looks how far the producer is.</summary>
    /// <param name="page">The shared page, 4096 bytes.</param>
    public RingStatus Look(Span<byte> page)
    {
        uint available = RingIndex.Read(page, layout.ProducerOffset) - _consumed;
        if (_isBroken || available > (uint)layout.SlotCount || available < (uint)Available)
        {
            _isBroken = true;
            Available = 0;
            return RingStatus.Broken;
        }

        Available = (int)available;
        return RingStatus.Valid;
    }

    /// <summary>Copies one of the available events.</summary>
    /// <param name="page">The shared page, 4096 bytes.</param>
    /// <param name="position">0 for the oldest.</param>
    /// <param name="slot">Gets 40 bytes.</param>
    public void Copy(ReadOnlySpan<byte> page, int position, Span<byte> slot)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)position, (uint)Available);
        int index = (int)((_consumed + (uint)position) % (uint)layout.SlotCount);
        page.Slice(layout.SlotsOffset + index * EventRingLayout.SlotBytes, EventRingLayout.SlotBytes).CopyTo(slot);
    }

    /// <summary>Gives the oldest events back to the producer.</summary>
    /// <param name="page">The shared page, 4096 bytes.</param>
    /// <param name="count">How many, at most <see cref="Available"/>.</param>
    public void Consume(Span<byte> page, int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)count, (uint)Available);
        _consumed += (uint)count;
        Available -= count;
        // The slots were read before the producer may overwrite them: a full barrier, since a release store alone orders stores only.
        Interlocked.MemoryBarrier();
        RingIndex.Write(page, layout.ConsumerOffset, _consumed);
    }

    /// <summary>Drops what is there after the peer broke the ring, and goes on from its index.</summary>
    /// <param name="page">The shared page, 4096 bytes.</param>
    public void Resynchronise(Span<byte> page)
    {
        _consumed = RingIndex.Read(page, layout.ProducerOffset);
        Available = 0;
        _isBroken = false;
        RingIndex.Write(page, layout.ConsumerOffset, _consumed);
    }

    /// <summary>Goes on where another process left a live ring: the page is the only record.</summary>
    /// <param name="layout">The ring.</param>
    /// <param name="page">The shared page, 4096 bytes.</param>
    /// <param name="status">Whether the indices are possible.</param>
    public static EventRingReader TakeOver(EventRingLayout layout, Span<byte> page, out RingStatus status)
    {
        EventRingReader reader = new(layout, RingIndex.Read(page, layout.ConsumerOffset));
        status = reader.Look(page);
        return reader;
    }
}
