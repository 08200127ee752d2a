using XenFbFront.Content;
using XenFbFront.Tests.Content.Support;
using Xunit;

namespace XenFbFront.Tests.Content;

/// <summary>Size of the grid, and what blinks.</summary>
public sealed partial class ConsoleSourceTests
{
    private const int BlinkMs = 200;

    private static readonly ConsoleSourceOptions s_fit = new() { Geometry = new(ConsoleGeometryKind.Fit) };
    private static readonly ConsoleSourceOptions s_blink = new() { BlinkMs = BlinkMs };

    [Fact]
    public void Fit_Attach_GridTakesTheWholeCanvas()
    {
        ArrayCanvas canvas = Attached(330, 170, s_fit);

        Assert.Equal((41, 10), (_grid.Columns, _grid.Rows));
        AssertPicture(canvas, originX: 1, originY: 5);
    }

    [Fact]
    public void Fit_SizeFits_IsNotTouched()
    {
        Attached(160, 96, s_fit);

        Assert.Equal(0, _grid.ResizeCount);
    }

    [Fact]
    public void Fit_Refused_IsTriedOnceAndThePictureIsCentred()
    {
        _grid.IsResizable = false;
        ArrayCanvas canvas = Attached(320, 192, s_fit);

        Step(canvas);

        Assert.Equal(1, _grid.ResizeCount);
        AssertPicture(canvas, originX: 80, originY: 48);
    }

    [Fact]
    public void Fit_AnotherTerminal_IsFittedToo()
    {
        ArrayCanvas canvas = Attached(320, 160, s_fit);

        _grid.Terminal = 2;
        _grid.Resize(20, 6);
        Step(canvas);

        Assert.Equal((40, 10), (_grid.Columns, _grid.Rows));
        AssertPicture(canvas);
    }

    [Fact]
    public void Fit_SizeChosenByAPerson_IsLeftToHer()
    {
        ArrayCanvas canvas = Attached(320, 160, s_fit);

        _grid.Resize(30, 8);
        Step(canvas);

        Assert.Equal((30, 8), (_grid.Columns, _grid.Rows));
        AssertPicture(canvas, originX: 40, originY: 16);
    }

    [Fact]
    public void Fit_AttachedToAnotherSize_FollowsIt()
    {
        ConsoleSource source = Source(s_fit);
        source.Attach(new ArrayCanvas(320, 160));
        source.Detach();
        ArrayCanvas canvas = new(400, 320);

        source.Attach(canvas);

        Assert.Equal((50, 20), (_grid.Columns, _grid.Rows));
        AssertPicture(canvas);
    }

    [Fact]
    public void Fit_CanvasSmallerThanACell_GridHasOne()
    {
        Attached(7, 15, s_fit);

        Assert.Equal((1, 1), (_grid.Columns, _grid.Rows));
    }

    [Fact]
    public void Fixed_IsPreferredBeforeAnythingIsAttached()
    {
        ConsoleSource source = Source(new() { Geometry = new(ConsoleGeometryKind.Fixed, 100, 37) });

        Assert.Equal((800, 592), source.PreferredSize);
        Assert.Equal("text console of /dev/fake, 100x37", source.Description);
    }

    [Fact]
    public void Blink_Cursor_GoesAndComes()
    {
        PutNothingThatBlinks();
        ArrayCanvas canvas = Attached(160, 96, s_blink);
        uint[] lit = canvas.Copy();

        Beat(canvas);
        Assert.Equal([new PixelRectangle(24, 32, 8, 16)], canvas.ChangedAreas.ToArray());
        (int, int) cursor = _grid.Cursor;
        _grid.Cursor = (-1, -1);
        AssertSame(canvas);
        _grid.Cursor = cursor;

        Beat(canvas);
        Assert.Equal([new PixelRectangle(24, 32, 8, 16)], canvas.ChangedAreas.ToArray());
        Assert.Equal(lit, canvas.Copy());

        void AssertSame(ArrayCanvas shown)
        {
            for (int y = 32; y < 48; y++)
            {
                for (int x = 24; x < 32; x++)
                {
                    Assert.Equal(_grid.ExpectedPixel(_font, x, y), shown[x, y]);
                }
            }
        }
    }

    [Fact]
    public void Blink_Text_GoesAndComesOnItsDarkBackground()
    {
        _grid.Cursor = (-1, -1);
        _grid.Put(7, 4, 'x', 0xc7);
        ArrayCanvas canvas = Attached(160, 96, s_blink);
        canvas.Forget();
        Assert.Contains(0xaaaaaau, CellPixels(canvas, 7, 4));
        Assert.All(CellPixels(canvas, 7, 4), static pixel => Assert.True(pixel is 0xaaaaaa or 0xaa0000));

        Beat(canvas);
        Assert.Contains(new PixelRectangle(56, 64, 8, 16), canvas.ChangedAreas.ToArray());
        Assert.All(CellPixels(canvas, 7, 4), static pixel => Assert.Equal(0xaa0000u, pixel));

        Beat(canvas);
        Assert.Contains(0xaaaaaau, CellPixels(canvas, 7, 4));
    }

    [Fact]
    public void Blink_ChangeInTheDark_ShowsEverythingAtOnce()
    {
        _grid.Put(7, 4, 'x', 0x87);
        ArrayCanvas canvas = Attached(160, 96, s_blink);
        Beat(canvas);

        _grid.Put(0, 5, 'y');
        Step(canvas);

        Assert.Contains(0xaaaaaau, CellPixels(canvas, 7, 4));
        Assert.Contains(0xaaaaaau, CellPixels(canvas, 3, 2));
    }

    [Fact]
    public void Blink_NothingBlinks_NoTimerRuns()
    {
        _grid.Cursor = (-1, -1);
        PutNothingThatBlinks();
        Attached(160, 96, s_blink);
        Settle();

        Assert.Null(_loop.TimeToNextTimer());
    }

    [Fact]
    public void Blink_GraphicsMode_Stops()
    {
        ArrayCanvas canvas = Attached(320, 96, s_blink);

        _grid.State = TextGridState.Graphics;
        Step(canvas);
        Settle();

        Assert.Null(_loop.TimeToNextTimer());
    }

    [Fact]
    public void Blink_Off_BlinkAttributeIsABrightBackground()
    {
        _grid.Put(7, 4, 'x', 0xc7);
        ArrayCanvas canvas = Attached(160, 96);

        Assert.Contains(0xff5555u, CellPixels(canvas, 7, 4));
        AssertPicture(canvas);
    }

    [Fact]
    public void Blink_Beats_AllocateNothing()
    {
        _grid.Put(7, 4, 'x', 0x87);
        ArrayCanvas canvas = Attached(160, 96, s_blink);

        AllocationMeter.AssertNone(() =>
        {
            for (int i = 0; i < 500; i++)
            {
                Beat(canvas);
            }
        });
    }

    private void PutNothingThatBlinks()
    {
        for (int i = 0; i < 20; i++)
        {
            _grid.Put(i, 1, 'x');
        }
    }

    private static uint[] CellPixels(ArrayCanvas canvas, int column, int row)
    {
        uint[] pixels = new uint[8 * 16];
        for (int i = 0; i < pixels.Length; i++)
        {
            pixels[i] = canvas[column * 8 + i % 8, row * 16 + i / 8];
        }

        return pixels;
    }

    /// <summary>Lets the last look pass, and the turn after it.</summary>
    private void Settle()
    {
        for (int i = 0; i < 3; i++)
        {
            _clock.Advance(ConsoleSource.LastLookMs);
            _loop.RunOnce(TimeSpan.Zero);
        }
    }

    private void Beat(ArrayCanvas canvas)
    {
        canvas.Forget();
        _clock.Advance(BlinkMs);
        _loop.RunOnce(TimeSpan.Zero);
    }
}
