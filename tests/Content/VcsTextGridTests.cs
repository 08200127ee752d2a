using System.Diagnostics;
using System.Text;
using Xenbus.Linux.Interop;
using Xenbus.Loop;
using XenFbFront.Content;
using XenFbFront.Tests.Content.Support;
using Xunit;

namespace XenFbFront.Tests.Content;

/// <summary>The kernel's own virtual terminals, one that nobody uses; the active one is never written to nor left.</summary>
[Collection("virtual terminals")]
public sealed class VcsTextGridTests : IDisposable
{
    private const int Number = 9;
    private const string Terminal = "/dev/tty9";
    private const int Deadline = 5000;
    private const uint TIOCSWINSZ = 0x5414, TIOCVHANGUP = 0x5437, KDSETMODE = 0x4b3a, VT_DISALLOCATE = 0x5608;

    private readonly EventLoop _loop = new(TimeProvider.System);
    private readonly FakeTextGrid _expected = new(80, 25);
    private Descriptor? _terminal;

    public void Dispose()
    {
        if (_terminal is not null)
        {
            SetSize(80, 25);
            Write("\u001bc");
            _terminal.Dispose();
        }

        _loop.Dispose();
    }

    [Fact]
    public void TryOpen_NoSuchNumber_SaysWhatToChoose()
    {
        Assert.False(ConsoleSource.TryOpen(new() { VirtualTerminal = 64 }, _loop, out ConsoleSource? source, out string reason));

        Assert.Null(source);
        Assert.Contains("1 to 63", reason);
    }

    [Fact]
    public void TryOpen_NoVirtualTerminals_SaysWhatIsMissing()
    {
        Assert.SkipWhen(File.Exists("/dev/vcsa"), "this machine has virtual terminals");

        Assert.False(ConsoleSource.TryOpen(new(), _loop, out _, out string reason));
        Assert.Matches("CONFIG_VT|permission", reason);
    }

    [Fact]
    public void Write_ColoursAndBoxes_PictureIsAsExpected()
    {
        OpenTerminal();
        using ConsoleSource source = OpenSource();
        ArrayCanvas canvas = new(source.PreferredSize.Width, source.PreferredSize.Height);
        source.Attach(canvas);
        Settle(canvas);

        Write("\u001b[31mred\u001b[1;34m BLUE\u001b[0;42;33m x \u001b[0m\u001b[7mR\u001b[0m \u001b[5mB\u001b[0m ┌─┐äß\r\n\u001b[3;5H");
        Put(0, 0, "red", 0x04);
        Put(3, 0, " BLUE", 0x09);
        Put(8, 0, " x ", 0x26);
        Put(11, 0, "R", 0x70);
        Put(13, 0, "B", 0x87);
        Put(15, 0, "┌─┐äß", 0x07);
        _expected.Cursor = (4, 2);

        Assert.True(WaitFor(() => IsAsExpected(canvas)), FirstDifference(canvas));
    }

    [Fact]
    public void Change_OneCharacter_DamageIsItsCellAndTheCursor()
    {
        OpenTerminal();
        using ConsoleSource source = OpenSource();
        ArrayCanvas canvas = new(640, 400);
        source.Attach(canvas);
        Settle(canvas);

        Write("q");

        Assert.True(WaitFor(() => canvas.FlushCount > 0));
        Assert.Equal([new PixelRectangle(0, 0, 16, 16)], canvas.ChangedAreas.ToArray());
    }

    [Fact]
    public void Quiet_LoopIsNotWoken()
    {
        OpenTerminal();
        using ConsoleSource source = OpenSource();
        ArrayCanvas canvas = new(640, 400);
        source.Attach(canvas);
        Settle(canvas);

        Assert.False(_loop.RunOnce(TimeSpan.FromMilliseconds(50)));
        Assert.Null(_loop.TimeToNextTimer());
    }

    [Fact]
    public void Watch_Flood_NotifiesOnceUntilItIsWatchedAgain()
    {
        OpenTerminal();
        Assert.True(VcsTextGrid.TryOpen(Number, out VcsTextGrid? grid, out string reason), reason);
        using VcsTextGrid held = grid!;
        int calls = 0;
        held.Watch(_loop, () => calls++);
        Drain();
        Assert.Equal(0, calls);

        for (int i = 0; i < 500; i++)
        {
            Write("line\r\n");
            _loop.RunOnce(TimeSpan.Zero);
        }

        Assert.Equal(1, calls);
        long before = _loop.WakeUps;
        Assert.False(_loop.RunOnce(TimeSpan.FromMilliseconds(20)));
        Assert.Equal(1, _loop.WakeUps - before);

        held.Watch(_loop, () => calls++);
        Write("x");
        Assert.True(WaitFor(() => calls == 2));
    }

    [Fact]
    public void Watch_Ended_DeviceIsClosed()
    {
        OpenTerminal();
        Assert.True(VcsTextGrid.TryOpen(Number, out VcsTextGrid? grid, out string reason), reason);
        using VcsTextGrid held = grid!;
        int before = OpenFiles("/dev/vcsa9");

        held.Watch(_loop, static () => { });
        int watched = OpenFiles("/dev/vcsa9");
        held.Unwatch();

        // An open file that has been polled slows all writers, whether or not anybody looks. It is closed on another thread.
        Assert.Equal(before + 1, watched);
        Assert.True(WaitFor(() => OpenFiles("/dev/vcsa9") == before));

        static int OpenFiles(string path) =>
            Directory.GetFiles("/proc/self/fd").Count(link => new FileInfo(link).LinkTarget == path);
    }

    [Fact]
    public void Read_AllocatesNothing()
    {
        OpenTerminal();
        Assert.True(VcsTextGrid.TryOpen(Number, out VcsTextGrid? grid, out string reason), reason);
        using VcsTextGrid held = grid!;
        TextGridContents contents = new();
        Action onChanged = static () => { };

        AllocationMeter.AssertNone(Turn);

        void Turn()
        {
            for (int i = 0; i < 200; i++)
            {
                held.Watch(_loop, onChanged);
                Libc.Write(_terminal!.Number, "x\r\n"u8);
                _loop.RunOnce(TimeSpan.Zero);
                held.Read(contents);
            }
        }
    }

    [Fact]
    public void Resize_Beyond255Columns_ReadsSizeAndCursorWhole()
    {
        OpenTerminal();
        Assert.True(VcsTextGrid.TryOpen(Number, out VcsTextGrid? grid, out string reason), reason);
        using VcsTextGrid held = grid!;
        TextGridContents contents = new();

        SetSize(300, 70);
        Write("\u001b[70;290Hend");

        Assert.Equal(TextGridState.Text, held.Read(contents));
        Assert.Equal((300, 70), (contents.Columns, contents.Rows));
        Assert.Equal((uint)'d', contents.CodePoints[69 * 300 + 291]);
        // Only recent kernels can tell a cursor beyond 255; others must not tell a wrong one.
        Assert.Contains((contents.CursorColumn, contents.CursorRow), new[] { (292, 69), (-1, -1) });
    }

    [Fact]
    public void Resize_OnAFixedCanvas_GoesOn()
    {
        OpenTerminal();
        using ConsoleSource source = OpenSource();
        ArrayCanvas canvas = new(640, 400);
        source.Attach(canvas);
        Settle(canvas);

        SetSize(100, 30);

        Assert.True(WaitFor(() => canvas.ResizeRequests.Contains((800, 480))));
        Assert.Equal("text console of /dev/tty9, 100x30", source.Description);
    }

    [Fact]
    public void Utf8ModeOff_CharactersComeFromTheCodePage()
    {
        OpenTerminal();
        Write("\u001b%@");
        Libc.Write(_terminal!.Number, [.. "\u001b(UABC"u8, 0xc3, 0x84, .. "\u001b(B"u8]);
        Assert.True(VcsTextGrid.TryOpen(Number, out VcsTextGrid? grid, out string reason), reason);
        using VcsTextGrid held = grid!;
        TextGridContents contents = new();

        TextGridState state = held.Read(contents);
        Write("\u001b%G");

        Assert.Equal(TextGridState.Text, state);
        Assert.Equal("ABC", string.Concat(contents.CodePoints[..3].ToArray().Select(x => (char)x)));
        // The bytes 0xC3 0x84 as glyph numbers of the card.
        Assert.Equal("├ä", string.Concat(contents.CodePoints.Slice(3, 2).ToArray().Select(x => (char)x)));
    }

    [Fact]
    public unsafe void Utf8ModeOff_TableOfTheKernelDecides()
    {
        const uint PIO_UNIMAP = 0x4b67, PIO_UNIMAPCLR = 0x4b68;
        OpenTerminal();
        ushort[] table = new ushort[2 * 65536];
        int count = Libc.GetUnicodeMap(_terminal!.Number, table);
        Assert.SkipUnless(count > 0, "no permission to read the table of the font");
        Write("\u001b%@");
        Libc.Write(_terminal.Number, "\u001b(UABC\u001b(B"u8);
        Assert.True(VcsTextGrid.TryOpen(Number, out VcsTextGrid? grid, out string reason), reason);
        using VcsTextGrid held = grid!;
        TextGridContents contents = new();

        // A plus sign is to be shown as glyph 0x42 too, and is lower than B.
        Assert.SkipUnless(SetTable([0x2b, 0x42], 1), "no permission to set the table of the font");
        TextGridState state = held.Read(contents);
        ushort* clear = stackalloc ushort[3];
        Libc.Ioctl(_terminal.Number, PIO_UNIMAPCLR, clear);
        Assert.True(SetTable(table, count));
        Write("\u001b%G");

        Assert.Equal(TextGridState.Text, state);
        Assert.Equal("A+C", string.Concat(contents.CodePoints[..3].ToArray().Select(x => (char)x)));

        bool SetTable(ushort[] pairs, int number)
        {
            fixed (ushort* entries = pairs)
            {
                nuint* description = stackalloc nuint[2] { (nuint)number, (nuint)entries };
                return Libc.Ioctl(_terminal!.Number, PIO_UNIMAP, description) == 0;
            }
        }
    }

    [Theory]
    [InlineData(100, 37)]
    [InlineData(300, 100)]
    [InlineData(512, 512)]
    public void TryResize_AnySize_IsReadBackWithItsText(int columns, int rows)
    {
        OpenTerminal();
        Assert.True(VcsTextGrid.TryOpen(Number, out VcsTextGrid? grid, out string reason), reason);
        using VcsTextGrid held = grid!;
        TextGridContents contents = new();

        Assert.SkipUnless(held.TryResize(columns, rows), "no permission to set the size");
        Write($"\u001b[{rows};1Hlast");

        Assert.Equal(TextGridState.Text, held.Read(contents));
        Assert.Equal((columns, rows, Number), (contents.Columns, contents.Rows, contents.Terminal));
        Assert.Equal("last", string.Concat(contents.CodePoints.Slice((rows - 1) * columns, 4).ToArray().Select(x => (char)x)));
    }

    [Fact]
    public void AreShownByKernel_DummyConsoleOnly_IsFalse()
    {
        Assert.SkipUnless(Directory.Exists("/sys/class/vtconsole"), "no virtual terminals");
        bool hasOther = Directory.GetDirectories("/sys/class/vtconsole").Any(
            static driver => File.ReadAllText(Path.Combine(driver, "bind")).Trim() == "1" && !File.ReadAllText(Path.Combine(driver, "name")).Contains("dummy device"));

        Assert.Equal(hasOther, VcsTextGrid.AreShownByKernel());
    }

    [Fact]
    public unsafe void Hangup_ByALoginProgram_ModeIsStillRead()
    {
        OpenTerminal();
        Assert.True(VcsTextGrid.TryOpen(Number, out VcsTextGrid? grid, out string reason), reason);
        using VcsTextGrid held = grid!;
        TextGridContents contents = new();

        Assert.SkipUnless(Libc.Ioctl(_terminal!.Number, TIOCVHANGUP, (nint)0) == 0, "no permission to hang a terminal up");
        _terminal.Dispose();
        OpenTerminal();
        Assert.SkipUnless(Libc.Ioctl(_terminal!.Number, KDSETMODE, (nint)1) == 0, "no permission to set the mode");
        TextGridState graphics = held.Read(contents);
        Libc.Ioctl(_terminal.Number, KDSETMODE, (nint)0);

        Assert.Equal(TextGridState.Graphics, graphics);
        Assert.Equal(TextGridState.Text, held.Read(contents));
    }

    [Fact]
    public void GraphicsMode_ShowsTheNoteAndComesBackByItself()
    {
        OpenTerminal();
        using ConsoleSource source = OpenSource();
        ArrayCanvas canvas = new(640, 400);
        source.Attach(canvas);
        Settle(canvas);
        uint[] text = canvas.Copy();

        Assert.SkipUnless(Libc.Ioctl(_terminal!.Number, KDSETMODE, (nint)1) == 0, "no permission to set the mode");
        // Entering graphics mode notifies nobody, so something else has to happen.
        Write("x\b");
        bool hasNote = WaitFor(() => canvas.FlushCount > 0);
        Libc.Ioctl(_terminal.Number, KDSETMODE, (nint)0);

        Assert.True(hasNote);
        Write(" \b");
        Assert.True(WaitFor(() => canvas.Pixels.SequenceEqual(text)));
    }

    [Fact]
    public void FollowActive_NamesTheActiveTerminal()
    {
        Assert.SkipUnless(File.Exists("/sys/class/tty/tty0/active"), "no virtual terminals");
        string active = File.ReadAllText("/sys/class/tty/tty0/active").Trim();
        bool isOpen = ConsoleSource.TryOpen(new(), _loop, out ConsoleSource? source, out string reason);
        Assert.SkipUnless(isOpen, reason);
        using (source)
        {
            Assert.StartsWith($"text console of /dev/{active}, ", source!.Description);
            ArrayCanvas canvas = new(source.PreferredSize.Width, source.PreferredSize.Height);
            source.Attach(canvas);
            Assert.True(canvas.FlushCount > 0);
        }
    }

    [Fact]
    public void Attach_TerminalNotAllocated_AllocatesIt()
    {
        OpenTerminal();
        _terminal!.Dispose();
        _terminal = null;
        int any = Libc.Open("/dev/tty0", OpenFlags.ReadWrite | OpenFlags.NoControllingTerminal);
        Assert.SkipUnless(any >= 0, "cannot open /dev/tty0");
        using (new Descriptor(any))
        {
            // The kernel finishes closing a terminal that was hung up a little later.
            Assert.SkipUnless(WaitFor(() => Libc.Ioctl(any, VT_DISALLOCATE, Number) == 0), "terminal 9 is used by another program");
        }

        bool isOpen = VcsTextGrid.TryOpen(Number, out VcsTextGrid? grid, out string reason);
        using (grid)
        {
            Assert.True(isOpen, reason);
            Assert.Equal(TextGridState.Text, grid!.Read(new()));
        }
    }

    private void OpenTerminal()
    {
        int descriptor = Libc.Open(Terminal, OpenFlags.ReadWrite | OpenFlags.NoControllingTerminal);
        Assert.SkipUnless(descriptor >= 0, $"cannot open {Terminal}: {Errno.Text(-descriptor)}");
        _terminal = new(descriptor);
        Assert.SkipWhen(File.Exists("/sys/class/tty/tty0/active") && File.ReadAllText("/sys/class/tty/tty0/active").Trim() == "tty9", "terminal 9 is the active one");
        SetSize(80, 25);
        Write("\u001bc");
    }

    private ConsoleSource OpenSource()
    {
        bool isOpen = ConsoleSource.TryOpen(new() { VirtualTerminal = Number }, _loop, out ConsoleSource? source, out string reason);
        Assert.SkipUnless(isOpen, reason);
        return source!;
    }

    private void Write(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        Assert.Equal(bytes.Length, Libc.Write(_terminal!.Number, bytes));
    }

    private unsafe void SetSize(int columns, int rows)
    {
        ushort* size = stackalloc ushort[4] { (ushort)rows, (ushort)columns, 0, 0 };
        Libc.Ioctl(_terminal!.Number, TIOCSWINSZ, size);
    }

    private void Put(int column, int row, string text, byte attribute)
    {
        foreach (char character in text)
        {
            _expected.Put(column++, row, character, attribute);
        }
    }

    /// <summary>Runs the loop until a condition holds; the deadline only ends a failing test.</summary>
    private bool WaitFor(Func<bool> condition)
    {
        long start = Stopwatch.GetTimestamp();
        while (!condition())
        {
            if (Stopwatch.GetElapsedTime(start).TotalMilliseconds > Deadline)
            {
                return false;
            }

            _loop.RunOnce(TimeSpan.FromMilliseconds(100));
        }

        return true;
    }

    private void Drain()
    {
        while (_loop.RunOnce(TimeSpan.FromMilliseconds(ConsoleSource.ReadPeriodMs)) || _loop.TimeToNextTimer() is not null)
        {
        }
    }

    private void Settle(ArrayCanvas canvas)
    {
        Drain();
        canvas.Forget();
    }

    private bool IsAsExpected(ArrayCanvas canvas) => FirstDifference(canvas).Length == 0;

    private string FirstDifference(ArrayCanvas canvas)
    {
        TextFont font = new(BuiltInFonts.Get(16));
        for (int y = 0; y < canvas.Height; y++)
        {
            for (int x = 0; x < canvas.Width; x++)
            {
                uint expected = _expected.ExpectedPixel(font, x, y);
                if (canvas[x, y] != expected)
                {
                    return $"cell {x / 8},{y / 16}: expected {expected:x6}, is {canvas[x, y]:x6}";
                }
            }
        }

        return string.Empty;
    }
}
