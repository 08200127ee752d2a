using Xenbus.Loopback;
using Xenbus.Wire;
using XenFbFront.Backend;
using XenFbFront.Tests.Backend.Support;
using XenFbFront.Tests.Support;
using Xunit;
using static Xenbus.Wire.XenbusState;

namespace XenFbFront.Tests.Backend;

[Collection(SimulationCollection.Name)]
public class BackendHostTests
{
    [Fact]
    public void NewDevices_ReachInitWaitWithQemusNodes()
    {
        using BackendRig rig = new();
        rig.AddDevice("vfb");
        rig.AddDevice("vkbd");
        Assert.Equal(InitWait, rig.BackendState("vfb"));
        Assert.Equal("1", rig.BackendNode("vfb", "feature-resize"));
        Assert.Equal("connected", rig.BackendNode("vfb", "hotplug-status"));
        Assert.Equal(InitWait, rig.BackendState("vkbd"));
        Assert.Equal("1", rig.BackendNode("vkbd", "feature-abs-pointer"));
        Assert.Equal("1", rig.BackendNode("vkbd", "feature-raw-pointer"));
        Assert.Null(rig.BackendNode("vkbd", "width"));
        Assert.Null(rig.BackendNode("vkbd", "feature-multi-touch"));
        Assert.Equal([Initialising, InitWait], rig.Vfb.StateHistory);
    }

    [Fact]
    public void DeviceThatWasThereFirst_IsFoundAtStart()
    {
        using BackendRig rig = new(startsHost: false);
        rig.AddDevice("vfb");
        rig.StartHost();
        Assert.Equal(InitWait, rig.BackendState("vfb"));
    }

    [Fact]
    public void Handshake_ToConnected_RepeatsConnectedOnceWhenTheFrontendFollows()
    {
        using BackendRig rig = new();
        using ScriptedVfb frontend = new(rig);
        frontend.WriteRingNodes();
        frontend.Write("feature-update", 1);
        frontend.SetState(Initialised);
        Assert.Equal([Initialising, InitWait, Connected], rig.Vfb.StateHistory);
        frontend.SetState(Connected);
        frontend.SetState(Connected);
        Assert.Equal([Initialising, InitWait, Connected, Connected], rig.Vfb.StateHistory);
        Assert.Equal("1", rig.BackendNode("vfb", "request-update"));
        Assert.Contains(new DeviceStateChange("vfb", BackendRig.Guest, 0, Connected, Connected), rig.Changes);
        Assert.Null(rig.ErrorNode("vfb"));
    }

    [Fact]
    public void Handshake_FrontendGoesStraightToConnected_IsServed()
    {
        using BackendRig rig = new();
        using ScriptedVkbd frontend = new(rig);
        frontend.WriteRingNodes();
        frontend.SetState(Connected);
        Assert.Equal(Connected, frontend.BackendState);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void FrontendCloses_WithOrWithoutClosing_IsFollowedAndEverythingUnmapped(bool saysClosing)
    {
        using BackendRig rig = new();
        using ScriptedVfb frontend = new ScriptedVfb(rig).Connect();
        Assert.True(rig.Hypervisor.Census.ForeignMappedPages > 0);
        if (saysClosing)
        {
            frontend.SetState(Closing);
            Assert.Equal(Closing, frontend.BackendState);
            Assert.Equal(0, rig.Hypervisor.Census.ForeignMappedPages);
        }

        frontend.SetState(Closed);
        Assert.Equal(Closed, frontend.BackendState);
        Assert.Equal(0, rig.Hypervisor.Census.ForeignMappedPages);
        Assert.Equal(0, rig.Host.Screen.Width);
    }

    [Theory]
    [InlineData("vfb")]
    [InlineData("vkbd")]
    public void FrontendReconnects_ThroughInitialising_IsServedAgainWithANewPort(string type)
    {
        using BackendRig rig = new();
        using ScriptedFrontend frontend = type == "vfb" ? new ScriptedVfb(rig).Connect() : new ScriptedVkbd(rig).Connect();
        for (int round = 0; round < 3; round++)
        {
            frontend.SetState(Closing);
            frontend.SetState(Closed);
            frontend.SetState(Initialising);
            Assert.Equal(InitWait, frontend.BackendState);
            frontend.RenewPort();
            frontend.WriteRingNodes();
            frontend.SetState(Initialised);
            frontend.SetState(Connected);
            Assert.Equal(Connected, frontend.BackendState);
        }
    }

    [Fact]
    public void FrontendFromConnectedToInitialising_NothingHappens()
    {
        using BackendRig rig = new();
        using ScriptedVkbd frontend = new ScriptedVkbd(rig).Connect();
        frontend.SetState(Initialising);
        Assert.Equal(Connected, frontend.BackendState);
    }

    [Fact]
    public void Unplug_WhileConnected_WaitsForTheFrontendThenVanishes()
    {
        using BackendRig rig = new();
        using ScriptedVfb frontend = new ScriptedVfb(rig).Connect();
        rig.Toolstack.RemoveDevice("vfb", BackendRig.Guest, 0);
        rig.Settle();
        Assert.Equal(Closing, frontend.BackendState);
        Assert.True(rig.Vfb.IsServing);
        frontend.SetState(Closed);
        Assert.Null(rig.Host.FramebufferOf(BackendRig.Guest));
        Assert.Equal(0, rig.Hypervisor.Census.ForeignMappedPages);
        // What is written late must not make the directory again.
        Assert.Empty(rig.Toolstack.List("/local/domain/0/backend/vfb"));
    }

    [Fact]
    public void Unplug_NeverConnected_ClosesAtOnce()
    {
        using BackendRig rig = new();
        rig.AddDevice("vkbd");
        rig.Toolstack.RemoveDevice("vkbd", BackendRig.Guest, 0);
        rig.Settle();
        Assert.Null(rig.Host.KeyboardOf(BackendRig.Guest));
    }

    [Fact]
    public void DirectoryRemovedByForce_WhileConnected_LetsGoAndWritesNothing()
    {
        using BackendRig rig = new();
        using ScriptedVfb frontend = new ScriptedVfb(rig).Connect();
        rig.Toolstack.RemoveDeviceByForce("vfb", BackendRig.Guest, 0);
        rig.Settle();
        Assert.Empty(rig.Host.Devices);
        Assert.Equal(0, rig.Hypervisor.Census.ForeignMappedPages);
        Assert.Empty(rig.Toolstack.List("/local/domain/0/backend/vfb"));
    }

    [Fact]
    public void DirectoriesMadeAnew_WhileConnected_StartsOver()
    {
        using BackendRig rig = new();
        using ScriptedVfb frontend = new ScriptedVfb(rig).Connect();
        rig.Toolstack.AddDevice("vfb", BackendRig.Guest, 0);
        rig.Settle();
        Assert.Equal(InitWait, frontend.BackendState);
        Assert.Equal(0, rig.Hypervisor.Census.ForeignMappedPages);
    }

    [Fact]
    public void BeginClose_IsAnsweredByTheFrontend()
    {
        using BackendRig rig = new();
        using ScriptedVkbd frontend = new ScriptedVkbd(rig).Connect();
        rig.Vkbd.BeginClose();
        Assert.Equal(Closing, frontend.BackendState);
        frontend.SetState(Closed);
        Assert.Equal(Closed, frontend.BackendState);
        frontend.SetState(Initialising);
        Assert.Equal(InitWait, frontend.BackendState);
    }

    [Fact]
    public void Dispose_WhileConnected_ClosesAndLeavesNothingOpen()
    {
        using BackendRig rig = new();
        using ScriptedVfb vfb = new ScriptedVfb(rig).Connect();
        using ScriptedVkbd vkbd = new ScriptedVkbd(rig).Connect();
        rig.StopHost();
        Assert.Equal(Closed, vfb.BackendState);
        Assert.Equal(Closed, vkbd.BackendState);
        HypervisorCensus census = rig.Hypervisor.Census;
        Assert.Equal((0, 0, 0, 0), (census.XenstoreFiles, census.ForeignMemoryFiles, census.Watches, census.ForeignMappedPages));
    }

    [Fact]
    public void Abandon_WhileConnected_LeavesTheNodesAsTheyAre()
    {
        using BackendRig rig = new();
        using ScriptedVfb frontend = new ScriptedVfb(rig).Connect();
        rig.StopHost(abandons: true);
        Assert.Equal(Connected, frontend.BackendState);
        Assert.Equal(0, rig.Hypervisor.Census.ForeignMappedPages);
    }

    [Fact]
    public void SecondHost_AfterAnOrderlyEnd_ServesAFrontendThatResets()
    {
        using BackendRig rig = new();
        using ScriptedVkbd frontend = new ScriptedVkbd(rig).Connect();
        rig.StopHost();
        frontend.SetState(Closed);
        rig.StartHost();
        frontend.SetState(Initialising);
        Assert.Equal(InitWait, frontend.BackendState);
    }

    [Fact]
    public void SecondHost_AfterACrash_WaitsForTheToolstack()
    {
        using BackendRig rig = new();
        using ScriptedVkbd frontend = new ScriptedVkbd(rig).Connect();
        rig.StopHost(abandons: true);
        rig.StartHost();
        Assert.Equal(Unknown, rig.Vkbd.State);
        Assert.Contains(rig.Log, line => line.Contains("toolstack"));
        rig.Toolstack.Write($"{LoopbackToolstack.BackendPath("vkbd", BackendRig.Guest, 0)}/state", "1");
        frontend.RenewPort();
        frontend.WriteRingNodes();
        rig.Settle();
        Assert.Equal(Connected, frontend.BackendState);
    }

    [Theory]
    [InlineData(Initialising)]
    [InlineData(InitWait)]
    public void HoldAt_State_IsNotLeftUntilReleased(XenbusState hold)
    {
        using BackendRig rig = new(new() { HoldAt = hold });
        using ScriptedVkbd frontend = new ScriptedVkbd(rig).Connect();
        Assert.Equal(hold, frontend.BackendState);
        rig.Host.HoldAt = null;
        rig.Settle();
        Assert.Equal(Connected, frontend.BackendState);
    }

    [Fact]
    public void SeveralDevices_HaveTheirOwnScreensAndInputs()
    {
        using BackendRig rig = new();
        using ScriptedVfb first = new ScriptedVfb(rig, 64, 48).Connect();
        using ScriptedVfb second = new ScriptedVfb(rig, 32, 16, id: 1).Connect();
        using ScriptedVkbd firstKeys = new ScriptedVkbd(rig).Connect();
        using ScriptedVkbd secondKeys = new ScriptedVkbd(rig, id: 1).Connect();
        Assert.Equal(64, rig.Host.Screen.Width);
        Assert.Equal(32, rig.Host.ScreenOf(BackendRig.Guest, 1)!.Width);
        rig.Host.Input.Key(30, true);
        rig.Host.InputOf(BackendRig.Guest, 1)!.Key(31, true);
        rig.Settle();
        Assert.Equal(["3 1 0 30 0 0"], firstKeys.Take());
        Assert.Equal(["3 1 0 31 0 0"], secondKeys.Take());
    }

    [Fact]
    public void TestHooks_RepeatStateAndCloseAbruptly_WriteWhatTheySay()
    {
        using BackendRig rig = new();
        using ScriptedVkbd frontend = new ScriptedVkbd(rig).Connect();
        rig.Vkbd.RepeatState();
        rig.Vkbd.WriteNode("width", "4294967296");
        Assert.Equal("4294967296", rig.BackendNode("vkbd", "width"));
        rig.Vkbd.CloseAbruptly();
        Assert.Equal([Initialising, InitWait, Connected, Connected, Closed], rig.Vkbd.StateHistory);
        Assert.Equal(0, rig.Hypervisor.Census.ForeignMappedPages);
    }

    [Fact]
    public void OnlineNode_Missing_NothingGoesForwards()
    {
        using BackendRig rig = new();
        using ScriptedVkbd frontend = new ScriptedVkbd(rig).Connect();
        string online = LoopbackToolstack.BackendPath("vkbd", BackendRig.Guest, 0) + "/online";
        frontend.SetState(Closed);
        rig.Toolstack.Remove(online);
        frontend.SetState(Initialising);
        Assert.Equal(Closed, frontend.BackendState);
        rig.Toolstack.Write(online, "1");
        rig.Settle();
        Assert.Equal(InitWait, frontend.BackendState);
    }

    [Fact]
    public void ExtraNodes_WinOverTheUsualOnes()
    {
        using BackendRig rig = new(new()
        {
            ExtraVfbNodes = new Dictionary<string, string> { ["feature-resize"] = "maybe" },
            ExtraVkbdNodes = new Dictionary<string, string> { ["width"] = "-1", ["feature-multi-touch"] = "1" },
        });
        rig.AddDevice("vfb");
        rig.AddDevice("vkbd");
        Assert.Equal("maybe", rig.BackendNode("vfb", "feature-resize"));
        Assert.Equal("-1", rig.BackendNode("vkbd", "width"));
        Assert.Equal("1", rig.BackendNode("vkbd", "feature-multi-touch"));
    }

    [Fact]
    public void Options_OutsideTheirRange_AreRefusedBeforeAnythingIsOpened()
    {
        using BackendRig rig = new(startsHost: false);
        BackendOptions[] wrong =
        [
            new() { RefreshMs = 0 }, new() { TouchContacts = 256 }, new() { TouchContacts = -1 }, new() { TouchWidth = 0 }, new() { TouchHeight = 0 },
            new() { PointerWidth = 0 }, new() { PointerHeight = -1 }, new() { InputQueueLength = 0 }, new() { MaxScreenPixels = -1 },
        ];
        foreach (BackendOptions options in wrong)
        {
            LoopbackDomain domain = new(rig.Hypervisor, new(0));
            Assert.Throws<ArgumentOutOfRangeException>(() => new BackendHost(domain, rig.Loop, options, rig.Log.Add));
        }

        Assert.True(rig.Hypervisor.Census.IsEmpty);
    }

    [Fact]
    public void Input_FromAnotherThread_WakesTheLoopAndWaitsForTheRing()
    {
        using BackendRig rig = new(new() { InputQueueLength = 4 });
        using ScriptedVkbd frontend = new ScriptedVkbd(rig).Connect();
        IGuestInput input = rig.Host.Input;
        Thread viewer = new(() =>
        {
            for (uint i = 1; i <= 1000; i++)
            {
                input.Key(i, true);
            }
        })
        {
            IsBackground = true,
        };
        viewer.Start();
        List<string> events = [];
        // At least one event comes in each turn; the time and the bound only end a test that would hang.
        for (int turn = 0; turn < 2000 && events.Count < 1000; turn++)
        {
            rig.Loop.RunOnce(TimeSpan.FromMilliseconds(10));
            events.AddRange(frontend.Take(notifies: true));
        }

        Assert.Equal(Enumerable.Range(1, 1000).Select(i => $"3 1 0 {i} 0 0"), events);
    }

    [Fact]
    public void NothingHappens_NoTimerRunsAndNoWakeUp()
    {
        using BackendRig rig = new();
        using ScriptedVfb vfb = new ScriptedVfb(rig).Connect();
        using ScriptedVkbd vkbd = new ScriptedVkbd(rig).Connect();
        rig.Advance(1000);
        Assert.Null(rig.Loop.TimeToNextTimer());
        Assert.False(rig.Loop.RunOnce(TimeSpan.Zero));
    }
}
