using System.Buffers.Binary;

namespace XenFbFront.Backend;

/// <summary>Offsets and numbers of the keyboard's shared page. C: struct xenkbd_page and events in io/kbdif.h.</summary>
internal static class VkbdPage
{
    /// <summary>Slots from the backend to the frontend: <c>in_cons</c> at 0, <c>in_prod</c> at 4.</summary>
    public static readonly SlotRing In = new(0, 4, 1024, 51);

    /// <summary>Slots from the frontend to the backend, <c>out_cons</c> at 8, <c>out_prod</c> at 12: no such event is defined.</summary>
    public static readonly SlotRing Out = new(8, 12, 3072, 25);

    /// <summary>Largest raw coordinate, on both axes.</summary>
    public const int RawMaximum = 0x7fff;

    /// <summary>Pointer range where no <c>width</c> node stands, pixels.</summary>
    public const int DefaultWidth = 800;

    /// <summary>Pointer range where no <c>height</c> node stands, pixels.</summary>
    public const int DefaultHeight = 600;

    private const byte MotionType = 1, KeyType = 3, PositionType = 4, TouchType = 5;
    private const byte TouchDown = 0, TouchUp = 1, TouchMotion = 2, TouchSync = 3;

    /// <summary>Fills a slot with XENKBD_TYPE_MOTION.</summary>
    /// <param name="slot">One slot; all 40 bytes are written.</param>
    /// <param name="dx">To the right.</param>
    /// <param name="dy">Downwards.</param>
    /// <param name="wheel">Notches, positive scrolls down.</param>
    public static void WriteMotion(Span<byte> slot, int dx, int dy, int wheel) => WritePointer(slot, MotionType, dx, dy, wheel);

    /// <summary>Fills a slot with XENKBD_TYPE_POS.</summary>
    /// <param name="slot">One slot; all 40 bytes are written.</param>
    /// <param name="x">Pixels or raw.</param>
    /// <param name="y">Pixels or raw.</param>
    /// <param name="wheel">Notches, positive scrolls down.</param>
    public static void WritePosition(Span<byte> slot, int x, int y, int wheel) => WritePointer(slot, PositionType, x, y, wheel);

    /// <summary>Fills a slot with XENKBD_TYPE_KEY.</summary>
    /// <param name="slot">One slot; all 40 bytes are written.</param>
    /// <param name="keycode">Linux KEY_* or BTN_*.</param>
    /// <param name="pressed">Down or up.</param>
    public static void WriteKey(Span<byte> slot, uint keycode, bool pressed)
    {
        slot.Clear();
        slot[0] = KeyType;
        slot[1] = pressed ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteUInt32LittleEndian(slot[4..], keycode);
    }

    /// <summary>Fills a slot with XENKBD_TYPE_MTOUCH of what a finger does.</summary>
    /// <param name="slot">One slot; all 40 bytes are written.</param>
    /// <param name="contact">Which finger.</param>
    /// <param name="phase">What it does; a place is written for all but <see cref="TouchPhase.Up"/>.</param>
    /// <param name="x">In the touch range.</param>
    /// <param name="y">In the touch range.</param>
    public static void WriteTouch(Span<byte> slot, byte contact, TouchPhase phase, int x, int y)
    {
        slot.Clear();
        slot[0] = TouchType;
        slot[1] = phase switch
        {
            TouchPhase.Down => TouchDown,
            TouchPhase.Move => TouchMotion,
            TouchPhase.Up => TouchUp,
        };
        slot[2] = contact;
        if (phase != TouchPhase.Up)
        {
            BinaryPrimitives.WriteInt32LittleEndian(slot[8..], x);
            BinaryPrimitives.WriteInt32LittleEndian(slot[12..], y);
        }
    }

    /// <summary>Fills a slot with XENKBD_TYPE_MTOUCH SYN, the end of a packet of touch events.</summary>
    /// <param name="slot">One slot; all 40 bytes are written.</param>
    /// <param name="contact">Which finger moved last.</param>
    public static void WriteTouchSync(Span<byte> slot, byte contact)
    {
        slot.Clear();
        slot[0] = TouchType;
        slot[1] = TouchSync;
        slot[2] = contact;
    }

    private static void WritePointer(Span<byte> slot, byte type, int x, int y, int wheel)
    {
        slot.Clear();
        slot[0] = type;
        BinaryPrimitives.WriteInt32LittleEndian(slot[4..], x);
        BinaryPrimitives.WriteInt32LittleEndian(slot[8..], y);
        BinaryPrimitives.WriteInt32LittleEndian(slot[12..], wheel);
    }
}
