using System.Runtime.InteropServices;

namespace Xenbus.Wire.Fbif;

/// <summary>New geometry inside the memory given at the start, frontend to backend. C: struct xenfb_resize in io/fbif.h.</summary>
/// <remarks>Sent only if the backend wrote <c>feature-resize = 1</c>.</remarks>
[StructLayout(LayoutKind.Explicit, Size = EventRingLayout.SlotBytes)]
public struct FramebufferResize
{
    /// <summary>Event code, always <see cref="FramebufferWire.ResizeType"/>.</summary>
    [FieldOffset(0)] public byte Type;

    /// <summary>Pixels.</summary>
    [FieldOffset(4)] public int Width;

    /// <summary>Pixels.</summary>
    [FieldOffset(8)] public int Height;

    /// <summary>Bytes from a row to the next.</summary>
    [FieldOffset(12)] public int StrideBytes;

    /// <summary>Bits of a pixel.</summary>
    [FieldOffset(16)] public int Depth;

    /// <summary>Byte offset of the first pixel in the pixel memory.</summary>
    [FieldOffset(20)] public int OffsetBytes;
}
