using System.Runtime.InteropServices;

namespace Xenbus.Wire.Kbdif;

/// <summary>One event from the keyboard backend, 40 bytes. C: union xenkbd_in_event in io/kbdif.h.</summary>
/// <remarks>Fields of the kinds share their bytes as in C; which are meant is told by <see cref="Type"/> and <see cref="MultiTouch"/>.</remarks>
[StructLayout(LayoutKind.Explicit, Size = EventRingLayout.SlotBytes)]
public struct KeyboardEvent
{
    /// <summary>Kind.</summary>
    [FieldOffset(0)] public KeyboardEventType Type;

    /// <summary>Key: 1 pressed, 0 released. C: struct xenkbd_key.</summary>
    [FieldOffset(1)] public byte Pressed;

    /// <summary>Key: Linux KEY_* or BTN_*.</summary>
    [FieldOffset(4)] public uint Keycode;

    /// <summary>Motion: pixels to the right. C: struct xenkbd_motion.</summary>
    [FieldOffset(4)] public int RelativeX;

    /// <summary>Motion: pixels down.</summary>
    [FieldOffset(8)] public int RelativeY;

    /// <summary>Motion: wheel notches, positive scrolls down.</summary>
    [FieldOffset(12)] public int RelativeZ;

    /// <summary>Position: from the left, pixels or 0 to 32767 when raw. C: struct xenkbd_position.</summary>
    [FieldOffset(4)] public int AbsoluteX;

    /// <summary>Position: from the top.</summary>
    [FieldOffset(8)] public int AbsoluteY;

    /// <summary>Position: wheel notches, positive scrolls down.</summary>
    [FieldOffset(12)] public int PositionZ;

    /// <summary>Multi-touch: sub-type. C: struct xenkbd_mtouch.</summary>
    [FieldOffset(1)] public MultiTouchType MultiTouch;

    /// <summary>Multi-touch: finger, from 0.</summary>
    [FieldOffset(2)] public byte ContactId;

    /// <summary>Multi-touch down and motion: from the left, pixels.</summary>
    [FieldOffset(8)] public int TouchX;

    /// <summary>Multi-touch down and motion: from the top, pixels.</summary>
    [FieldOffset(12)] public int TouchY;

    /// <summary>Multi-touch shape: longer axis, pixels.</summary>
    [FieldOffset(8)] public uint Major;

    /// <summary>Multi-touch shape: shorter axis, pixels.</summary>
    [FieldOffset(12)] public uint Minor;

    /// <summary>Multi-touch orientation: degrees clockwise from the Y axis, -180 to 180.</summary>
    [FieldOffset(8)] public short Orientation;
}
