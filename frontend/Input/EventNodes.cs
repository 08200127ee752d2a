using System.Text;
using Xenbus.Linux.Interop;
using static XenFbFront.Input.UinputRequests;

namespace XenFbFront.Input;

/// <summary>Finds input devices of the kernel in sysfs, and asks their event devices.</summary>
/// <remarks>Names are tried by number instead of listed, as directories are no business of the C library's calls that we have; it is asked once a device.</remarks>
internal static unsafe class EventNodes
{
    /// <summary>Event devices that a kernel has at most. C: EVDEV_MINORS in drivers/input/evdev.c, and the dynamic ones.</summary>
    private const int MaxEventDevices = 1024;

    /// <summary>Input devices that a kernel has numbered so far, at most; each one that is made takes the next number.</summary>
    private const int MaxInputDevices = 4096;

    /// <summary>Path of the event device of an input device, or null when there is none: evdev is not loaded.</summary>
    /// <param name="sysfs">Where sysfs is mounted.</param>
    /// <param name="eventFolder">Where the nodes of event devices are.</param>
    /// <param name="name">Name below /sys/class/input, as in <c>input5</c>.</param>
    public static string? Find(string sysfs, string eventFolder, string name)
    {
        for (int number = 0; number < MaxEventDevices; number++)
        {
            if (Libc.Exists(Path.Combine(sysfs, "class/input", name, $"event{number}")))
            {
                return Path.Combine(eventFolder, $"event{number}");
            }
        }

        return null;
    }

    /// <summary>Name below /sys/class/input of the input device at a place, as in <c>input5</c>; null when there is none.</summary>
    /// <param name="sysfs">Where sysfs is mounted.</param>
    /// <param name="phys">Where it is plugged in.</param>
    /// <param name="product">Its product number.</param>
    public static string? FindInput(string sysfs, string phys, ushort product)
    {
        string folder = Path.Combine(sysfs, "class/input");
        for (int number = 0; number < MaxInputDevices; number++)
        {
            string name = $"input{number}";
            if (Reads(Path.Combine(folder, name, "phys"), phys) && Reads(Path.Combine(folder, name, "id/product"), product.ToString("x4")))
            {
                return name;
            }
        }

        return null;
    }

    /// <summary>Whether a key is down; null when it cannot be asked.</summary>
    /// <param name="path">An event device, or null.</param>
    /// <param name="key">0 to KEY_MAX.</param>
    public static bool? IsKeyDown(string? path, ushort key)
    {
        int number = path is null ? -1 : Libc.Open(path, OpenFlags.ReadOnly | OpenFlags.NonBlocking);
        if (number < 0)
        {
            return null;
        }

        using Descriptor eventDevice = new(number);
        byte* keys = stackalloc byte[KeyStateBytes];
        new Span<byte>(keys, KeyStateBytes).Clear();
        return Libc.Ioctl(eventDevice.Number, EVIOCGKEY, keys) < 0 ? null : (keys[key / 8] >> (key % 8) & 1) != 0;
    }

    /// <summary>Whether an attribute of sysfs is a text.</summary>
    private static bool Reads(string path, string expected)
    {
        int number = Libc.Open(path, OpenFlags.ReadOnly);
        if (number < 0)
        {
            return false;
        }

        using Descriptor file = new(number);
        Span<byte> text = stackalloc byte[128];
        int length = Libc.Read(file.Number, text);
        return length > 0 && Encoding.ASCII.GetString(text[..length]).TrimEnd('\n') == expected;
    }
}
