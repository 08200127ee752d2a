using XenFbFront.Backend;
using XenFbFront.Tests.Backend.Support;
using XenFbFront.Viewer;
using Xunit;

namespace XenFbFront.Tests.Viewer;

public class FrameTimesTests
{
    private readonly ManualClock _clock = new();
    private readonly FrameTimes _times;

    public FrameTimesTests() => _times = new(_clock);

    [Fact]
    public void Describe_PicturesOfTheLastSecond_CountsAndTimesThem()
    {
        _times.Input();
        _clock.Advance(7);
        _times.Changed(new(0, 0, 10, 10));
        _times.Changed(new(5, 5, 2, 3));
        _clock.Advance(2);
        _times.Shown();
        _clock.Advance(100);
        _times.Changed(new(0, 0, 1, 1));
        _clock.Advance(4);
        _times.Shown();
        Assert.Equal(
            ["in a second: 2 pictures, 3 parts, 107 pixels", "from changed to shown: 4.0 ms (worst 4.0)", "from input to shown:   9.0 ms (worst 9.0)"],
            _times.Describe());
        _clock.Advance(950);
        Assert.Equal("in a second: 1 pictures, 1 parts, 1 pixels", _times.Describe()[0]);
        _clock.Advance(1100);
        Assert.Equal(["in a second: 0 pictures, 0 parts, 0 pixels", "from changed to shown: -", "from input to shown:   -"], _times.Describe());
    }

    [Fact]
    public void Describe_InputThatNothingAnswered_IsNotCountedForALaterPicture()
    {
        _times.Input();
        _clock.Advance(1500);
        _times.Changed(new(0, 0, 1, 1));
        _times.Shown();
        Assert.Equal("from input to shown:   -", _times.Describe()[2]);
    }

    [Fact]
    public void Describe_InputAfterTheChange_IsAnsweredByTheNext()
    {
        _times.Changed(new(0, 0, 1, 1));
        _clock.Advance(1);
        _times.Input();
        _times.Shown();
        Assert.Equal("from input to shown:   -", _times.Describe()[2]);
        _clock.Advance(5);
        _times.Changed(new(0, 0, 1, 1));
        _times.Shown();
        Assert.Equal("from input to shown:   5.0 ms (worst 5.0)", _times.Describe()[2]);
    }

    [Fact]
    public void Outlines_AfterAWhile_AreGone()
    {
        _times.Changed(new(1, 2, 3, 4));
        _clock.Advance(100);
        _times.Changed(new(5, 6, 7, 8));
        Assert.Equal([new(1, 2, 3, 4), new(5, 6, 7, 8)], _times.Outlines());
        _clock.Advance(FrameTimes.OutlineTime.TotalMilliseconds - 50);
        Assert.Equal([new(5, 6, 7, 8)], _times.Outlines());
        Assert.True(_times.IsLively);
        _clock.Advance(100);
        Assert.Empty(_times.Outlines());
        Assert.False(_times.IsLively);
    }

    [Fact]
    public void Outlines_GuestThatChangesWithoutEnd_AreBounded()
    {
        for (int i = 0; i < 10_000; i++)
        {
            _times.Changed(new(i, 0, 1, 1));
        }

        ScreenRectangle[] outlines = _times.Outlines();
        Assert.Equal(FrameTimes.OutlinesMost, outlines.Length);
        Assert.Equal(9_999, outlines[^1].X);
    }
}
