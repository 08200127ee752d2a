using System.Buffers.Binary;
using System.Diagnostics;
using System.Text;
using Xenbus;
using Xenbus.Linux.Interop;

namespace XenFbFront.Probe;

/// <summary>Input devices as another program of the guest sees them. C: linux/input.h.</summary>
internal static unsafe class InputCommand
{
    private const string Folder = "/dev/input";
    private const int EventBytes = 24, TypeOffset = 16, CodeOffset = 18, ValueOffset = 20;
    private const ushort EV_SYN = 0, SYN_REPORT = 0, EV_ABS = 3;
    private const int AxisCount = 64, AxisBytes = 24, MinimumOffset = 4, MaximumOffset = 8;

    private static readonly TimeSpan s_appearTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_lookInterval = TimeSpan.FromMilliseconds(50);

    /// <summary>Prints <c>ready</c> and then all events, until every device has gone.</summary>
    /// <param name="names">Of the devices, as the kernel has them.</param>
    public static int Run(string[] names)
    {
        PollDescriptor[] entries = new PollDescriptor[names.Length];
        Descriptor[] files = new Descriptor[names.Length];
        string[] roles = new string[names.Length];
        for (int i = 0; i < names.Length; i++)
        {
            files[i] = WaitFor(names[i]);
            roles[i] = names[i][(names[i].LastIndexOf(' ') + 1)..].ToLowerInvariant();
            entries[i] = new() { Descriptor = files[i].Number, Events = PollEvents.POLLIN };
        }

        using Stream output = Console.OpenStandardOutput();
        output.Write("ready\n"u8);
        byte[] events = new byte[EventBytes * 64];
        for (int open = names.Length; open > 0;)
        {
            int result = Libc.Poll(entries, -1);
            if (result < 0)
            {
                throw new XenException("wait for", Folder, -result);
            }

            for (int i = 0; i < entries.Length; i++)
            {
                int length = entries[i].Returned == 0 ? 0 : Libc.Read(files[i].Number, events);
                if (length < 0)
                {
                    // Negative descriptors are passed over.
                    entries[i].Descriptor = -1;
                    open--;
                }

                Print(output, roles[i], events.AsSpan(0, Math.Max(0, length)));
            }
        }

        return 0;
    }

    /// <summary>Prints the absolute axes.</summary>
    /// <param name="name">Of the device.</param>
    public static int PrintAxes(string name)
    {
        using Descriptor file = WaitFor(name);
        byte* bits = stackalloc byte[AxisCount / 8];
        new Span<byte>(bits, AxisCount / 8).Clear();
        // C: EVIOCGBIT(EV_ABS, len).
        const byte getBits = 0x20, getAxis = 0x40;
        int result = Libc.Ioctl(file.Number, Ioctl.Read('E', getBits + EV_ABS, AxisCount / 8), bits);
        if (result < 0)
        {
            throw new XenException("read the axes of", name, -result);
        }

        byte* axis = stackalloc byte[AxisBytes];
        for (int code = 0; code < AxisCount; code++)
        {
            // C: EVIOCGABS(abs), struct input_absinfo.
            if ((bits[code / 8] >> code % 8 & 1) != 0 && Libc.Ioctl(file.Number, Ioctl.Read('E', (byte)(getAxis + code), AxisBytes), axis) >= 0)
            {
                ReadOnlySpan<byte> bytes = new(axis, AxisBytes);
                Console.WriteLine(
                    $"{code} {BinaryPrimitives.ReadInt32LittleEndian(bytes[MinimumOffset..])} {BinaryPrimitives.ReadInt32LittleEndian(bytes[MaximumOffset..])}");
            }
        }

        return 0;
    }

    /// <summary>Prints the driver's keymap.</summary>
    /// <param name="name">Of the device.</param>
    public static int PrintKeymap(string name)
    {
        using Descriptor file = WaitFor(name);
        // C: struct input_keymap_entry: flags, len, 8 bits each, index, 16 bits, keycode, 32 bits, scancode[32]. EVIOCGKEYCODE_V2.
        const int entryBytes = 40;
        byte* entry = stackalloc byte[entryBytes];
        for (ushort index = 0; ; index++)
        {
            new Span<byte>(entry, entryBytes).Clear();
            // C: INPUT_KEYMAP_BY_INDEX.
            entry[0] = 1;
            *(ushort*)(entry + 2) = index;
            if (Libc.Ioctl(file.Number, Ioctl.Read('E', 4, entryBytes), entry) < 0)
            {
                return 0;
            }

            Console.WriteLine($"{*(uint*)(entry + 8):x} {*(uint*)(entry + 4)}");
        }
    }

    private static void Print(Stream output, string role, ReadOnlySpan<byte> events)
    {
        StringBuilder text = new();
        for (; events.Length >= EventBytes; events = events[EventBytes..])
        {
            ushort type = BinaryPrimitives.ReadUInt16LittleEndian(events[TypeOffset..]), code = BinaryPrimitives.ReadUInt16LittleEndian(events[CodeOffset..]);
            text.Append((type, code) is (EV_SYN, SYN_REPORT)
                ? $"{role} --\n"
                : $"{role} {type} {code} {BinaryPrimitives.ReadInt32LittleEndian(events[ValueOffset..])}\n");
        }

        // One write for what was there, which is whole packets.
        output.Write(Encoding.UTF8.GetBytes(text.ToString()));
        output.Flush();
    }

    /// <summary>Opens a device by its name, waiting for it.</summary>
    /// <exception cref="XenException">It does not come.</exception>
    private static Descriptor WaitFor(string name)
    {
        byte* buffer = stackalloc byte[256];
        long start = Stopwatch.GetTimestamp();
        while (true)
        {
            foreach (string path in Directory.Exists(Folder) ? Directory.GetFiles(Folder, "event*") : [])
            {
                int number = Libc.Open(path, OpenFlags.ReadOnly | OpenFlags.NonBlocking);
                if (number < 0)
                {
                    continue;
                }

                // C: EVIOCGNAME(len), which gives the length with the NUL.
                Descriptor file = new(number);
                int length = Libc.Ioctl(number, Ioctl.Read('E', 6, 256), buffer);
                if (length > 0 && Encoding.UTF8.GetString(buffer, length - 1) == name)
                {
                    return file;
                }

                file.Dispose();
            }

            if (Stopwatch.GetElapsedTime(start) > s_appearTimeout)
            {
                throw new XenException("open", $"the input device {name}", Errno.ENOENT, $"it is not in {Folder}: load evdev, or look at its name in /proc/bus/input/devices");
            }

            Thread.Sleep(s_lookInterval);
        }
    }
}
