using System.Globalization;
using Xenbus;
using Xenbus.Devices;
using Xenbus.Domain;
using Xenbus.Domain.Faults;
using Xenbus.Linux.Interop;
using Xenbus.Loopback;
using Xenbus.Wire;
using XenFbFront.Tests.Loopback;
using XenFbFront.Tests.Support;
using Xunit;
using static Xenbus.Wire.XenbusState;

namespace XenFbFront.Tests.Devices;

/// <summary>Devices that a driver of the guest's kernel holds: refused, or taken in an order in which the backend never maps a freed page.</summary>
[Collection(SimulationCollection.Name)]
public sealed class KernelDriverTests
{
    private static readonly FrontendHostOptions s_taking = new() { TakesFromKernel = true };

    public static TheoryData<string> Types => ["vfb", "vkbd"];

    [Fact]
    public void BothHeld_RefusedInOneLine_AndNothingIsTouched()
    {
        using SimulatedSystem system = Held(new() { HowToTake = "say please" });
        system.StartWorker();
        system.Settle();
        Assert.True(system.Worker!.Host.HasDiscovered);
        Assert.All(system.Worker.Host.Devices, device => Assert.NotNull(device.HeldBy));
        Assert.Equal(
            "Error: the guest's kernel holds vfb/0 (driver vfb, built in) and vkbd/0 (driver vkbd, built in): boot the guest with "
            + "initcall_blacklist=xenfb_init,xenkbd_init; or say please",
            Assert.Single(system.Log.Lines, line => line.Contains("holds", StringComparison.Ordinal)));
        AssertKernelGoesOn(system, "vfb");
        AssertKernelGoesOn(system, "vkbd");
        system.StopWorker();
        AssertKernelGoesOn(system, "vfb");
        system.EndAndExpectNothingLeftAsideFromKernels();
    }

    [Fact]
    public void OneHeld_TheOtherIsServed_AndThisOneWhenItIsLetGo()
    {
        using SimulatedSystem system = new();
        system.AddDevices();
        KernelFrontend kernel = system.BindKernelDriver("vkbd");
        system.StartBackend();
        system.StartWorker();
        system.Run(() => system.Worker!.Device("vfb") is { State: Connected, HeldBy: null }, "vfb is served");
        system.Settle();
        Assert.Single(system.Log.Lines, line => line.Contains("initcall_blacklist=xenkbd_init", StringComparison.Ordinal));
        AssertKernelGoesOn(system, "vkbd");

        // By hand, in the order that harms nobody.
        system.WriteNode("vkbd", "state", "5");
        system.Settle();
        kernel.UnbindByHand();
        system.RunUntilConnected();
        Assert.Null(system.Worker!.Device("vkbd")!.HeldBy);
        system.EndAndExpectNothingLeft();
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Taking_BackendClosesFirst_ThenUnboundAndConnected(string type)
    {
        using SimulatedSystem system = Held(s_taking);
        system.BackendHistory.Clear();
        system.StartWorker();
        system.Run(() => !system.KernelFrontends.Exists(kernel => kernel.IsBound), "unbound");
        system.RunUntilConnected();
        Assert.Equal(
            [$"{type} 5", $"{type} 6", $"{type} 1", $"{type} 2", $"{type} 4"],
            system.BackendHistory.Where(line => line.StartsWith(type, StringComparison.Ordinal)).SkipWhile(line => line == $"{type} 4").Distinct());
        Assert.Equal(0, system.FreedWhileMapped);
        system.ExpectWhole();
        system.EndAndExpectNothingLeft();
    }

    /// <summary>QEMU has the kernel's pages at an address that must stay valid, so that as many are mapped again although the screen needs fewer.</summary>
    [Theory]
    [InlineData(null, 512)]
    [InlineData("0", 469)]
    [InlineData("1", 469)]
    [InlineData("2", 512)]
    [InlineData("16", 512)]
    [InlineData("much", 512)]
    public void Taking_AsManyPagesAsTheKernelHad(string? videoram, int pages)
    {
        using SimulatedSystem system = Held(s_taking);
        if (videoram is not null)
        {
            system.Toolstack.Write($"{LoopbackToolstack.BackendPath("vfb", SimulatedSystem.Guest, 0)}/videoram", videoram);
        }

        system.StartWorker();
        system.Run(() => IsTaken(system, "vfb") && IsTaken(system, "vkbd"), "taken");
        Assert.Equal(pages.ToString(CultureInfo.InvariantCulture), system.Node("vfb", "xenfbfront-pages"));
        // And the directory's page, and the two that are shared.
        Assert.Equal(pages + 3, system.Hypervisor.Census.Pages);
        Assert.Null(system.Node("vkbd", "xenfbfront-pages"));
        system.EndAndExpectNothingLeft();
    }

    [Fact]
    public void LetGoByHand_AsManyPagesAsTheKernelHad()
    {
        using SimulatedSystem system = Held(new());
        system.StartWorker();
        system.Settle();
        Assert.Null(system.Node("vfb", "xenfbfront-pages"));
        system.WriteNode("vfb", "state", "5");
        system.WriteNode("vkbd", "state", "5");
        system.Settle();
        system.KernelFrontends.ForEach(kernel => kernel.UnbindByHand());
        system.RunUntilConnected();
        Assert.Equal("512", system.Node("vfb", "xenfbfront-pages"));
        system.EndAndExpectNothingLeft();
    }

    /// <summary>The backend remembers its first connection, which was ours.</summary>
    [Fact]
    public void TakenAgain_NumberOfTheFirstConnectionStays()
    {
        using SimulatedSystem system = Held(s_taking);
        system.WriteNode("vfb", "xenfbfront-pages", "600");
        system.StartWorker();
        system.Run(() => IsTaken(system, "vfb") && IsTaken(system, "vkbd"), "taken");
        Assert.Equal("600", system.Node("vfb", "xenfbfront-pages"));
        // Two pages of directory for more than 512.
        Assert.Equal(600 + 4, system.Hypervisor.Census.Pages);
        system.EndAndExpectNothingLeft();
    }

    /// <summary>The check of the checks: unbinding without closing is seen by the loopback.</summary>
    [Fact]
    public void UnboundByHandWhileConnected_PagesAreFreedUnderTheBackend()
    {
        using SimulatedSystem system = Held(new());
        system.KernelFrontends[0].UnbindByHand();
        system.Hypervisor.Pump();
        Assert.NotEqual(0, system.Hypervisor.Census.FreedWhileMapped);
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Taking_BackendNeverLetsGo_DriverIsNotUnboundAndGoesOn(string type)
    {
        using SimulatedSystem system = Held(s_taking);
        system.HoldBackend = true;
        system.StartWorker();
        system.Run(() => system.Worker!.Device(type)?.Failure is not null, "given up");
        Assert.Contains("has not let go within 5 s", system.Worker!.Device(type)!.Failure);
        Assert.Contains("so the driver is not unbound", system.ErrorNode(type));
        Assert.All(system.KernelFrontends, kernel => Assert.True(kernel.IsBound));
        system.Advance(TimeSpan.FromMinutes(1));
        AssertKernelGoesOn(system, type);
        Assert.Equal(0, system.FreedWhileMapped);

        // It comes back, and closes the device by itself: now it is taken after all.
        system.HoldBackend = false;
        system.Settle();
        AssertKernelGoesOn(system, type);
        if (type == "vfb")
        {
            system.Vfb.BeginClose();
        }
        else
        {
            system.Vkbd.BeginClose();
        }

        system.Run(() => system.IsConnected(type) && system.Worker!.Device(type)!.HeldBy is null, "taken");
        Assert.Null(system.ErrorNode(type));
        Assert.Equal(0, system.FreedWhileMapped);
        system.EndAndExpectNothingLeftAsideFromKernels();
    }

    [Fact]
    public void Taking_NoBackendIsThere_DriverIsNotUnbound()
    {
        using SimulatedSystem system = new() { HostOptions = s_taking };
        system.AddDevices();
        system.BindKernelDriver("vfb");
        system.StartWorker();
        system.Run(() => system.Worker!.Device("vfb")?.Failure is not null, "given up");
        Assert.Equal(Initialised, system.FrontendState("vfb"));
        Assert.True(system.KernelFrontends[0].IsBound);

        // A backend that comes late serves the kernel's driver for a moment, and is then made to let go.
        system.StartBackend();
        system.RunUntilConnected();
        Assert.False(system.KernelFrontends[0].IsBound);
        Assert.Equal(0, system.FreedWhileMapped);
        system.EndAndExpectNothingLeft();
    }

    [Theory]
    [InlineData(Errno.EACCES)]
    [InlineData(Errno.EROFS)]
    public void Taking_WayToUnbindIsClosed_NothingIsTouched(int errno)
    {
        using SimulatedSystem system = Held(s_taking, checkError: errno);
        system.BackendHistory.Clear();
        system.StartWorker();
        system.Settle();
        Assert.Contains(Errno.Text(errno), system.Worker!.Device("vfb")!.Failure);
        Assert.Empty(system.BackendHistory);
        AssertKernelGoesOn(system, "vfb");
        AssertKernelGoesOn(system, "vkbd");
        system.EndAndExpectNothingLeftAsideFromKernels();
    }

    /// <summary>A driver that is unbound from a device that nobody can serve then would be lost for nothing.</summary>
    [Theory]
    [InlineData(DomainCall.ResolveFrames)]
    [InlineData(DomainCall.AllocatePages)]
    public void Taking_DeviceCannotBeServed_DriverGoesOnUntouched(DomainCall refused)
    {
        using SimulatedSystem system = Held(s_taking);
        int pages = system.Hypervisor.Census.Pages;
        system.BackendHistory.Clear();
        system.StartWorker(new() { Refuse = (call, _) => call == refused ? Errno.EPERM : 0 });
        system.Settle();
        foreach (string type in (ReadOnlySpan<string>)["vfb", "vkbd"])
        {
            Assert.Contains("a fault was injected", system.Worker!.Device(type)!.Failure);
            Assert.Contains("a fault was injected", system.ErrorNode(type));
            AssertKernelGoesOn(system, type);
        }

        Assert.Empty(system.BackendHistory);
        Assert.All(system.KernelFrontends, kernel => Assert.True(kernel.IsBound));
        Assert.Equal(pages, system.Hypervisor.Census.Pages);
        system.EndAndExpectNothingLeftAsideFromKernels();
    }

    [Fact]
    public void Taking_SourceIsShownByAnother_SecondFramebufferStaysWithItsDriver()
    {
        using SimulatedSystem system = new() { HostOptions = s_taking };
        system.AddDevices();
        system.StartBackend();
        system.StartWorker();
        system.RunUntilConnected();
        system.Toolstack.AddDevice("vfb", SimulatedSystem.Guest, 1);
        KernelFrontend kernel = system.BindKernelDriver("vfb", id: 1);
        system.Settle();
        system.Advance(TimeSpan.FromSeconds(10));
        Assert.Contains("--vfb 1=console:2", system.Worker!.Device("vfb", 1)!.Failure);
        Assert.True(kernel.IsBound);
        Assert.Equal((Connected, Connected), (system.FrontendState("vfb", 1), system.BackendState("vfb", 1)));
        Assert.True(system.IsConnected("vfb"));
        system.EndAndExpectNothingLeftAsideFromKernels();
    }

    [Fact]
    public void Taking_UnbindIsRefusedInTheEnd_ReasonIsSaid()
    {
        using SimulatedSystem system = Held(s_taking, unbindError: Errno.EACCES);
        system.StartWorker();
        system.Settle();
        Assert.Contains("permission denied", system.ErrorNode("vfb"));
        Assert.Equal(Closed, system.FrontendState("vfb"));
        Assert.Equal(Closed, system.BackendState("vfb"));

        // Whoever may unbinds it, and it is served.
        system.KernelFrontends.ForEach(kernel => kernel.UnbindByHand());
        system.RunUntilConnected();
        Assert.Null(system.ErrorNode("vfb"));
        system.EndAndExpectNothingLeft();
    }

    [Fact]
    public void Taking_StoppedWhileTheBackendIsAsked_DriverGoesOn()
    {
        using SimulatedSystem system = Held(s_taking);
        system.HoldBackend = true;
        system.StartWorker();
        system.Settle();
        Assert.Equal(Closing, system.FrontendState("vfb"));
        system.StopWorker();
        system.HoldBackend = false;
        system.Settle();
        AssertKernelGoesOn(system, "vfb");
        AssertKernelGoesOn(system, "vkbd");
        system.EndAndExpectNothingLeftAsideFromKernels();
    }

    [Fact]
    public void Taking_WorkerKilledAtEveryMoment_SuccessorTakesAndConnects()
    {
        int moment = 1;
        for (bool hasDied = true; hasDied; moment++)
        {
            WorkerFate fate = new();
            fate.KillAfter(moment);
            using SimulatedSystem system = Held(s_taking);
            system.StartWorker(fate);
            system.TryRun(() => fate.IsDead || (IsTaken(system, "vfb") && IsTaken(system, "vkbd")), TimeSpan.FromMinutes(1));
            hasDied = fate.IsDead;
            fate.Spare();
            if (hasDied)
            {
                system.StartWorker();
            }

            Assert.True(system.TryRun(() => IsTaken(system, "vfb") && IsTaken(system, "vkbd"), TimeSpan.FromMinutes(1)), $"moment {moment}: {string.Join('\n', system.Log.Lines.TakeLast(25))}");
            Assert.True(system.FreedWhileMapped == 0, $"moment {moment}: freed while mapped");
            Assert.True(system.Node("vfb", "xenfbfront-pages") == "512", $"moment {moment}: {system.Node("vfb", "xenfbfront-pages")} pages");
            system.EndAndExpectNothingLeft();
        }

        Assert.InRange(moment, 100, 3000);
    }

    [Fact]
    public void DriverComesWhileWeServe_IsSaidOnce_AndWeGoOn()
    {
        using SimulatedSystem system = SimulatedSystem.Painted(out _);
        system.Type();
        system.Toolstack.BindKernelDriver("vfb", SimulatedSystem.Guest, 0, new(new KernelDriver("vfb", "xen-fbfront", null)));
        system.WriteNode("vfb", "anything", "1");
        system.WriteNode("vfb", "anything", "2");
        system.Settle();
        Assert.Single(system.Log.Lines, line => line.Contains("was bound to it while we serve it", StringComparison.Ordinal));
        system.ExpectWhole();
        system.EndAndExpectNothingLeft();
    }

    /// <summary>What we serve is served, whoever else believes to hold it: nobody waits for it, and a worker is at work.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void DriversComeWhileWeServe_AllAreStillConnected(bool takes)
    {
        using SimulatedSystem system = new() { HostOptions = new() { TakesFromKernel = takes } };
        system.AddDevices();
        system.StartBackend();
        system.StartWorker();
        system.RunUntilConnected();
        system.Settle();
        foreach (string type in (ReadOnlySpan<string>)["vfb", "vkbd"])
        {
            system.Toolstack.BindKernelDriver(type, SimulatedSystem.Guest, 0, new(new KernelDriver(type, "xen-fbfront", null)));
            system.WriteNode(type, "anything", "1");
        }

        system.Settle();
        Assert.NotNull(system.Worker!.Device("vfb")!.HeldBy);
        Assert.True(system.Worker.Host.AreAllConnected);
        system.EndAndExpectNothingLeft();
    }

    [Theory]
    [InlineData("xen-fbfront", null, "put `blacklist xen-fbfront` into /etc/modprobe.d and the initramfs and boot again")]
    [InlineData(null, "xenfb_init", "boot the guest with initcall_blacklist=xenfb_init")]
    [InlineData(null, null, "boot a kernel without the driver vfb")]
    public void Explain_EachKindOfDriver(string? module, string? function, string expected)
    {
        DeviceIdentity device = new("vfb", 0, "device/vfb/0", "/local/domain/0/backend/vfb/1/0", DomainId.Zero);
        Assert.EndsWith(": " + expected, KernelHold.Explain([(device, new("vfb", module, function))], new()));
    }

    [Fact]
    public void Explain_OneModuleAndOneBuiltIn_NamesBothWays()
    {
        DeviceIdentity vfb = new("vfb", 0, "device/vfb/0", "/local/domain/0/backend/vfb/1/0", DomainId.Zero);
        DeviceIdentity vkbd = new("vkbd", 0, "device/vkbd/0", "/local/domain/0/backend/vkbd/1/0", DomainId.Zero);
        string text = KernelHold.Explain([(vfb, new("vfb", "xen-fbfront", null)), (vkbd, new("vkbd", null, "xenkbd_init")), (vkbd, new("vkbd", null, "xenkbd_init"))], new());
        Assert.EndsWith("boot the guest with initcall_blacklist=xenkbd_init, and put `blacklist xen-fbfront` into /etc/modprobe.d and the initramfs and boot again", text);
    }

    /// <summary>Every pair of states: the driver is unbound only when the backend is Closed or gone and our state says so.</summary>
    [Fact]
    public void DecideTaking_EveryPairOfStates_ReleasesOnlyWhatTheBackendHasLetGo()
    {
        foreach (XenbusState ours in Enum.GetValues<XenbusState>())
        {
            foreach (XenbusState theirs in Enum.GetValues<XenbusState>())
            {
                DeviceAction action = TransitionTable.DecideTaking(ours, theirs);
                Assert.Equal(ours == Closed && theirs is (Closed or Unknown), action == DeviceAction.Release);
                Assert.True(action is DeviceAction.Release or DeviceAction.Wait or DeviceAction.BeginClose or DeviceAction.FinishClose);
                // Each step leads nearer to the end: no state is written that is there already.
                Assert.False(action == DeviceAction.BeginClose && ours is (Closing or Closed));
                Assert.False(action == DeviceAction.FinishClose && ours == Closed);
            }
        }
    }

    [Theory, InlineData(HostKind.OneThread), InlineData(HostKind.Sockets)]
    public void LoopbackBus_FindsChecksAndUnbinds(HostKind kind)
    {
        using LoopbackWorld world = new(kind);
        bool wasUnbound = false;
        KernelDriver driver = new("vkbd", null, "xenkbd_init");
        Assert.Null(world.Guest.KernelDriverOf("vkbd", 0));
        world.Toolstack.BindKernelDriver("vkbd", LoopbackWorld.FirstGuest, 0, new(driver) { Unbound = () => wasUnbound = true });
        world.Toolstack.BindKernelDriver("vfb", LoopbackWorld.FirstGuest, 2, new(new("vfb", "xen-fbfront", null)) { CheckError = Errno.EACCES });
        Assert.Equal(driver, world.Guest.KernelDriverOf("vkbd", 0));
        Assert.Equal(new("vfb", "xen-fbfront", null), world.Guest.KernelDriverOf("vfb", 2));
        Assert.Null(world.OtherGuest.KernelDriverOf("vkbd", 0));
        Assert.Equal(Errno.EACCES, Assert.Throws<XenException>(() => world.Guest.CheckUnbind("vfb", 2)).ErrorNumber);
        Assert.Equal(Errno.EACCES, Assert.Throws<XenException>(() => world.Guest.UnbindKernelDriver("vfb", 2)).ErrorNumber);
        world.Guest.CheckUnbind("vkbd", 0);
        Assert.False(wasUnbound);
        world.Guest.UnbindKernelDriver("vkbd", 0);
        Assert.True(wasUnbound);
        Assert.Null(world.Guest.KernelDriverOf("vkbd", 0));
        world.Guest.UnbindKernelDriver("vkbd", 0);
        Assert.Equal(0, world.Census.BusFiles);
    }

    /// <summary>Both devices held and connected to the backend.</summary>
    private static SimulatedSystem Held(FrontendHostOptions options, int checkError = 0, int unbindError = 0)
    {
        SimulatedSystem system = new() { HostOptions = options };
        system.AddDevices();
        system.StartBackend();
        system.BindKernelDriver("vfb", 0, checkError, unbindError);
        system.BindKernelDriver("vkbd", 0, checkError, unbindError);
        system.Settle();
        AssertKernelGoesOn(system, "vfb");
        AssertKernelGoesOn(system, "vkbd");
        return system;
    }

    private static bool IsTaken(SimulatedSystem system, string type) => system.IsConnected(type) && system.Worker!.Device(type) is { HeldBy: null };

    private static void AssertKernelGoesOn(SimulatedSystem system, string type)
    {
        Assert.Equal(Connected, system.FrontendState(type));
        Assert.Equal(Connected, system.BackendState(type));
    }
}
