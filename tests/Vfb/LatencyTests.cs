using Xenbus.Devices;
using XenFbFront.Tests.Content.Support;
using XenFbFront.Tests.Support;
using XenFbFront.Vfb;
using Xunit;

namespace XenFbFront.Tests.Vfb;

/// <summary>How long a change of the picture takes on its way, measured on a clock that moves when the test says so.</summary>
[Collection(SimulationCollection.Name)]
public sealed class LatencyTests
{
    [Fact]
    public void EachStage_IsMeasuredByItself()
    {
        using SimulatedSystem system = SimulatedSystem.Painted(out PaintedSource source);
        Assert.All(Counts(system), static count => Assert.Equal(0, count));
        system.HoldBackend = true;
        Paint(system, source, noticedBeforeMs: 3, rectangles: 8);
        // The budget of eight is spent, so this one waits for the backend's next refresh.
        Paint(system, source, noticedBeforeMs: 1, rectangles: 1);
        for (int i = 0; i < 100; i++)
        {
            system.Advance(TimeSpan.FromMilliseconds(1));
        }

        Assert.Equal([2, 2, 0], Counts(system));
        system.HoldBackend = false;
        system.Settle();
        Assert.Equal([2, 2, 1], Counts(system));
        Assert.Equal(3000, Times(system, "draw").MaxUs);
        Assert.InRange(Times(system, "draw").PercentileUs(50), 1000, 1125);
        Assert.InRange(Times(system, "ring").MaxUs, 15_000, 31_000);
        Assert.InRange(Times(system, "ring").PercentileUs(50), 0, 1);
        Assert.Equal(100_000, Times(system, "consumed").MaxUs);
        system.ExpectWhole();
        system.EndAndExpectNothingLeft();
    }

    /// <summary>A blinking cursor, and the first picture, answer no change.</summary>
    [Fact]
    public void PictureThatFollowsNoChange_IsNotMeasured()
    {
        using SimulatedSystem system = SimulatedSystem.Painted(out PaintedSource source);
        source.Paint(new(1), 3);
        system.ExpectPicture();
        Assert.Equal([0, 0, 0], Counts(system));
    }

    /// <summary>A picture that nobody looks at for an hour has not been late for an hour.</summary>
    [Fact]
    public void NobodyLooking_TheWaitIsNoLatency()
    {
        using SimulatedSystem system = SimulatedSystem.Painted(out PaintedSource source);
        system.Vfb.SendRefreshPeriod(0);
        system.Settle();
        Paint(system, source, noticedBeforeMs: 3, rectangles: 1);
        system.Advance(TimeSpan.FromHours(1));
        system.Vfb.SendRefreshPeriod(30);
        system.ExpectPicture();
        Assert.Equal([1, 0, 0], Counts(system));
    }

    /// <summary>A backend that does not say when it has consumed something is found to have done so at some later time.</summary>
    [Fact]
    public void ConsumedFoundAtALookOfOurOwn_IsNotMeasured()
    {
        ManualTimeProvider clock = new();
        FramebufferLatency latency = new(clock);
        latency.Drawn(clock.GetTimestamp());
        latency.Told(clock.GetTimestamp(), 7);
        clock.Advance(TimeSpan.FromSeconds(50));
        latency.Looked(6, isNotified: true);
        latency.Looked(7, isNotified: false);
        latency.Looked(7, isNotified: true);
        Assert.Equal(0, latency.Stages[2].Times.Count);
        latency.Drawn(clock.GetTimestamp());
        latency.Told(clock.GetTimestamp(), 9);
        clock.Advance(TimeSpan.FromMilliseconds(2));
        latency.Looked(9, isNotified: true);
        Assert.Equal((1, 2000), (latency.Stages[2].Times.Count, latency.Stages[2].Times.MaxUs));
    }

    [Fact]
    public void Measuring_AllocatesNothing()
    {
        ManualTimeProvider clock = new();
        FramebufferLatency latency = new(clock);
        uint produced = 0;
        AllocationMeter.AssertNone(() =>
        {
            latency.Drawn(clock.GetTimestamp());
            latency.Told(clock.GetTimestamp(), ++produced);
            latency.Looked(produced, isNotified: true);
        });
    }

    private static void Paint(SimulatedSystem system, PaintedSource source, int noticedBeforeMs, int rectangles)
    {
        for (int i = 0; i < rectangles; i++)
        {
            source.Fill(new(20 * i, 10 * i, 5, 5), 0x00ff00);
        }

        source.Canvas!.Flush(system.Clock.GetTimestamp() - TimeSpan.FromMilliseconds(noticedBeforeMs).Ticks);
    }

    private static long[] Counts(SimulatedSystem system) => [.. Device(system).Latencies.Select(static latency => latency.Times.Count)];

    private static LatencyHistogram Times(SimulatedSystem system, string stage) => Device(system).Latencies.Single(latency => latency.Stage == stage).Times;

    private static VfbDevice Device(SimulatedSystem system) => system.Worker!.Vfb.Devices[0];
}
