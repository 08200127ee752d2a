using XenFbFront.Backend;
using XenFbFront.Tests.Backend.Support;
using XenFbFront.Tests.Content.Support;
using Xunit;

namespace XenFbFront.Tests.Backend;

public class VkbdBackendTests
{
    [Fact]
    public void Input_OfEveryKind_ComesInOrderWithOneNotification()
    {
        using BackendRig rig = new();
        using ScriptedVkbd frontend = new ScriptedVkbd(rig).Connect("request-abs-pointer");
        frontend.TakeNotification();
        long before = rig.Vkbd.Counters.NotificationsSent;
        IGuestInput input = rig.Host.Input;
        input.Key(30, true);
        input.Key(30, false);
        input.PointerAt(100, 50);
        input.Key(0x110, true);
        input.PointerAt(100, 50, wheel: -1);
        rig.Settle();
        Assert.Equal(["3 1 0 30 0 0", "3 0 0 30 0 0", "4 0 0 100 50 0", "3 1 0 272 0 0", "4 0 0 100 50 -1"], frontend.Take());
        Assert.Equal(1, rig.Vkbd.Counters.NotificationsSent - before);
        Assert.True(frontend.TakeNotification());
    }

    [Fact]
    public void PointerAt_Raw_IsScaledFromTheGuestsScreen()
    {
        using BackendRig rig = new();
        using ScriptedVfb screen = new ScriptedVfb(rig, 64, 48).Connect();
        using ScriptedVkbd frontend = new ScriptedVkbd(rig).Connect("request-abs-pointer", "request-raw-pointer");
        rig.Host.Input.PointerAt(0, 47);
        rig.Host.Input.PointerAt(63, 0);
        rig.Host.Input.PointerAt(1000, -5);
        rig.Settle();
        Assert.Equal(["4 0 0 0 32767 0", "4 0 0 32767 0 0", "4 0 0 32767 0 0"], frontend.Take());
    }

    [Fact]
    public void PointerAt_PublishedRange_IsScaledToIt()
    {
        using BackendRig rig = new(new() { PointerWidth = 127, PointerHeight = 95 });
        using ScriptedVfb screen = new ScriptedVfb(rig, 64, 48).Connect();
        using ScriptedVkbd frontend = new ScriptedVkbd(rig).Connect("request-abs-pointer");
        Assert.Equal("127", rig.BackendNode("vkbd", "width"));
        rig.Host.Input.PointerAt(63, 10);
        rig.Settle();
        Assert.Equal(["4 0 0 126 20 0"], frontend.Take());
    }

    [Theory]
    [InlineData(true, false, "4 0 0 7 9 0")]
    [InlineData(false, true, "1 0 0 0 0 0")]
    [InlineData(false, false, "1 0 0 0 0 0")]
    public void PointerModes_NotOffered_AreNotUsedThoughRequested(bool offersAbsolute, bool offersRaw, string first)
    {
        using BackendRig rig = new(new() { OffersAbsolutePointer = offersAbsolute, OffersRawPointer = offersRaw });
        using ScriptedVkbd frontend = new ScriptedVkbd(rig).Connect("request-abs-pointer", "request-raw-pointer");
        rig.Host.Input.PointerAt(7, 9);
        rig.Settle();
        Assert.Equal([first], frontend.Take());
    }

    [Fact]
    public void PointerAt_RelativeFrontend_SendsDifferences()
    {
        using BackendRig rig = new();
        using ScriptedVkbd frontend = new ScriptedVkbd(rig).Connect();
        IGuestInput input = rig.Host.Input;
        input.PointerAt(100, 100);
        input.PointerAt(103, 98, wheel: 2);
        input.PointerBy(-1, 4);
        input.PointerAt(100, 100);
        rig.Settle();
        Assert.Equal(["1 0 0 0 0 0", "1 0 0 3 -2 2", "1 0 0 -1 4 0", "1 0 0 -2 -2 0"], frontend.Take());
    }

    [Fact]
    public void PointerBy_AbsoluteFrontend_MovesWithinTheScreen()
    {
        using BackendRig rig = new();
        using ScriptedVkbd frontend = new ScriptedVkbd(rig).Connect("request-abs-pointer");
        IGuestInput input = rig.Host.Input;
        input.PointerAt(10, 10);
        input.PointerBy(5, -20);
        input.PointerBy(0, 3);
        rig.Settle();
        Assert.Equal(["4 0 0 10 10 0", "4 0 0 15 0 0", "4 0 0 15 3 0"], frontend.Take());
    }

    [Fact]
    public void Requests_ChangedWhileConnected_TakeEffect()
    {
        using BackendRig rig = new();
        using ScriptedVkbd frontend = new ScriptedVkbd(rig).Connect();
        Assert.False(rig.Vkbd.SendsPositions);
        frontend.Write("request-abs-pointer", 1);
        rig.Settle();
        Assert.True(rig.Vkbd.SendsPositions);
        frontend.Write("request-raw-pointer", 1);
        rig.Settle();
        Assert.True(rig.Vkbd.SendsRawPositions);
    }

    [Fact]
    public void Touch_Requested_IsScaledAndEndsWithSync()
    {
        using BackendRig rig = new(new() { TouchContacts = 2, TouchWidth = 1599, TouchHeight = 1199 });
        using ScriptedVkbd frontend = new ScriptedVkbd(rig).Connect("request-multi-touch");
        Assert.Equal("2", rig.BackendNode("vkbd", "multi-touch-num-contacts"));
        Assert.Equal("1599", rig.BackendNode("vkbd", "multi-touch-width"));
        IGuestInput input = rig.Host.Input;
        input.Touch(1, TouchPhase.Down, 10, 20);
        input.Touch(1, TouchPhase.Move, 799, 599);
        input.Touch(1, TouchPhase.Up, 0, 0);
        input.Touch(2, TouchPhase.Down, 0, 0);
        rig.Settle();
        Assert.Equal(["5 0 1 0 20 40", "5 3 1 0 0 0", "5 2 1 0 1598 1198", "5 3 1 0 0 0", "5 1 1 0 0 0", "5 3 1 0 0 0"], frontend.Take());
        Assert.Equal(1, rig.Vkbd.Counters.Untranslatable);
    }

    [Fact]
    public void DisabledKeyboard_SendsButtonsOnly()
    {
        using BackendRig rig = new(new() { DisablesKeyboard = true });
        using ScriptedVkbd frontend = new ScriptedVkbd(rig).Connect();
        Assert.Equal("1", rig.BackendNode("vkbd", "feature-disable-keyboard"));
        rig.Host.Input.Key(30, true);
        rig.Host.Input.Key(0x110, true);
        rig.Settle();
        Assert.Equal(["3 1 0 272 0 0"], frontend.Take());
    }

    [Fact]
    public void DisabledPointer_SendsKeysOnly()
    {
        using BackendRig rig = new(new() { DisablesPointer = true });
        using ScriptedVkbd frontend = new ScriptedVkbd(rig).Connect();
        rig.Host.Input.Key(30, true);
        rig.Host.Input.Key(0x110, true);
        rig.Host.Input.PointerBy(1, 1);
        rig.Settle();
        Assert.Equal(["3 1 0 30 0 0"], frontend.Take());
    }

    [Fact]
    public void RingFull_WaitsForTheFrontendAndLosesNothing()
    {
        using BackendRig rig = new();
        using ScriptedVkbd frontend = new ScriptedVkbd(rig).Connect();
        for (uint i = 0; i < 200; i++)
        {
            rig.Host.Input.Key(i + 1, true);
        }

        rig.Settle();
        Assert.Equal(51u, frontend.Word(4));
        Assert.Equal(149, rig.Vkbd.QueueLength);
        List<string> events = [];
        while (rig.Vkbd.QueueLength > 0 || frontend.Word(0) != frontend.Word(4))
        {
            events.AddRange(frontend.Take(notifies: true, most: 20));
        }

        Assert.Equal(Enumerable.Range(1, 200).Select(i => $"3 1 0 {i} 0 0"), events);
    }

    [Fact]
    public void FrontendNotConnected_InputIsDroppedButOwedReleasesAreKept()
    {
        using BackendRig rig = new();
        using ScriptedVkbd frontend = new ScriptedVkbd(rig).Connect();
        IGuestInput input = rig.Host.Input;
        input.Key(30, true);
        rig.Settle();
        frontend.Take();
        frontend.SetState(Xenbus.Wire.XenbusState.Closed);
        input.Key(31, true);
        input.Key(31, false);
        input.Key(30, false);
        input.Key(30, false);
        input.PointerBy(1, 1);
        rig.Settle();
        Assert.Equal(4, rig.Vkbd.InputDropped);
        frontend.SetState(Xenbus.Wire.XenbusState.Initialising);
        frontend.Page.Bytes.Clear();
        frontend.RenewPort();
        frontend.Connect();
        Assert.Equal(["3 0 0 30 0 0"], frontend.Take());
    }

    [Fact]
    public void StopDraining_DeliversNothingUntilResumed()
    {
        using BackendRig rig = new();
        using ScriptedVkbd frontend = new ScriptedVkbd(rig).Connect();
        rig.Vkbd.StopDraining();
        rig.Host.Input.Key(30, true);
        rig.Settle();
        Assert.Empty(frontend.Take());
        rig.Vkbd.ResumeDraining();
        Assert.Equal(["3 1 0 30 0 0"], frontend.Take());
    }

    [Fact]
    public void SendRawAndCorruptIndex_PutExactlyThatIntoThePage()
    {
        using BackendRig rig = new();
        using ScriptedVkbd frontend = new ScriptedVkbd(rig).Connect();
        byte[] slot = new byte[40];
        slot.AsSpan().Fill(0xff);
        Assert.True(rig.Vkbd.SendRaw(slot));
        Assert.Equal(slot, frontend.Page.Bytes.Slice(1024, 40).ToArray());
        Assert.Throws<ArgumentException>(() => rig.Vkbd.SendRaw(new byte[39]));
        rig.Vkbd.CorruptProducerIndex(1000);
        Assert.Equal(1001u, frontend.Word(4));
        rig.Host.Input.Key(1, true);
        rig.Settle();
        Assert.Equal(2u, frontend.Word(4));
    }

    [Fact]
    public void SendRaw_NotConnected_Throws()
    {
        using BackendRig rig = new();
        rig.AddDevice("vkbd");
        Assert.Throws<InvalidOperationException>(() => rig.Vkbd.SendRaw(new byte[40]));
    }

    [Fact]
    public void SteadyInput_AllocatesNothing()
    {
        using BackendRig rig = new();
        using ScriptedVkbd frontend = new ScriptedVkbd(rig).Connect("request-abs-pointer");
        VkbdBackend vkbd = rig.Vkbd;
        int runs = AllocationMeter.AssertNone(() => Run(2000));
        Assert.Equal(4000 * runs, vkbd.Counters.EventsSent);

        void Run(int count)
        {
            for (uint i = 0; i < count; i++)
            {
                vkbd.Input.Key(1 + i / 2 % 200, i % 2 == 0);
                vkbd.Input.PointerAt((int)i, 5);
                vkbd.Pump();
                frontend.SetWord(0, frontend.Word(4));
            }
        }
    }
}
