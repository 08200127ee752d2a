using Xenbus.Domain;
using Xenbus.Loopback;
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
        system.Type();
        system.Settle();
        system.Restore();
        system.RunUntilConnected();
        system.Settle();
        Assert.True(system.BackendHistory.IndexOf("vfb 4") < system.BackendHistory.IndexOf("vkbd 4"), string.Join(' ', system.BackendHistory));
        system.ExpectWhole();
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
        system.Type();
        system.ExpectTyped();
        system.EndAndExpectNothingLeft();
    }

    /// <summary>Nothing in xenstore changes; all that the guest may see is that much time is gone, while neither side did anything.</summary>
    [Fact]
    public void SuspendCancelled_NothingIsDone()
    {
        using SimulatedSystem system = SimulatedSystem.Painted(out PaintedSource source);
        int history = system.BackendHistory.Count;
        HypervisorCensus before = system.Hypervisor.Census;
        system.Press(30);
        source.Paint(new(3), 3);
        system.Clock.Advance(TimeSpan.FromMinutes(3));
        // The guest's turn comes first, with every timer due.
        system.TurnWorker();
        system.Settle();
        system.Release(30);
        system.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(history, system.BackendHistory.Count);
        Assert.DoesNotContain(system.Log.Lines, line => line.Contains("takes no updates", StringComparison.Ordinal));
        Assert.Equal((before.Pages, before.Ports, before.Watches), (system.Hypervisor.Census.Pages, system.Hypervisor.Census.Ports, system.Hypervisor.Census.Watches));
        system.ExpectWhole();
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
            system.Type();
            system.TurnBackend();
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
            system.ExpectWhole();
            system.EndAndExpectNothingLeft();
        }
    }

    [Fact]
    public void BackendsInADriverDomain_ShowAndTypeAsThoseOfDomain0()
    {
        using SimulatedSystem system = new();
        system.Toolstack.AddDomain(s_driverDomain);
        system.AddDevices(s_driverDomain);
        system.StartBackend(s_driverDomain);
        system.StartWorker();
        system.RunUntilConnected();
        ExpectGrantFor(system, s_driverDomain);
        system.ExpectWhole();
        system.Vfb.BeginClose();
        system.Vkbd.CloseAbruptly();
        system.Settle();
        system.RunUntilConnected();
        system.ExpectWhole();
        system.EndAndExpectNothingLeft();
    }

    [Fact]
    public void FramebufferAndKeyboardFromDifferentDomains_EachGrantsToItsOwn()
    {
        using SimulatedSystem system = new();
        system.Toolstack.AddDomain(s_driverDomain);
        system.Toolstack.AddDevice("vfb", system.Present, 0);
        system.Toolstack.AddDevice("vkbd", system.Present, 0, backendDomain: s_driverDomain);
        system.StartBackend();
        system.StartBackend(s_driverDomain);
        system.StartWorker();
        system.RunUntilConnected();
        ExpectGrantFor(system, s_driverDomain);
        system.ExpectWhole();

        // The domain of the keyboard goes; the framebuffer does not notice.
        system.AbandonBackend(s_driverDomain);
        system.Toolstack.Remove(LoopbackToolstack.BackendPath("vkbd", system.Present, 0, s_driverDomain));
        system.Toolstack.Remove(LoopbackToolstack.FrontendPath("vkbd", system.Present, 0));
        system.Toolstack.RemoveDomain(s_driverDomain);
        system.Advance(TimeSpan.FromSeconds(5));
        Assert.Null(system.Worker!.Device("vkbd"));
        Assert.True(system.IsConnected("vfb"));
        system.ExpectPicture();

        // The next keyboard is domain 0's.
        system.Toolstack.AddDevice("vkbd", system.Present, 0);
        system.RunUntilConnected();
        ExpectGrantFor(system, DomainId.Zero);
        system.ExpectWhole();
        system.EndAndExpectNothingLeft();
    }

    private static void ExpectGrantFor(SimulatedSystem system, DomainId backend)
    {
        Assert.True(system.Hypervisor.Grants.TryFindReference(SimulatedSystem.Guest, ulong.Parse(system.Node("vkbd", "page-gref")!), out GrantedPages? pages, out _));
        Assert.Equal(backend, pages!.Peer);
    }
}
