using Xenbus.Wire;

namespace Xenbus.Rings;

/// <summary>Producer of one event ring.</summary>
/// <remarks>
/// The own index is private; the page only gets copies of it. Around 2^32 two outstanding indices can share a slot, because the slot count
/// does not divide 2^32: there the ring is left to run empty first.
/// </remarks>
public sealed class EventRingWriter(EventRingLayout layout, uint produced = 0)
{
    private uint _produced = produced;
    private uint _published = produced;

    /// <summary>Index of the next event; free-running.</summary>
    public uint Produced => _produced;

    /// <summary>The consumer's index at the last look.</summary>
    public uint Consumed { get; private set; } = produced;

    /// <summary>Looks how far the consumer is.</summary>
    /// <param name="page">The shared page, 4096 bytes.</param>
    public RingStatus Look(Span<byte> page)
    {
        uint consumed = RingIndex.Read(page, layout.ConsumerOffset);
        // Against what is published, so that nothing unpublished can be taken; against what is written, so that a consumer that goes back
        // while events wait to be published cannot make more outstanding than there are slots.
        if (_published - consumed > (uint)layout.SlotCount || _produced - consumed > (uint)layout.SlotCount)
        {
            return RingStatus.Broken;
        }

        Consumed = consumed;
        return RingStatus.Valid;
    }

    /// <summary>Slots that can be written after the last <see cref="Look"/>.</summary>
    public int Free
    {
        get
        {
            uint outstanding = _produced - Consumed;
            uint free = (uint)layout.SlotCount - outstanding;
            uint beforeWrap = 0u - _produced;
            // Index 0xffffffff and index 0 both lie in slot 0 of 51, so nothing may be outstanding when the index passes zero.
            if (beforeWrap != 0 && beforeWrap < free)
            {
                return (int)beforeWrap;
            }

            bool crossesZero = outstanding > 0 && Consumed > _produced;
            return crossesZero ? 0 : (int)free;
        }
    }

    /// <summary>Writes one event without telling anybody yet.</summary>
    /// <param name="page">The shared page, 4096 bytes.</param>
    /// <param name="slot">The event, 40 bytes.</param>
    /// <returns>False when the ring is full as far as the last <see cref="Look"/> knows; the page is untouched then.</returns>
    public bool TryWrite(Span<byte> page, ReadOnlySpan<byte> slot)
    {
        if (Free == 0)
        {
            return false;
        }

        // The consumer's index was read before the slot is overwritten: a full barrier keeps that order (io/ring.h asks for mb here).
        Interlocked.MemoryBarrier();
        slot[..EventRingLayout.SlotBytes].CopyTo(page[(layout.SlotsOffset + (int)(_produced % (uint)layout.SlotCount) * EventRingLayout.SlotBytes)..]);
        _produced++;
        return true;
    }

    /// <summary>Lets the consumer see what was written.</summary>
    /// <param name="page">The shared page, 4096 bytes.</param>
    /// <returns>Whether there was anything new, so that a notification is due.</returns>
    public bool Publish(Span<byte> page)
    {
        if (_published == _produced)
        {
            return false;
        }

        // Release order: the slots are seen before the index.
        RingIndex.Write(page, layout.ProducerOffset, _produced);
        _published = _produced;
        return true;
    }

    /// <summary>Goes on where another process left a live ring: the page is the only record.</summary>
    /// <param name="layout">The ring.</param>
    /// <param name="page">The shared page, 4096 bytes.</param>
    /// <param name="status">Whether the indices are possible.</param>
    public static EventRingWriter TakeOver(EventRingLayout layout, Span<byte> page, out RingStatus status)
    {
        EventRingWriter writer = new(layout, RingIndex.Read(page, layout.ProducerOffset));
        status = writer.Look(page);
        return writer;
    }
}
