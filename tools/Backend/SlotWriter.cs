namespace XenFbFront.Backend;

/// <summary>Puts events into a ring that the frontend empties.</summary>
internal sealed class SlotWriter
{
    private readonly SlotRing _ring;
    private uint _producer;

    /// <summary>Starts where the page says that a backend had stopped: 0 in a fresh page.</summary>
    public SlotWriter(SlotRing ring, Span<byte> page)
    {
        _ring = ring;
        _producer = Volatile.Read(ref SlotRing.Word(page, ring.ProducerOffset));
    }

    /// <summary>The own index, events put so far.</summary>
    public uint Producer => _producer;

    /// <summary>Slots that can be filled now; the frontend's index is read once.</summary>
    /// <returns>0 to the ring's length, or -1 when the frontend's index is ahead of ours or too far behind.</returns>
    public int Poll(Span<byte> page)
    {
        uint consumer = Volatile.Read(ref SlotRing.Word(page, _ring.ConsumerOffset));
        uint outstanding = _producer - consumer;
        if (outstanding > (uint)_ring.SlotCount)
        {
            return -1;
        }

        // The lengths do not divide 2^32, so around the wrap two indices share a slot: let the ring run empty before going over.
        if (consumer > _producer)
        {
            return 0;
        }

        uint room = (uint)_ring.SlotCount - outstanding;
        ulong untilWrap = (1ul << 32) - _producer;
        // The reads of the index end before the slots are overwritten.
        Interlocked.MemoryBarrier();
        return (int)Math.Min(room, untilWrap);
    }

    /// <summary>Fills the next slot; call it no more often than <see cref="Poll"/> said.</summary>
    /// <param name="page">The shared page.</param>
    /// <param name="slot">40 bytes.</param>
    public void Put(Span<byte> page, ReadOnlySpan<byte> slot) => slot.CopyTo(_ring.Slot(page, _producer++));

    /// <summary>Lets the frontend see the events that were put.</summary>
    public void Publish(Span<byte> page) =>
        // Release: the slots are written before the index that offers them.
        Volatile.Write(ref SlotRing.Word(page, _ring.ProducerOffset), _producer);

    /// <summary>Moves both indices of the page, for tests, while no frontend runs.</summary>
    public void Move(Span<byte> page, uint by)
    {
        Volatile.Write(ref SlotRing.Word(page, _ring.ConsumerOffset), _producer + by);
        Volatile.Write(ref SlotRing.Word(page, _ring.ProducerOffset), _producer + by);
    }

    /// <summary>Stores a wrong index in the page, for tests of frontends; the next <see cref="Publish"/> puts it right.</summary>
    public void Corrupt(Span<byte> page, uint ahead) => Volatile.Write(ref SlotRing.Word(page, _ring.ProducerOffset), _producer + ahead);
}
