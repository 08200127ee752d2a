using System.Runtime.InteropServices;
using System.Text;
using Xenbus.Linux.Interop;
using XenFbFront.Input;
using XenFbFront.Input.Console;
using XenFbFront.Input.Keys;
using XenFbFront.Tests.Content.Support;
using XenFbFront.Tests.Input.Support;
using Xunit;
using static XenFbFront.Input.InputCodes;

namespace XenFbFront.Tests.Input.Console;

/// <summary>The kernel's own virtual terminals, one that nobody uses; the active one is never typed into nor left.</summary>
[Collection("virtual terminals")]
public sealed unsafe class ConsoleSinkTests : SinkFixture
{
    private const int Number = 60;
    private const uint TCGETS = 0x5401, TCSETS = 0x5402, KDSKBMODE = 0x4b45, KDSKBMETA = 0x4b63, VT_DISALLOCATE = 0x5608;
    private const int Raw = 0, Translated = 1, Unicode = 3, Off = 4;
    private const ushort Escape = 1, Tab = 15, Q = 16, Enter = 28, LeftControl = 29, A = 30, LeftShift = 42, LeftAlt = 56, Caps = 58, F5 = 63, Up = 103, Delete = 111;

    private Descriptor? _terminal;

    [Fact]
    public void Write_TextAndKeys_ArriveAsTheKernelsConsoleSendsThem()
    {
        using IInputDevice device = Open();
        Press(device, A);
        Chord(device, LeftShift, A);
        Chord(device, LeftControl, A);
        Chord(device, LeftAlt, A);
        foreach (ushort key in (ushort[])[Tab, Enter, Escape, Up, F5, Delete])
        {
            Press(device, key);
        }

        Assert.Equal("aA\u0001\u001ba\t\r\u001b\u001b[A\u001b[[E\u001b[3~", ReadTyped());
        Assert.Empty(Logger.Lines);
    }

    [Fact]
    public void Write_Repeats_AreTyped()
    {
        using IInputDevice device = Open();
        device.Write([new(EV_KEY, A, 1), new(EV_KEY, A, 2), new(EV_KEY, A, 2), new(EV_KEY, A, 0)]);
        Assert.Equal("aaa", ReadTyped());
    }

    [Fact]
    public void CapsLock_IsTheTerminalsOwn()
    {
        using IInputDevice device = Open();
        Press(device, Caps);
        Assert.Equal(4, Libc.GetKeyboardLocks(_terminal!.Number) & 7);
        Press(device, A);
        Libc.SetKeyboardLocks(_terminal.Number, 0);
        Press(device, A);
        Assert.Equal("Aa", ReadTyped());
    }

    [Fact]
    public void MetaMode_HighestBit_IsHonoured()
    {
        using IInputDevice device = Open();
        Assert.Equal(0, Libc.Ioctl(_terminal!.Number, KDSKBMETA, (nint)3));
        Chord(device, LeftAlt, A);
        Assert.Equal([0xc3, 0xa1], ReadBytes());
        Libc.Ioctl(_terminal.Number, KDSKBMODE, (nint)Translated);
        Chord(device, LeftAlt, A);
        Assert.Equal([0xe1], ReadBytes());
    }

    [Theory]
    [InlineData(Raw)]
    [InlineData(Off)]
    public void KeyboardIsRaw_NothingIsTypedAndSaidOnce(int mode)
    {
        using IInputDevice device = Open();
        Assert.Equal(0, Libc.Ioctl(_terminal!.Number, KDSKBMODE, (nint)mode));
        Press(device, A);
        Press(device, A);
        Assert.Equal(string.Empty, ReadTyped());
        Assert.Contains("raw", Assert.Single(Logger.Lines));
        Libc.Ioctl(_terminal.Number, KDSKBMODE, (nint)Unicode);
        Press(device, Q);
        Assert.Equal("q", ReadTyped());
    }

    [Fact]
    public void ControlAltDelete_DoesNothingAndSaysSo()
    {
        using IInputDevice device = Open();
        device.Write([new(EV_KEY, LeftControl, 1), new(EV_KEY, LeftAlt, 1), new(EV_KEY, Delete, 1), new(EV_KEY, Delete, 0), new(EV_KEY, LeftAlt, 0), new(EV_KEY, LeftControl, 0)]);
        Assert.Equal(string.Empty, ReadTyped());
        Assert.Contains("Ctrl-Alt-Del", Assert.Single(Logger.Lines));
    }

    [Fact]
    public void Successor_ModifierHeld_StillCounts()
    {
        using (IInputDevice first = Open())
        {
            first.Write([new(EV_KEY, LeftShift, 1)]);
        }

        using IInputDevice second = Succeed();
        second.Resume(new byte[96]);
        Press(second, A);
        second.Write([new(EV_KEY, LeftShift, 0)]);
        Press(second, A);
        Assert.Equal("Aa", ReadTyped());
    }

    /// <summary>Without a take-over it is a new connection: nobody would tell of the release any more.</summary>
    [Fact]
    public void Successor_NewConnection_NothingIsHeld()
    {
        using (IInputDevice first = Open())
        {
            first.Write([new(EV_KEY, LeftShift, 1)]);
        }

        using IInputDevice second = Succeed();
        Press(second, A);
        Assert.Equal("a", ReadTyped());
    }

    [Fact]
    public void WasCarriedOut_FinishedDelivery_IsTrue()
    {
        long before;
        using (IInputDevice first = Open())
        {
            before = first.Position;
            Press(first, A);
        }

        using IInputDevice second = Succeed();
        Assert.True(second.WasCarriedOut(before, A, isDownAfter: true));
        Assert.False(second.WasCarriedOut(second.Position, A, isDownAfter: true));
    }

    /// <summary>F5 is five bytes; its predecessor may have been killed after any of them.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(6)]
    public void WasCarriedOut_KilledInTheMiddle_TheRestIsTyped(int done)
    {
        InputEvent[] delivery = [new(EV_KEY, A, 1), new(EV_KEY, F5, 1), new(EV_KEY, Q, 1)];
        const string whole = "a\u001b[[Eq";
        long before;
        using (IInputDevice first = Open())
        {
            Press(first, A);
            before = first.Position;
        }

        ReadTyped();
        KillInTheMiddle(done);
        using IInputDevice second = Succeed();
        Assert.False(second.WasCarriedOut(before, A, isDownAfter: true));
        second.Resume(new byte[96]);
        second.Write(delivery);
        Assert.Equal(whole[done..], ReadTyped());
        Press(second, A);
        Assert.Equal("a", ReadTyped());
    }

    [Fact]
    public void Open_Pointer_IsNotOfferedAndSaysSo()
    {
        using IInputDevice device = new ConsoleSink(Number, Logger).Open(new(InputRole.Pointer, 0), Descriptors);
        Assert.Equal(0, device.Write([new(EV_KEY, BTN_LEFT, 1)]));
        Assert.Contains("a pointer", Assert.Single(Logger.Lines));
    }

    [Fact]
    public void Remove_IsNotKeptAnyMore()
    {
        using IInputDevice device = Open();
        Assert.Single(Kept.Names);
        device.Remove();
        Assert.Empty(Kept.Names);
    }

    [Fact]
    public void Write_AllocatesNothing()
    {
        using IInputDevice device = Open();
        InputEvent[] press = [new(EV_KEY, A, 1), new(EV_SYN, SYN_REPORT, 0)], release = [new(EV_KEY, A, 0), new(EV_SYN, SYN_REPORT, 0)];
        byte[] buffer = new byte[64];
        AllocationMeter.AssertNone(() =>
        {
            for (int i = 0; i < 300; i++)
            {
                device.Write(press);
                device.Write(release);
                Libc.Read(_terminal!.Number, buffer);
            }
        });
    }

    [Fact]
    public void IsAvailable_NoTerminal_SaysWhich()
    {
        Assert.False(ConsoleSink.IsAvailable(64, out string reason));
        Assert.Contains("/dev/tty64", reason);
    }

    [Theory]
    [InlineData(Errno.EIO, "sysctl dev.tty.legacy_tiocsti=1")]
    [InlineData(Errno.EPERM, "CAP_SYS_ADMIN")]
    [InlineData(Errno.ENOTTY, "another input sink")]
    public void RemedyOf_Refusal_NamesWhatHelps(int errno, string remedy) => Assert.Contains(remedy, ConsoleSink.RemedyOf(errno));

    /// <summary>A pseudo-terminal is no console, but the kernel asks for the same permission.</summary>
    [Fact]
    public void MayTypeInto_AsksWithoutTyping()
    {
        const uint TIOCSPTLCK = 0x40045431, TIOCGPTN = 0x80045430;
        using Descriptor master = new(Libc.Open("/dev/ptmx", OpenFlags.ReadWrite | OpenFlags.NoControllingTerminal | OpenFlags.NonBlocking));
        int unlocked = 0, number;
        Assert.Equal(0, Libc.Ioctl(master.Number, TIOCSPTLCK, &unlocked));
        Assert.Equal(0, Libc.Ioctl(master.Number, TIOCGPTN, &number));
        using Descriptor terminal = new(Libc.Open($"/dev/pts/{number}", OpenFlags.ReadWrite | OpenFlags.NoControllingTerminal | OpenFlags.NonBlocking));
        uint* modes = stackalloc uint[16];
        Assert.Equal(0, Libc.Ioctl(terminal.Number, TCGETS, modes));
        modes[3] = 0;
        Assert.Equal(0, Libc.Ioctl(terminal.Number, TCSETS, modes));
        int allowed = Libc.MayTypeInto(terminal.Number);
        byte[] buffer = new byte[4];
        Assert.Equal(-Errno.EAGAIN, Libc.Read(terminal.Number, buffer));
        Assert.Equal(allowed, Libc.TypeInto(terminal.Number, (byte)'x'));
        Assert.Equal(allowed == 0 ? 1 : -Errno.EAGAIN, Libc.Read(terminal.Number, buffer));
        using Descriptor nothing = new(Libc.Open("/dev/null", OpenFlags.ReadWrite));
        Assert.Equal(-Errno.ENOTTY, Libc.MayTypeInto(nothing.Number));
    }

    public override void Dispose()
    {
        if (_terminal is not null)
        {
            Libc.Ioctl(_terminal.Number, KDSKBMODE, (nint)Unicode);
            Libc.Ioctl(_terminal.Number, KDSKBMETA, (nint)4);
            Libc.SetKeyboardLocks(_terminal.Number, 0);
            _terminal.Dispose();
            int any = Libc.Open("/dev/tty0", OpenFlags.ReadWrite | OpenFlags.NoControllingTerminal);
            if (any >= 0)
            {
                Libc.Ioctl(any, VT_DISALLOCATE, (nint)Number);
                Libc.Close(any);
            }
        }

        base.Dispose();
    }

    /// <summary>A keyboard of the terminal, which passes what is typed as it is.</summary>
    private IInputDevice Open()
    {
        int descriptor = Libc.Open($"/dev/tty{Number}", OpenFlags.ReadWrite | OpenFlags.NoControllingTerminal | OpenFlags.NonBlocking);
        Assert.SkipUnless(descriptor >= 0, $"cannot open /dev/tty{Number}: {Errno.Text(-descriptor)}");
        _terminal = new(descriptor);
        Assert.SkipWhen(Libc.GetActiveVirtualTerminal(descriptor) == Number, "the terminal is the active one");
        // struct termios: input, output, control and local flags.
        uint* modes = stackalloc uint[16];
        Assert.Equal(0, Libc.Ioctl(descriptor, TCGETS, modes));
        (modes[0], modes[3]) = (0, 0);
        Assert.Equal(0, Libc.Ioctl(descriptor, TCSETS, modes));
        Libc.Ioctl(descriptor, KDSKBMODE, (nint)Unicode);
        Libc.SetKeyboardLocks(descriptor, 0);
        using Descriptor copy = _terminal.Duplicate();
        Keymap keymap = Keymap.FromKernel(copy);
        Assert.SkipUnless(keymap[KeyModifiers.None, A].Value == 'a' && keymap[KeyModifiers.None, Q].Value == 'q', "the machine has another keymap");
        return new ConsoleSink(Number, Logger).Open(s_keyboard, Descriptors);
    }

    private IInputDevice Succeed()
    {
        StartSuccessor();
        return new ConsoleSink(Number, Logger).Open(s_keyboard, Descriptors);
    }

    /// <summary>What is noted of a delivery that a kill ended.</summary>
    private void KillInTheMiddle(int done)
    {
        StartSuccessor();
        using Descriptor file = Descriptors.Take(s_keyboard.KeepName)!;
        byte* page = Libc.MapShared(4096, writable: true, file.Number, 0, out int errno);
        Assert.Equal(0, errno);
        ref ConsoleNotes notes = ref MemoryMarshal.AsRef<ConsoleNotes>(new Span<byte>(page, 4096));
        notes.Done = (uint)done;
        notes.DoneGeneration = notes.Generation + 1;
        Libc.Unmap(page, 4096);
    }

    private static void Press(IInputDevice device, ushort key) =>
        Assert.Equal(0, device.Write([new(EV_KEY, key, 1), new(EV_SYN, SYN_REPORT, 0), new(EV_KEY, key, 0), new(EV_SYN, SYN_REPORT, 0)]));

    private static void Chord(IInputDevice device, ushort modifier, ushort key) =>
        Assert.Equal(0, device.Write([new(EV_KEY, modifier, 1), new(EV_KEY, key, 1), new(EV_KEY, key, 0), new(EV_KEY, modifier, 0)]));

    private string ReadTyped() => Encoding.UTF8.GetString(ReadBytes());

    private byte[] ReadBytes()
    {
        byte[] buffer = new byte[256];
        int length = Libc.Read(_terminal!.Number, buffer);
        return length <= 0 ? [] : buffer[..length];
    }
}
