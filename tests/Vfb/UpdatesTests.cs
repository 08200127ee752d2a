using System.Runtime.InteropServices;
using CsCheck;
using Xenbus.Wire.Fbif;
using XenFbFront.Tests.Content.Support;
using XenFbFront.Tests.Support;
using Xunit;

namespace XenFbFront.Tests.Vfb;

/// <summary>When updates are sent, how many, and that none is lost.</summary>
[Collection(SimulationCollection.Name)]
public sealed class UpdatesTests
{
    /// <summary>QEMU keeps eight rectangles between two refreshes; the ninth costs a whole screen.</summary>
    [Fact]
    public void AnyDamageAtAnyTime_NeverMoreThanEightRectanglesInARefreshPeriod_AndThePictureArrives() =>
        Gen.Int.Sample(
            static seed =>
            {
                Random random = new(seed);
                using SimulatedSystem system = SimulatedSystem.Connected(
                    new() { RefreshMs = 30 }, () => new PaintedSource(200, 100), new() { Sizes = [new(200, 100)] });
                PaintedSource source = (PaintedSource)system.Worker!.Source;
                Queue<(TimeSpan Time, long Rectangles)> sent = [];
                long before = system.Vfb.Counters.Rectangles;
                for (int step = 0; step < 60; step++)
                {
                    source.Paint(random, random.Next(1, 20));
                    system.Settle();
                    Check();
                    system.Advance(TimeSpan.FromMilliseconds(random.Next(0, 17)));
                    Check();
                }

                system.Run(() => system.Picture().AsSpan().SequenceEqual(source.Picture), "whole picture");
                Assert.Equal(0, system.Vfb.Counters.FullScreenFallbacks);

                void Check()
                {
                    long now = system.Vfb.Counters.Rectangles;
                    sent.Enqueue((system.Clock.Elapsed, now - before));
                    before = now;
                    while (system.Clock.Elapsed - sent.Peek().Time >= TimeSpan.FromMilliseconds(30))
                    {
                        sent.Dequeue();
                    }

                    Assert.True(sent.Sum(entry => entry.Rectangles) <= 8, $"seed {seed}: more than eight rectangles in 30 ms");
                }
            },
            iter: 12,
            threads: 1);

    /// <summary>Shortly before its index passes 2^32 an empty ring has room for a few events only, and nobody notifies us of an empty ring.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(9)]
    public void RingIndexPassesZero_MoreRectanglesThanRoom_ThePictureArrives(int left)
    {
        using SimulatedSystem system = Painted(out _);
        system.KillWorker();
        system.Vfb.PretendTaken((uint)-left - (uint)system.Vfb.Counters.EventsReceived);
        system.StartWorker();
        system.RunUntilConnected();
        system.Advance(TimeSpan.FromMilliseconds(40));
        PaintedSource source = (PaintedSource)system.Worker!.Source;
        Random random = new(left);
        for (int i = 0; i < 20; i++)
        {
            source.Paint(random, 7);
            system.Advance(TimeSpan.FromMilliseconds(100));
            Assert.Equal(source.Picture.ToArray(), system.Picture());
        }

        system.EndAndExpectNothingLeft();
    }

    [Fact]
    public void BackendSilentForLong_NothingIsLost_AndNothingWaits()
    {
        using SimulatedSystem system = Painted(out PaintedSource source);
        system.Vfb.StopDraining();
        Random random = new(5);
        for (int i = 0; i < 500; i++)
        {
            source.Paint(random, 6);
            system.Advance(TimeSpan.FromMilliseconds(30));
        }

        Assert.True(system.IsConnected("vfb"));
        system.Vfb.ResumeDraining();
        system.Run(() => system.Picture().AsSpan().SequenceEqual(source.Picture), "whole picture");
        system.EndAndExpectNothingLeft();
    }

    [Fact]
    public void NobodyLooking_NothingIsSent_AndEverythingWhenSomebodyLooksAgain()
    {
        using SimulatedSystem system = Painted(out PaintedSource source);
        Assert.True(system.Vfb.SendRefreshPeriod(0));
        system.Settle();
        long before = system.Vfb.Counters.EventsReceived;
        Random random = new(6);
        for (int i = 0; i < 100; i++)
        {
            source.Paint(random, 6);
            system.Advance(TimeSpan.FromMilliseconds(50));
        }

        Assert.Equal(before, system.Vfb.Counters.EventsReceived);
        Assert.Null(system.Worker!.Loop.TimeToNextTimer());
        system.Vfb.SendRefreshPeriod(30);
        system.Run(() => system.Picture().AsSpan().SequenceEqual(source.Picture), "whole picture");
        system.EndAndExpectNothingLeft();
    }

    /// <summary>The next backend has other viewers: that nobody looked at the last one does not count.</summary>
    [Fact]
    public void NobodyLooking_ThenAnotherConnection_IsSentAgain()
    {
        using SimulatedSystem system = Painted(out PaintedSource source);
        system.Vfb.SendRefreshPeriod(0);
        system.Settle();
        system.Vfb.CloseAbruptly();
        system.Settle();
        system.RunUntilConnected();
        system.Settle();
        source.Paint(new(7), 4);
        system.Run(() => system.Picture().AsSpan().SequenceEqual(source.Picture), "whole picture");
        system.EndAndExpectNothingLeft();
    }

    /// <summary>Advice is taken within reason: nothing, once in weeks, QEMU's 13333 and a thousand a second.</summary>
    [Theory]
    [InlineData(4_000_000_000u, 30)]
    [InlineData(13333u, 30)]
    [InlineData(1001u, 30)]
    [InlineData(1000u, 1000)]
    [InlineData(100u, 100)]
    [InlineData(1u, 8)]
    public void Advice_IsClamped(uint advisedMs, int expectedMs)
    {
        using SimulatedSystem system = Painted(out PaintedSource source);
        system.Advance(TimeSpan.FromSeconds(2));
        system.Vfb.SendRefreshPeriod(advisedMs);
        system.Settle();
        PaintCorners(source);
        system.Settle();
        long before = system.Vfb.Counters.Rectangles;
        PaintCorners(source);
        system.Settle();
        Assert.Equal(before, system.Vfb.Counters.Rectangles);
        system.Advance(TimeSpan.FromMilliseconds(expectedMs - 1));
        Assert.Equal(before, system.Vfb.Counters.Rectangles);
        system.Advance(TimeSpan.FromMilliseconds(1));
        Assert.True(system.Vfb.Counters.Rectangles > before);
    }

    [Fact]
    public void ShorterAdvice_HoldsForWhatWaitsAlready()
    {
        using SimulatedSystem system = Painted(out PaintedSource source);
        system.Vfb.SendRefreshPeriod(1000);
        system.Settle();
        PaintCorners(source);
        PaintCorners(source);
        system.Settle();
        system.Vfb.SendRefreshPeriod(10);
        system.Advance(TimeSpan.FromMilliseconds(10));
        system.Advance(TimeSpan.FromMilliseconds(16));
        Assert.Equal(source.Picture.ToArray(), system.Picture());
    }

    [Fact]
    public void UnknownEvents_AreConsumedAndPassedOver()
    {
        using SimulatedSystem system = Painted(out PaintedSource source);
        byte[] slot = new byte[40];
        for (int i = 0; i < 300; i++)
        {
            slot.AsSpan().Fill((byte)(i % 256));
            slot[0] = (byte)(2 + i % 254);
            Assert.True(system.Vfb.SendRaw(slot));
            system.Settle();
        }

        source.Paint(new(8), 2);
        system.Run(() => system.Picture().AsSpan().SequenceEqual(source.Picture), "whole picture");
        system.EndAndExpectNothingLeft();
    }

    [Fact]
    public void Resize_WithinTheMemory_IsToldBeforeAnyUpdateOfTheNewSize()
    {
        using SimulatedSystem system = Painted(out PaintedSource source, 200, 100, fixedSize: false);
        Assert.True(source.Canvas!.TryResize(100, 150));
        Assert.Equal(200, source.Canvas.Width);
        system.Advance(TimeSpan.FromMilliseconds(40));
        Assert.Equal((100, 150), (source.Canvas!.Width, source.Canvas.Height));
        Assert.Equal((100, 150), (system.Vfb.Geometry.Width, system.Vfb.Geometry.Height));
        Assert.Equal(0, system.Vfb.Counters.EmptyRectangles);
        source.Paint(new(9), 5);
        system.Run(() => system.Picture().AsSpan().SequenceEqual(source.Picture), "whole picture");
        Assert.Equal("vfb 4", system.BackendHistory.Last(state => state.StartsWith("vfb", StringComparison.Ordinal)));
        system.EndAndExpectNothingLeft();
    }

    [Fact]
    public void Resize_BeyondTheMemoryOrFixedOrNotOffered_IsRefused()
    {
        using SimulatedSystem system = Painted(out PaintedSource source, 200, 100, fixedSize: false);
        Assert.False(source.Canvas!.TryResize(2000, 1000));
        Assert.False(source.Canvas.TryResize(15, 15));
        Assert.False(source.Canvas.TryResize(int.MaxValue, int.MaxValue));
        Assert.False(source.Canvas.TryResize(-1, 100));

        using SimulatedSystem fixedSize = Painted(out PaintedSource fixedSource);
        Assert.False(fixedSource.Canvas!.TryResize(32, 32));

        using SimulatedSystem notOffered = SimulatedSystem.Connected(new() { OffersResize = false }, () => new PaintedSource(64, 64), new());
        Assert.False(((PaintedSource)notOffered.Worker!.Source).Canvas!.TryResize(32, 32));
    }

    [Fact]
    public void Resized_ThenKilled_SuccessorHasTheNewSize()
    {
        using SimulatedSystem system = Painted(out PaintedSource source, 200, 100, fixedSize: false);
        source.Canvas!.TryResize(100, 150);
        system.Advance(TimeSpan.FromMilliseconds(40));
        system.KillWorker();
        system.StartWorker();
        system.Settle();
        source = (PaintedSource)system.Worker!.Source;
        Assert.Equal((100, 150), (source.Canvas!.Width, source.Canvas.Height));
        system.Run(() => system.Picture().AsSpan().SequenceEqual(source.Picture), "whole picture");
        system.EndAndExpectNothingLeft();
    }

    /// <summary>A successor tells the geometry again, but only to a backend that takes resizes.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void TakenOver_ResizeIsSentOnlyIfOffered(bool isOffered)
    {
        using SimulatedSystem system = SimulatedSystem.Connected(new() { OffersResize = isOffered });
        system.KillWorker();
        system.StartWorker();
        system.Settle();
        Assert.Equal(isOffered ? 1 : 0, system.Vfb.Counters.Resizes);
        Assert.Equal(0, system.Vfb.Counters.UnknownEvents);
    }

    [Fact]
    public void SteadyState_AFrameAllocatesNothing()
    {
        using SimulatedSystem system = Painted(out PaintedSource source, 320, 200);
        int shade = 0;
        AllocationMeter.AssertNone(() =>
        {
            for (int frame = 0; frame < 2000; frame++)
            {
                source.Canvas!.Fill(new(frame % 100, frame % 50, 60, 40), (uint)shade++);
                source.Canvas.Changed(new(frame % 100, frame % 50, 60, 40));
                source.Canvas.Flush();
                system.Clock.Advance(TimeSpan.FromMilliseconds(17));
                // Only the worker is measured; what the backend does is its own affair.
                system.Worker!.Loop.RunOnce(TimeSpan.Zero);
                Drain(system);
                system.Worker.Loop.RunOnce(TimeSpan.Zero);
            }
        });
        Assert.True(system.IsConnected("vfb"));

        static void Drain(SimulatedSystem system) => system.TurnBackend();
    }

    [Fact]
    public void WireOfAnUpdate_HasTheRectangleAtItsPlace()
    {
        FramebufferUpdate update = new() { Type = FramebufferWire.UpdateType, X = 1, Y = 2, Width = 3, Height = 4 };
        byte[] bytes = MemoryMarshal.AsBytes(new ReadOnlySpan<FramebufferUpdate>(in update)).ToArray();
        Assert.Equal([2, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4], bytes[..17]);
    }

    /// <summary>Eight rectangles that cannot be merged without waste.</summary>
    private static void PaintCorners(PaintedSource source)
    {
        for (int i = 0; i < 8; i++)
        {
            source.Fill(new(i * 25, i % 2 * 60, 12, 30), (uint)(0x010203 * (i + 1)) ^ source.Picture[i * 25 + i % 2 * 60 * source.Canvas!.Width]);
        }

        source.Canvas!.Flush();
    }

    private static SimulatedSystem Painted(out PaintedSource source, int width = 200, int height = 100, bool fixedSize = true)
    {
        SimulatedSystem system = SimulatedSystem.Connected(
            source: () => new PaintedSource(width, height), vfb: fixedSize ? new() { Sizes = [new(width, height)] } : new());
        system.Advance(TimeSpan.FromMilliseconds(40));
        source = (PaintedSource)system.Worker!.Source;
        return system;
    }
}
