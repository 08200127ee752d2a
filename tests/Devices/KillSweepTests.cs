using Xenbus.Domain;
using Xenbus.Loopback;
using XenFbFront.Tests.Support;
using Xunit;

namespace XenFbFront.Tests.Devices;

/// <summary>The worker is killed at every moment of its life at which it touches anything outside itself, and a successor goes on.</summary>
/// <remarks>A moment lies before and after each xenstore request, each call to the domain, each message to the holder and each write to an input device.</remarks>
[Collection(SimulationCollection.Name)]
public sealed class KillSweepTests
{
    /// <summary>More moments than a connection has, so that a sweep that never gets to its end is noticed.</summary>
    private const int MaxMoments = 3000;

    /// <summary>The long sweeps take every third moment, all of them when this variable is set.</summary>
    private static readonly int s_longStep = Environment.GetEnvironmentVariable("XENFBFRONT_FULL_SWEEP") is null ? 3 : 1;

    [Fact]
    public void KilledAtEveryMomentUntilConnected_SuccessorConnectsAndLeavesNothing()
    {
        int moments = Sweep(1, static (moment, fate) =>
        {
            using SimulatedSystem system = new();
            system.AddDevices();
            system.StartBackend();
            system.StartWorker(fate);
            bool hasDied = RunToDeathOrConnection(system, fate);
            fate.Spare();
            if (hasDied)
            {
                system.StartWorker();
            }

            system.RunUntilConnected();
            AssertConnectedOnce(system, "vfb", moment);
            AssertConnectedOnce(system, "vkbd", moment);
            system.ExpectWhole();
            // What was retired is freed by then.
            system.Advance(TimeSpan.FromSeconds(5));
            HypervisorCensus census = system.Hypervisor.Census;
            Assert.True(census.Allocations == 3, $"moment {moment}: {census.Allocations} allocations");
            Assert.True(census.Ports == 4, $"moment {moment}: {census.Ports} ports");
            system.EndAndExpectNothingLeft();
            return hasDied;
        });
        Assert.InRange(moments, 100, MaxMoments - 1);
    }

    [Fact]
    public void KilledTwice_SecondTimeAtEveryMomentOfTheTakeOver_ThirdWorkerGoesOn()
    {
        int moments = Sweep(s_longStep, static (moment, fate) =>
        {
            using SimulatedSystem system = SimulatedSystem.Connected();
            system.Press(30);
            system.KillWorker();
            int historyBefore = system.BackendHistory.Count;
            system.StartWorker(fate);
            bool hasDied = RunToDeathOrRest(system, fate);
            fate.Spare();
            if (hasDied)
            {
                system.StartWorker();
            }

            system.Release(30);
            system.Settle();
            system.RunUntilConnected();
            Assert.True(system.BackendHistory.Skip(historyBefore).All(line => line is "vfb 4" or "vkbd 4"), $"moment {moment}: the backend noticed");
            system.ExpectWhole();
            system.EndAndExpectNothingLeft();
            return hasDied;
        });
        Assert.InRange(moments, 20, MaxMoments - 1);
    }

    [Fact]
    public void KilledAtEveryMomentWhileTypingAndDrawing_EachKeyOnceInOrder_PictureWhole()
    {
        int moments = Sweep(s_longStep, static (moment, fate) =>
        {
            using SimulatedSystem system = new() { MakeSource = () => new PaintedSource(64, 48) };
            system.AddDevices();
            system.StartBackend();
            system.StartWorker();
            system.RunUntilConnected();
            system.Settle();
            system.KillWorker();
            system.StartWorker(fate);
            Random random = new(moment);
            bool hasDied = false;
            for (int round = 0; round < 8; round++)
            {
                for (int i = 0; i < 3; i++)
                {
                    int key = 16 + random.Next(10);
                    system.Press(key);
                    system.Release(key);
                }

                if (system.Worker is { Source: PaintedSource source } worker && source.Canvas is not null)
                {
                    // The source is called by the worker's own loop, so that its death is caught there.
                    worker.Loop.Post(() => source.Paint(random, 3));
                }

                system.Settle();
                if (system.Worker is null)
                {
                    hasDied = true;
                    system.StartWorker();
                    system.Settle();
                }

                system.Advance(TimeSpan.FromMilliseconds(40));
                if (system.Worker is null)
                {
                    hasDied = true;
                    system.StartWorker();
                    system.Settle();
                }
            }

            fate.Spare();
            system.RunUntilConnected();
            system.Advance(TimeSpan.FromMilliseconds(100));
            system.Advance(TimeSpan.FromMilliseconds(100));
            system.ExpectWhole();
            Assert.DoesNotContain(system.BackendHistory, line => line is "vfb 5" or "vfb 6" or "vkbd 5" or "vkbd 6");
            system.EndAndExpectNothingLeft();
            return hasDied;
        });
        Assert.InRange(moments, 50, MaxMoments - 1);
    }

    [Fact]
    public void KilledAtEveryMomentOfAStop_NextStopEndsIt()
    {
        int moments = Sweep(1, static (moment, fate) =>
        {
            using SimulatedSystem system = new();
            system.AddDevices();
            system.StartBackend();
            fate.Spare();
            system.StartWorker(fate);
            system.RunUntilConnected();
            system.Settle();
            fate.KillAfter(moment);
            SimulatedWorker worker = system.Worker!;
            worker.Loop.Post(worker.Stop);
            system.TryRun(() => worker.HasStopped || fate.IsDead, TimeSpan.FromMinutes(1));
            bool hasDied = fate.IsDead;
            fate.Spare();
            if (hasDied)
            {
                // A holder that is stopping starts its next worker and tells it to stop at once.
                system.StartWorker();
            }

            system.EndAndExpectNothingLeft();
            return hasDied;
        });
        Assert.InRange(moments, 20, MaxMoments - 1);
    }

    [Fact]
    public void KilledAtEveryMomentOfAReconnection_SuccessorConnects()
    {
        int moments = Sweep(s_longStep, static (moment, fate) =>
        {
            using SimulatedSystem system = new();
            system.AddDevices();
            system.StartBackend();
            fate.Spare();
            system.StartWorker(fate);
            system.RunUntilConnected();
            system.Settle();
            fate.KillAfter(moment);
            system.Vfb.BeginClose();
            system.Vkbd.CloseAbruptly();
            bool hasDied = RunToDeathOrRest(system, fate);
            fate.Spare();
            if (hasDied)
            {
                system.StartWorker();
            }

            system.RunUntilConnected();
            system.ExpectWhole();
            system.EndAndExpectNothingLeft();
            return hasDied;
        });
        Assert.InRange(moments, 50, MaxMoments - 1);
    }

    /// <summary>
    /// The grant table is too small for the screen, so gntalloc's next index is not the sum of what was allocated any more; then there is room, and
    /// the next worker is killed at every moment of connecting, also between an allocation and its note.
    /// </summary>
    [Fact]
    public void KilledAtEveryMomentAfterAnAllocationFailed_NoPageIsLost()
    {
        int moments = Sweep(1, static (moment, fate) =>
        {
            using SimulatedSystem system = new(hypervisor: new HypervisorOptions { GrantTableEntries = 8 });
            system.AddDevices();
            system.StartBackend();
            system.StartWorker();
            system.RunUntilConnected();

            // 64x48x32 takes 3 pages and 1 for the directory, the two shared pages 2: four more than fit.
            LoopbackDomain other = new(system.Hypervisor, SimulatedSystem.Guest);
            using (IGrantAllocator greedy = other.OpenGrantAllocator())
            {
                system.Vkbd.CloseAbruptly();
                system.Vfb.CloseAbruptly();
                system.Run(() => system.Hypervisor.Census.Pages == 0, "everything is given back");
                greedy.Allocate(DomainId.Zero, 6, isWritable: true);
                system.Settle();
                system.Run(() => system.ErrorNode("vfb") is not null, "the grant table is full");
            }

            system.KillWorker();
            system.StartWorker(fate);
            bool hasDied = RunToDeathOrConnection(system, fate);
            fate.Spare();
            if (hasDied)
            {
                system.StartWorker();
            }

            system.RunUntilConnected();
            system.Advance(TimeSpan.FromSeconds(5));
            Assert.True(system.Hypervisor.Census.Allocations == 3, $"moment {moment}: {system.Hypervisor.Census.Allocations} allocations");
            system.EndAndExpectNothingLeft();
            return hasDied;
        });
        Assert.InRange(moments, 50, MaxMoments - 1);
    }

    /// <summary>Runs a scenario with death at the first moment, the second, … until it is no longer reached.</summary>
    private static int Sweep(int step, Func<int, WorkerFate, bool> scenario)
    {
        for (int moment = 1; moment < MaxMoments; moment += step)
        {
            WorkerFate fate = new();
            fate.KillAfter(moment);
            bool hasDied;
            try
            {
                hasDied = scenario(moment, fate);
            }
            catch (Exception exception) when (exception is not OutOfMemoryException)
            {
                throw new InvalidOperationException($"killed at moment {moment}: {exception.Message}", exception);
            }

            if (!hasDied)
            {
                return moment;
            }
        }

        return MaxMoments;
    }

    private static bool RunToDeathOrConnection(SimulatedSystem system, WorkerFate fate)
    {
        system.TryRun(() => fate.IsDead || (system.IsConnected("vfb") && system.IsConnected("vkbd")), TimeSpan.FromMinutes(1));
        return fate.IsDead || RunToDeathOrRest(system, fate);
    }

    private static bool RunToDeathOrRest(SimulatedSystem system, WorkerFate fate)
    {
        system.Settle();
        return fate.IsDead;
    }

    private static void AssertConnectedOnce(SimulatedSystem system, string type, int moment)
    {
        // Once the backend was connected, nothing but Connected may follow.
        string[] history = [.. system.BackendHistory.Where(line => line.StartsWith(type + " ", StringComparison.Ordinal))];
        string[] afterwards = [.. history.SkipWhile(line => line != $"{type} 4")];
        Assert.True(afterwards.Length > 0 && afterwards.All(line => line == $"{type} 4"), $"moment {moment}: {string.Join(", ", history)}");
    }
}
