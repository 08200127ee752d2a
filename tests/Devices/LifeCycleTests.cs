using Xenbus.Loopback;
using Xenbus.Wire;
using XenFbFront.Backend;
using XenFbFront.Tests.Support;
using Xunit;
using static Xenbus.Wire.XenbusState;

namespace XenFbFront.Tests.Devices;

[Collection(SimulationCollection.Name)]
public sealed class LifeCycleTests
{
    private static readonly TimeSpan s_minute = TimeSpan.FromMinutes(1);

    public static TheoryData<string> Types => ["vfb", "vkbd"];

    [Fact]
    public void Connects_AndStopsLeavingNothing()
    {
        using SimulatedSystem system = SimulatedSystem.Connected();
        Assert.Equal(["vfb 1", "vfb 2", "vfb 4", "vfb 4"], system.BackendHistory.Where(line => line.StartsWith("vfb", StringComparison.Ordinal)).Distinct().Append("vfb 4"));
        Assert.Null(system.ErrorNode("vfb"));
        system.EndAndExpectNothingLeft();
    }

    /// <summary>Each connection maps the same pages in the same order, so that QEMU finds the same room for them.</summary>
    [Fact]
    public void StoppedAndStarted_SmallerOrSameSize_SameOrderAndSamePages()
    {
        using SimulatedSystem system = SimulatedSystem.Connected(vfb: new() { Sizes = [new(320, 200)] });
        int pages = system.Hypervisor.Census.Pages;
        AssertFramebufferFirst(system);
        foreach ((int width, int height) in new[] { (320, 200), (64, 48) })
        {
            system.StopWorker();
            Assert.Equal(Closed, system.BackendState("vfb"));
            system.BackendHistory.Clear();
            system.VfbOptions = new() { Sizes = [new(width, height)] };
            system.StartWorker();
            system.RunUntilConnected();
            AssertFramebufferFirst(system);
            Assert.Equal(pages, system.Hypervisor.Census.Pages);
            Assert.Equal((width, height), (system.Vfb.Geometry.Width, system.Vfb.Geometry.Height));
            Assert.True(PictureIsRight(system));
        }

        Assert.DoesNotContain(system.Log.Lines, line => line.Contains("restart the guest", StringComparison.Ordinal));
        system.EndAndExpectNothingLeft();
    }

    [Fact]
    public void StoppedAndStarted_LargerSize_ConnectsAndWarns()
    {
        using SimulatedSystem system = SimulatedSystem.Connected();
        system.StopWorker();
        system.VfbOptions = new() { Sizes = [new(640, 480)] };
        system.StartWorker();
        system.RunUntilConnected();
        Assert.Contains(system.Log.Lines, line => line.Contains("640x480x32 needs more than the 3 pages", StringComparison.Ordinal));
        Assert.True(PictureIsRight(system));
        system.EndAndExpectNothingLeft();
    }

    /// <summary>QEMU from 9.1 on serves no framebuffer unless told to; the keyboard works all the same.</summary>
    [Fact]
    public void BackendOfTheFramebufferNeverComes_KeyboardConnects()
    {
        using SimulatedSystem system = new();
        system.AddDevices();
        system.Toolstack.Write($"{LoopbackToolstack.BackendPath("vfb", SimulatedSystem.Guest, 0)}/online", "0");
        system.StartBackend();
        system.StartWorker();
        system.Settle();
        Assert.Equal(Initialising, system.FrontendState("vkbd"));
        system.Run(() => system.IsConnected("vkbd"), "the keyboard is connected");
        Assert.NotEqual(Connected, system.BackendState("vfb"));
    }

    private static void AssertFramebufferFirst(SimulatedSystem system) =>
        Assert.True(system.BackendHistory.IndexOf("vfb 4") < system.BackendHistory.IndexOf("vkbd 4"), string.Join(' ', system.BackendHistory));

    [Fact]
    public void BackendMinutesLate_Connects()
    {
        using SimulatedSystem system = new();
        system.AddDevices();
        system.StartWorker();
        for (int minute = 0; minute < 5; minute++)
        {
            system.Advance(s_minute);
            Assert.Equal(Initialising, system.FrontendState("vfb"));
        }

        system.StartBackend();
        system.RunUntilConnected();
        system.EndAndExpectNothingLeft();
    }

    [Theory]
    [InlineData(Initialising)]
    [InlineData(InitWait)]
    public void BackendHeldForMinutes_ConnectsWhenItGoesOn(XenbusState held)
    {
        using SimulatedSystem system = new(new() { HoldAt = held });
        system.AddDevices();
        system.StartBackend();
        system.StartWorker();
        system.Advance(TimeSpan.FromSeconds(9));
        system.Backend!.HoldAt = null;
        system.RunUntilConnected();
        system.EndAndExpectNothingLeft();
    }

    [Fact]
    public void BackendNeverThere_SleepsWithoutATimer_AndStops()
    {
        using SimulatedSystem system = new();
        system.AddDevices();
        system.StartWorker();
        system.Settle();
        Assert.Null(system.Worker!.Loop.TimeToNextTimer());
        Assert.Null(system.Worker.Device("vfb")!.Failure);
        system.EndAndExpectNothingLeft();
    }

    [Fact]
    public void NoDevices_DeviceRootAbsent_StopsAtOnce()
    {
        using SimulatedSystem system = new();
        system.StartWorker();
        system.Settle();
        Assert.Empty(system.Worker!.Host.Devices);
        system.EndAndExpectNothingLeft();
    }

    [Fact]
    public void BackendStaysInInitWait_GivesUpAfterAWhileWithTheReason_AndLetsGo()
    {
        using SimulatedSystem system = new(new() { HoldAt = InitWait });
        system.AddDevices();
        system.StartBackend();
        system.StartWorker();
        system.Run(() => system.Worker!.Device("vfb")?.Failure is not null && system.Worker.Device("vkbd")?.Failure is not null, "given up");
        system.Advance(s_minute);
        Assert.Contains("has not accepted", system.ErrorNode("vfb"));
        Assert.Equal(Closed, system.FrontendState("vfb"));
        Assert.Equal(0, system.Hypervisor.Census.Pages);
        system.EndAndExpectNothingLeft();
    }

    [Fact]
    public void BackendWritesConnectedAgain_NothingIsDoneTwice()
    {
        using SimulatedSystem system = SimulatedSystem.Connected();
        HypervisorCensus before = system.Hypervisor.Census;
        system.Vfb.RepeatState();
        system.Vkbd.RepeatState();
        system.Settle();
        Assert.Equal(before.Pages, system.Hypervisor.Census.Pages);
        Assert.Equal(Connected, system.FrontendState("vfb"));
        Assert.Single(system.Log.Lines, line => line.Contains("vfb/0: connected", StringComparison.Ordinal));
        system.EndAndExpectNothingLeft();
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void BackendClosesInOrder_FrontendFollows_AndConnectsAgain(string type)
    {
        using SimulatedSystem system = SimulatedSystem.Connected();
        Device(system, type).BeginClose();
        system.Run(() => system.FrontendState(type) != Connected, "the frontend has noticed");
        system.RunUntilConnected();
        Assert.True(PictureIsRight(system));
        system.EndAndExpectNothingLeft();
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void BackendClosedWithoutClosing_ConnectsAgain(string type)
    {
        using SimulatedSystem system = SimulatedSystem.Connected();
        Device(system, type).CloseAbruptly();
        system.Run(() => system.FrontendState(type) != Connected, "the frontend has noticed");
        system.RunUntilConnected();
        Assert.True(PictureIsRight(system));
        system.EndAndExpectNothingLeft();
    }

    /// <summary>The toolstack resets the state of both ends, as when it starts a new QEMU for a running guest.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void BackendDies_NewOneAfterAReset_ConnectsAgainWithoutItsPagesBeingFreedTooEarly(bool resetsFrontend)
    {
        using SimulatedSystem system = SimulatedSystem.Connected();
        system.AbandonBackend();
        system.Advance(s_minute);
        Assert.Equal(Connected, system.FrontendState("vfb"));
        foreach (string type in (ReadOnlySpan<string>)["vfb", "vkbd"])
        {
            if (resetsFrontend)
            {
                system.Toolstack.AddDevice(type, SimulatedSystem.Guest, 0);
            }
            else
            {
                system.Toolstack.Write($"{LoopbackToolstack.BackendPath(type, SimulatedSystem.Guest, 0)}/state", "1");
            }
        }

        system.StartBackend();
        system.RunUntilConnected();
        Assert.True(PictureIsRight(system));
        system.EndAndExpectNothingLeft();
    }

    /// <summary>The directories are made anew under a backend that still maps the pages: freeing at once would let it write to others' memory.</summary>
    [Fact]
    public void DeviceMadeAnewUnderALivingBackend_PagesOutliveItsMapping_AndItConnectsAgain()
    {
        using SimulatedSystem system = SimulatedSystem.Connected();
        system.Toolstack.RemoveDeviceByForce("vfb", SimulatedSystem.Guest, 0);
        system.Toolstack.AddDevice("vfb", SimulatedSystem.Guest, 0);
        // The worker is faster than the backend.
        while (system.TurnWorker())
        {
        }

        system.RunUntilConnected();
        Assert.True(PictureIsRight(system));
        Assert.Equal(0, system.FreedWhileMapped);
        system.EndAndExpectNothingLeft();
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Unplugged_FrontendCloses_AndPluggedAgain_Connects(string type)
    {
        using SimulatedSystem system = SimulatedSystem.Connected();
        for (int round = 0; round < 3; round++)
        {
            system.Toolstack.RemoveDevice(type, SimulatedSystem.Guest, 0);
            system.Run(() => system.Worker!.Device(type) is null, "gone");
            Assert.True(system.Clock.Elapsed < s_minute, "by force after the deadline, not in order");
            Assert.Null(system.Node(type, "state"));
            system.Toolstack.AddDevice(type, SimulatedSystem.Guest, 0);
            system.RunUntilConnected();
        }

        Assert.True(PictureIsRight(system));
        system.EndAndExpectNothingLeft();
    }

    [Theory]
    [InlineData("vfb", true)]
    [InlineData("vfb", false)]
    [InlineData("vkbd", true)]
    [InlineData("vkbd", false)]
    public void RemovedByForce_WhoeverIsFaster_PagesGoOnlyAfterTheBackendLetGo(string type, bool isWorkerFaster)
    {
        using SimulatedSystem system = SimulatedSystem.Connected();
        system.Toolstack.RemoveDeviceByForce(type, SimulatedSystem.Guest, 0);
        if (isWorkerFaster)
        {
            while (system.TurnWorker())
            {
            }
        }

        system.Settle();
        Assert.Null(system.Worker!.Device(type));
        Assert.Equal(0, system.FreedWhileMapped);
        system.Toolstack.AddDevice(type, SimulatedSystem.Guest, 0);
        system.RunUntilConnected();
        system.EndAndExpectNothingLeft();
    }

    [Fact]
    public void OnlyOurDirectoryRemoved_DeviceIsGone_AndAStopDoesNotWaitForIt()
    {
        using SimulatedSystem system = SimulatedSystem.Connected();
        system.Toolstack.Remove(LoopbackToolstack.FrontendPath("vfb", SimulatedSystem.Guest, 0));
        system.Settle();
        Assert.Null(system.Worker!.Device("vfb"));
        Assert.Equal(0, system.FreedWhileMapped);
        system.Worker.Stop();
        system.Run(() => system.Worker.HasStopped, "stopped");
    }

    [Fact]
    public void RemovedByForceWhileStopping_StopEnds()
    {
        using SimulatedSystem system = SimulatedSystem.Connected();
        system.Vfb.StopDraining();
        system.Backend!.HoldAt = Initialising;
        system.Worker!.Stop();
        system.Toolstack.RemoveDeviceByForce("vfb", SimulatedSystem.Guest, 0);
        system.Toolstack.RemoveDeviceByForce("vkbd", SimulatedSystem.Guest, 0);
        system.Run(() => system.Worker.HasStopped, "stopped");
        Assert.Equal(0, system.FreedWhileMapped);
    }

    [Fact]
    public void RemovedWhileNoWorkerWasThere_SuccessorFreesWhatIsLeft()
    {
        using SimulatedSystem system = SimulatedSystem.Connected();
        system.KillWorker();
        system.Toolstack.RemoveDeviceByForce("vfb", SimulatedSystem.Guest, 0);
        system.StartWorker();
        system.Settle();
        Assert.True(system.IsConnected("vkbd"));
        Assert.True(system.Hypervisor.Census.Pages > 1);
        system.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(1, system.Hypervisor.Census.Pages);
        Assert.Equal(1, system.Hypervisor.Census.Ports / 2);
        system.EndAndExpectNothingLeft();
    }

    [Fact]
    public void BackendDirectoryRemoved_FrontendClosesAndFreesLater_AndServesANewOne()
    {
        using SimulatedSystem system = SimulatedSystem.Connected();
        system.Toolstack.Remove(LoopbackToolstack.BackendPath("vfb", SimulatedSystem.Guest, 0));
        system.Run(() => system.FrontendState("vfb") == Closed, "closed");
        system.Advance(s_minute);
        Assert.Equal(1, system.Hypervisor.Census.Pages);
        system.Toolstack.AddDevice("vfb", SimulatedSystem.Guest, 0);
        system.RunUntilConnected();
        system.EndAndExpectNothingLeft();
    }

    /// <summary>A stop at each turn of the way to the connection, and some turns after it.</summary>
    [Fact]
    public void StopInEveryPhase_EndsInOrderAndLeavesNothing()
    {
        for (int turns = 0; turns < 60; turns++)
        {
            using SimulatedSystem system = new();
            system.AddDevices();
            system.StartBackend();
            system.StartWorker();
            for (int turn = 0; turn < turns; turn++)
            {
                system.Turn();
            }

            TimeSpan before = system.Clock.Elapsed;
            system.EndAndExpectNothingLeft();
            Assert.True(system.Clock.Elapsed - before < TimeSpan.FromSeconds(4), $"stop after {turns} turns took long");
        }
    }

    [Fact]
    public void StopWhileBackendIsGone_IsParked_PagesAreKept()
    {
        using SimulatedSystem system = SimulatedSystem.Connected();
        int pages = system.Hypervisor.Census.Pages;
        system.AbandonBackend();
        SimulatedWorker worker = system.Worker!;
        worker.Stop();
        system.Run(() => worker.HasStopped, "stopped");
        Assert.True(worker.Host.HasParkedDevices);
        Assert.InRange(system.Clock.Elapsed, TimeSpan.FromSeconds(9), TimeSpan.FromSeconds(15));
        system.KillWorker();
        Assert.Equal(pages, system.Hypervisor.Census.Pages);
    }

    /// <summary>A backend that was slow once must not make a later stop believe that it is silent.</summary>
    [Fact]
    public void BackendSlowOnce_LaterStopWaitsForIt()
    {
        using SimulatedSystem system = SimulatedSystem.Connected();
        system.AbandonBackend();
        system.WriteNode("vfb", "state", "5");
        system.WriteNode("vkbd", "state", "5");
        system.Advance(TimeSpan.FromSeconds(30));
        foreach (string type in (ReadOnlySpan<string>)["vfb", "vkbd"])
        {
            system.Toolstack.Write($"{LoopbackToolstack.BackendPath(type, SimulatedSystem.Guest, 0)}/state", "6");
        }

        system.Settle();
        system.StartBackend();
        system.RunUntilConnected();
        system.Worker!.Stop();
        Assert.False(system.Worker.Host.HasParkedDevices);
        system.Run(() => system.Worker.HasStopped, "stopped");
        Assert.False(system.Worker.Host.HasParkedDevices);
        system.EndAndExpectNothingLeft();
    }

    /// <summary>What a predecessor without a holder may have left: its pages are gone, its nodes are there.</summary>
    [Theory]
    [InlineData(4, 4)]
    [InlineData(3, 2)]
    [InlineData(4, 2)]
    [InlineData(6, 6)]
    [InlineData(5, 5)]
    [InlineData(6, 4)]
    [InlineData(5, 4)]
    [InlineData(6, 5)]
    [InlineData(1, 2)]
    [InlineData(1, 4)]
    [InlineData(0, 2)]
    [InlineData(7, 4)]
    public void LeftoversOfAPredecessorWithoutHolder_AreClosedInOrderThenConnected(int ours, int theirs)
    {
        using SimulatedSystem system = SimulatedSystem.Connected();
        SimulatedWorker first = system.Worker!;
        bool wasConnected = theirs == 4;
        if (!wasConnected)
        {
            first.Stop();
            system.Run(() => first.HasStopped, "stopped");
        }

        system.KillWorker();
        if (!wasConnected)
        {
            // The backend as it is before a frontend comes, with the nodes of one that came before.
            foreach (string type in (ReadOnlySpan<string>)["vfb", "vkbd"])
            {
                system.WriteNode(type, "state", theirs == 2 ? "1" : "6");
            }

            system.Settle();
        }

        foreach (string type in (ReadOnlySpan<string>)["vfb", "vkbd"])
        {
            system.WriteNode(type, "page-ref", "12345");
            system.WriteNode(type, "event-channel", "77");
            system.WriteNode(type, "state", ours.ToString());
        }

        system.Kept.Dispose();
        system.StartWorker();
        system.RunUntilConnected();
        Assert.True(PictureIsRight(system));
        system.StopWorker();
        Assert.Equal(0, system.Hypervisor.Census.Pages);
    }

    [Fact]
    public void SecondFramebuffer_IsRefusedWithTheReason_TheFirstGoesOn()
    {
        using SimulatedSystem system = SimulatedSystem.Connected();
        system.Toolstack.AddDevice("vfb", SimulatedSystem.Guest, 1);
        system.Settle();
        Assert.Contains("another framebuffer shows its source; give it one of its own, as in --vfb 1=console:2", system.ErrorNode("vfb", 1));
        Assert.Equal(Initialising, system.FrontendState("vfb", 1));
        Assert.True(system.IsConnected("vfb"));
        Assert.True(PictureIsRight(system));
        system.EndAndExpectNothingLeft();
    }

    [Fact]
    public void SecondKeyboard_IsServedBesideTheFirst()
    {
        using SimulatedSystem system = SimulatedSystem.Connected();
        system.Toolstack.AddDevice("vkbd", SimulatedSystem.Guest, 1);
        system.Run(() => system.IsConnected("vkbd", 1), "second keyboard connected");
        system.EndAndExpectNothingLeft();
    }

    [Fact]
    public void BackendPathThatNoToolstackWrites_IsIgnored()
    {
        using SimulatedSystem system = new();
        system.AddDevices();
        system.WriteNode("vfb", "backend", "/local/domain/0/backend/vfb/2/0");
        system.StartBackend();
        system.StartWorker();
        system.Run(() => system.IsConnected("vkbd"), "keyboard connected");
        Assert.Null(system.Worker!.Device("vfb"));
        Assert.Contains(system.Log.Lines, line => line.Contains("ignored, its backend path", StringComparison.Ordinal));
        system.EndAndExpectNothingLeft();
    }

    [Fact]
    public void BackendThatRestartsWithoutEnd_IsLeftAloneAfterAWhile_WithoutABusyLoop()
    {
        using SimulatedSystem system = SimulatedSystem.Connected();
        for (int round = 0; round < 15 && system.Worker!.Device("vfb")!.Failure is null; round++)
        {
            system.Vfb.CloseAbruptly();
            system.Settle();
        }

        Assert.Contains("restarts necessary", system.Worker!.Device("vfb")!.Failure);
        long wakeUps = system.Worker.Loop.WakeUps;
        system.Settle();
        Assert.True(system.Worker.Loop.WakeUps - wakeUps < 5);
        Assert.Equal(0, system.FreedWhileMapped);
        system.EndAndExpectNothingLeft();
    }

    /// <summary>A failed device whose backend stands in Initialising: a new chance for each look would be a loop without end.</summary>
    [Fact]
    public void TooManyRestartsIntoInitialising_ComesToRest()
    {
        using SimulatedSystem system = new(new() { HoldAt = Initialising });
        system.AddDevices();
        system.StartBackend();
        system.StartWorker();
        system.Settle();
        for (int round = 0; round < 15; round++)
        {
            system.WriteNode("vfb", "state", "4");
            system.Settle();
        }

        Assert.Contains("restarts necessary", system.Worker!.Device("vfb")!.Failure);
        system.EndAndExpectNothingLeft();
    }

    [Theory]
    [InlineData(52u)]
    [InlineData(0xffffffffu)]
    [InlineData(0x80000000u)]
    public void RingIndexJump_ClosesThatDeviceWithTheReason_AndANewBackendGetsANewChance(uint ahead)
    {
        using SimulatedSystem system = SimulatedSystem.Connected();
        system.Vkbd.CorruptProducerIndex(ahead);
        system.Run(() => system.BackendState("vkbd") == Closed, "closed");
        Assert.Contains("in ring is impossible", system.ErrorNode("vkbd"));
        Assert.True(system.IsConnected("vfb"));
        system.Advance(s_minute);
        Assert.Equal(Closed, system.FrontendState("vkbd"));

        system.Toolstack.AddDevice("vkbd", SimulatedSystem.Guest, 0);
        system.RunUntilConnected();
        Assert.Null(system.ErrorNode("vkbd"));
        system.EndAndExpectNothingLeft();
    }

    /// <summary>A backend that notifies for ever with nothing to say is answered ever more slowly.</summary>
    [Fact]
    public void NotificationStorm_IsThrottled()
    {
        using SimulatedSystem system = SimulatedSystem.Connected();
        long wakeUps = system.Worker!.Loop.WakeUps;
        for (int i = 0; i < 1000; i++)
        {
            system.Vkbd.CorruptProducerIndex(0);
            system.Settle();
        }

        Assert.InRange(system.Worker.Loop.WakeUps - wakeUps, 64, 1200);
        int before = CountWakes(system, 100);
        Assert.True(before < 20, $"{before} wakes for 100 notifications");
        Assert.True(system.IsConnected("vkbd"));
        system.EndAndExpectNothingLeft();

        static int CountWakes(SimulatedSystem system, int notifications)
        {
            int wakes = 0;
            for (int i = 0; i < notifications; i++)
            {
                system.Vkbd.CorruptProducerIndex(0);
                wakes += system.TurnWorker() ? 1 : 0;
            }

            return wakes;
        }
    }

    /// <summary>The worker died while its holder was stopping: the next one is told to stop before it has looked for devices.</summary>
    [Fact]
    public void StopBeforeTheFirstLook_ClosesWhatThePredecessorLeftConnected()
    {
        using SimulatedSystem system = SimulatedSystem.Connected();
        system.KillWorker();
        system.StartWorker();
        system.StopWorker();
        Assert.Equal(Closed, system.BackendState("vfb"));
        Assert.Equal(Closed, system.BackendState("vkbd"));
        Assert.Equal(0, system.Hypervisor.Census.Pages);
        Assert.Equal(0, system.FreedWhileMapped);
    }

    private static BackendDevice Device(SimulatedSystem system, string type) => type == "vfb" ? system.Vfb : system.Vkbd;

    private static bool PictureIsRight(SimulatedSystem system) =>
        system.TryRun(() => system.Picture().AsSpan().SequenceEqual(Expected.Pattern(system.VfbOptions.Sizes[0])), TimeSpan.FromSeconds(1));
}
