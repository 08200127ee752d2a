using System.Runtime.InteropServices;

namespace Xenbus.Wire.Fbif;

/// <summary>Screen rectangle that changed, frontend to backend. C: struct xenfb_update in io/fbif.h.</summary>
/// <remarks>Sent only after the backend wrote <c>request-update = 1</c>. Pixels, origin top left.</remarks>
[StructLayout(LayoutKind.Explicit, Size = EventRingLayout.SlotBytes)]
public struct FramebufferUpdate
{
    /// <summary>Event code, always <see cref="FramebufferWire.UpdateType"/>.</summary>
    [FieldOffset(0)] public byte Type;

    /// <summary>Left edge, pixels.</summary>
    [FieldOffset(4)] public int X;

    /// <summary>Top edge, pixels.</summary>
    [FieldOffset(8)] public int Y;

    /// <summary>Pixels.</summary>
    [FieldOffset(12)] public int Width;

    /// <summary>Pixels.</summary>
    [FieldOffset(16)] public int Height;
}
