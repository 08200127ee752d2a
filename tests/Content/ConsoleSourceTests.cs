using Xenbus.Loop;
using XenFbFront.Content;
using XenFbFront.Tests.Content.Support;
using Xunit;

namespace XenFbFront.Tests.Content;

public sealed partial class ConsoleSourceTests : IDisposable
{
    private readonly ManualClock _clock = new();
    private readonly EventLoop _loop;
    private readonly TextFont _font = new(BuiltInFonts.Get(16));
    private readonly FakeTextGrid _grid = new(20, 6);
    private readonly List<ConsoleSource> _sources = [];

    public ConsoleSourceTests()
    {
        _loop = new(_clock);
        _grid.Cursor = (3, 2);
        for (int i = 0; i < 20; i++)
        {
            _grid.Put(i, 1, (uint)('A' + i), (byte)(i * 13));
        }
    }

    public void Dispose()
    {
        foreach (ConsoleSource source in _sources)
        {
            source.Dispose();
        }

        Assert.All(_sources, _ => Assert.True(_grid.IsDisposed));
        _loop.Dispose();
    }

    [Fact]
    public void PreferredSizeAndDescription_TellOfTheGrid()
    {
        ConsoleSource source = Source();

        Assert.Equal((160, 96), source.PreferredSize);
        Assert.Equal("text console of /dev/fake, 20x6", source.Description);
    }

    [Fact]
    public void Attach_SameSize_DrawsEverythingAndReportsAll()
    {
        ArrayCanvas canvas = Attached(160, 96);

        AssertPicture(canvas);
        Assert.Contains(canvas.Bounds, canvas.ChangedAreas.ToArray());
        Assert.True(canvas.FlushCount > 0);
    }

    [Fact]
    public void Change_OneCell_ReportsExactlyThatCell()
    {
        ArrayCanvas canvas = Attached(160, 96);

        _grid.Put(7, 4, 'x');
        Step(canvas);

        Assert.Equal([new PixelRectangle(56, 64, 8, 16)], canvas.ChangedAreas.ToArray());
        Assert.Equal(1, canvas.FlushCount);
        AssertPicture(canvas);
    }

    [Fact]
    public void Change_AttributeOnly_IsDrawn()
    {
        ArrayCanvas canvas = Attached(160, 96);

        _grid.Put(7, 4, ' ', 0x47);
        Step(canvas);

        Assert.Equal([new PixelRectangle(56, 64, 8, 16)], canvas.ChangedAreas.ToArray());
        AssertPicture(canvas);
        Assert.Equal(0xaa0000u, canvas[57, 65]);
    }

    [Fact]
    public void Change_NeighboursAndApart_AreMergedAndSeparate()
    {
        ArrayCanvas canvas = Attached(160, 96);

        foreach (int column in (int[])[2, 3, 4, 9])
        {
            _grid.Put(column, 4, 'x');
        }

        Step(canvas);

        Assert.Equal([new PixelRectangle(16, 64, 24, 16), new PixelRectangle(72, 64, 8, 16)], canvas.ChangedAreas.ToArray());
    }

    [Fact]
    public void Change_FullRows_AreOneRectangle()
    {
        ArrayCanvas canvas = Attached(160, 96);

        for (int i = 0; i < 60; i++)
        {
            _grid.Put(i % 20, 3 + i / 20, '=');
        }

        Step(canvas);

        Assert.Equal([new PixelRectangle(0, 48, 160, 48)], canvas.ChangedAreas.ToArray());
        AssertPicture(canvas);
    }

    [Fact]
    public void Change_Cursor_RedrawsBothPlaces()
    {
        ArrayCanvas canvas = Attached(160, 96);

        _grid.Cursor = (9, 2);
        Step(canvas);

        Assert.Equal([new PixelRectangle(24, 32, 8, 16), new PixelRectangle(72, 32, 8, 16)], canvas.ChangedAreas.ToArray());
        AssertPicture(canvas);
    }

    [Theory]
    [InlineData(-1, -1)]
    [InlineData(20, 2)]
    [InlineData(3, 255)]
    public void Change_CursorUnknownOrOutside_IsHidden(int column, int row)
    {
        ArrayCanvas canvas = Attached(160, 96);

        _grid.Cursor = (column, row);
        Step(canvas);

        Assert.Equal([new PixelRectangle(24, 32, 8, 16)], canvas.ChangedAreas.ToArray());
        AssertPicture(canvas);
    }

    [Fact]
    public void Change_Nothing_NeitherReportsNorFlushes()
    {
        ArrayCanvas canvas = Attached(160, 96);

        Step(canvas);

        Assert.Equal((0, 0), (canvas.ChangedCount, canvas.FlushCount));
    }

    [Fact]
    public void Change_Palette_RedrawsTheCellsOfThatColour()
    {
        ArrayCanvas canvas = Attached(160, 96);
        _grid.Put(0, 5, 'r', 0x04);
        Step(canvas);

        _grid.Palette[1] = 0x123456;
        uint[] before = canvas.Copy();
        Step(canvas);

        Assert.True(canvas.ReportsCoverDifferences(before));
        Assert.Contains(new PixelRectangle(0, 80, 8, 16), canvas.ChangedAreas.ToArray());
        AssertPicture(canvas);
    }

    [Fact]
    public void Change_FontOf512Glyphs_TakesTheAttributeOneBitHigher()
    {
        ArrayCanvas canvas = Attached(160, 96);

        // The highest bit of the background is lost to the glyph number.
        foreach (ref byte attribute in _grid.Attributes.AsSpan())
        {
            attribute &= 0x7f;
        }

        _grid.AttributeShift = 9;
        Step(canvas);

        AssertPicture(canvas);
    }

    [Theory]
    [InlineData(0x200bu)]
    [InlineData(0u)]
    [InlineData(0x20u)]
    public void WideCharacter_RightHalf_IsBlank(uint filler)
    {
        ArrayCanvas canvas = Attached(160, 96);

        _grid.Put(0, 4, 0x6f22, 0x1f);
        _grid.Put(1, 4, filler, 0x1f);
        Step(canvas);

        for (int y = 64; y < 80; y++)
        {
            for (int x = 8; x < 16; x++)
            {
                Assert.Equal(0x0000aau, canvas[x, y]);
            }
        }
    }

    [Fact]
    public void Change_RandomSequence_PictureAndDamageAreAlwaysExact()
    {
        ArrayCanvas canvas = Attached(160, 96);
        Random random = new(7);
        for (int step = 0; step < 300; step++)
        {
            uint[] before = canvas.Copy();
            for (int i = random.Next(30); i > 0; i--)
            {
                _grid.Put(random.Next(20), random.Next(6), (uint)random.Next(0x20, 0x180), (byte)random.Next(256));
            }

            _grid.Cursor = (random.Next(20), random.Next(6));
            Step(canvas);
            AssertPicture(canvas);
            Assert.True(canvas.ReportsCoverDifferences(before), $"step {step}");
            Assert.True(canvas.ChangedAreas.ToArray().Sum(area => area.Area) <= (30 + 2) * 8 * 16, $"step {step}");
        }
    }

    [Fact]
    public void Attach_LargerCanvas_IsCentredOnBlack()
    {
        ArrayCanvas canvas = Attached(201, 131);

        AssertPicture(canvas, originX: 20, originY: 17);
        Assert.Empty(canvas.ResizeRequests);
    }

    [Fact]
    public void Attach_SmallerCanvas_AsksOnceForTheRightSizeAndThenShowsTheCursorsPart()
    {
        _grid.Cursor = (18, 5);
        ArrayCanvas canvas = Attached(85, 50);

        Assert.Equal([(160, 96)], canvas.ResizeRequests);
        AssertPicture(canvas, originX: 2, originY: 1, columns: 10, rows: 3, firstColumn: 9, firstRow: 3);

        uint[] before = canvas.Copy();
        _grid.Cursor = (0, 4);
        Step(canvas);
        AssertPicture(canvas, originX: 2, originY: 1, columns: 10, rows: 3, firstColumn: 0, firstRow: 3);
        Assert.True(canvas.ReportsCoverDifferences(before));

        _grid.Cursor = (0, 0);
        Step(canvas);
        AssertPicture(canvas, originX: 2, originY: 1, columns: 10, rows: 3, firstColumn: 0, firstRow: 0);
        Assert.Single(canvas.ResizeRequests);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(7, 200)]
    [InlineData(500, 15)]
    public void Attach_CanvasSmallerThanACell_DrawsAPartOfOne(int width, int height)
    {
        ArrayCanvas canvas = Attached(width, height);

        _grid.Cursor = (19, 5);
        Step(canvas);

        Assert.True(canvas.GuardIsIntact());
        Assert.False(canvas.Pixels[0] == ArrayCanvas.Guard);
    }

    [Fact]
    public void Resize_AcceptedAtOnce_GoesOnOnTheNewCanvas()
    {
        ConsoleSource source = Source();
        ArrayCanvas small = new(160, 96), large = new(320, 160);
        small.OnResize = (width, height) =>
        {
            Assert.Equal((320, 160), (width, height));
            source.Detach();
            source.Attach(large);
            return true;
        };
        source.Attach(small);

        _grid.Resize(40, 10);
        _grid.Put(39, 9, 'z');
        Step(small);

        AssertPicture(large);
        Assert.Equal(0, small.ChangedCount);
    }

    [Fact]
    public void Resize_Smaller_ClearsTheRest()
    {
        ArrayCanvas canvas = Attached(160, 96);

        _grid.Resize(10, 3);
        _grid.Put(9, 2, 'z');
        Step(canvas);

        AssertPicture(canvas, originX: 40, originY: 24);
        Assert.Contains(canvas.Bounds, canvas.ChangedAreas.ToArray());
    }

    [Fact]
    public void GraphicsMode_ShowsANoteOnceAndTextAfterwards()
    {
        ArrayCanvas canvas = Attached(320, 96);

        _grid.State = TextGridState.Graphics;
        Step(canvas);
        Assert.Equal([canvas.Bounds], canvas.ChangedAreas.ToArray());
        Assert.Equal(1, canvas.FlushCount);
        Assert.Contains(0xaaaaaau, canvas.Copy());
        Assert.DoesNotContain(0xaa0000u, canvas.Copy());

        Step(canvas);
        Assert.Equal((0, 0), (canvas.ChangedCount, canvas.FlushCount));

        _grid.State = TextGridState.Text;
        Step(canvas);
        AssertPicture(canvas, originX: 80);
        Assert.Contains(canvas.Bounds, canvas.ChangedAreas.ToArray());
    }

    [Fact]
    public void GraphicsMode_BegunWithoutNotification_IsSeenAtTheLastLook()
    {
        ArrayCanvas canvas = Attached(320, 96);
        _grid.Put(0, 0, '#');
        Step(canvas);
        canvas.Forget();

        _grid.State = TextGridState.Graphics;
        _clock.Advance(ConsoleSource.LastLookMs);
        _loop.RunOnce(TimeSpan.Zero);

        Assert.Equal([canvas.Bounds], canvas.ChangedAreas.ToArray());
    }

    [Fact]
    public void Gone_KeepsThePictureUntilItIsBack()
    {
        ArrayCanvas canvas = Attached(160, 96);
        uint[] before = canvas.Copy();

        _grid.State = TextGridState.Gone;
        Step(canvas);
        Assert.Equal(before, canvas.Copy());
        Assert.Equal((0, 0), (canvas.ChangedCount, canvas.FlushCount));

        _grid.State = TextGridState.Text;
        _grid.Put(5, 5, '!');
        Step(canvas);
        AssertPicture(canvas);
    }

    [Fact]
    public void Change_AfterQuiet_IsReadAtOnce()
    {
        Attached(160, 96);
        int reads = _grid.ReadCount;
        _clock.Advance(ConsoleSource.ReadPeriodMs);

        _grid.Put(0, 0, '#');
        _grid.Notify();

        Assert.Equal(reads + 1, _grid.ReadCount);
        Assert.False(_grid.IsWatched);
    }

    [Fact]
    public void Change_BetweenReadingAndWatching_IsSeen()
    {
        ArrayCanvas canvas = Attached(160, 96);
        _grid.Put(0, 0, '#');
        Step(canvas);
        _clock.Advance(ConsoleSource.ReadPeriodMs);

        // Told of a change that is not there, it reads, watches, and reads once more.
        int reads = _grid.ReadCount;
        _grid.OnRead = () =>
        {
            if (_grid.ReadCount == reads + 2)
            {
                _grid.Put(0, 0, '+');
            }
        };
        _grid.Notify();

        Assert.Equal(reads + 2, _grid.ReadCount);
        AssertPicture(canvas);
        _clock.Advance(ConsoleSource.ReadPeriodMs);
        _loop.RunOnce(TimeSpan.Zero);
        Assert.True(_grid.IsWatched);
    }

    [Fact]
    public void Change_Flood_IsReadOncePerPeriodWithoutBeingWatched()
    {
        ArrayCanvas canvas = Attached(160, 96);
        _clock.Advance(1000);
        int reads = _grid.ReadCount, calls = _grid.CallCount, unwatched = _grid.UnwatchCount;
        _grid.Put(0, 5, '+');

        // 100 ms, a change each 0.1 ms; each reading finds another picture.
        for (int i = 0; i < 1000; i++)
        {
            _grid.Put(i % 20, 5, (uint)('a' + i / 20 % 26));
            _grid.Notify();
            _loop.RunOnce(TimeSpan.Zero);
            _clock.Advance(0.1);
            // Longer than a burst of output, and its writers are to be as fast as if nobody looked.
            Assert.Equal(i >= ConsoleSource.BusyMs * 10, _grid.UnwatchCount > unwatched);
        }

        Assert.InRange(_grid.ReadCount - reads, 9, 11);
        Assert.Equal(1, _grid.CallCount - calls);

        _clock.Advance(ConsoleSource.ReadPeriodMs);
        _loop.RunOnce(TimeSpan.Zero);
        AssertPicture(canvas);
        _clock.Advance(ConsoleSource.ReadPeriodMs);
        _loop.RunOnce(TimeSpan.Zero);
        Assert.True(_grid.IsWatched);
    }

    [Theory]
    [InlineData(0.1, 10)]
    [InlineData(0.5, 24)]
    [InlineData(1, 48)]
    [InlineData(5, 50)]
    public void Change_FloodThatReadingsWaitFor_IsReadMoreRarely(double readingMs, double expectedPeriodMs)
    {
        Attached(160, 96);
        _clock.Advance(1000);
        _grid.OnRead = () => _clock.Advance(readingMs);
        _grid.Put(0, 0, '#');
        _grid.Notify();
        int reads = _grid.ReadCount;

        double period = 0;
        while (_grid.ReadCount == reads)
        {
            _clock.Advance(0.5);
            period += 0.5;
            _loop.RunOnce(TimeSpan.Zero);
        }

        Assert.InRange(period, expectedPeriodMs, expectedPeriodMs + 1);
    }

    [Fact]
    public void Quiet_ReadsOnceMoreThenNoTimerRunsAndNothingIsRead()
    {
        ArrayCanvas canvas = Attached(160, 96);
        _grid.Put(0, 0, '#');
        Step(canvas);
        int reads = _grid.ReadCount;

        _clock.Advance(ConsoleSource.LastLookMs);
        _loop.RunOnce(TimeSpan.Zero);

        // Once before it watches anew, and once after.
        Assert.Equal(reads + 2, _grid.ReadCount);
        reads = _grid.ReadCount;

        _clock.Advance(100_000);
        _loop.RunOnce(TimeSpan.Zero);

        Assert.Null(_loop.TimeToNextTimer());
        Assert.Equal(reads, _grid.ReadCount);
    }

    [Fact]
    public void Detach_WithAReadingPending_TouchesTheCanvasNoMore()
    {
        ConsoleSource source = Source();
        ArrayCanvas canvas = new(160, 96);
        source.Attach(canvas);
        _grid.Put(0, 0, '#');
        _grid.Notify();
        uint[] before = canvas.Copy();

        source.Detach();
        _clock.Advance(1000);
        _loop.RunOnce(TimeSpan.Zero);

        Assert.Equal(before, canvas.Copy());
        Assert.False(_grid.IsWatched);
        Assert.Null(_loop.TimeToNextTimer());
    }

    [Fact]
    public void Refresh_AnyChange_AllocatesNothing()
    {
        ArrayCanvas canvas = Attached(160, 96);

        AllocationMeter.AssertNone(Frames);

        void Frames()
        {
            for (int i = 0; i < 500; i++)
            {
                _grid.Put(i % 20, i % 6, (uint)('a' + i % 26), (byte)i);
                _grid.Cursor = (i % 20, i % 5);
                _clock.Advance(4);
                _grid.Notify();
                _loop.RunOnce(TimeSpan.Zero);
            }

            canvas.Forget();
        }
    }

    [Fact]
    public void Refresh_ChangesWithQuietBetween_AllocateNothing()
    {
        ArrayCanvas canvas = Attached(160, 96);

        AllocationMeter.AssertNone(Frames);

        void Frames()
        {
            for (int i = 0; i < 500; i++)
            {
                _grid.Put(i % 20, i % 6, (uint)('a' + i % 26), (byte)i);
                Step(canvas);
            }
        }
    }

    private ConsoleSource Source(ConsoleSourceOptions? options = null)
    {
        ConsoleSource source = new(_grid, options ?? new(), _loop);
        _sources.Add(source);
        return source;
    }

    private ArrayCanvas Attached(int width, int height, ConsoleSourceOptions? options = null)
    {
        ArrayCanvas canvas = new(width, height);
        Source(options).Attach(canvas);
        return canvas;
    }

    /// <summary>Lets one change be seen, with nothing reported before and quiet after.</summary>
    private void Step(ArrayCanvas canvas)
    {
        canvas.Forget();
        _clock.Advance(ConsoleSource.ReadPeriodMs);
        _grid.Notify();
        _clock.Advance(ConsoleSource.ReadPeriodMs);
        _loop.RunOnce(TimeSpan.Zero);
        Assert.True(_grid.IsWatched);
    }

    private void AssertPicture(ArrayCanvas canvas, int originX = 0, int originY = 0, int? columns = null, int? rows = null, int firstColumn = 0, int firstRow = 0)
    {
        int width = (columns ?? _grid.Columns) * 8, height = (rows ?? _grid.Rows) * 16;
        for (int y = 0; y < canvas.Height; y++)
        {
            for (int x = 0; x < canvas.Width; x++)
            {
                bool isInside = x >= originX && x < originX + width && y >= originY && y < originY + height;
                uint expected = isInside ? _grid.ExpectedPixel(_font, x - originX + firstColumn * 8, y - originY + firstRow * 16) : 0;
                if (expected != canvas[x, y])
                {
                    Assert.Fail($"pixel {x},{y}: expected {expected:x6}, is {canvas[x, y]:x6}");
                }
            }
        }

        Assert.True(canvas.GuardIsIntact());
    }
}
