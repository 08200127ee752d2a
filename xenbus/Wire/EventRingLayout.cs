namespace Xenbus.Wire;

/// <summary>Where one direction of a framebuffer or keyboard event ring lies in its page.</summary>
/// <remarks>Slots are 40 bytes; their count is what fits, not a power of two; the slot of an index is <c>index % SlotCount</c>.</remarks>
/// <param name="ConsumerOffset">Byte offset of the consumer's 32-bit index.</param>
/// <param name="ProducerOffset">Byte offset of the producer's 32-bit index.</param>
/// <param name="SlotsOffset">Byte offset of the first slot.</param>
/// <param name="SlotCount">Slots of the ring.</param>
public readonly record struct EventRingLayout(int ConsumerOffset, int ProducerOffset, int SlotsOffset, int SlotCount)
{
    /// <summary>Bytes of every event. C: XENFB_OUT_EVENT_SIZE, XENKBD_IN_EVENT_SIZE and their twins.</summary>
    public const int SlotBytes = 40;

    /// <summary>Backend to framebuffer frontend, 25 slots. C: XENFB_IN_RING_* in io/fbif.h.</summary>
    public static EventRingLayout FramebufferIn => new(0, 4, 1024, 25);

    /// <summary>Framebuffer frontend to backend, 51 slots. C: XENFB_OUT_RING_* in io/fbif.h.</summary>
    public static EventRingLayout FramebufferOut => new(8, 12, 2048, 51);

    /// <summary>Backend to keyboard frontend, 51 slots. C: XENKBD_IN_RING_* in io/kbdif.h.</summary>
    public static EventRingLayout KeyboardIn => new(0, 4, 1024, 51);

    /// <summary>Keyboard frontend to backend, 25 slots; no such event exists. C: XENKBD_OUT_RING_* in io/kbdif.h.</summary>
    public static EventRingLayout KeyboardOut => new(8, 12, 3072, 25);
}
