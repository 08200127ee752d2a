using Xenbus.Loop;
using XenFbFront.Tests.Support;
using Xunit;

namespace XenFbFront.Tests.Loop;

/// <summary>What is promised of timers that are due in one turn, and of the ends of the range.</summary>
public sealed class TimerOrderTests : IDisposable
{
    private readonly ManualTimeProvider _clock = new();
    private readonly EventLoop _loop;
    private readonly List<string> _calls = [];

    public TimerOrderTests() => _loop = new(_clock);

    public void Dispose() => _loop.Dispose();

    [Fact]
    public void DueInOneTurn_FireInTheOrderOfTheirTimeWhateverTheOrderOfCreation()
    {
        foreach (int seconds in (ReadOnlySpan<int>)[3, 1, 4, 2])
        {
            _loop.CreateTimer(() => _calls.Add($"{seconds} s")).Start(TimeSpan.FromSeconds(seconds));
        }

        _clock.Advance(TimeSpan.FromSeconds(9));
        _loop.RunOnce(TimeSpan.Zero);
        Assert.Equal(["1 s", "2 s", "3 s", "4 s"], _calls);
    }

    [Fact]
    public void DueAtTheSameTime_FireInTheOrderOfTheirStart()
    {
        LoopTimer first = _loop.CreateTimer(() => _calls.Add("made first"));
        LoopTimer second = _loop.CreateTimer(() => _calls.Add("made second"));
        second.Start(TimeSpan.FromSeconds(1));
        first.Start(TimeSpan.FromSeconds(1));
        _clock.Advance(TimeSpan.FromSeconds(1));
        _loop.RunOnce(TimeSpan.Zero);
        Assert.Equal(["made second", "made first"], _calls);
    }

    /// <summary>Each of the two starts the other at once: a turn that went on as long as something is due would never end.</summary>
    [Fact]
    public void TwoThatStartEachOtherAtOnce_FireOnceATurn()
    {
        LoopTimer? first = null, second = null;
        first = _loop.CreateTimer(() =>
        {
            _calls.Add("first");
            second!.Start(TimeSpan.Zero);
        });
        second = _loop.CreateTimer(() =>
        {
            _calls.Add("second");
            first.Start(TimeSpan.Zero);
        });
        first.Start(TimeSpan.Zero);
        _loop.RunOnce(TimeSpan.Zero);
        Assert.Equal(["first"], _calls);
        _loop.RunOnce(TimeSpan.Zero);
        Assert.Equal(["first", "second"], _calls);
    }

    [Fact]
    public void OneThatMakesAnotherAtOnce_ItFiresAtTheNextTurn()
    {
        _loop.CreateTimer(() => _loop.CreateTimer(() => _calls.Add("made")).Start(TimeSpan.Zero)).Start(TimeSpan.Zero);
        _loop.RunOnce(TimeSpan.Zero);
        Assert.Empty(_calls);
        _loop.RunOnce(TimeSpan.Zero);
        Assert.Equal(["made"], _calls);
    }

    [Fact]
    public void StartWithMaxValue_NeverFires()
    {
        _clock.Advance(TimeSpan.FromDays(400));
        LoopTimer timer = _loop.CreateTimer(() => _calls.Add("fired"));
        timer.Start(TimeSpan.MaxValue);
        _loop.RunOnce(TimeSpan.Zero);
        Assert.True(timer.IsRunning);
        Assert.True(_loop.TimeToNextTimer() > TimeSpan.FromDays(365_000));
        Assert.Empty(_calls);
    }

    [Fact]
    public void StartWithLessThanZero_FiresAtTheNextTurn()
    {
        _loop.CreateTimer(() => _calls.Add("fired")).Start(TimeSpan.MinValue);
        _loop.RunOnce(TimeSpan.Zero);
        Assert.Equal(["fired"], _calls);
    }

    [Fact]
    public void StopBeforeRun_RunReturnsAtOnce_AndTheNextRunRuns()
    {
        _loop.Stop();
        _loop.Run();
        _loop.Post(() =>
        {
            _calls.Add("second run");
            _loop.Stop();
        });
        _loop.Run();
        Assert.Equal(["second run"], _calls);
    }
}
