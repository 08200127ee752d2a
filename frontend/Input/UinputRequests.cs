using Xenbus.Linux.Interop;

namespace XenFbFront.Input;

/// <summary>Request numbers of /dev/uinput and of event devices. C: linux/uinput.h, linux/input.h.</summary>
internal static unsafe class UinputRequests
{
    /// <summary>Bytes that <see cref="UI_GET_SYSNAME"/> fills at most.</summary>
    public const int SysNameBytes = 64;

    /// <summary>Bytes that <see cref="EVIOCGKEY"/> fills: a bit for each key from 0 to KEY_MAX.</summary>
    public const int KeyStateBytes = (InputCodes.KEY_MAX + 1) / 8;

    private const char Uinput = 'U', Evdev = 'E';

    /// <summary>Registers the device that was described. No argument.</summary>
    public static readonly uint UI_DEV_CREATE = Ioctl.None(Uinput, 1);

    /// <summary>Unregisters the device; what is held is released. No argument.</summary>
    public static readonly uint UI_DEV_DESTROY = Ioctl.None(Uinput, 2);

    /// <summary>Name and numbers. Argument: <see cref="UinputSetup"/>.</summary>
    public static readonly uint UI_DEV_SETUP = Ioctl.Write(Uinput, 3, sizeof(UinputSetup));

    /// <summary>Declares an axis with its range. Argument: <see cref="UinputAbsSetup"/>.</summary>
    public static readonly uint UI_ABS_SETUP = Ioctl.Write(Uinput, 4, sizeof(UinputAbsSetup));

    /// <summary>Declares a type of events. Argument by value.</summary>
    public static readonly uint UI_SET_EVBIT = Ioctl.Write(Uinput, 100, sizeof(int));

    /// <summary>Declares a key or button. Argument by value.</summary>
    public static readonly uint UI_SET_KEYBIT = Ioctl.Write(Uinput, 101, sizeof(int));

    /// <summary>Declares a relative axis. Argument by value.</summary>
    public static readonly uint UI_SET_RELBIT = Ioctl.Write(Uinput, 102, sizeof(int));

    /// <summary>Declares a light. Argument by value.</summary>
    public static readonly uint UI_SET_LEDBIT = Ioctl.Write(Uinput, 105, sizeof(int));

    /// <summary>Where the device is plugged in. Argument: a C string.</summary>
    public static readonly uint UI_SET_PHYS = Ioctl.Write(Uinput, 108, sizeof(char*));

    /// <summary>Declares a property. Argument by value.</summary>
    public static readonly uint UI_SET_PROPBIT = Ioctl.Write(Uinput, 110, sizeof(int));

    /// <summary>Name below /sys/class/input of the registered device. Argument: <see cref="SysNameBytes"/> bytes.</summary>
    public static readonly uint UI_GET_SYSNAME = Ioctl.Read(Uinput, 44, SysNameBytes);

    /// <summary>Which keys are down, of an event device. Argument: <see cref="KeyStateBytes"/> bytes.</summary>
    public static readonly uint EVIOCGKEY = Ioctl.Read(Evdev, 0x18, KeyStateBytes);
}
