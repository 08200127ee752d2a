using System.Runtime.InteropServices;
using Xenbus.Wire.Fbif;
using Xenbus.Wire.Kbdif;
using XenFbFront.Input;
using XenFbFront.Vkbd;

namespace XenFbFront.Control;

/// <summary>Messages of the rings in the words of the protocols' headers. What is in them is not checked, only printed.</summary>
internal static class RingWords
{
    /// <summary>Decodes a message.</summary>
    /// <param name="deviceType"><c>vfb</c> or <c>vkbd</c>.</param>
    /// <param name="isOut">From the frontend to the backend.</param>
    /// <param name="slot">40 bytes.</param>
    /// <param name="showsKeys">Whether it says which keys were pressed; buttons of a pointer it always does.</param>
    public static string Of(string deviceType, bool isOut, ReadOnlySpan<byte> slot, bool showsKeys) => (deviceType, isOut, slot[0]) switch
    {
        ("vfb", true, FramebufferWire.UpdateType) => Of(MemoryMarshal.AsRef<FramebufferUpdate>(slot)),
        ("vfb", true, FramebufferWire.ResizeType) => Of(MemoryMarshal.AsRef<FramebufferResize>(slot)),
        ("vfb", false, FramebufferWire.RefreshPeriodType) => Of(MemoryMarshal.AsRef<FramebufferRefreshPeriod>(slot)),
        ("vkbd", false, _) => Of(MemoryMarshal.AsRef<KeyboardEvent>(slot), showsKeys),
        _ => $"type {slot[0]}",
    };

    private static string Of(in FramebufferUpdate update) => $"UPDATE {update.X},{update.Y} {update.Width}x{update.Height}";

    private static string Of(in FramebufferResize resize) =>
        $"RESIZE {resize.Width}x{resize.Height} stride {resize.StrideBytes} depth {resize.Depth} offset {resize.OffsetBytes}";

    private static string Of(in FramebufferRefreshPeriod refresh) =>
        refresh.PeriodMs == FramebufferWire.NoRefresh ? "REFRESH_PERIOD 0: nobody looks" : $"REFRESH_PERIOD {refresh.PeriodMs} ms";

    private static string Of(in KeyboardEvent item, bool showsKeys) => item.Type switch
    {
        KeyboardEventType.Motion => $"MOTION {item.RelativeX},{item.RelativeY}{Wheel(item.RelativeZ)}",
        KeyboardEventType.Position => $"POS {item.AbsoluteX},{item.AbsoluteY}{Wheel(item.PositionZ)}",
        KeyboardEventType.Key when showsKeys || KeyTranslator.RoleOf(item) == InputRole.Pointer => $"KEY {item.Keycode} {(item.Pressed != 0 ? "pressed" : "released")}",
        KeyboardEventType.Key => $"KEY *** {(item.Pressed != 0 ? "pressed" : "released")}",
        KeyboardEventType.MultiTouch => $"MTOUCH {Touch(item)}",
        _ => $"type {(byte)item.Type}",
    };

    private static string Wheel(int notches) => notches == 0 ? string.Empty : $" wheel {notches}";

    private static string Touch(in KeyboardEvent item) => item.MultiTouch switch
    {
        MultiTouchType.Down => $"DOWN contact {item.ContactId} at {item.TouchX},{item.TouchY}",
        MultiTouchType.Up => $"UP contact {item.ContactId}",
        MultiTouchType.Motion => $"MOTION contact {item.ContactId} at {item.TouchX},{item.TouchY}",
        MultiTouchType.Synchronise => "SYN",
        MultiTouchType.Shape => $"SHAPE contact {item.ContactId} {item.Major}x{item.Minor}",
        MultiTouchType.Orientation => $"ORIENTATION contact {item.ContactId} {item.Orientation} degrees",
        _ => $"sub-type {(byte)item.MultiTouch}",
    };
}
