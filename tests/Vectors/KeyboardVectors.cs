namespace XenFbFront.Tests.Vectors;

/// <summary>Keyboard events, worked out from io/kbdif.h of Xen 4.17.</summary>
internal static class KeyboardVectors
{
    /// <summary>MOTION 3 to the left, 700 down, one notch up.</summary>
    public static byte[] Motion { get; } = Hex.Bytes("""
        01 00*3      # struct xenkbd_motion: uint8_t type = XENKBD_TYPE_MOTION; three bytes of padding
        fd ff ff ff  # int32_t rel_x = -3
        bc 02 00 00  # int32_t rel_y = 700
        ff ff ff ff  # int32_t rel_z = -1
        00*24        # union xenkbd_in_event: char pad[XENKBD_IN_EVENT_SIZE], 40 in all
        """);

    /// <summary>KEY, BTN_LEFT pressed.</summary>
    public static byte[] Key { get; } = Hex.Bytes("""
        03           # struct xenkbd_key: uint8_t type = XENKBD_TYPE_KEY
        01           # uint8_t pressed
        00 00        # padding
        10 01 00 00  # uint32_t keycode = BTN_LEFT = 0x110
        00*32        # union xenkbd_in_event: char pad[XENKBD_IN_EVENT_SIZE], 40 in all
        """);

    /// <summary>POS at (32767, 5), two notches down.</summary>
    public static byte[] Position { get; } = Hex.Bytes("""
        04 00*3      # struct xenkbd_position: uint8_t type = XENKBD_TYPE_POS; three bytes of padding
        ff 7f 00 00  # int32_t abs_x = 32767
        05 00 00 00  # int32_t abs_y = 5
        02 00 00 00  # int32_t rel_z = 2
        00*24        # union xenkbd_in_event: char pad[XENKBD_IN_EVENT_SIZE], 40 in all
        """);

    /// <summary>MTOUCH DOWN of finger 9 at (1023, 767).</summary>
    public static byte[] TouchDown { get; } = Hex.Bytes("""
        05           # struct xenkbd_mtouch: uint8_t type = XENKBD_TYPE_MTOUCH
        00           # uint8_t event_type = XENKBD_MT_EV_DOWN
        09           # uint8_t contact_id
        00*5         # uint8_t reserved[5]
        ff 03 00 00  # u.pos: int32_t abs_x = 1023
        ff 02 00 00  # u.pos: int32_t abs_y = 767
        00*24        # union xenkbd_in_event: char pad[XENKBD_IN_EVENT_SIZE], 40 in all
        """);

    /// <summary>MTOUCH UP of finger 255.</summary>
    public static byte[] TouchUp { get; } = Hex.Bytes("""
        05           # struct xenkbd_mtouch: uint8_t type = XENKBD_TYPE_MTOUCH
        01           # uint8_t event_type = XENKBD_MT_EV_UP
        ff           # uint8_t contact_id
        00*5         # uint8_t reserved[5]
        00*32        # union xenkbd_in_event: char pad[XENKBD_IN_EVENT_SIZE], 40 in all
        """);

    /// <summary>MTOUCH MOTION of finger 1 to (-2, 65536).</summary>
    public static byte[] TouchMotion { get; } = Hex.Bytes("""
        05           # struct xenkbd_mtouch: uint8_t type = XENKBD_TYPE_MTOUCH
        02           # uint8_t event_type = XENKBD_MT_EV_MOTION
        01           # uint8_t contact_id
        00*5         # uint8_t reserved[5]
        fe ff ff ff  # u.pos: int32_t abs_x = -2
        00 00 01 00  # u.pos: int32_t abs_y = 65536
        00*24        # union xenkbd_in_event: char pad[XENKBD_IN_EVENT_SIZE], 40 in all
        """);

    /// <summary>MTOUCH SYN.</summary>
    public static byte[] TouchSynchronise { get; } = Hex.Bytes("""
        05           # struct xenkbd_mtouch: uint8_t type = XENKBD_TYPE_MTOUCH
        03           # uint8_t event_type = XENKBD_MT_EV_SYN
        00*6         # uint8_t contact_id, uint8_t reserved[5]
        00*32        # union xenkbd_in_event: char pad[XENKBD_IN_EVENT_SIZE], 40 in all
        """);

    /// <summary>MTOUCH SHAPE of finger 2, axes 4294967295 and 40.</summary>
    public static byte[] TouchShape { get; } = Hex.Bytes("""
        05           # struct xenkbd_mtouch: uint8_t type = XENKBD_TYPE_MTOUCH
        04           # uint8_t event_type = XENKBD_MT_EV_SHAPE
        02           # uint8_t contact_id
        00*5         # uint8_t reserved[5]
        ff ff ff ff  # u.shape: uint32_t major
        28 00 00 00  # u.shape: uint32_t minor = 40
        00*24        # union xenkbd_in_event: char pad[XENKBD_IN_EVENT_SIZE], 40 in all
        """);

    /// <summary>MTOUCH ORIENT of finger 3, 180 degrees against the clock.</summary>
    public static byte[] TouchOrientation { get; } = Hex.Bytes("""
        05           # struct xenkbd_mtouch: uint8_t type = XENKBD_TYPE_MTOUCH
        05           # uint8_t event_type = XENKBD_MT_EV_ORIENT
        03           # uint8_t contact_id
        00*5         # uint8_t reserved[5]
        4c ff        # u.orientation: int16_t = -180
        00*30        # union xenkbd_in_event: char pad[XENKBD_IN_EVENT_SIZE], 40 in all
        """);
}
