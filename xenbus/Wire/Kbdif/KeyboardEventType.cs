namespace Xenbus.Wire.Kbdif;

/// <summary>Events from the keyboard backend, byte 0 of a slot. C: XENKBD_TYPE_* in io/kbdif.h.</summary>
public enum KeyboardEventType : byte
{
    /// <summary>Relative motion and wheel.</summary>
    Motion = 1,

    /// <summary>Never sent; ignored.</summary>
    Reserved = 2,

    /// <summary>Key or button.</summary>
    Key = 3,

    /// <summary>Absolute position and wheel.</summary>
    Position = 4,

    /// <summary>Multi-touch.</summary>
    MultiTouch = 5,
}

/// <summary>Sub-types of <see cref="KeyboardEventType.MultiTouch"/>, byte 1 of a slot. C: XENKBD_MT_EV_* in io/kbdif.h.</summary>
public enum MultiTouchType : byte
{
    /// <summary>A finger touches.</summary>
    Down = 0,

    /// <summary>A finger leaves.</summary>
    Up = 1,

    /// <summary>A finger moves.</summary>
    Motion = 2,

    /// <summary>The packet is complete.</summary>
    Synchronise = 3,

    /// <summary>Size of the contact.</summary>
    Shape = 4,

    /// <summary>Angle of the contact.</summary>
    Orientation = 5,
}
