using System.Runtime.InteropServices;

namespace XenFbFront.Backend;

/// <summary>Where one ring of events lies in a shared page.</summary>
/// <param name="ConsumerOffset">Byte offset of the consumer's index.</param>
/// <param name="ProducerOffset">Byte offset of the producer's index.</param>
/// <param name="SlotsOffset">Byte offset of slot 0.</param>
/// <param name="SlotCount">Slots; not a power of two, so slot = index modulo this.</param>
internal sealed record SlotRing(int ConsumerOffset, int ProducerOffset, int SlotsOffset, int SlotCount)
{
    /// <summary>Bytes of a slot. C: XENFB_OUT_EVENT_SIZE and XENKBD_IN_EVENT_SIZE.</summary>
    public const int SlotBytes = 40;

    /// <summary>The bytes of the slot that an index stands for.</summary>
    public Span<byte> Slot(Span<byte> page, uint index) => page.Slice(SlotsOffset + (int)(index % (uint)SlotCount) * SlotBytes, SlotBytes);

    /// <summary>An index word in the page, for <see cref="Volatile"/>.</summary>
    public static ref uint Word(Span<byte> page, int offset) => ref MemoryMarshal.AsRef<uint>(page.Slice(offset, sizeof(uint)));
}
