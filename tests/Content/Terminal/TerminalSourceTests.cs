using Xenbus.Linux.Interop;
using XenFbFront.Content;
using XenFbFront.Content.Terminal;
using XenFbFront.Input;
using XenFbFront.Tests.Content.Support;
using Xunit;
using static XenFbFront.Input.InputCodes;

namespace XenFbFront.Tests.Content.Terminal;

public partial class TerminalSourceTests
{
    private const ushort KeyEnter = 28, KeyA = 30, KeyB = 48, LeftShift = 42, LeftControl = 29, LeftAlt = 56, PageUp = 104, PageDown = 109;

    [Fact]
    public void Program_HasItsTerminalAndNothingElse()
    {
        using TerminalRun run = new("tty; echo TERM=$TERM LANG=$LANG; stty size; ls /proc/self/fd | tr '\\n' ' '; ps -o pid=,sid=,tpgid= -p $$; echo done");
        run.UntilText("done");

        string[] lines = run.Terminal.Text().Split('\n');
        Assert.StartsWith("/dev/pts/", lines[0]);
        Assert.StartsWith("TERM=xterm-256color LANG=", lines[1]);
        Assert.Equal("24 80", lines[2]);
        // The last is ls's own, of the folder.
        Assert.StartsWith("0 1 2 3 ", lines[3]);
        Assert.DoesNotContain("4 5", lines[3]);
        string[] numbers = lines[3]["0 1 2 3 ".Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(3, numbers.Length);
        Assert.Single(numbers.Distinct());
    }

    [Fact]
    public void Signals_AreAtTheirDefaults()
    {
        using TerminalRun run = new("grep -E 'Sig(Blk|Ign)' /proc/self/status; echo done");
        run.UntilText("done");

        // The two of the C library itself, 32 and 33, are ignored by every program that posix_spawn starts.
        Assert.Matches(@"SigBlk:\s+0{16}\nSigIgn:\s+0{7}[01][08]0{7}\n", run.Terminal.Text());
    }

    [Fact]
    public void Typing_ReachesTheProgram()
    {
        using TerminalRun run = new("read line; echo \"got <$line>\"; read line; echo \"then <$line>\"; sleep 100");
        run.Press(KeyA);
        run.Press(LeftShift, KeyB);
        run.Press(KeyEnter);
        run.UntilText("got <aB>");
        run.Press(LeftControl, 46);
        run.UntilText("was ended by signal 2");
    }

    [Fact]
    public void Picture_IsThatOfTheTerminalsCells()
    {
        using TerminalRun run = new("printf 'plain \\033[1;31;44mcolour\\033[0m \\033[4mline\\033[0m \\033[7mback\\033[0m \\033[?25l'; sleep 100");
        run.UntilText("back");
        run.UntilQuiet();

        TextFont font = new(BuiltInFonts.Get(16));
        ArrayCanvas expected = new(run.Canvas.Width, run.Canvas.Height);
        TextPainter painter = new(font);
        PixelSurface surface = new(expected);
        surface.Fill(surface.Bounds, 0);
        for (int column = 0; column < 80; column++)
        {
            TerminalCell cell = run.Terminal.Cell(0, column);
            int glyph = font.GlyphFor(cell.CodePoint);
            glyph = (cell.Attributes & TerminalAttributes.Underline) != 0 ? font.Decorate(glyph, TextDecorations.Underline) : glyph;
            painter.DrawCell(surface, column * 8, 0, new(glyph, cell.Foreground, cell.Background));
        }

        Assert.Equal(expected.Copy(), run.Canvas.Copy());
        Assert.Equal(0x0000aau, run.Canvas[6 * 8, 0]);
        Assert.Equal(0xaaaaaau, run.Canvas[18 * 8, 0]);
    }

    [Fact]
    public void Change_OneCharacter_ReportsItAndTheCursorOnly()
    {
        using TerminalRun run = new("stty -echo; echo ready; read a; printf x; read b");
        run.UntilText("ready");
        run.UntilQuiet();
        run.Canvas.Forget();
        run.Press(KeyEnter);
        run.UntilText("x");
        run.UntilQuiet();

        Assert.Equal([new PixelRectangle(0, 16, 16, 16)], run.Canvas.ChangedAreas.ToArray());
    }

    /// <summary>Each three bytes fill the whole screen: the loop turns all the same, for other screens and for the key that ends it.</summary>
    [Fact]
    public void FloodOfWholeScreens_HoldsUpNobody()
    {
        using TerminalRun run = new("trap 'echo; echo stopped; sleep 100' INT; while :; do printf '\\033#8\\033#8\\033#8\\033#8\\033#8\\033#8\\033#8\\033#8\\033#8\\033#8\\033#8\\033#8'; done", 400, 120);
        run.UntilText("EEEE");
        double longestMs = 0;
        for (long started = TimeProvider.System.GetTimestamp(); TimeProvider.System.GetElapsedTime(started).TotalSeconds < 2;)
        {
            long turned = TimeProvider.System.GetTimestamp();
            run.Loop.RunOnce(TimeSpan.FromMilliseconds(20));
            longestMs = Math.Max(longestMs, TimeProvider.System.GetElapsedTime(turned).TotalMilliseconds);
        }

        Assert.InRange(longestMs, 0, 1000);
        run.Press(LeftControl, 46);
        run.UntilText("stopped");
    }

    [Fact]
    public void Flood_DrawsAtItsPaceAndTakesKeysMeanwhile()
    {
        using TerminalRun run = new("trap 'echo; echo stopped; sleep 100' INT; while :; do echo flood flood flood; done");
        run.UntilText("flood");
        run.Canvas.Forget();
        long started = TimeProvider.System.GetTimestamp();
        run.Until(() => TimeProvider.System.GetElapsedTime(started).TotalMilliseconds > 300);
        double elapsed = TimeProvider.System.GetElapsedTime(started).TotalMilliseconds;
        Assert.InRange(run.Canvas.FlushCount, 2, (int)(elapsed / ConsoleSource.ReadPeriodMs) + 2);
        run.Press(LeftControl, 46);
        run.UntilText("stopped");
    }

    [Fact]
    public void Quiet_WakesNobody()
    {
        using TerminalRun run = new("echo ready; sleep 100");
        run.UntilText("ready");
        run.UntilQuiet();

        Assert.Null(run.Loop.TimeToNextTimer());
        Assert.False(run.Loop.RunOnce(TimeSpan.FromMilliseconds(100)));
    }

    [Fact]
    public void Drawing_AllocatesNothing()
    {
        using TerminalRun run = new("sleep 100");
        byte[] text = "\e[1;31mred\e[0m é \e[4mline\e[0m and more\r\n"u8.ToArray();
        AllocationMeter.AssertNone(() =>
        {
            for (int i = 0; i < 200; i++)
            {
                run.Terminal.Write(text);
                run.Source.Scroll(3);
                run.Source.ScrollToScreen();
                run.Loop.RunOnce(TimeSpan.FromMilliseconds(1));
            }
        });
    }

    [Fact]
    public void Size_ProgramIsToldOfAnother()
    {
        using TerminalRun run = new("trap 'stty size' WINCH; stty size; while :; do sleep 0.05; done");
        run.UntilText("24 80");
        run.Show(100, 37);
        run.UntilText("37 100");
        Assert.Equal((100, 37), (run.Terminal.Columns, run.Terminal.Rows));
    }

    [Fact]
    public void End_SaysHowAndStartsAgainByAKey()
    {
        using TerminalRun run = new("echo $$; printf '\\033[?1049h\\033[?1003h'; exit 7");
        run.UntilText("press a key to start it again");
        Assert.Contains("the program has ended with status 7", run.Terminal.Text());
        Assert.Equal((false, TerminalMouse.None), (run.Terminal.IsAlternate, run.Terminal.Mouse));
        Assert.Equal(0, run.Source.Session.ProcessId);
        run.UntilQuiet();
        Assert.DoesNotContain("term/0/pty", run.Kept.Names);

        run.Press(LeftShift);
        Assert.Equal(0, run.Source.Session.ProcessId);
        run.Press(KeyA);
        Assert.NotEqual(0, run.Source.Session.ProcessId);
        run.Until(() => run.Source.Session.ProcessId == 0);
    }

    [Fact]
    public void End_OfAChildLeftBehind_IsNotWaitedFor()
    {
        using TerminalRun run = new("(trap '' HUP; sleep 3) & exit 1");
        run.UntilText("ended with status 1");
    }

    [Fact]
    public void End_BySignal_IsSaid()
    {
        using TerminalRun run = new("kill -9 $$");
        run.UntilText("was ended by signal 9");
    }

    [Fact]
    public void TerminalClosed_ByAProgramThatGoesOn_IsSaid()
    {
        using TerminalRun run = new("exec <&- >&- 2>&-; sleep 3");
        run.UntilText("has closed its terminal");
    }

    [Fact]
    public void TerminalClosed_AndOpenedAgain_GoesOn()
    {
        using TerminalRun run = new("t=$(tty); exec <&- >&- 2>&-; sleep 0.1; exec > $t; echo here again; sleep 3");
        run.UntilText("here again");
        Assert.DoesNotContain("closed its terminal", run.Terminal.Text());
    }

    [Fact]
    public void End_WithoutAPersonToPressAKey_StartsAgainAfterAWhile()
    {
        using TerminalRun run = new("echo begun; exit 0", restartsByKey: false);
        run.UntilText("has ended");
        run.UntilQuiet(50);
        // It lived too shortly to be started at once, for ever.
        Assert.InRange(run.Loop.TimeToNextTimer()!.Value.TotalSeconds, 1, 10);
    }

    [Fact]
    public void NotReading_KeysWaitAndThenAreRefused()
    {
        using TerminalRun run = new("stty raw -echo; echo ready; sleep 1.5; head -c 30000 | md5sum; sleep 100");
        run.UntilText("ready");
        int written = 0;
        InputEvent[] key = [new(EV_KEY, KeyA, 1), new(EV_SYN, 0, 0), new(EV_KEY, KeyA, 0), new(EV_SYN, 0, 0)];
        while (written < 100_000 && run.Keyboard.Write(key) == 0)
        {
            written++;
        }

        // The pseudo-terminal's own room and ours.
        Assert.InRange(written, TerminalMemory.InputBytes, 99_999);
        Assert.Equal(Errno.EAGAIN, run.Keyboard.Write(key));
        while (written < 30_000)
        {
            run.Until(() => run.Keyboard.Write(key) == 0);
            written++;
        }

        // md5sum of 30000 times a: nothing was lost and nothing doubled.
        string expected = Convert.ToHexStringLower(System.Security.Cryptography.MD5.HashData(Enumerable.Repeat((byte)'a', 30_000).ToArray()));
        run.UntilText(expected);
    }

    [Fact]
    public void ScrollKeys_MoveTheViewAndTypingLeavesIt()
    {
        using TerminalRun run = new("seq 1 100; read a; echo more; sleep 100");
        run.UntilText("100");
        run.Press(LeftShift, PageUp);
        Assert.Equal(12, run.Source.ViewLines);
        run.Press(LeftShift, PageUp);
        run.Press(LeftShift, PageDown);
        Assert.Equal(12, run.Source.ViewLines);
        for (int i = 0; i < 20; i++)
        {
            run.Press(LeftShift, PageUp);
        }

        Assert.Equal(run.Terminal.ScrollbackCount, run.Source.ViewLines);
        run.UntilQuiet();
        AssertFirstLineShows(run, "1");
        run.Press(KeyEnter);
        Assert.Equal(0, run.Source.ViewLines);
    }

    [Fact]
    public void ScrolledBack_NewOutput_LeavesTheSameLinesInView()
    {
        using TerminalRun run = new("seq 1 100; sleep 0.3; seq 101 150; sleep 100");
        run.UntilText("100");
        run.Source.Scroll(40);
        run.UntilQuiet(50);
        uint[] before = run.Canvas.Copy();
        run.UntilText("150");
        run.UntilQuiet();

        Assert.Equal(90, run.Source.ViewLines);
        Assert.Equal(before, run.Canvas.Copy());
    }

    [Fact]
    public void Wheel_Scrolls_OrMovesByCursorKeys_OrIsReported()
    {
        using TerminalRun run = new("stty raw -echo; seq 1 100; printf 'ready'; cat -v");
        run.UntilText("ready");
        Wheel(run, 1);
        Assert.Equal(3, run.Source.ViewLines);
        Wheel(run, -1);
        Assert.Equal(0, run.Source.ViewLines);
        Assert.DoesNotContain("^[", run.Terminal.Text());

        run.Terminal.Write("\e[?1049h");
        Wheel(run, 1);
        run.UntilText("^[[A^[[A^[[A");

        run.Terminal.Write("\e[?1000h\e[?1006h");
        run.Pointer.Write([new(EV_ABS, ABS_X, 81), new(EV_ABS, ABS_Y, 33), new(EV_SYN, 0, 0)]);
        Wheel(run, -1);
        run.UntilText("^[[<65;11;3M");
        run.Pointer.Write([new(EV_KEY, BTN_LEFT, 1), new(EV_SYN, 0, 0)]);
        run.Pointer.Write([new(EV_KEY, BTN_LEFT, 0), new(EV_SYN, 0, 0)]);
        run.Until(() => run.Terminal.Text().Replace("\n", "").Contains("^[[<0;11;3M^[[<0;11;3m"));
    }

    [Fact]
    public void Meta_IsAnEscapeBeforeTheCharacter()
    {
        using TerminalRun run = new("stty raw -echo; printf ready; cat -v");
        run.UntilText("ready");
        run.Press(LeftAlt, KeyA);
        run.Press(LeftControl, KeyA);
        run.Press(LeftShift, 15);
        run.UntilText("^[a^A^[[Z");
    }

    private static void Wheel(TerminalRun run, int notches) => run.Pointer.Write([new(EV_REL, REL_WHEEL, notches), new(EV_SYN, 0, 0)]);

    private static void AssertFirstLineShows(TerminalRun run, string text)
    {
        TextFont font = new(BuiltInFonts.Get(16));
        ArrayCanvas expected = new(run.Canvas.Width, 16);
        TextPainter painter = new(font);
        PixelSurface surface = new(expected);
        surface.Fill(surface.Bounds, 0);
        for (int i = 0; i < text.Length; i++)
        {
            painter.DrawCell(surface, i * 8, 0, new(font.GlyphFor(text[i]), 0xaaaaaa, 0));
        }

        Assert.True(expected.Pixels.SequenceEqual(run.Canvas.Pixels[..expected.Pixels.Length]));
    }
}
