using System.Buffers.Binary;
using System.Text;
using Xenbus;
using Xenbus.Linux.Interop;
using XenFbFront.Input;
using XenFbFront.Input.Hid;
using XenFbFront.Tests.Input.Support;
using Xunit;

namespace XenFbFront.Tests.Input.Hid;

/// <summary>Making devices, with a pseudo-terminal where /dev/uhid would be: something that has a path and another end.</summary>
public sealed class UhidSinkTests : SinkFixture
{
    private static readonly InputDeviceSpec s_third = new(InputRole.Keyboard, 3);

    [Fact]
    public void Open_NoDevice_NamesTheModules()
    {
        XenException refused = Assert.Throws<XenException>(() => Sink(Path.Combine(Folder, "uhid")).Open(s_third, Descriptors));
        Assert.Equal(Errno.ENOENT, refused.ErrorNumber);
        Assert.Contains("modprobe uhid hid hid-generic", refused.Message.Replace("-a ", string.Empty));
        Assert.Empty(Kept.Names);
    }

    [Fact]
    public void Open_Touch_IsNotOfferedAndSaysSo()
    {
        using IInputDevice device = Sink("/nonexistent").Open(new(InputRole.Touch, 0) { ContactCount = 5 }, Descriptors);
        Assert.Equal(0, device.Write([new(InputCodes.EV_KEY, InputCodes.BTN_TOUCH, 1)]));
        Assert.Contains("touch", Assert.Single(Logger.Lines));
    }

    [Fact]
    public void Open_DriverComes_DeviceIsDescribedAndKept()
    {
        using PseudoTerminal kernel = new();
        string input = Path.Combine(Folder, "class/input/input7");
        Directory.CreateDirectory(Path.Combine(input, "id"));
        Directory.CreateDirectory(Path.Combine(input, "device/power"));
        File.WriteAllText(Path.Combine(input, "phys"), "xenbus/device/vkbd/3\n");
        File.WriteAllText(Path.Combine(input, "id/product"), "ffff\n");
        File.WriteAllText(Path.Combine(input, "device/power/control"), "auto");
        byte[] descriptor = HidDescriptors.Keyboard();
        byte[] created = [];
        Thread driver = new(() =>
        {
            created = kernel.Read(UhidEvents.CreateDescriptorOffset + descriptor.Length);
            kernel.Write([2, 0, 0, 0]);
        });
        driver.Start();
        using IInputDevice device = Sink(kernel.Path).Open(s_third, Descriptors);
        driver.Join();

        Assert.Equal(11u, BinaryPrimitives.ReadUInt32LittleEndian(created));
        Assert.Equal("Xen Virtual Keyboard\0", Encoding.ASCII.GetString(created, 4, 21));
        Assert.Equal("xenbus/device/vkbd/3\0", Encoding.ASCII.GetString(created, 132, 21));
        Assert.Equal(descriptor.Length, BinaryPrimitives.ReadUInt16LittleEndian(created.AsSpan(260)));
        Assert.Equal([1, 0, 0x53, 0x58, 0, 0, 0xff, 0xff, 0, 0], created[262..272]);
        Assert.Equal(descriptor, created[280..]);
        Assert.Equal([s_third.KeepName], Kept.Names);
        // What waits for the driver to be ready.
        Assert.StartsWith("on", File.ReadAllText(Path.Combine(input, "device/power/control")));
    }

    [Fact]
    public void Open_NoDriverComes_NamesItAndKeepsNothing()
    {
        using PseudoTerminal kernel = new();
        XenException refused = Assert.Throws<XenException>(() => Sink(kernel.Path).Open(s_third, Descriptors));
        Assert.Contains("hid-generic", refused.Message);
        Assert.Contains("Keyboard of vkbd 3", refused.Message);
        Assert.Empty(Kept.Names);
    }

    /// <summary>A device that was destroyed behind the keeper's back is made anew instead of being written to in vain.</summary>
    [Fact]
    public void Open_KeptFileIsNoDevice_IsNotTakenUp()
    {
        using Descriptor other = new(Libc.Open("/dev/full", OpenFlags.ReadWrite));
        Leave(s_third, other);
        XenException refused = Assert.Throws<XenException>(() => Sink(Path.Combine(Folder, "uhid")).Open(s_third, Descriptors));
        Assert.Equal("open", refused.Operation);
    }

    private UhidSink Sink(string path) => new(Loop, Logger, path, Folder, Folder);

    /// <summary>A pair of which one end has a path and passes bytes as they are.</summary>
    private sealed unsafe class PseudoTerminal : IDisposable
    {
        private const uint TIOCSPTLCK = 0x40045431, TIOCGPTN = 0x80045430, TCGETS = 0x5401, TCSETS = 0x5402;

        private readonly Descriptor _master;

        public PseudoTerminal()
        {
            _master = Descriptor.Own(Libc.Open("/dev/ptmx", OpenFlags.ReadWrite | OpenFlags.NoControllingTerminal), "open", "/dev/ptmx");
            int unlocked = 0, number;
            Assert.Equal(0, Libc.Ioctl(_master.Number, TIOCSPTLCK, &unlocked));
            Assert.Equal(0, Libc.Ioctl(_master.Number, TIOCGPTN, &number));
            // struct termios: input, output, control and local flags.
            uint* modes = stackalloc uint[16];
            Assert.Equal(0, Libc.Ioctl(_master.Number, TCGETS, modes));
            (modes[0], modes[1], modes[3]) = (0, 0, 0);
            Assert.Equal(0, Libc.Ioctl(_master.Number, TCSETS, modes));
            Path = $"/dev/pts/{number}";
        }

        public string Path { get; }

        public byte[] Read(int length)
        {
            byte[] bytes = new byte[length];
            for (int done = 0; done < length;)
            {
                int result = Libc.Read(_master.Number, bytes.AsSpan(done));
                if (result < 0)
                {
                    Thread.Sleep(1);
                    continue;
                }

                done += result;
            }

            return bytes;
        }

        public void Write(ReadOnlySpan<byte> bytes) => Libc.Write(_master.Number, bytes);

        public void Dispose() => _master.Dispose();
    }
}
