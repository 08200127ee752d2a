using Xenbus.Domain.Faults;
using Xenbus.Linux.Interop;
using Xenbus.Loopback;
using Xenbus.Wire;
using XenFbFront.Input;
using XenFbFront.Tests.Support;
using Xunit;

namespace XenFbFront.Tests.Devices;

/// <summary>The guest is saved and restored, at any time: everything is connected anew, and no port or file of before is touched.</summary>
/// <remarks>Each test ends in a census: a kernel that was harmed, or a file kept beyond one for each restore, fails it.</remarks>
[Collection(SimulationCollection.Name)]
public sealed class RestoreTests
{
    private const int MaxMoments = 3000;

    /// <summary>The long sweeps take every third moment, all of them when this variable is set.</summary>
    private static readonly int s_longStep = Environment.GetEnvironmentVariable("XENFBFRONT_FULL_SWEEP") is null ? 3 : 1;

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void Connected_ConnectsAnew_PictureWhole_HeldKeysReleased_NextKeysArrive(bool keepsNumber, bool keepsFrames)
    {
        using SimulatedSystem system = SimulatedSystem.Connected();
        system.Press(30);
        system.Settle();
        Assert.Equal([30], system.Input[InputRole.Keyboard].Down);
        int devices = system.Input.Made.Count;
        system.Restore(keepsNumber, keepsFrames);
        system.RunUntilConnected();
        system.Settle();
        system.ExpectReleased(30);
        system.ExpectWhole();
        Assert.Equal(devices, system.Input.Made.Count);
        Assert.Single(system.Kept.ForEver);
        Assert.Single(system.Log.Lines, line => line.Contains("restored or migrated", StringComparison.Ordinal));
        system.EndAndExpectNothingLeft();
    }

    /// <summary>Each request is two changes of domain, and they are most of the time until a restored guest has its screen and its keys again.</summary>
    [Fact]
    public void ConnectsAnew_WithFewRequests()
    {
        WorkerFate fate = new();
        int requests = 0;
        fate.Refuse = (call, _) =>
        {
            requests += call == DomainCall.XenstoreRequest ? 1 : 0;
            return 0;
        };
        using SimulatedSystem system = Connected(fate);
        system.Settle();
        system.Restore();
        requests = 0;
        system.Run(() => system.IsConnected("vfb"), "framebuffer connected");
        Assert.InRange(requests, 30, 62);
        system.RunUntilConnected();
        Assert.InRange(requests, 50, 81);
        system.Settle();
        Assert.InRange(requests, 60, 91);
    }

    [Fact]
    public void KeysInTheRingWhenTheGuestIsSaved_AreDelivered()
    {
        using SimulatedSystem system = SimulatedSystem.Connected();
        system.Press(30);
        system.TurnBackend();
        system.Restore();
        system.RunUntilConnected();
        system.ExpectReleased(30);
        system.ExpectWhole();
        system.EndAndExpectNothingLeft();
    }

    [Fact]
    public void TwentyTimes_OneFileIsKeptForEach_NothingElseGrows()
    {
        using SimulatedSystem system = SimulatedSystem.Connected();
        HypervisorCensus before = system.Hypervisor.Census;
        for (int restore = 1; restore <= 20; restore++)
        {
            system.Restore(keepsNumber: restore % 3 == 0, keepsFrames: restore % 2 == 0);
            system.RunUntilConnected();
            system.Settle();
            system.ExpectWhole();
            Assert.Equal(restore, system.Kept.ForEver.Count);
        }

        system.Advance(TimeSpan.FromSeconds(5));
        HypervisorCensus after = system.Hypervisor.Census;
        Assert.Equal(before.Pages, after.Pages);
        Assert.Equal(before.Ports, after.Ports);
        Assert.Equal(before.Watches, after.Watches);
        Assert.Equal(before.NodesByDomain[1], after.NodesByDomain[system.Present.Value]);
        system.EndAndExpectNothingLeft();
    }

    /// <summary>No time passes between them, so that pages of many lives are retired at once.</summary>
    [Fact]
    public void ManyTimesAtOnce_RecordsSuffice()
    {
        using SimulatedSystem system = SimulatedSystem.Connected();
        for (int restore = 0; restore < 40; restore++)
        {
            system.Restore();
            system.Settle();
        }

        system.RunUntilConnected();
        system.ExpectWhole();
        system.EndAndExpectNothingLeft();
    }

    /// <summary>A restore before anything is there, while devices come, connect, work: between any two calls of the worker.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void AtEveryMomentUntilConnected_Connects(bool keepsNumber)
    {
        int moments = Sweep(keepsNumber ? s_longStep : 1, moment =>
        {
            WorkerFate fate = new();
            using SimulatedSystem system = new();
            system.AddDevices();
            system.StartBackend();
            fate.DoAfter(moment, () => system.Restore(keepsNumber));
            system.StartWorker(fate);
            system.RunUntilConnected();
            system.Settle();
            system.RunUntilConnected();
            system.ExpectWhole();
            system.EndAndExpectNothingLeft();
            return fate.IsDone;
        });
        Assert.InRange(moments, 100, MaxMoments - 1);
    }

    [Fact]
    public void AtEveryMomentOfAStop_StopsLeavingNothing()
    {
        int moments = Sweep(1, moment =>
        {
            WorkerFate fate = new();
            using SimulatedSystem system = Connected(fate);
            fate.DoAfter(moment, () => system.Restore());
            SimulatedWorker worker = system.Worker!;
            worker.Loop.Post(worker.Stop);
            system.Run(() => worker.HasStopped, "stopped");
            system.EndAndExpectNothingLeft();
            return fate.IsDone;
        });
        Assert.InRange(moments, 20, MaxMoments - 1);
    }

    /// <summary>A second restore at every moment in which the first one is dealt with.</summary>
    [Fact]
    public void AgainAtEveryMomentOfARestore_Connects()
    {
        int moments = Sweep(s_longStep, moment =>
        {
            WorkerFate fate = new();
            using SimulatedSystem system = Connected(fate);
            system.Restore();
            fate.DoAfter(moment, () => system.Restore(keepsNumber: moment % 2 == 0));
            system.RunUntilConnected();
            system.Settle();
            system.RunUntilConnected();
            system.ExpectWhole();
            system.EndAndExpectNothingLeft();
            return fate.IsDone;
        });
        Assert.InRange(moments, 50, MaxMoments - 1);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void WorkerKilledAtEveryMomentAfterARestore_SuccessorConnects(bool keepsNumber)
    {
        int moments = Sweep(keepsNumber ? s_longStep : 1, moment =>
        {
            WorkerFate fate = new();
            using SimulatedSystem system = Connected(fate);
            system.Press(30);
            system.Settle();
            system.Restore(keepsNumber);
            fate.KillAfter(moment);
            system.TryRun(() => fate.IsDead || (system.IsConnected("vfb") && system.IsConnected("vkbd")), TimeSpan.FromMinutes(1));
            system.Settle();
            bool hasDied = fate.IsDead;
            fate.Spare();
            if (hasDied)
            {
                system.StartWorker();
            }

            system.RunUntilConnected();
            system.ExpectReleased(30);
            system.ExpectWhole();
            system.Advance(TimeSpan.FromSeconds(5));
            HypervisorCensus census = system.Hypervisor.Census;
            Assert.Equal(3, census.Allocations);
            Assert.Equal(4, census.Ports);
            Assert.Equal(2, census.EventChannelFiles - 1);
            system.EndAndExpectNothingLeft();
            return hasDied;
        });
        Assert.InRange(moments, 50, MaxMoments - 1);
    }

    /// <summary>The worker died, and the guest was saved before the holder could start the next one; perhaps twice.</summary>
    [Theory]
    [InlineData(1, false)]
    [InlineData(1, true)]
    [InlineData(2, false)]
    public void NoWorkerDuringTheRestore_SuccessorConnectsAndReleasesHeldKeys(int restores, bool keepsNumber)
    {
        using SimulatedSystem system = SimulatedSystem.Connected();
        system.Press(30);
        system.Settle();
        system.KillWorker();
        system.Press(31);
        system.TurnBackend();
        for (int i = 0; i < restores; i++)
        {
            system.Restore(keepsNumber);
        }

        system.StartWorker();
        system.RunUntilConnected();
        system.ExpectReleased(30);
        system.ExpectReleased(31);
        system.ExpectWhole();
        Assert.Single(system.Kept.ForEver);
        system.EndAndExpectNothingLeft();
    }

    [Fact]
    public void EachCallRefusedOnceAfterARestore_ConnectsOrSaysWhy_LeavesNothing()
    {
        int calls = Sweep(1, call =>
        {
            WorkerFate fate = new();
            using SimulatedSystem system = Connected(fate);
            system.Restore();
            long before = fate.FallibleCalls;
            fate.Refuse = (_, number) => number == before + call ? Errno.EIO : 0;
            if (!system.TryRun(() => system.IsConnected("vfb") && system.IsConnected("vkbd"), TimeSpan.FromMinutes(3)))
            {
                Assert.Contains(system.Log.Lines, static line => line.StartsWith("Error", StringComparison.Ordinal));
            }

            system.Settle();
            bool isOver = fate.FallibleCalls < before + call;
            system.EndAndExpectNothingLeft();
            return !isOver;
        });
        Assert.InRange(calls, 50, MaxMoments - 1);
    }

    /// <summary>A backend that did not let go of the pages: the holder stays, and no worker would be there to see a restore.</summary>
    [Fact]
    public void RestoredWhileOnlyTheHolderIsLeft_NoPortIsLeftToBeClosed()
    {
        using SimulatedSystem system = SimulatedSystem.Connected();
        system.AbandonBackend();
        SimulatedWorker worker = system.Worker!;
        worker.Stop();
        system.Run(() => worker.HasStopped, "stopped");
        Assert.True(worker.Host.HasParkedDevices);
        worker.Dispose();
        system.Restore(startsBackend: false);
        system.Kept.Dispose();
        Assert.Equal(0, system.Hypervisor.Census.KernelBugs);
    }

    /// <summary>A toolstack that gives the guest no directory of its own, and a restore under the same number: the nodes of all devices are gone.</summary>
    [Fact]
    public void WithoutTheMark_SameNumber_ConnectsAnew()
    {
        using SimulatedSystem system = Unmarked();
        system.Restore(keepsNumber: true);
        system.RunUntilConnected();
        system.ExpectWhole();
        Assert.Single(system.Kept.ForEver);
        system.EndAndExpectNothingLeft();
    }

    [Fact]
    public void WithoutTheMark_OneDeviceMadeAnew_IsNoRestore()
    {
        using SimulatedSystem system = Unmarked();
        system.Toolstack.AddDevice("vkbd", system.Present, 0);
        system.RunUntilConnected();
        system.ExpectWhole();
        Assert.Empty(system.Kept.ForEver);
        system.EndAndExpectNothingLeft();
    }

    /// <summary>Looks like a restore, and cannot be told from one without the mark: harmless, and it costs a file.</summary>
    [Fact]
    public void WithoutTheMark_AllDevicesMadeAnew_FileIsGivenUp_PagesAreNotFreedUnderTheBackend()
    {
        using SimulatedSystem system = Unmarked();
        system.Toolstack.AddDevice("vfb", system.Present, 0);
        system.Toolstack.AddDevice("vkbd", system.Present, 0);
        system.RunUntilConnected();
        system.Settle();
        system.ExpectWhole();
        Assert.Single(system.Kept.ForEver);
        Assert.Equal(0, system.FreedWhileMapped);
        system.StopWorker();
        Assert.Equal(0, system.Hypervisor.Census.KernelBugs);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void AllDevicesMadeAnewOrRemoved_MarkSaysThatItIsNoRestore(bool isRemoved)
    {
        using SimulatedSystem system = SimulatedSystem.Connected();
        foreach (string type in (ReadOnlySpan<string>)["vfb", "vkbd"])
        {
            if (isRemoved)
            {
                system.Toolstack.RemoveDeviceByForce(type, system.Present, 0);
            }
        }

        system.Settle();
        system.AddDevices();
        system.RunUntilConnected();
        system.ExpectWhole();
        Assert.Empty(system.Kept.ForEver);
        system.EndAndExpectNothingLeft();
    }

    [Fact]
    public void FailedDevice_GetsANewChance()
    {
        using SimulatedSystem system = SimulatedSystem.Connected();
        system.Vkbd.CorruptProducerIndex(52);
        system.Run(() => system.BackendState("vkbd") == XenbusState.Closed, "closed");
        system.Restore();
        system.RunUntilConnected();
        system.ExpectWhole();
        system.EndAndExpectNothingLeft();
    }

    [Fact]
    public void BackendComesMinutesAfterTheRestore_Connects()
    {
        using SimulatedSystem system = SimulatedSystem.Connected();
        system.Restore(startsBackend: false);
        system.Settle();
        system.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(XenbusState.Initialising, system.FrontendState("vfb"));
        Assert.Null(system.Worker!.Loop.TimeToNextTimer());
        system.StartBackend();
        system.RunUntilConnected();
        system.ExpectWhole();
        system.EndAndExpectNothingLeft();
    }

    [Fact]
    public void NextProgramAfterARestoreAndAStop_Connects()
    {
        using SimulatedSystem system = SimulatedSystem.Connected();
        system.Restore();
        system.RunUntilConnected();
        system.StopWorker();
        // The holder's end: everything but what is kept for ever is closed.
        system.Kept.Dispose();
        Assert.Equal(0, system.Hypervisor.Census.KernelBugs);
        system.StartWorker();
        system.RunUntilConnected();
        system.ExpectWhole();
        system.Restore();
        system.RunUntilConnected();
        system.ExpectWhole();
        Assert.Equal(2, system.Kept.ForEver.Count);
        system.EndAndExpectNothingLeft();
    }

    private static SimulatedSystem Connected(WorkerFate fate)
    {
        SimulatedSystem system = new();
        system.AddDevices();
        system.StartBackend();
        system.StartWorker(fate);
        system.RunUntilConnected();
        system.Settle();
        return system;
    }

    private static SimulatedSystem Unmarked()
    {
        SimulatedSystem system = new();
        system.Toolstack.Remove($"/local/domain/{system.Present}/data");
        system.AddDevices();
        system.StartBackend();
        system.StartWorker();
        system.RunUntilConnected();
        system.Settle();
        Assert.Null(system.Toolstack.Read($"/local/domain/{system.Present}/data"));
        return system;
    }

    private static int Sweep(int step, Func<int, bool> scenario)
    {
        for (int moment = 1; moment < MaxMoments; moment += step)
        {
            bool wasReached;
            try
            {
                wasReached = scenario(moment);
            }
            catch (Exception exception) when (exception is not OutOfMemoryException)
            {
                throw new InvalidOperationException($"at moment {moment}: {exception.Message}", exception);
            }

            if (!wasReached)
            {
                return moment;
            }
        }

        return MaxMoments;
    }
}
