using System.Buffers.Binary;

namespace XenFbFront.Backend;

/// <summary>Offsets and numbers of the framebuffer's shared page. C: struct xenfb_page and events in io/fbif.h.</summary>
/// <remarks>Written down here a second time, apart from the frontend's definitions, so that a slip in either shows when they meet.</remarks>
internal static class VfbPage
{
    /// <summary>u32 <c>in_cons</c>, written by the frontend.</summary>
    public const int InConsumer = 0;

    /// <summary>u32 <c>in_prod</c>, written by the backend.</summary>
    public const int InProducer = 4;

    /// <summary>u32 <c>out_cons</c>, written by the backend.</summary>
    public const int OutConsumer = 8;

    /// <summary>u32 <c>out_prod</c>, written by the frontend.</summary>
    public const int OutProducer = 12;

    /// <summary>s32 <c>width</c>, pixels.</summary>
    public const int Width = 16;

    /// <summary>s32 <c>height</c>, pixels.</summary>
    public const int Height = 20;

    /// <summary>u32 <c>line_length</c>, bytes.</summary>
    public const int LineLength = 24;

    /// <summary>u32 <c>mem_length</c>, bytes.</summary>
    public const int MemoryLength = 28;

    /// <summary>u8 <c>depth</c>, bits a pixel.</summary>
    public const int Depth = 32;

    /// <summary><c>pd[]</c> where a long has 4 bytes.</summary>
    public const int Directory32 = 36;

    /// <summary><c>pd[]</c> where a long has 8 bytes.</summary>
    public const int Directory64 = 40;

    /// <summary>Length of <c>pd[]</c> as declared; its end lies over the rings.</summary>
    public const int DirectoryEntries = 256;

    /// <summary>Slots from the backend to the frontend.</summary>
    public static readonly SlotRing In = new(InConsumer, InProducer, 1024, 25);

    /// <summary>Slots from the frontend to the backend.</summary>
    public static readonly SlotRing Out = new(OutConsumer, OutProducer, 2048, 51);

    /// <summary>Event code XENFB_TYPE_REFRESH_PERIOD, backend to frontend.</summary>
    public const byte RefreshPeriodType = 1;

    /// <summary>Event code XENFB_TYPE_UPDATE, frontend to backend.</summary>
    public const byte UpdateType = 2;

    /// <summary>Event code XENFB_TYPE_RESIZE, frontend to backend.</summary>
    public const byte ResizeType = 3;

    /// <summary>A signed field of a slot.</summary>
    /// <param name="slot">One slot, already copied out of the page.</param>
    /// <param name="offset">Byte offset in the slot.</param>
    public static int Field(ReadOnlySpan<byte> slot, int offset) => BinaryPrimitives.ReadInt32LittleEndian(slot[offset..]);

    /// <summary>Fills a slot with REFRESH_PERIOD.</summary>
    /// <param name="slot">One slot; all 40 bytes are written.</param>
    /// <param name="periodMs">Milliseconds, 0 when nobody looks.</param>
    public static void WriteRefreshPeriod(Span<byte> slot, uint periodMs)
    {
        slot.Clear();
        slot[0] = RefreshPeriodType;
        BinaryPrimitives.WriteUInt32LittleEndian(slot[4..], periodMs);
    }
}
