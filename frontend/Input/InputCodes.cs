namespace XenFbFront.Input;

/// <summary>Codes of the kernel's input subsystem that the project speaks of. C: linux/input-event-codes.h, whose spelling they keep.</summary>
public static class InputCodes
{
    public const ushort EV_SYN = 0x00;
    public const ushort EV_KEY = 0x01;
    public const ushort EV_REL = 0x02;
    public const ushort EV_ABS = 0x03;
    public const ushort EV_MSC = 0x04;
    public const ushort EV_LED = 0x11;
    public const ushort EV_REP = 0x14;

    public const ushort SYN_REPORT = 0;

    public const ushort REL_X = 0x00;
    public const ushort REL_Y = 0x01;
    public const ushort REL_WHEEL = 0x08;
    public const ushort REL_WHEEL_HI_RES = 0x0b;

    public const ushort ABS_X = 0x00;
    public const ushort ABS_Y = 0x01;
    public const ushort ABS_MT_SLOT = 0x2f;
    public const ushort ABS_MT_TOUCH_MAJOR = 0x30;
    public const ushort ABS_MT_TOUCH_MINOR = 0x31;
    public const ushort ABS_MT_ORIENTATION = 0x34;
    public const ushort ABS_MT_POSITION_X = 0x35;
    public const ushort ABS_MT_POSITION_Y = 0x36;
    public const ushort ABS_MT_TRACKING_ID = 0x39;

    public const ushort BTN_LEFT = 0x110;
    public const ushort BTN_RIGHT = 0x111;
    public const ushort BTN_MIDDLE = 0x112;
    public const ushort BTN_TASK = 0x117;
    public const ushort BTN_TOUCH = 0x14a;

    public const ushort KEY_MAX = 0x2ff;

    public const ushort LED_NUML = 0x00;
    public const ushort LED_CAPSL = 0x01;
    public const ushort LED_SCROLLL = 0x02;

    public const ushort INPUT_PROP_POINTER = 0x00;
    public const ushort INPUT_PROP_DIRECT = 0x01;
}
