using System.Text;
using Xenbus;
using Xenbus.Devices;
using Xenbus.Linux.Interop;
using static XenFbFront.Input.InputCodes;
using static XenFbFront.Input.UinputRequests;

namespace XenFbFront.Input;

/// <summary>Makes input devices of the guest's kernel through /dev/uinput, looking like those of the kernel's own xen-kbdfront.</summary>
/// <remarks>
/// <para>
/// Differences to xen-kbdfront, each for a reason: a keyboard declares fewer keys (see <see cref="KeysBeyond"/>) and lights, so that Caps Lock
/// has one; pointers have the fine wheel axis that new programs read; touch screens report BTN_TOUCH, ABS_X and ABS_Y too, for programs that know
/// one finger only.
/// </para>
/// <para>
/// No device declares EV_REP, as in xen-kbdfront. The backend repeats held keys by pressing them again, the driver passes that on as value 2, which
/// the input core hands to the virtual terminals whether or not EV_REP is declared. With EV_REP the kernel would repeat by itself as well, twice
/// as fast, and for ever after a key-up that the backend dropped.
/// </para>
/// </remarks>
/// <param name="devicePath">The device to open.</param>
/// <param name="sysfs">Where sysfs is mounted.</param>
/// <param name="eventFolder">Where the nodes of event devices are.</param>
public sealed unsafe class UinputSink(string devicePath = UinputSink.DefaultPath, string sysfs = "/sys", string eventFolder = "/dev/input") : IInputSink
{
    /// <summary>The kernel's device.</summary>
    public const string DefaultPath = "/dev/uinput";

    /// <summary>First and last key that a keyboard declares in one piece. C: KEY_ESC, KEY_MICMUTE.</summary>
    private const ushort FirstKey = 1, LastKey = 0xf8;

    private const int MaxTrackingId = 65535, QuarterTurn = 90;

    /// <inheritdoc/>
    public string Description => "uinput";

    /// <summary>Keys behind the buttons that keyboards really have.</summary>
    /// <remarks>
    /// All keys together make a MODALIAS of 2362 bytes, more than the 2048 of a whole uevent: the kernel then drops the event, and neither udev nor
    /// logind nor libinput ever see the device (Debian bug 983357, systemd issue 22944). QEMU's own table of keys ends below KEY_MICMUTE.
    /// C: KEY_OK to KEY_CLEAR, KEY_INFO, KEY_FAVORITES, KEY_ZOOM, KEY_KEYBOARD, KEY_ZOOMIN to KEY_EURO, KEY_FN, KEY_ROTATE_LOCK_TOGGLE,
    /// KEY_BUTTONCONFIG to KEY_ASSISTANT, KEY_EMOJI_PICKER, KEY_DICTATE, KEY_BRIGHTNESS_MIN, KEY_BRIGHTNESS_MAX.
    /// </remarks>
    private static ReadOnlySpan<ushort> KeysBeyond =>
    [
        0x160, 0x161, 0x162, 0x163, 0x166, 0x16c, 0x174, 0x176,
        0x1a2, 0x1a3, 0x1a4, 0x1a5, 0x1a6, 0x1a7, 0x1a8, 0x1a9, 0x1aa, 0x1ab, 0x1ac, 0x1ad, 0x1ae, 0x1af, 0x1b0, 0x1b1, 0x1b2, 0x1b3,
        0x1d0, 0x231, 0x240, 0x241, 0x242, 0x243, 0x244, 0x245, 0x246, 0x247, 0x249, 0x24a, 0x250, 0x251,
    ];

    /// <summary>Whether devices of a role declare a key; the kernel drops events of others without a word.</summary>
    public static bool HasKey(InputRole role, ushort key) => role switch
    {
        InputRole.Keyboard => key is >= FirstKey and <= LastKey || KeysBeyond.Contains(key),
        InputRole.Pointer => key is >= BTN_LEFT and <= BTN_TASK,
        InputRole.Touch => key == BTN_TOUCH,
    };

    /// <inheritdoc/>
    public string KeepsAs => "uinput";

    /// <inheritdoc/>
    public IInputDevice Open(InputDeviceSpec spec, IDescriptorStore descriptors)
    {
        if (descriptors.Take(spec.KeepName) is { } kept)
        {
            UinputDevice adopted = new(kept, spec, descriptors, sysfs, eventFolder);
            if (adopted.SysName() is not null)
            {
                return adopted;
            }

            // Its predecessor was removed and the keeper not told.
            adopted.Dispose();
        }

        Descriptor file = OpenUinput();
        try
        {
            Describe(file, spec);
            Require(Libc.Ioctl(file.Number, UI_DEV_CREATE, null), nameof(UI_DEV_CREATE), spec);
            // Whoever takes it up must find it whole, so it is kept only now.
            descriptors.Keep(spec.KeepName, file);
            return new UinputDevice(file, spec, descriptors, sysfs, eventFolder);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private Descriptor OpenUinput()
    {
        int result = Libc.Open(devicePath, OpenFlags.ReadWrite | OpenFlags.NonBlocking);
        return Descriptor.Own(result, "open", devicePath, -result switch
        {
            Errno.ENOENT or Errno.ENODEV or Errno.ENXIO => "modprobe uinput, or boot a kernel with CONFIG_INPUT_UINPUT, or choose another input sink",
            Errno.EACCES or Errno.EPERM => "run as root",
            _ => null,
        });
    }

    private static void Describe(Descriptor file, InputDeviceSpec spec)
    {
        switch (spec.Role)
        {
            case InputRole.Keyboard:
                DescribeKeyboard(file, spec);
                break;
            case InputRole.Pointer:
                DescribePointer(file, spec);
                break;
            case InputRole.Touch:
                DescribeTouch(file, spec);
                break;
        }
    }

    private static void DescribeKeyboard(Descriptor file, InputDeviceSpec spec)
    {
        Name(file, spec);
        Set(file, spec, UI_SET_EVBIT, EV_KEY);
        for (ushort key = FirstKey; key <= LastKey; key++)
        {
            Set(file, spec, UI_SET_KEYBIT, key);
        }

        foreach (ushort key in KeysBeyond)
        {
            Set(file, spec, UI_SET_KEYBIT, key);
        }

        // Nobody reads what the kernel says of lights: it keeps the last sixteen events and waits for nobody.
        Set(file, spec, UI_SET_EVBIT, EV_LED);
        Set(file, spec, UI_SET_LEDBIT, LED_NUML);
        Set(file, spec, UI_SET_LEDBIT, LED_CAPSL);
        Set(file, spec, UI_SET_LEDBIT, LED_SCROLLL);
    }

    private static void DescribePointer(Descriptor file, InputDeviceSpec spec)
    {
        Name(file, spec);
        Set(file, spec, UI_SET_EVBIT, EV_KEY);
        for (ushort button = BTN_LEFT; button <= BTN_TASK; button++)
        {
            Set(file, spec, UI_SET_KEYBIT, button);
        }

        Set(file, spec, UI_SET_EVBIT, EV_REL);
        Set(file, spec, UI_SET_RELBIT, REL_WHEEL);
        Set(file, spec, UI_SET_RELBIT, REL_WHEEL_HI_RES);
        if (spec.IsAbsolute)
        {
            // Positions and mouse buttons without BTN_TOUCH: libinput takes it for an absolute pointer, like QEMU's USB tablet.
            Set(file, spec, UI_SET_EVBIT, EV_ABS);
            SetAxis(file, spec, ABS_X, 0, spec.MaxX);
            SetAxis(file, spec, ABS_Y, 0, spec.MaxY);
        }
        else
        {
            Set(file, spec, UI_SET_RELBIT, REL_X);
            Set(file, spec, UI_SET_RELBIT, REL_Y);
        }
    }

    private static void DescribeTouch(Descriptor file, InputDeviceSpec spec)
    {
        Name(file, spec);
        Set(file, spec, UI_SET_PROPBIT, INPUT_PROP_DIRECT);
        Set(file, spec, UI_SET_EVBIT, EV_KEY);
        Set(file, spec, UI_SET_KEYBIT, BTN_TOUCH);
        Set(file, spec, UI_SET_EVBIT, EV_ABS);
        SetAxis(file, spec, ABS_X, 0, spec.MaxX);
        SetAxis(file, spec, ABS_Y, 0, spec.MaxY);
        SetAxis(file, spec, ABS_MT_SLOT, 0, spec.ContactCount - 1);
        SetAxis(file, spec, ABS_MT_TRACKING_ID, 0, MaxTrackingId);
        SetAxis(file, spec, ABS_MT_POSITION_X, 0, spec.MaxX);
        SetAxis(file, spec, ABS_MT_POSITION_Y, 0, spec.MaxY);
        // The protocol gives the axes of a contact in pixels of the screen.
        SetAxis(file, spec, ABS_MT_TOUCH_MAJOR, 0, Math.Max(spec.MaxX, spec.MaxY));
        SetAxis(file, spec, ABS_MT_TOUCH_MINOR, 0, Math.Max(spec.MaxX, spec.MaxY));
        // The largest value means a quarter of a turn; degrees beyond it are allowed (multi-touch-protocol.rst).
        SetAxis(file, spec, ABS_MT_ORIENTATION, -QuarterTurn, QuarterTurn);
    }

    private static void Name(Descriptor file, InputDeviceSpec spec)
    {
        UinputSetup setup = new() { BusType = InputIdentity.Bus, Vendor = InputIdentity.Vendor, Product = InputIdentity.ProductOf(spec.Role) };
        Encoding.ASCII.GetBytes(InputIdentity.NameOf(spec.Role), new Span<byte>(&setup.Name, sizeof(UinputSetup.NameBytes)));
        Require(Libc.Ioctl(file.Number, UI_DEV_SETUP, &setup), nameof(UI_DEV_SETUP), spec);

        Span<byte> phys = stackalloc byte[64];
        phys.Clear();
        Encoding.ASCII.GetBytes(InputIdentity.PhysOf(spec), phys);
        fixed (byte* text = phys)
        {
            Require(Libc.Ioctl(file.Number, UI_SET_PHYS, text), nameof(UI_SET_PHYS), spec);
        }
    }

    private static void Set(Descriptor file, InputDeviceSpec spec, uint request, ushort code) =>
        Require(Libc.Ioctl(file.Number, request, (nint)code), "declare", spec, code);

    private static void SetAxis(Descriptor file, InputDeviceSpec spec, ushort code, int minimum, int maximum)
    {
        UinputAbsSetup axis = new() { Code = code, Minimum = minimum, Maximum = maximum };
        Require(Libc.Ioctl(file.Number, UI_ABS_SETUP, &axis), nameof(UI_ABS_SETUP), spec, code);
    }

    private static void Require(int result, string operation, InputDeviceSpec spec, int code = -1)
    {
        if (result < 0)
        {
            string what = $"uinput {spec.Role} of vkbd {spec.VkbdId}";
            throw new XenException(operation, code < 0 ? what : $"code {code} of {what}", -result);
        }
    }
}
