using System.Buffers.Binary;
using Xenbus.Linux.Interop;
using XenFbFront.Input;
using XenFbFront.Input.Hid;
using XenFbFront.Input.Keys;
using XenFbFront.Tests.Content.Support;
using XenFbFront.Tests.Input.Support;
using Xunit;
using static XenFbFront.Input.InputCodes;

namespace XenFbFront.Tests.Input.Hid;

/// <summary>Devices that were taken up, with a socket where the kernel is. What the kernel makes of them is tested in emulated machines.</summary>
public sealed class UhidDeviceTests : SinkFixture
{
    private const ushort A = 30, B = 48, LeftShift = 42, Unsayable = 84;
    private const int InputHeader = 6;

    private static readonly InputDeviceSpec s_tablet = new(InputRole.Pointer, 0) { IsAbsolute = true, MaxX = 799, MaxY = 599 };

    private Descriptor? _kernel;

    [Fact]
    public void Write_KeysInTurn_EachIsAReportInOrder()
    {
        using IInputDevice device = Adopt(s_keyboard);
        Assert.Equal(0, device.Write([new(EV_KEY, LeftShift, 1), s_report, new(EV_KEY, A, 1), s_report, new(EV_KEY, A, 0), s_report, new(EV_KEY, LeftShift, 0), s_report]));
        Assert.Equal(["42", "30 42", "42", ""], Keys());
    }

    [Fact]
    public void Write_Repeats_AreTheKernels()
    {
        using IInputDevice device = Adopt(s_keyboard);
        device.Write([new(EV_KEY, A, 1), s_report, new(EV_KEY, A, 2), s_report, new(EV_KEY, A, 2), s_report]);
        Assert.Equal(["30"], Keys());
    }

    [Fact]
    public void Write_KeyWithoutUsage_IsDroppedAndSaidOnce()
    {
        using IInputDevice device = Adopt(s_keyboard);
        device.Write([new(EV_KEY, Unsayable, 1), s_report, new(EV_KEY, Unsayable, 0), s_report, new(EV_KEY, 195, 1), s_report, new(EV_KEY, A, 1), s_report]);
        Assert.Equal(["30"], Keys());
        Assert.Contains("key 84", Assert.Single(Logger.Lines));
    }

    [Fact]
    public void Write_AllKeysAtOnce_NoneIsMissing()
    {
        using IInputDevice device = Adopt(s_keyboard);
        List<InputEvent> events = [];
        foreach (HidUsage usage in HidKeys.Usages)
        {
            events.AddRange([new(EV_KEY, usage.Key, 1), s_report]);
        }

        Assert.Equal(0, device.Write([.. events]));
        Assert.Equal(HidKeys.Usages.Length, Keys()[^1].Split(' ').Length);
    }

    [Fact]
    public void Write_Tablet_PositionThenButtonsThenWheel()
    {
        using IInputDevice device = Adopt(s_tablet);
        Assert.Equal(0, device.Write(
        [
            new(EV_ABS, ABS_X, 799), new(EV_ABS, ABS_Y, 300), new(EV_REL, REL_WHEEL, -2), new(EV_REL, REL_WHEEL_HI_RES, -240), s_report,
            new(EV_KEY, BTN_RIGHT, 1), s_report,
            new(EV_REL, REL_WHEEL, 1), new(EV_REL, REL_WHEEL_HI_RES, 120), s_report,
            new(EV_KEY, BTN_TASK, 1), s_report, new(EV_KEY, BTN_RIGHT, 0), s_report,
        ]));
        Assert.Equal(
            ["10030=799 10031=300", "10038=-2", "90002=1", "10038=1", "90002=1 90008=1", "90008=1"],
            Reports().Select(report => Describe(HidDescriptors.Pointer(s_tablet), report)));
    }

    [Fact]
    public void Write_Mouse_MotionIsNotTwice()
    {
        InputDeviceSpec mouse = new(InputRole.Pointer, 0);
        using IInputDevice device = Adopt(mouse);
        device.Write([new(EV_REL, REL_X, -5), s_report, new(EV_REL, REL_Y, 7), s_report, new(EV_REL, REL_WHEEL, 1), s_report]);
        Assert.Equal(["10030=-5", "10031=7", "10038=1"], Reports().Select(report => Describe(HidDescriptors.Pointer(mouse), report)));
    }

    /// <summary>What is down must be in each report, else it would be released.</summary>
    [Fact]
    public void Resume_KeysDown_StayDownInTheNextReport()
    {
        using IInputDevice device = Adopt(s_keyboard);
        byte[] down = new byte[96];
        down[LeftShift / 8] = 1 << LeftShift % 8;
        device.Resume(down);
        device.Write([new(EV_KEY, B, 1), s_report]);
        Assert.Equal(["42 48"], Keys());
    }

    [Fact]
    public void Write_DeviceIsGone_SaysSoAndTellsTheSameAgain()
    {
        using IInputDevice device = Adopt(s_keyboard);
        _kernel!.Dispose();
        Assert.NotEqual(0, device.Write([new(EV_KEY, A, 1), s_report]));
        Assert.NotEqual(0, device.Write([new(EV_KEY, B, 1), s_report]));
    }

    [Fact]
    public void Write_AllocatesNothing()
    {
        using IInputDevice device = Adopt(s_keyboard);
        InputEvent[] press = [new(EV_KEY, A, 1), s_report], release = [new(EV_KEY, A, 0), s_report];
        byte[] buffer = new byte[4096];
        int errors = 0;
        AllocationMeter.AssertNone(() =>
        {
            for (int i = 0; i < 500; i++)
            {
                errors += device.Write(press) + device.Write(release);
                Libc.Read(_kernel!.Number, buffer);
                Libc.Read(_kernel!.Number, buffer);
            }
        });
        Assert.Equal(0, errors);
    }

    [Fact]
    public void Output_Lights_AreTaken()
    {
        using IInputDevice device = Adopt(s_keyboard);
        byte[] output = new byte[UhidEvents.EventBytes];
        output[0] = 6;
        output[4] = 0b010;
        output[4100] = 1;
        Say(output);
        Assert.Equal(KeyLocks.Caps, ((UhidDevice)device).Lights);
        output[4] = 0b101;
        Say(output);
        Assert.Equal(KeyLocks.Num | KeyLocks.Scroll, ((UhidDevice)device).Lights);
    }

    /// <summary>Who asks waits for 5 s, so an answer comes at once.</summary>
    [Theory]
    [InlineData(9, 10)]
    [InlineData(13, 14)]
    public void Questions_AreAnsweredAtOnce(byte question, byte answer)
    {
        using IInputDevice device = Adopt(s_keyboard);
        Say([question, 0, 0, 0, 0x78, 0x56, 0x34, 0x12, 0, 0]);
        byte[] reply = new byte[16];
        Assert.Equal(10, Libc.Read(_kernel!.Number, reply));
        Assert.Equal([answer, 0, 0, 0, 0x78, 0x56, 0x34, 0x12, 5, 0], reply[..10]);
    }

    [Fact]
    public void Remove_DestroysAndForgets()
    {
        using IInputDevice device = Adopt(s_keyboard);
        device.Remove();
        byte[] message = new byte[16];
        Assert.Equal(4, Libc.Read(_kernel!.Number, message));
        Assert.Equal([1, 0, 0, 0], message[..4]);
        Assert.Empty(Kept.Names);
        Assert.Equal(0, Libc.Read(_kernel.Number, message));
    }

    [Fact]
    public void Dispose_OfAWorker_LeavesTheDeviceToTheHolder()
    {
        using IInputDevice device = Adopt(s_keyboard);
        device.Dispose();
        Assert.Equal(-Errno.EAGAIN, Libc.Read(_kernel!.Number, new byte[16]));
        Assert.Single(Kept.Names);
    }

    public override void Dispose()
    {
        _kernel?.Dispose();
        base.Dispose();
    }

    /// <summary>A device of a predecessor; the other end of its file is <see cref="_kernel"/>.</summary>
    private IInputDevice Adopt(InputDeviceSpec spec)
    {
        Assert.Equal(0, Libc.SocketPair(Libc.SequencedPacket, out int first, out int second));
        using Descriptor file = new(first);
        _kernel = new(second);
        Libc.SetNonBlocking(first);
        Libc.SetNonBlocking(second);
        Leave(spec, file);
        IInputDevice device = new UhidSink(Loop, Logger, "/nonexistent").Open(spec, Descriptors);
        // The look whether it lives.
        Assert.Equal(10, Libc.Read(second, new byte[64]));
        return device;
    }

    private void Say(byte[] message)
    {
        Assert.Equal(message.Length, Libc.Write(_kernel!.Number, message));
        Assert.True(Loop.RunOnce(TimeSpan.FromSeconds(5)));
    }

    /// <summary>Input reports that have been written, each without its head. Those of one call stand in one message of the socket.</summary>
    private List<byte[]> Reports()
    {
        List<byte[]> reports = [];
        byte[] buffer = new byte[65536];
        int length;
        while ((length = Libc.Read(_kernel!.Number, buffer)) > 0)
        {
            for (int at = 0; at < length;)
            {
                Assert.Equal(12u, BinaryPrimitives.ReadUInt32LittleEndian(buffer.AsSpan(at)));
                int bytes = BinaryPrimitives.ReadUInt16LittleEndian(buffer.AsSpan(at + 4));
                reports.Add(buffer.AsSpan(at + InputHeader, bytes).ToArray());
                at += InputHeader + bytes;
            }
        }

        return reports;
    }

    private List<string> Keys() => [.. Reports().Select(report =>
    {
        HidReports reports = new(HidDescriptors.Keyboard());
        return string.Join(' ', reports.Read(report).Where(field => field.Value != 0).Select(field => (int)HidKeys.Usages[field.Field.Bit].Key).Order());
    })];

    private static string Describe(byte[] descriptor, byte[] report) =>
        string.Join(' ', new HidReports(descriptor).Read(report).Where(field => field.Value != 0).Select(field => $"{field.Field.Usage:x}={field.Value}"));
}
