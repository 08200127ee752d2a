using Xenbus.Loop;
using XenFbFront.Content;
using XenFbFront.Input;
using XenFbFront.Tests.Content.Support;
using Xunit;
using static XenFbFront.Input.InputCodes;

namespace XenFbFront.Tests.Content;

public sealed class KeysSourceTests : IDisposable
{
    private const uint CrosshairCentre = 0xff4040;

    private readonly ManualClock _clock = new();
    private readonly EventLoop _loop;
    private readonly KeysSource _source;

    public KeysSourceTests()
    {
        _loop = new(_clock);
        _source = new(_loop);
    }

    public static TheoryData<int, int> Sizes => new([(1, 1), (1, 600), (37, 50), (640, 400), (801, 607), (1280, 800), (1920, 1080)]);

    public void Dispose()
    {
        _source.Dispose();
        _loop.Dispose();
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Attach_AnySize_CoversEveryPixelAndSurvivesEveryEvent(int width, int height)
    {
        ArrayCanvas canvas = new(width, height);
        _source.Attach(canvas);
        Assert.False(Visible(canvas).AsSpan().Contains(ArrayCanvas.Guard));
        Assert.True(canvas.FlushCount > 0);

        Random random = new(3);
        InputRole[] roles = [InputRole.Keyboard, InputRole.Pointer, InputRole.Touch];
        for (int i = 0; i < 150; i++)
        {
            uint[] before = canvas.Copy();
            canvas.Forget();
            // Sane and absurd ones, of each type, also those that no driver would send.
            InputEvent first = new((ushort)random.Next(5), (ushort)random.Next(0x300), random.Next(-3, 3));
            InputEvent second = new(EV_ABS, (ushort)random.Next(0x40), random.Next());
            InputEvent third = new(EV_REL, (ushort)random.Next(0x10), random.Next(int.MinValue, int.MaxValue));
            Deliver(roles[i % 3], first, second, third);
            Assert.True(canvas.ReportsCoverDifferences(before), $"event {i}");
        }

        Assert.True(canvas.GuardIsIntact());
    }

    [Fact]
    public void Key_DownAndUp_AppearsAndDisappears()
    {
        ArrayCanvas canvas = Attached();
        uint[] before = Row(canvas, 2);

        Deliver(InputRole.Keyboard, new InputEvent(EV_KEY, 30, 1));
        uint[] held = Row(canvas, 2);
        Deliver(InputRole.Keyboard, new InputEvent(EV_KEY, 30, 0));

        Assert.NotEqual(before, held);
        Assert.Equal(before, Row(canvas, 2));
        Assert.Equal(2, _source.State.EventCount);
        Assert.Equal((InputLog.Kind.Up, 30), (_source.State.Log[0].What, _source.State.Log[0].Code));
        Assert.Equal((InputLog.Kind.Down, 30), (_source.State.Log[1].What, _source.State.Log[1].Code));
    }

    [Fact]
    public void Key_Down_DamageIsTheTextThatChanged()
    {
        ArrayCanvas canvas = Attached();
        uint[] before = canvas.Copy();
        canvas.Forget();

        Deliver(InputRole.Keyboard, new InputEvent(EV_KEY, 30, 1));

        Assert.True(canvas.ReportsCoverDifferences(before));
        long area = canvas.ChangedAreas.ToArray().Sum(x => x.Area);
        // The count, "KEY_A" for "none held", and the first line of the log instead of the invitation.
        Assert.InRange(area, 1, 100 * 8 * 16);
        Assert.Equal(1, canvas.FlushCount);
    }

    [Theory]
    [InlineData(0, 0, 0, 0)]
    [InlineData(1000, 500, 799, 599)]
    [InlineData(500, 250, 399, 299)]
    [InlineData(-5, 9999, 0, 599)]
    public void Pointer_Absolute_CrosshairIsAtThePixel(int x, int y, int expectedX, int expectedY)
    {
        ArrayCanvas canvas = Attached();
        _source.PointerRange = (1000, 500);

        Deliver(InputRole.Pointer, new(EV_ABS, ABS_X, x), new(EV_ABS, ABS_Y, y));

        Assert.Equal(CrosshairCentre, canvas[expectedX, expectedY]);
        Assert.Single(Visible(canvas), pixel => pixel == CrosshairCentre);
    }

    [Fact]
    public void Pointer_Moves_ErasesTheOldCrosshair()
    {
        ArrayCanvas canvas = Attached();
        _source.PointerRange = (799, 599);
        Deliver(InputRole.Pointer, new(EV_ABS, ABS_X, 300), new(EV_ABS, ABS_Y, 400));
        uint[] before = canvas.Copy();
        canvas.Forget();

        Deliver(InputRole.Pointer, new(EV_ABS, ABS_X, 310), new(EV_ABS, ABS_Y, 395));

        Assert.Single(Visible(canvas), pixel => pixel == CrosshairCentre);
        Assert.Equal(CrosshairCentre, canvas[310, 395]);
        Assert.True(canvas.ReportsCoverDifferences(before));
    }

    [Fact]
    public void Pointer_RelativeMotion_AccumulatesAndStaysOnTheScreen()
    {
        ArrayCanvas canvas = Attached();

        Deliver(InputRole.Pointer, new(EV_REL, REL_X, 10), new(EV_REL, REL_Y, -20));
        Assert.Equal(CrosshairCentre, canvas[410, 280]);

        Deliver(InputRole.Pointer, new InputEvent(EV_REL, REL_X, 5));
        Assert.Equal(CrosshairCentre, canvas[415, 280]);

        Deliver(InputRole.Pointer, new InputEvent(EV_REL, REL_X, int.MaxValue));
        Assert.Equal(CrosshairCentre, canvas[799, 280]);
    }

    [Fact]
    public void Wheel_Clicks_AreCountedBySign()
    {
        Attached();

        Deliver(InputRole.Pointer, new InputEvent(EV_REL, REL_WHEEL, 1));
        Deliver(InputRole.Pointer, new InputEvent(EV_REL, REL_WHEEL, -3));

        Assert.Equal((-2, 0), _source.State.Wheel);
    }

    [Fact]
    public void Touch_TwoContacts_AreDiscsUntilTheyLeave()
    {
        ArrayCanvas canvas = Attached();
        uint[] before = canvas.Copy();
        _source.TouchRange = (799, 599);

        Deliver(InputRole.Touch, new(EV_ABS, ABS_MT_SLOT, 0), new(EV_ABS, ABS_MT_TRACKING_ID, 1), new(EV_ABS, ABS_MT_POSITION_X, 500), new(EV_ABS, ABS_MT_POSITION_Y, 450),
            new(EV_ABS, ABS_MT_SLOT, 1), new(EV_ABS, ABS_MT_TRACKING_ID, 2), new(EV_ABS, ABS_MT_POSITION_X, 600), new(EV_ABS, ABS_MT_POSITION_Y, 500));

        Assert.Equal(0xf28b82u, canvas[500 - 15, 450]);
        Assert.Equal(0x81c995u, canvas[600 - 15, 500]);
        Assert.Equal([InputLog.Kind.TouchDown, InputLog.Kind.TouchDown], [_source.State.Log[0].What, _source.State.Log[1].What]);

        Deliver(InputRole.Touch, new(EV_ABS, ABS_MT_SLOT, 0), new(EV_ABS, ABS_MT_TRACKING_ID, -1), new(EV_ABS, ABS_MT_SLOT, 1), new(EV_ABS, ABS_MT_TRACKING_ID, -1));
        for (int y = 400; y < 560; y++)
        {
            Assert.Equal(before.AsSpan(y * canvas.StridePixels + 400, 400), canvas.Pixels.Slice(y * canvas.StridePixels + 400, 400));
        }
    }

    [Fact]
    public void Touch_AsTheDriverTellsIt_IsOneLineWithItsPlace()
    {
        Attached();
        Deliver(InputRole.Touch, new(EV_ABS, ABS_MT_SLOT, 0), new(EV_ABS, ABS_MT_TRACKING_ID, 1), new(EV_KEY, BTN_TOUCH, 1),
            new(EV_ABS, ABS_MT_POSITION_X, 500), new(EV_ABS, ABS_MT_POSITION_Y, 450), new(EV_SYN, 0, 0));

        Assert.Equal((InputLog.Kind.TouchDown, 500, 450), (_source.State.Log[0].What, _source.State.Log[0].First, _source.State.Log[0].Second));
        Assert.Equal(InputLog.Kind.Down, _source.State.Log[1].What);
    }

    [Fact]
    public void Log_Motion_ReplacesItsOwnLineAndKeysDoNot()
    {
        Attached();
        for (int i = 0; i < 50; i++)
        {
            Deliver(InputRole.Pointer, new(EV_ABS, ABS_X, i), new(EV_ABS, ABS_Y, i));
        }

        Deliver(InputRole.Keyboard, new InputEvent(EV_KEY, 30, 1));
        Deliver(InputRole.Keyboard, new InputEvent(EV_KEY, 30, 2));
        Deliver(InputRole.Keyboard, new InputEvent(EV_KEY, 30, 2));

        InputLog log = _source.State.Log;
        Assert.Equal(3, log.Count);
        Assert.Equal((InputLog.Kind.Position, 50L, 100L), (log[2].What, log[2].Times, log[2].Number));
        Assert.Equal((InputLog.Kind.Repeat, 2L, 103L), (log[0].What, log[0].Times, log[0].Number));
    }

    [Fact]
    public void Log_MoreThanCapacity_KeepsTheNewest()
    {
        InputLog log = new();
        for (int i = 1; i <= InputLog.Capacity + 10; i++)
        {
            log.Add(i, InputRole.Keyboard, InputLog.Kind.Down, 30);
        }

        Assert.Equal(InputLog.Capacity, log.Count);
        Assert.Equal(InputLog.Capacity + 10, log[0].Number);
        Assert.Equal(11, log[InputLog.Capacity - 1].Number);
    }

    [Fact]
    public void OnDelivered_ManyEventsInOneCall_IsOneFlush()
    {
        ArrayCanvas canvas = Attached();
        canvas.Forget();
        InputEvent[] events = [.. Enumerable.Range(0, 40).SelectMany(i => (InputEvent[])[new(EV_KEY, (ushort)(16 + i / 2), 1 - i % 2), new(EV_SYN, SYN_REPORT, 0)])];

        Deliver(InputRole.Keyboard, events);

        Assert.Equal(1, canvas.FlushCount);
    }

    [Fact]
    public void OnDelivered_AfterQuiet_DrawsAtOnceThenOncePerFrame()
    {
        ArrayCanvas canvas = Attached();
        _clock.Advance(1000);
        canvas.Forget();

        _source.OnDelivered(InputRole.Keyboard, [new(EV_KEY, 30, 1)]);
        Assert.Equal(1, canvas.FlushCount);
        _clock.Advance(1);
        _source.OnDelivered(InputRole.Keyboard, [new(EV_KEY, 30, 0)]);
        _loop.RunOnce(TimeSpan.Zero);
        Assert.Equal(1, canvas.FlushCount);

        _clock.Advance(KeysSource.FrameMs - 1);
        _loop.RunOnce(TimeSpan.Zero);
        Assert.Equal(2, canvas.FlushCount);
        Assert.Null(_loop.TimeToNextTimer());
    }

    [Fact]
    public void OnDelivered_FloodOf100000Events_DrawsOncePerFrameAndAllocatesNothing()
    {
        ArrayCanvas canvas = Attached();
        _source.PointerRange = (799, 599);
        InputEvent[] events = new InputEvent[3];
        AllocationMeter.AssertNone(() => Flood(100_000));

        canvas.Forget();
        Flood(100_000);
        // 100,000 times 0.01 ms is one second.
        Assert.InRange(canvas.FlushCount, 58, 64);

        void Flood(int count)
        {
            for (int i = 0; i < count; i++)
            {
                events[0] = i % 7 == 0 ? new(EV_KEY, (ushort)(i % 0x200), i & 1) : new(EV_ABS, ABS_X, i % 800);
                events[1] = new(EV_ABS, (ushort)(i % 3 == 0 ? ABS_Y : ABS_MT_POSITION_X), i % 600);
                events[2] = new(EV_SYN, SYN_REPORT, 0);
                _source.OnDelivered((InputRole)(i % 3), events);
                _clock.Advance(0.01);
                if (i % 100 == 0)
                {
                    _loop.RunOnce(TimeSpan.Zero);
                }
            }
        }
    }

    [Fact]
    public void Detach_EventsGoOn_AreSeenAtTheNextAttach()
    {
        ArrayCanvas canvas = Attached();
        _source.Detach();
        uint[] before = canvas.Copy();

        Deliver(InputRole.Keyboard, new InputEvent(EV_KEY, 30, 1));
        Assert.Equal(before, canvas.Copy());
        Assert.Null(_loop.TimeToNextTimer());

        _source.Attach(canvas);
        Assert.NotEqual(before, canvas.Copy());
    }

    [Theory]
    [InlineData(0x110, true)]
    [InlineData(0x14a, true)]
    [InlineData(0x2c0, true)]
    [InlineData(30, false)]
    [InlineData(0x160, false)]
    public void IsButton_TellsButtonsFromKeys(ushort code, bool expected) => Assert.Equal(expected, InputState.IsButton(code));

    private ArrayCanvas Attached()
    {
        ArrayCanvas canvas = new(800, 600);
        _source.Attach(canvas);
        return canvas;
    }

    private void Deliver(InputRole role, params ReadOnlySpan<InputEvent> events)
    {
        _clock.Advance(KeysSource.FrameMs);
        _source.OnDelivered(role, [.. events, new(EV_SYN, SYN_REPORT, 0)]);
    }

    private static uint[] Row(ArrayCanvas canvas, int row) => canvas.Pixels.Slice(row * 16 * canvas.StridePixels, 16 * canvas.StridePixels).ToArray();

    private static uint[] Visible(ArrayCanvas canvas)
    {
        List<uint> pixels = [];
        for (int y = 0; y < canvas.Height; y++)
        {
            pixels.AddRange(canvas.Pixels.Slice(y * canvas.StridePixels, canvas.Width));
        }

        return [.. pixels];
    }
}
