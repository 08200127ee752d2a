using Xenbus.Domain;
using Xenbus.Loopback;
using Xenbus.Wire;
using XenFbFront.Input;
using XenFbFront.Tests.Support;
using Xunit;
using static Xenbus.Wire.XenbusState;

namespace XenFbFront.Tests.Devices;

/// <summary>Situations of docs/lifecycle.md in which several devices, domains or states meet.</summary>
[Collection(SimulationCollection.Name)]
public sealed class LifeCycleMatrixTests
{
    private static readonly DomainId s_driverDomain = new(7);

    /// <summary>The two ends come in the order in which devices connect, also when the toolstack named the keyboard first.</summary>
    [Fact]
    public void RestoredAfterTheKeyboardWasFoundFirst_FramebufferConnectsFirst()
    {
        using SimulatedSystem system = new();
        system.StartBackend();
        system.Toolstack.AddDevice("vkbd", system.Present, 0);
        system.StartWorker();
        system.Run(() => system.IsConnected("vkbd"), "keyboard connected");
        system.Toolstack.AddDevice("vfb", system.Present, 0);
        system.RunUntilConnected();
        system.BackendHistory.Clear();
        system.Restore();
        system.RunUntilConnected();
        system.Settle();
        Assert.True(system.BackendHistory.IndexOf("vfb 4") < system.BackendHistory.IndexOf("vkbd 4"), string.Join(' ', system.BackendHistory));
        ExpectPictureAndKeys(system);
        system.EndAndExpectNothingLeft();
    }

    [Fact]
    public void FramebufferRemovedWhileTheKeyboardWaitsForIt_KeyboardConnectsAtOnce()
    {
        using SimulatedSystem system = new();
        system.AddDevices();
        // Not served, so that the keyboard waits.
        system.Toolstack.Write($"{LoopbackToolstack.BackendPath("vfb", SimulatedSystem.Guest, 0)}/online", "0");
        system.StartBackend();
        system.StartWorker();
        system.Settle();
        Assert.Equal(Initialising, system.FrontendState("vkbd"));
        TimeSpan before = system.Clock.Elapsed;
        system.Toolstack.RemoveDeviceByForce("vfb", SimulatedSystem.Guest, 0);
        system.Settle();
        Assert.True(system.IsConnected("vkbd"));
        Assert.Equal(before, system.Clock.Elapsed);
        system.EndAndExpectNothingLeft();
    }

    /// <summary>Nothing in xenstore changes; all that the guest may see is that much time is gone, while neither side did anything.</summary>
    [Fact]
    public void SuspendCancelled_NothingIsDone()
    {
        using SimulatedSystem system = SimulatedSystem.Connected(source: () => new PaintedSource(200, 100), vfb: new() { Sizes = [new(200, 100)] });
        system.Advance(TimeSpan.FromMilliseconds(40));
        int history = system.BackendHistory.Count;
        HypervisorCensus before = system.Hypervisor.Census;
        system.Vkbd.Input.Key(30, true);
        ((PaintedSource)system.Worker!.Source).Paint(new(3), 3);
        system.Clock.Advance(TimeSpan.FromMinutes(3));
        // The guest's turn comes first, with every timer due.
        system.TurnWorker();
        system.Settle();
        system.Vkbd.Input.Key(30, false);
        system.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(history, system.BackendHistory.Count);
        Assert.Equal([(30, 1), (30, 0)], system.Input[InputRole.Keyboard].Keys);
        Assert.DoesNotContain(system.Log.Lines, line => line.Contains("takes no updates", StringComparison.Ordinal));
        Assert.Equal((before.Pages, before.Ports, before.Watches), (system.Hypervisor.Census.Pages, system.Hypervisor.Census.Ports, system.Hypervisor.Census.Watches));
        Assert.Equal(((PaintedSource)system.Worker.Source).Picture.ToArray(), system.Picture());
        system.EndAndExpectNothingLeft();
    }

    /// <summary>Whatever a backend writes, in whatever order: no busy loop, no page freed under it, and the device works when one behaves.</summary>
    [Theory]
    [InlineData("vfb")]
    [InlineData("vkbd")]
    public void BackendWritesAnyStates_ComesToRest_AndConnectsWhenItBehaves(string type)
    {
        for (int seed = 0; seed < 15; seed++)
        {
            using SimulatedSystem system = SimulatedSystem.Connected();
            system.AbandonBackend();
            system.Settle();
            Random random = new(seed);
            for (int i = 0; i < 30; i++)
            {
                system.Toolstack.Write($"{LoopbackToolstack.BackendPath(type, SimulatedSystem.Guest, 0)}/state", random.Next(0, 10).ToString());
                system.Settle();
                system.Advance(TimeSpan.FromMilliseconds(random.Next(0, 9000)));
            }

            foreach (string device in (ReadOnlySpan<string>)["vfb", "vkbd"])
            {
                system.Toolstack.RemoveDeviceByForce(device, SimulatedSystem.Guest, 0);
            }

            system.Settle();
            system.AddDevices();
            system.StartBackend();
            system.RunUntilConnected();
            system.Settle();
            Assert.True(system.FreedWhileMapped == 0, $"seed {seed}: freed while mapped");
            ExpectPictureAndKeys(system);
            system.EndAndExpectNothingLeft();
        }
    }

    /// <summary>The loopback's driver domain cannot map pages, so its backend is played here: what it may take is granted and bound for it alone.</summary>
    [Fact]
    public void BackendsInADriverDomain_PublishToIt()
    {
        using SimulatedSystem system = new();
        system.Toolstack.AddDomain(s_driverDomain);
        AddDeviceOfDriverDomain(system, "vfb");
        AddDeviceOfDriverDomain(system, "vkbd");
        system.StartWorker();
        system.Settle();
        foreach (string type in (ReadOnlySpan<string>)["vfb", "vkbd"])
        {
            ConnectByHand(system, type);
            ExpectPortFor(system, type, s_driverDomain, DomainId.Zero);
        }

        ExpectGrantFor(system, s_driverDomain);
        CloseByHand(system, "vfb", "vkbd");
        system.EndAndExpectNothingLeft();
    }

    [Fact]
    public void FramebufferAndKeyboardFromDifferentDomains_EachGrantsToItsOwn()
    {
        using SimulatedSystem system = new();
        system.Toolstack.AddDomain(s_driverDomain);
        system.Toolstack.AddDevice("vfb", system.Present, 0);
        AddDeviceOfDriverDomain(system, "vkbd");
        system.StartBackend();
        system.StartWorker();
        system.Run(() => system.IsConnected("vfb"), "framebuffer connected");
        system.Settle();
        ConnectByHand(system, "vkbd");
        ExpectPortFor(system, "vkbd", s_driverDomain, DomainId.Zero);
        ExpectGrantFor(system, s_driverDomain);
        Assert.Equal(Expected.Pattern(system.VfbOptions.Sizes[0]), system.Picture());

        // The domain of the keyboard goes; the framebuffer does not notice.
        system.Toolstack.Remove(DriverPath("vkbd"));
        system.Toolstack.Remove(LoopbackToolstack.FrontendPath("vkbd", system.Present, 0));
        system.Toolstack.RemoveDomain(s_driverDomain);
        system.Advance(TimeSpan.FromSeconds(5));
        Assert.Null(system.Worker!.Device("vkbd"));
        Assert.True(system.IsConnected("vfb"));
        system.EndAndExpectNothingLeft();
    }

    private static string DriverPath(string type) => $"/local/domain/{s_driverDomain}/backend/{type}/{SimulatedSystem.Guest}/0";

    private static void AddDeviceOfDriverDomain(SimulatedSystem system, string type)
    {
        string backend = DriverPath(type);
        system.Toolstack.Write(backend, string.Empty);
        system.Toolstack.SetPermissions(backend, new(XenstoreAccess.None, s_driverDomain), new(XenstoreAccess.Read, SimulatedSystem.Guest));
        system.Toolstack.Write($"{backend}/online", "1");
        system.Toolstack.Write($"{backend}/state", "2");
        string frontend = LoopbackToolstack.FrontendPath(type, SimulatedSystem.Guest, 0);
        system.Toolstack.Write(frontend, string.Empty);
        system.Toolstack.SetPermissions(frontend, new(XenstoreAccess.None, SimulatedSystem.Guest), new(XenstoreAccess.Read, s_driverDomain));
        system.Toolstack.Write($"{frontend}/state", "1");
        system.Toolstack.Write($"{frontend}/backend-id", s_driverDomain.ToString());
        system.Toolstack.Write($"{frontend}/backend", backend);
    }

    private static void ConnectByHand(SimulatedSystem system, string type)
    {
        system.Run(() => system.FrontendState(type) == Initialised, $"{type} published");
        system.Toolstack.Write($"{DriverPath(type)}/state", "4");
        system.Settle();
        Assert.Equal(Connected, system.FrontendState(type));
        Assert.Null(system.Worker!.Device(type)!.Failure);
    }

    private static void ExpectPortFor(SimulatedSystem system, string type, DomainId backend, DomainId other)
    {
        EventChannelPort port = new(uint.Parse(system.Node(type, "event-channel")!));
        using IEventChannels wrong = new LoopbackDomain(system.Hypervisor, other).OpenEventChannels();
        Assert.Throws<Xenbus.XenException>(() => wrong.BindInterdomain(SimulatedSystem.Guest, port));
        using IEventChannels right = new LoopbackDomain(system.Hypervisor, backend).OpenEventChannels();
        right.BindInterdomain(SimulatedSystem.Guest, port);
    }

    private static void ExpectGrantFor(SimulatedSystem system, DomainId backend)
    {
        Assert.True(system.Hypervisor.Grants.TryFindReference(SimulatedSystem.Guest, ulong.Parse(system.Node("vkbd", "page-gref")!), out GrantedPages? pages, out _));
        Assert.Equal(backend, pages!.Peer);
    }

    private static void CloseByHand(SimulatedSystem system, params ReadOnlySpan<string> types)
    {
        SimulatedWorker worker = system.Worker!;
        worker.Stop();
        system.Settle();
        foreach (string type in types)
        {
            Assert.Equal(Closing, system.FrontendState(type));
            system.Toolstack.Write($"{DriverPath(type)}/state", "5");
            system.Settle();
            Assert.Equal(Closed, system.FrontendState(type));
            system.Toolstack.Write($"{DriverPath(type)}/state", "6");
            system.Settle();
        }

        Assert.True(worker.HasStopped);
    }

    private static void ExpectPictureAndKeys(SimulatedSystem system)
    {
        int before = system.Input[InputRole.Keyboard].Keys.Count();
        system.Vkbd.Input.Key(31, true);
        system.Vkbd.Input.Key(31, false);
        system.Settle();
        Assert.Equal([(31, 1), (31, 0)], system.Input[InputRole.Keyboard].Keys.Skip(before));
        Assert.Equal(Expected.Pattern(system.VfbOptions.Sizes[0]), system.Picture());
    }
}
