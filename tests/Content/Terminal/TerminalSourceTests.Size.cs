using Xenbus.Linux.Interop;
using Xenbus.Loop;
using XenFbFront.Content;
using XenFbFront.Content.Terminal;
using XenFbFront.Tests.Content.Support;
using XenFbFront.Tests.Support;
using Xunit;
using static XenFbFront.Input.InputCodes;

namespace XenFbFront.Tests.Content.Terminal;

/// <summary>How many columns and rows the terminal has, and which of them are seen.</summary>
public partial class TerminalSourceTests
{
    private const string TellSize = "trap 'stty size' WINCH; stty size; while :; do sleep 0.05; done";

    private static readonly ConsoleGeometry s_keep = new(ConsoleGeometryKind.Keep);

    [Theory]
    [InlineData(ConsoleGeometryKind.Automatic)]
    [InlineData(ConsoleGeometryKind.Fit)]
    public void Fit_FollowsTheCanvas(ConsoleGeometryKind kind)
    {
        using TerminalRun run = new(TellSize, geometry: new(kind));
        run.UntilText("24 80");
        run.Show(100, 37);
        run.UntilText("37 100");

        Assert.Equal((800, 600), run.Source.PreferredSize);
    }

    [Fact]
    public void Keep_HasTheSizeOfItsStart_AlsoOnAnotherCanvasAndForASuccessor()
    {
        using TerminalRun run = new(TellSize, geometry: s_keep);
        run.UntilText("24 80");
        run.Show(100, 37);
        run.UntilQuiet();
        run.KillWorker();
        run.StartWorker();
        run.UntilQuiet();

        Assert.Equal((80, 24), (run.Terminal.Columns, run.Terminal.Rows));
        Assert.Equal("24 80", run.Terminal.Text());
        // In the centre of what is 20 columns and 13 rows larger.
        AssertPicture(run, 80, 104, 0, 0);
    }

    [Fact]
    public void Fixed_IsPreferredAndCentred()
    {
        using TerminalRun run = new(TellSize, geometry: Fixed(40, 10));
        run.UntilText("10 40");
        run.UntilQuiet();

        Assert.Equal((320, 160), run.Source.PreferredSize);
        Assert.Empty(run.Canvas.ResizeRequests);
        AssertPicture(run, 160, 112, 0, 0);
    }

    [Theory]
    [InlineData(1, 1, VirtualTerminal.MinimumColumns, 1)]
    [InlineData(4096, 2, VirtualTerminal.MaximumSide, 2)]
    public void Fixed_BeyondWhatATerminalCanHave_IsTheNearest(int columns, int rows, int columnsThere, int rowsThere)
    {
        using TerminalRun run = new("sleep 100", geometry: Fixed(columns, rows));

        Assert.Equal((columnsThere, rowsThere), (run.Terminal.Columns, run.Terminal.Rows));
    }

    [Fact]
    public void Fixed_LargerThanTheCanvas_AsksForRoomOnceAndShowsThePartWithTheCursor()
    {
        using TerminalRun run = new("printf 'top\\033[30;95Hhere'; read a; printf '\\033[H'; read a; sleep 100", geometry: Fixed(100, 30));
        run.UntilText("here");
        run.UntilQuiet();
        Assert.Equal([(800, 480)], run.Canvas.ResizeRequests);
        AssertPicture(run, 0, 0, 19, 6);

        run.Type("\n");
        run.Until(() => (run.Terminal.CursorColumn, run.Terminal.CursorRow) == (0, 0));
        run.UntilQuiet();
        AssertPicture(run, 0, 0, 0, 0);
        run.Show(80, 24);
        Assert.Empty(run.Canvas.ResizeRequests);
    }

    [Fact]
    public void Fixed_CanvasIsMadeLargerMeanwhile_IsShownWhole()
    {
        TerminalRequirement.Library();
        using EventLoop loop = new(TimeProvider.System);
        using KeptDescriptors kept = new();
        Assert.True(TerminalSource.TryOpen(
            new() { Command = "sleep 100", Geometry = Fixed(100, 30) }, loop, kept.ForWorker(static () => { }), out TerminalSource? source, out string reason), reason);
        ArrayCanvas larger = new(900, 480);
        ArrayCanvas small = new(320, 160)
        {
            OnResize = (_, _) =>
            {
                source!.Detach();
                source.Attach(larger);
                return true;
            },
        };
        source!.Attach(small);

        // The small one is not touched any more.
        Assert.DoesNotContain(small.Pixels.ToArray(), static pixel => pixel != ArrayCanvas.Guard);
        Assert.Equal(0u, larger[899, 479]);
        int process = source.Session.ProcessId;
        source.Dispose();
        Libc.Kill(process, Libc.SIGKILL);
    }

    [Fact]
    public void Fixed_LargerThanTheCanvas_LinesAboveAreReachedFromTheTopOfTheScreenOn()
    {
        using TerminalRun run = new("seq 1 50; read a", geometry: Fixed(80, 40));
        run.UntilText("50");
        run.UntilQuiet();
        // 11 lines have scrolled off, 16 rows of the screen lie above the canvas.
        run.Source.Scroll(1000);
        Assert.Equal(27, run.Source.ViewLines);
        run.UntilQuiet();
        AssertFirstLineShows(run, "1");
        run.Source.ScrollToScreen();
        run.UntilQuiet();
        AssertPicture(run, 0, 0, 0, 16);
    }

    [Fact]
    public void Fixed_LargerThanTheCanvas_PointerIsReportedWhereItIsOnTheTerminal()
    {
        using TerminalRun run = new("stty raw -echo; printf '\\033[?1000h\\033[?1006h\\033[30;81Hhere'; cat -v", geometry: Fixed(100, 30));
        run.UntilText("here");
        run.UntilQuiet();
        run.Pointer.Write([new(EV_ABS, ABS_X, 4), new(EV_ABS, ABS_Y, 4), new(EV_KEY, BTN_LEFT, 1), new(EV_SYN, 0, 0)]);

        // The part that is shown begins at column 5 and row 6, from 0.
        run.UntilText("^[[<0;6;7M");
    }

    private static ConsoleGeometry Fixed(int columns, int rows) => new(ConsoleGeometryKind.Fixed, columns, rows);

    /// <summary>The canvas shows the terminal's cells from a place of it on, at a place of its own, with the cursor, and black around.</summary>
    private static void AssertPicture(TerminalRun run, int originX, int originY, int firstColumn, int firstRow)
    {
        VirtualTerminal terminal = run.Terminal;
        TextFont font = new(BuiltInFonts.Get(16));
        TextPainter painter = new(font);
        ArrayCanvas expected = new(run.Canvas.Width, run.Canvas.Height);
        PixelSurface surface = new(expected);
        surface.Fill(surface.Bounds, 0);
        for (int row = firstRow; row < Math.Min(terminal.Rows, firstRow + run.Canvas.Height / 16); row++)
        {
            TerminalCell[] cells = terminal.Cells(row);
            for (int column = firstColumn; column < Math.Min(terminal.Columns, firstColumn + run.Canvas.Width / 8); column++)
            {
                TextCell cell = new(font.GlyphFor(cells[column].CodePoint), cells[column].Foreground, cells[column].Background);
                int x = originX + (column - firstColumn) * 8, y = originY + (row - firstRow) * 16;
                painter.DrawCell(surface, x, y, cell);
                if ((column, row) == (terminal.CursorColumn, terminal.CursorRow))
                {
                    painter.DrawCursor(surface, x, y, cell, CursorShape.Block);
                }
            }
        }

        Assert.Equal(expected.Copy(), run.Canvas.Copy());
    }
}
