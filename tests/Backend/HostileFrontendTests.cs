using CsCheck;
using Xenbus.Domain;
using Xenbus.Wire;
using XenFbFront.Backend;
using XenFbFront.Tests.Backend.Support;
using XenFbFront.Tests.Support;
using Xunit;

namespace XenFbFront.Tests.Backend;

[Collection(SimulationCollection.Name)]
public class HostileFrontendTests
{
    [Theory]
    [InlineData("page-ref", null)]
    [InlineData("page-ref", "")]
    [InlineData("page-ref", "-1")]
    [InlineData("page-ref", "0x1000")]
    [InlineData("page-ref", "18446744073709551615")]
    [InlineData("page-ref", "99999999999999999999999")]
    [InlineData("page-ref", "7")]
    [InlineData("event-channel", null)]
    [InlineData("event-channel", "0")]
    [InlineData("event-channel", "4294967296")]
    [InlineData("event-channel", "12345678")]
    [InlineData("event-channel", "seven")]
    public void RingNode_MissingOrWrong_ClosesThatDeviceWithTheReason(string node, string? value)
    {
        using BackendRig rig = new();
        using ScriptedVkbd other = new ScriptedVkbd(rig).Connect();
        using ScriptedVfb frontend = new(rig);
        frontend.WriteRingNodes();
        if (value is null)
        {
            rig.Toolstack.Remove($"{frontend.Path}/{node}");
        }
        else
        {
            frontend.Write(node, value);
        }

        frontend.SetState(XenbusState.Initialised);
        AssertFailed(rig, frontend);
        Assert.Equal(XenbusState.Connected, other.BackendState);

        // The way back: Closed, Initialising, and better nodes.
        frontend.SetState(XenbusState.Closed);
        frontend.SetState(XenbusState.Initialising);
        frontend.RenewPort();
        frontend.Connect();
        Assert.Equal(XenbusState.Connected, frontend.BackendState);
        Assert.Null(rig.ErrorNode("vfb"));
    }

    [Theory]
    [InlineData(16, 0x7fffffffu, true)]
    [InlineData(24, 0u, false)]
    [InlineData(24, 0x80000000u, false)]
    [InlineData(28, 0u, false)]
    [InlineData(28, 0xffffffffu, false)]
    [InlineData(32, 33u, false)]
    [InlineData(40, 0xdeadbeefu, false)]
    public void Page_BadGeometryOrDirectory_IsRefusedOrCut(int offset, uint value, bool isServed)
    {
        using BackendRig rig = new();
        using ScriptedVfb frontend = new(rig);
        frontend.SetWord(offset, value);
        frontend.Connect();
        if (isServed)
        {
            Assert.Equal(XenbusState.Connected, frontend.BackendState);
        }
        else
        {
            AssertFailed(rig, frontend);
        }
    }

    [Fact]
    public void Page_Refused_StaysInInitWaitWhenAskedTo()
    {
        using BackendRig rig = new(new() { StaysInInitWaitOnFailure = true });
        using ScriptedVfb frontend = new(rig);
        frontend.Page.Bytes[32] = 12;
        frontend.Connect();
        Assert.Equal(XenbusState.InitWait, frontend.BackendState);
        Assert.Null(rig.ErrorNode("vfb"));
        // Tried again at any write, with the page and the port of the first try.
        frontend.Page.Bytes[32] = 32;
        frontend.Write("event-channel", 999999);
        rig.Settle();
        Assert.Equal(XenbusState.Connected, frontend.BackendState);
        frontend.Update(0, 0, 1, 1);
        Assert.Equal(1u, frontend.Word(8));
    }

    [Theory]
    [InlineData("vfb", 12, 52u)]
    [InlineData("vfb", 12, 0xffffffffu)]
    [InlineData("vkbd", 12, 26u)]
    public void OutRing_ProducerTooFar_ClosesThatDevice(string type, int offset, uint value)
    {
        using BackendRig rig = new();
        using ScriptedFrontend frontend = type == "vfb" ? new ScriptedVfb(rig).Connect() : new ScriptedVkbd(rig).Connect();
        frontend.SetWord(offset, value);
        frontend.Notify();
        AssertFailed(rig, frontend);
    }

    [Theory]
    [InlineData(1u)]
    [InlineData(0x80000000u)]
    public void InRing_ConsumerAhead_ClosesThatDevice(uint value)
    {
        using BackendRig rig = new();
        using ScriptedVkbd frontend = new ScriptedVkbd(rig).Connect();
        frontend.SetWord(0, value);
        rig.Host.Input.Key(1, true);
        rig.Settle();
        AssertFailed(rig, frontend);
    }

    [Fact]
    public void OutRing_UnknownEvents_AreTakenAndIgnored()
    {
        using BackendRig rig = new();
        using ScriptedVfb frontend = new ScriptedVfb(rig).Connect();
        frontend.Put(true, 0);
        frontend.Put(true, 255, -1, -1, -1, -1);
        Assert.Equal(2, rig.Vfb.Counters.UnknownEvents);
        Assert.Equal(2u, frontend.Word(8));
        Assert.Equal(XenbusState.Connected, frontend.BackendState);
    }

    [Fact]
    public void OutRing_OfTheKeyboardInUse_IsEmptied()
    {
        using BackendRig rig = new();
        using ScriptedVkbd frontend = new ScriptedVkbd(rig).Connect();
        frontend.TakeNotification();
        frontend.SetWord(12, 25);
        frontend.Notify();
        Assert.Equal(25u, frontend.Word(8));
        Assert.True(frontend.TakeNotification());
    }

    [Fact]
    public void FrontendNode_OfAnotherDevice_IsNotFollowed()
    {
        using BackendRig rig = new(startsHost: false);
        rig.Toolstack.AddDevice("vfb", BackendRig.Guest, 0);
        rig.Toolstack.Write("/local/domain/0/backend/vfb/1/0/frontend", "/local/domain/2/device/vfb/0");
        rig.StartHost();
        Assert.Equal(XenbusState.Unknown, rig.Vfb.State);
    }

    [Fact]
    public void BackendDirectories_WithStrangeNames_AreLeftAlone()
    {
        using BackendRig rig = new();
        foreach (string path in (string[])["x/0", "1/x", "-1/0", "70000/0", "1/99999999999"])
        {
            rig.Toolstack.Write($"/local/domain/0/backend/vfb/{path}/state", "1");
        }

        rig.Settle();
        Assert.Empty(rig.Host.Devices);
    }

    [Theory]
    [InlineData("")]
    [InlineData("7")]
    [InlineData("9")]
    [InlineData("-1")]
    [InlineData("three")]
    public void FrontendState_Nonsense_IsWaitedOut(string state)
    {
        using BackendRig rig = new();
        using ScriptedVkbd frontend = new(rig);
        frontend.Write("state", state);
        rig.Settle();
        Assert.Equal(XenbusState.InitWait, frontend.BackendState);
    }

    [Fact]
    public void FrontendThatFailsAgainAndAgain_DoesNotFloodTheLog()
    {
        using BackendRig rig = new();
        using ScriptedVkbd frontend = new(rig);
        for (int i = 0; i < 200; i++)
        {
            frontend.SetState(XenbusState.Initialised);
            frontend.SetState(XenbusState.Closed);
            frontend.SetState(XenbusState.Initialising);
        }

        Assert.InRange(rig.Log.Count, 1, 60);
    }

    /// <summary>Whatever lies in the page, in the rings and in the indices: nothing is thrown, nothing leaks, the other device goes on.</summary>
    [Fact]
    public void AnyPage_NeverHurtsTheHost() =>
        Gen.Select(Gen.Int, Gen.Byte.Array[4096], Gen.Int[0, 3]).Sample(
            (seed, garbage, keep) =>
            {
                using BackendRig rig = new(new() { MaxScreenPixels = 1 << 20 });
                using ScriptedVkbd keys = new ScriptedVkbd(rig).Connect();
                using ScriptedVfb screen = new(rig);
                Random random = new(seed);
                if (keep == 0)
                {
                    garbage.CopyTo(screen.Page.Bytes);
                }

                screen.Connect();
                for (int round = 0; round < 10; round++)
                {
                    // Slots are garbage of known types, indices sometimes near the truth.
                    garbage.AsSpan(1024).CopyTo(screen.Page.Bytes[1024..]);
                    for (int slot = 0; slot < 51; slot++)
                    {
                        screen.Page.Bytes[2048 + slot * 40] = (byte)random.Next(1, 5);
                    }

                    screen.SetWord(12, keep < 3 ? screen.Word(8) + (uint)random.Next(0, 52) : (uint)random.Next());
                    screen.Notify();
                    rig.Advance(5);
                }

                Assert.Equal(XenbusState.Connected, keys.BackendState);
                Assert.Contains(screen.BackendState, (XenbusState[])[XenbusState.Connected, XenbusState.Closed]);
                screen.SetState(XenbusState.Closed);
                keys.SetState(XenbusState.Closed);
                Assert.Equal(0, rig.Hypervisor.Census.ForeignMappedPages);
            },
            iter: 60);

    private static void AssertFailed(BackendRig rig, ScriptedFrontend frontend)
    {
        Assert.Equal(XenbusState.Closed, frontend.BackendState);
        Assert.False(string.IsNullOrEmpty(rig.ErrorNode(frontend.Type)));
        BackendDevice device = frontend.Type == "vfb" ? rig.Vfb : rig.Vkbd;
        Assert.False(device.IsServing);
        Assert.NotNull(device.LastError);
        Assert.Contains(rig.Log, line => line.Contains(device.LastError));
        DomainId guest = device.Domain;
        Assert.Equal(BackendRig.Guest, guest);
    }
}
