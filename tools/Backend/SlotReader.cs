namespace XenFbFront.Backend;

/// <summary>Takes events out of a ring that the frontend fills.</summary>
/// <remarks>
/// The own index lives here and is only ever stored to the page. The page is passed to each call, so that this object holds no span over
/// memory that may go away.
/// </remarks>
internal sealed class SlotReader
{
    private readonly SlotRing _ring;
    private uint _consumer;

    /// <summary>Starts where the page says that a backend had stopped: 0 in a fresh page.</summary>
    public SlotReader(SlotRing ring, Span<byte> page)
    {
        _ring = ring;
        _consumer = Volatile.Read(ref SlotRing.Word(page, ring.ConsumerOffset));
    }

    /// <summary>Events that wait; the frontend's index is read once.</summary>
    /// <returns>0 to the ring's length, or -1 when the frontend's index is nonsense.</returns>
    public int Poll(Span<byte> page)
    {
        // Read with acquire, so that the slots are not read before the index that says they are filled.
        uint waiting = Volatile.Read(ref SlotRing.Word(page, _ring.ProducerOffset)) - _consumer;
        return waiting > (uint)_ring.SlotCount ? -1 : (int)waiting;
    }

    /// <summary>Copies the next event out; call it no more often than <see cref="Poll"/> said.</summary>
    /// <param name="page">The shared page.</param>
    /// <param name="slot">40 bytes: private memory, as the frontend may change the page at any time.</param>
    public void Take(Span<byte> page, Span<byte> slot) => _ring.Slot(page, _consumer++).CopyTo(slot);

    /// <summary>Stores a wrong index in the page, for tests of frontends; the next <see cref="Publish"/> puts it right.</summary>
    public void Corrupt(Span<byte> page, uint ahead) => Volatile.Write(ref SlotRing.Word(page, _ring.ConsumerOffset), _consumer + ahead);

    /// <summary>As if the frontend had put, and we had taken, so many events more; for tests, while no frontend runs.</summary>
    public void Skip(Span<byte> page, uint count)
    {
        _consumer += count;
        Volatile.Write(ref SlotRing.Word(page, _ring.ProducerOffset), _consumer);
        Volatile.Write(ref SlotRing.Word(page, _ring.ConsumerOffset), _consumer);
    }

    /// <summary>Gives the slots that were taken back to the frontend.</summary>
    public void Publish(Span<byte> page)
    {
        // The reads of the slots end before the frontend may fill them again.
        Interlocked.MemoryBarrier();
        Volatile.Write(ref SlotRing.Word(page, _ring.ConsumerOffset), _consumer);
    }
}
