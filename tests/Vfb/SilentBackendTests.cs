using XenFbFront.Tests.Support;
using XenFbFront.Vfb;
using Xunit;

namespace XenFbFront.Tests.Vfb;

/// <summary>A backend that takes nothing: said once, nothing waits for it, and the picture is whole when it goes on.</summary>
[Collection(SimulationCollection.Name)]
public sealed class SilentBackendTests
{
    private const string Silent = "Warning: vfb/0: backend takes no updates since 5 s; is its QEMU still running?";
    private const string Again = "Information: vfb/0: the backend takes updates again";

    private readonly Random _random = new(1);

    [Fact]
    public void TakesNothing_IsSaidOnceAfterFiveSeconds_AndOnceWhenItTakesAgain()
    {
        using SimulatedSystem system = SimulatedSystem.Painted(out PaintedSource source);
        system.Vfb.StopDraining();
        for (int i = 0; i < 600; i++)
        {
            source.Paint(_random, 3);
            system.Advance(TimeSpan.FromMilliseconds(100));
            Assert.Equal(i >= 49 ? 1 : 0, Count(system, Silent));
        }

        Assert.Equal(60, Device(system).BackendSilentFor!.Value.TotalSeconds, 0.2);
        Assert.Equal(0, Count(system, Again));
        Assert.True(system.IsConnected("vfb"));
        system.Type();
        system.Vfb.ResumeDraining();
        system.ExpectPicture();
        Assert.Null(Device(system).BackendSilentFor);
        Assert.Equal((1, 1), (Count(system, Silent), Count(system, Again)));

        // The next silence is another one.
        system.Vfb.StopDraining();
        source.Paint(_random, 3);
        system.Advance(TimeSpan.FromSeconds(4));
        system.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(2, Count(system, Silent));
        system.Vfb.ResumeDraining();
        system.ExpectWhole();
        Assert.Equal(2, Count(system, Again));
        system.EndAndExpectNothingLeft();
    }

    /// <summary>One that is connected and stands still is a process stopped by a signal: keys wait, and nothing is lost when it goes on.</summary>
    [Fact]
    public void ProcessStandsStill_IsSaid_AndPictureAndKeysArriveWhenItGoesOn()
    {
        using SimulatedSystem system = SimulatedSystem.Painted(out PaintedSource source);
        system.Type();
        system.Settle();
        system.HoldBackend = true;
        source.Paint(_random, 3);
        system.Type();
        system.Advance(TimeSpan.FromSeconds(4));
        system.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1, Count(system, Silent));
        Assert.Null(system.Worker!.Loop.TimeToNextTimer());
        system.HoldBackend = false;
        system.ExpectPicture();
        Assert.Equal(1, Count(system, Again));
        system.ExpectWhole();
        system.EndAndExpectNothingLeft();
    }

    [Fact]
    public void TakesAllInTime_NothingIsSaid_AndNoTimerRuns()
    {
        using SimulatedSystem system = SimulatedSystem.Painted(out PaintedSource source);
        for (int i = 0; i < 200; i++)
        {
            source.Paint(_random, 3);
            system.Advance(TimeSpan.FromMilliseconds(100));
        }

        system.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(system.Worker!.Loop.TimeToNextTimer());
        system.HoldBackend = true;
        source.Paint(_random, 3);
        system.Advance(TimeSpan.FromSeconds(4));
        system.HoldBackend = false;
        system.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(system.Worker!.Loop.TimeToNextTimer());
        Assert.Equal((0, 0), (Count(system, Silent), Count(system, Again)));
    }

    /// <summary>A lost event is no silence: after four seconds the backend is notified once more, and only once.</summary>
    [Fact]
    public void EventLost_BackendIsNotifiedOnceMore_AndNothingIsSaid()
    {
        using SimulatedSystem system = SimulatedSystem.Painted(out PaintedSource source);
        bool isLosing = true;
        int notified = 0;
        system.Worker!.Fate.LosesEvent = () =>
        {
            notified++;
            return isLosing;
        };
        source.Paint(_random, 1);
        system.Advance(TimeSpan.FromMilliseconds(3999));
        Assert.Equal(1, notified);
        isLosing = false;
        system.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(2, notified);
        system.ExpectPicture();
        system.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal((0, 2), (Count(system, Silent), notified));
        system.ExpectWhole();
        system.EndAndExpectNothingLeft();
    }

    [Fact]
    public void NobodyLooking_IsNoSilence()
    {
        using SimulatedSystem system = SimulatedSystem.Painted(out PaintedSource source);
        system.Worker!.Fate.LosesEvent = () => true;
        source.Paint(_random, 3);
        system.Settle();
        Assert.True(system.Vfb.SendRefreshPeriod(0));
        system.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(0, Count(system, Silent));
        Assert.Null(system.Worker!.Loop.TimeToNextTimer());
        system.Vfb.SendRefreshPeriod(30);
        system.Settle();
        system.Advance(TimeSpan.FromSeconds(4));
        system.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1, Count(system, Silent));
    }

    [Fact]
    public void SilentThenWorkerKilled_SuccessorSaysNothingAgain_AndTellsOfTheEnd()
    {
        using SimulatedSystem system = SimulatedSystem.Painted(out PaintedSource source);
        system.Vfb.StopDraining();
        source.Paint(_random, 3);
        system.Advance(TimeSpan.FromSeconds(4));
        system.Advance(TimeSpan.FromSeconds(1));
        system.KillWorker();
        system.StartWorker();
        system.Settle();
        ((PaintedSource)system.Worker!.Source).Paint(_random, 3);
        system.Advance(TimeSpan.FromSeconds(30));
        system.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(1, Count(system, Silent));
        Assert.Equal(65, Device(system).BackendSilentFor!.Value.TotalSeconds, 0.1);
        system.Vfb.ResumeDraining();
        system.ExpectPicture();
        Assert.Equal((1, 1), (Count(system, Silent), Count(system, Again)));
        system.ExpectWhole();
        system.EndAndExpectNothingLeft();
    }

    /// <summary>A worker killed while it waited leaves the wait to its successor.</summary>
    [Fact]
    public void KilledBeforeItWasSaid_SuccessorSaysIt()
    {
        using SimulatedSystem system = SimulatedSystem.Painted(out PaintedSource source);
        system.Vfb.StopDraining();
        source.Paint(_random, 3);
        system.Advance(TimeSpan.FromSeconds(3));
        system.KillWorker();
        system.StartWorker();
        system.Settle();
        system.Advance(TimeSpan.FromSeconds(4));
        system.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1, Count(system, Silent));
    }

    /// <summary>What was said of one connection does not hold for the next.</summary>
    [Fact]
    public void SilentThenReplaced_NewBackendIsNotSilent()
    {
        using SimulatedSystem system = SimulatedSystem.Painted(out PaintedSource source);
        system.Vfb.StopDraining();
        source.Paint(_random, 3);
        system.Advance(TimeSpan.FromSeconds(4));
        system.Advance(TimeSpan.FromSeconds(1));
        system.Vfb.CloseAbruptly();
        system.Settle();
        system.RunUntilConnected();
        Assert.Null(Device(system).BackendSilentFor);
        system.ExpectWhole();
        Assert.Equal(0, Count(system, Again));
        system.EndAndExpectNothingLeft();
    }

    private static VfbDevice Device(SimulatedSystem system) => system.Worker!.Vfb.Devices[0];

    private static int Count(SimulatedSystem system, string line) => system.Log.Lines.Count(entry => entry.StartsWith(line, StringComparison.Ordinal));
}
