using Xenbus;
using Xenbus.Devices;
using Xenbus.Linux.Interop;
using XenFbFront.Input;
using XenFbFront.Tests.Content.Support;
using XenFbFront.Tests.Input.Support;
using Xunit;
using static XenFbFront.Input.InputCodes;

namespace XenFbFront.Tests.Input;

public sealed class RecorderSinkTests : SinkFixture
{
    private static readonly InputEvent[] s_press = [new(EV_KEY, 30, 1), s_report];

    private string FilePath => Path.Combine(Folder, "input.log");

    [Fact]
    public void Write_TwoRoles_OneLineAnEventAndABlankLineBehindEachDelivery()
    {
        using IInputDevice keyboard = Open(s_keyboard);
        using IInputDevice pointer = Open(new(InputRole.Pointer, 0));
        using IInputDevice touch = Open(new(InputRole.Touch, 0));
        Assert.Equal(0, keyboard.Write(s_press));
        Assert.Equal(0, pointer.Write([new(EV_REL, REL_X, int.MinValue), new(EV_ABS, ABS_Y, 16384), s_report]));
        Assert.Equal(0, touch.Write([new(ushort.MaxValue, ushort.MaxValue, int.MaxValue)]));
        Assert.Equal(
            """
            keyboard 1 30 1
            keyboard 0 0 0

            pointer 2 0 -2147483648
            pointer 3 1 16384
            pointer 0 0 0

            touch 65535 65535 2147483647


            """,
            File.ReadAllText(FilePath));
    }

    [Fact]
    public void Write_NoEvents_WritesNothing()
    {
        using IInputDevice device = Open(s_keyboard);
        Assert.Equal(0, device.Write([]));
        Assert.Equal(0, new FileInfo(FilePath).Length);
    }

    [Fact]
    public void Write_MoreThanTheUsualBuffer_IsOneDelivery()
    {
        using IInputDevice device = Open(s_keyboard);
        InputEvent[] events = new InputEvent[5000];
        Array.Fill(events, new(ushort.MaxValue, ushort.MaxValue, int.MinValue));
        Assert.Equal(0, device.Write(events));
        Assert.Equal(5001, File.ReadAllLines(FilePath).Length);
    }

    [Fact]
    public void Write_AllocatesNothing()
    {
        using IInputDevice device = Open(s_keyboard);
        int errors = 0;
        AllocationMeter.AssertNone(() =>
        {
            for (int i = 0; i < 2000; i++)
            {
                errors += device.Write(s_press);
                errors += device.Position > 0 ? 0 : 1;
            }
        });
        Assert.Equal(0, errors);
    }

    [Fact]
    public void Write_DiskFull_SaysSo()
    {
        using IInputDevice device = new RecorderSink("/dev/full").Open(s_keyboard, new NoDescriptorStore());
        Assert.Equal(Errno.ENOSPC, device.Write(s_press));
    }

    [Fact]
    public void Position_OfAnyRole_IsTheFilesLength()
    {
        using IInputDevice keyboard = Open(s_keyboard);
        using IInputDevice pointer = Open(new(InputRole.Pointer, 0));
        Assert.Equal(0, pointer.Position);
        keyboard.Write(s_press);
        Assert.Equal(new FileInfo(FilePath).Length, pointer.Position);
        Assert.Equal("keyboard 1 30 1\nkeyboard 0 0 0\n\n".Length, keyboard.Position);
    }

    [Fact]
    public void Open_FileExists_IsAppendedTo()
    {
        File.WriteAllText(FilePath, "earlier\n\n");
        using IInputDevice device = Open(s_keyboard);
        device.Write(s_press);
        Assert.StartsWith("earlier\n\nkeyboard 1 30 1\n", File.ReadAllText(FilePath));
    }

    [Fact]
    [System.Runtime.Versioning.SupportedOSPlatform("linux")]
    public void Open_NewFile_IsReadableByItsOwnerOnly()
    {
        using IInputDevice device = Open(s_keyboard);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(FilePath));
    }

    [Fact]
    public void Open_FolderMissing_NamesTheRemedy()
    {
        RecorderSink sink = new(Path.Combine(Folder, "missing/input.log"));
        Assert.Contains("name a file", Assert.Throws<XenException>(() => sink.Open(s_keyboard, Descriptors)).Message);
        Assert.Empty(Kept.Names);
    }

    [Fact]
    public void Open_Kept_TakesUpThePredecessorsFile()
    {
        using IInputDevice first = Open(s_keyboard);
        first.Write(s_press);
        long position = first.Position;
        File.Move(FilePath, Path.Combine(Folder, "moved.log"));
        StartSuccessor();
        using IInputDevice second = Open(s_keyboard);
        Assert.Equal(position, second.Position);
        Assert.False(File.Exists(FilePath));
    }

    [Fact]
    public void Remove_IsNotKeptAnyMoreAndTheRecordStays()
    {
        using IInputDevice device = Open(s_keyboard);
        Assert.Equal([s_keyboard.KeepName], Kept.Names);
        device.Write(s_press);
        device.Remove();
        Assert.Empty(Kept.Names);
        Assert.NotEqual(0, new FileInfo(FilePath).Length);
    }

    [Fact]
    public void WasCarriedOut_NothingWritten_IsFalse()
    {
        (IInputDevice device, long before) = AfterOneDelivery();
        using (device)
        {
            Assert.False(device.WasCarriedOut(before, 30, isDownAfter: false));
        }
    }

    [Fact]
    public void WasCarriedOut_WholeDeliveryWritten_IsTrue()
    {
        (IInputDevice device, long before) = AfterOneDelivery();
        using (device)
        {
            device.Write([new(EV_KEY, 30, 0), s_report]);
            long after = device.Position;
            Assert.True(device.WasCarriedOut(before, 30, isDownAfter: false));
            Assert.Equal(after, device.Position);
        }
    }

    /// <summary>A killed writer may have got as far as any byte.</summary>
    [Fact]
    public void WasCarriedOut_WriteTornAnywhere_IsCutOffAndFalse()
    {
        const string delivery = "keyboard 1 30 0\nkeyboard 0 0 0\n\n";
        (IInputDevice device, long before) = AfterOneDelivery();
        using (device)
        {
            string earlier = File.ReadAllText(FilePath);
            for (int length = 1; length < delivery.Length; length++)
            {
                File.AppendAllText(FilePath, delivery[..length]);
                Assert.False(device.WasCarriedOut(before, 30, isDownAfter: false), $"{length} bytes");
                Assert.Equal(earlier, File.ReadAllText(FilePath));
            }

            File.AppendAllText(FilePath, delivery);
            Assert.True(device.WasCarriedOut(before, 30, isDownAfter: false));
        }
    }

    [Fact]
    public void WasCarriedOut_SomebodyEmptiedTheFile_IsUnknown()
    {
        (IInputDevice device, long before) = AfterOneDelivery();
        using (device)
        {
            File.WriteAllText(FilePath, string.Empty);
            Assert.Null(device.WasCarriedOut(before, 30, isDownAfter: false));
            device.Write(s_press);
            Assert.StartsWith("keyboard", File.ReadAllText(FilePath));
        }
    }

    private IInputDevice Open(InputDeviceSpec spec) => new RecorderSink(FilePath).Open(spec, Descriptors);

    private (IInputDevice Successor, long PositionBefore) AfterOneDelivery()
    {
        using IInputDevice first = Open(s_keyboard);
        first.Write(s_press);
        long before = first.Position;
        StartSuccessor();
        return (Open(s_keyboard), before);
    }
}
