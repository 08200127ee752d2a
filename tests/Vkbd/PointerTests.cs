using System.Runtime.InteropServices;
using Xenbus.Wire.Kbdif;
using XenFbFront.Backend;
using XenFbFront.Input;
using XenFbFront.Tests.Content.Support;
using XenFbFront.Tests.Support;
using XenFbFront.Vfb;
using XenFbFront.Vkbd;
using Xunit;
using static XenFbFront.Input.InputCodes;

namespace XenFbFront.Tests.Vkbd;

/// <summary>Where the pointer is and what is clicked: sizes that change under it, and the order of QEMU's events.</summary>
[Collection(SimulationCollection.Name)]
public sealed class PointerTests
{
    private static readonly ScreenSize[] s_sizes = [new(64, 48), new(40, 200), new(300, 100), new(16, 16), new(1024, 768)];

    [Theory]
    [InlineData(0, 64, 0)]
    [InlineData(63, 64, 32767)]
    [InlineData(-5, 64, 0)]
    [InlineData(64, 64, 32767)]
    [InlineData(int.MaxValue, 1, 0)]
    public void Scale_EdgesAreEdges(int pixel, int size, int expected)
    {
        KeyboardEvent position = new() { AbsoluteX = pixel, AbsoluteY = pixel };
        PositionScale.Scale(ref position, new(size, size));
        Assert.Equal((expected, expected), (position.AbsoluteX, position.AbsoluteY));
    }

    /// <summary>As QEMU and as libinput map a range to pixels.</summary>
    [Fact]
    public void Scale_EachPixelOfEachSize_ComesBack()
    {
        foreach (int size in (ReadOnlySpan<int>)[2, 16, 600, 799, 800, 1080, 1920, 4095, 16384])
        {
            for (int pixel = 0; pixel < size; pixel++)
            {
                KeyboardEvent position = new() { AbsoluteX = pixel };
                PositionScale.Scale(ref position, new(size, size));
                Assert.Equal((pixel, pixel), ((int)((long)position.AbsoluteX * (size - 1) / 32767), (int)((long)position.AbsoluteX * size / 32768)));
            }
        }
    }

    /// <summary>Source: xenfb_send_position scales to the surface, which is as large as the screen; before, the range was 800x600 whatever that was.</summary>
    [Fact]
    public void PixelsOfTheScreen_BecomeOneRange()
    {
        using SimulatedSystem system = Connected(new(1024, 768));
        Assert.Equal((32767, 32767), (system.Input[InputRole.Pointer].Spec.MaxX, system.Input[InputRole.Pointer].Spec.MaxY));
        system.Vkbd.Input.PointerAt(1023, 767);
        system.Settle();
        Assert.Equal([(32767, 32767)], Places(system));
        system.EndAndExpectNothingLeft();
    }

    /// <summary>The resize event lies in the ring: what the backend tells until it takes that is of the size before.</summary>
    [Fact]
    public void SizeChanges_PositionsCountByTheSizeThatTheBackendGoesBy()
    {
        using SimulatedSystem system = Connected(new(64, 48));
        system.HoldBackend = true;
        Ask(system, new(300, 100));
        Assert.Equal(64, system.Vfb.Geometry!.Width);
        Send(system, Position(63, 47));
        system.Settle();
        system.HoldBackend = false;
        system.Settle();
        Assert.Equal(300, system.Vfb.Geometry!.Width);
        Send(system, Position(63, 47));
        Send(system, Position(299, 99));
        system.Settle();
        Assert.Equal([(32767, 32767), (Scaled(63, 300), Scaled(47, 100)), (32767, 32767)], Places(system));
        Assert.Single(system.Input.Made, static device => device.Spec.Role == InputRole.Pointer);
        system.EndAndExpectNothingLeft();
    }

    /// <summary>The worker sees what was told on both sides of the change at once.</summary>
    [Fact]
    public void SizeShrinks_PositionsThatOnlyTheSizeBeforeHasRoomFor_AreOfIt()
    {
        using SimulatedSystem system = Connected(new(300, 100));
        system.HoldBackend = true;
        Ask(system, new(64, 48));
        Send(system, Position(30, 20));
        Send(system, Position(299, 99));
        while (system.TurnBackend())
        {
        }

        Assert.Equal(64, system.Vfb.Geometry!.Width);
        Send(system, Position(63, 47));
        system.HoldBackend = false;
        system.Settle();
        Assert.Equal([(Scaled(30, 300), Scaled(20, 100)), (32767, 32767), (32767, 32767)], Places(system));
        system.EndAndExpectNothingLeft();
    }

    /// <summary>The screen changes its size again and again while the pointer moves: no position is lost, and none is a pixel beside.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void SizeChangesWhileThePointerMoves_EachPositionLandsWhereItWasMeant(int seed)
    {
        Random random = new(seed);
        using SimulatedSystem system = Connected(new(64, 48));
        system.HoldBackend = true;
        List<(int, int)> expected = [];
        int changes = 0;
        for (int step = 0; step < 3000; step++)
        {
            switch (random.Next(12))
            {
                case 0:
                    Ask(system, s_sizes[random.Next(s_sizes.Length)]);
                    break;
                case 1:
                    int before = system.Vfb.Geometry!.Width;
                    system.TurnBackend();
                    changes += system.Vfb.Geometry!.Width != before ? 1 : 0;
                    break;
                default:
                    (int width, int height) = (system.Vfb.Geometry!.Width, system.Vfb.Geometry.Height);
                    (int x, int y) = (random.Next(width), random.Next(height));
                    Send(system, Position(x, y));
                    expected.Add((Scaled(x, width), Scaled(y, height)));
                    break;
            }

            // Awake before the backend says anything else, in no hurry.
            while (system.Hypervisor.Pump() | system.TurnWorker())
            {
            }
        }

        Assert.True(changes > 20, $"{changes} changes");
        Assert.Equal(expected, Places(system));
        system.HoldBackend = false;
        system.Settle();
        Assert.Single(system.Input.Made, static device => device.Spec.Role == InputRole.Pointer);
        system.EndAndExpectNothingLeft();
    }

    [Fact]
    public void WorkerDiesAfterASizeChanged_ItsSuccessorGoesByIt()
    {
        using SimulatedSystem system = Connected(new(64, 48));
        Ask(system, new(300, 100));
        system.Settle();
        system.KillWorker();
        system.StartWorker();
        system.Settle();
        Send(system, Position(299, 99));
        Send(system, Position(63, 47));
        system.Settle();
        Assert.Equal([(32767, 32767), (Scaled(63, 300), Scaled(47, 100))], Places(system));
        system.EndAndExpectNothingLeft();
    }

    [Theory]
    [InlineData(BTN_LEFT)]
    [InlineData(BTN_RIGHT)]
    [InlineData(BTN_MIDDLE)]
    [InlineData(0x113)] // BTN_SIDE
    [InlineData(0x114)] // BTN_EXTRA
    [InlineData(0x115)] // BTN_FORWARD
    [InlineData(0x116)] // BTN_BACK
    [InlineData(BTN_TASK)]
    public void EachButtonOfTheProtocol_IsAButtonOfThePointer(int button)
    {
        using SimulatedSystem system = Connected(new(64, 48));
        Send(system, Button((uint)button, isDown: true));
        Send(system, Button((uint)button, isDown: false));
        system.Settle();
        Assert.Equal([(button, 1), (button, 0)], system.Input[InputRole.Pointer].Keys);
        Assert.True(UinputSink.HasKey(InputRole.Pointer, (ushort)button));
        system.EndAndExpectNothingLeft();
    }

    /// <summary>Several fingers in slots, with lifting and coming back: protocol B of the kernel.</summary>
    [Fact]
    public void Fingers_HaveASlotEachAndANewIdEachTime()
    {
        using SimulatedSystem system = SimulatedSystem.Connected(new() { TouchContacts = 3, TouchWidth = 64, TouchHeight = 48 });
        IGuestInput input = system.Vkbd.Input;
        input.Touch(0, TouchPhase.Down, 1, 1);
        input.Touch(2, TouchPhase.Down, 2, 2);
        input.Touch(0, TouchPhase.Up, 1, 1);
        input.Touch(0, TouchPhase.Down, 3, 3);
        input.Touch(2, TouchPhase.Up, 2, 2);
        input.Touch(0, TouchPhase.Up, 3, 3);
        system.Settle();
        InputEvent[] events = [.. system.Input[InputRole.Touch].Events];
        int slot = 0;
        List<(int Slot, int Id)> contacts = [];
        foreach (InputEvent item in events)
        {
            slot = item.Code == ABS_MT_SLOT ? item.Value : slot;
            if (item.Code == ABS_MT_TRACKING_ID)
            {
                contacts.Add((slot, item.Value));
            }
        }

        Assert.Equal([(0, 0), (2, 1), (0, -1), (0, 2), (2, -1), (0, -1)], contacts);
        Assert.Equal([(BTN_TOUCH, 1), (BTN_TOUCH, 0)], system.Input[InputRole.Touch].Keys);
        Assert.Equal(6, events.Count(static item => item.Type == EV_SYN));
        system.EndAndExpectNothingLeft();
    }

    /// <summary>Source: vnc.c pointer_event tells of buttons, then of the place, and xenfb.c passes the first on at once.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void ClickBeforeItsMove_TheMoveComesFirst(bool isAbsolute)
    {
        using SimulatedSystem system = SimulatedSystem.Connected(new() { OffersAbsolutePointer = isAbsolute });
        KeyboardEvent[] report = [Button(BTN_LEFT, true), Button(0x113, true), Move(isAbsolute, 10), Button(BTN_LEFT, false), Move(isAbsolute, 20)];
        SendTogether(system, report);
        Assert.Equal(["move 10", "272 1", "275 1", "move 20", "272 0"], Story(system));
        system.EndAndExpectNothingLeft();
    }

    /// <summary>Known at once, in the first batch.</summary>
    [Fact]
    public void ButtonToldTwiceWithoutAMove_NothingIsPutBeforeIt()
    {
        using SimulatedSystem system = SimulatedSystem.Connected();
        SendTogether(system, [Move(true, 1), Button(BTN_LEFT, true), Move(true, 2), Move(true, 3), Button(BTN_LEFT, false), Button(BTN_LEFT, true), Move(true, 4)]);
        // Up and down with no move between them: this is not QEMU, and nothing is put before anything.
        Assert.Equal(["move 1", "272 1", "move 2", "move 3", "272 0", "272 1", "move 4"], Story(system));
        system.EndAndExpectNothingLeft();
    }

    [Fact]
    public void ClickBeforeItsMove_KeysKeepTheirOrder()
    {
        using SimulatedSystem system = SimulatedSystem.Connected();
        SendTogether(system, [Button(BTN_LEFT, true), Button(30, true), Button(30, false), Move(true, 2), Button(31, true)]);
        Assert.Equal(["move 2", "272 1"], Story(system));
        Assert.Equal([(30, 1), (30, 0), (31, 1)], system.Input[InputRole.Keyboard].Keys);
        system.EndAndExpectNothingLeft();
    }

    /// <summary>A backend that tells everything in order is known by its buttons with nothing behind them; its drags begin where they were begun.</summary>
    [Fact]
    public void BackendThatKeepsTheOrder_IsLearnt_AndItsClicksStayWhereTheyWere()
    {
        using SimulatedSystem system = SimulatedSystem.Connected();
        for (int i = 0; i < 3; i++)
        {
            SendTogether(system, [Move(true, i), Button(BTN_LEFT, true)]);
            SendTogether(system, [Button(BTN_LEFT, false)]);
        }

        system.Input[InputRole.Pointer].Events.Clear();
        // The worker was away for a while.
        SendTogether(system, [Move(true, 10), Button(BTN_LEFT, true), Move(true, 20), Button(BTN_LEFT, false), Move(true, 30)]);
        Assert.Equal(["move 10", "272 1", "move 20", "272 0", "move 30"], Story(system));
        system.EndAndExpectNothingLeft();
    }

    /// <summary>A worker that is killed anywhere: nothing comes twice, nothing is lost, and no click comes before its move.</summary>
    [Fact]
    public void ClickBeforeItsMove_WorkerIsKilledAnywhere_EachOnceAndInOrder()
    {
        for (int point = 1; ; point++)
        {
            using SimulatedSystem system = SimulatedSystem.Connected();
            WorkerFate fate = new();
            system.KillWorker();
            system.StartWorker(fate);
            system.Settle();
            fate.KillAfter(point);
            SendTogether(system, [Move(true, 1), Button(BTN_LEFT, true), Move(true, 2), Button(BTN_LEFT, false), Move(true, 3)]);
            fate.Spare();
            bool wasKilled = system.Worker is null;
            if (wasKilled)
            {
                system.StartWorker();
                system.Settle();
            }

            Assert.Equal(["move 1", "move 2", "272 1", "move 3", "272 0"], Story(system));
            system.EndAndExpectNothingLeft();
            if (!wasKilled)
            {
                Assert.True(point > 4, "no kill hit a delivery");
                return;
            }
        }
    }

    [Fact]
    public void ScaledPositionsAndClicks_AllocateNothing()
    {
        using SimulatedSystem system = Connected(new(64, 48));
        system.Input[InputRole.Pointer].Remembers = false;
        AllocationMeter.AssertNone(() =>
        {
            for (int i = 0; i < 1000; i++)
            {
                Send(system, Button(BTN_LEFT, (i & 1) == 0));
                Send(system, Position(i % 64, i % 48));
                system.Worker!.Loop.RunOnce(TimeSpan.Zero);
                system.TurnBackend();
            }
        });
        Assert.True(system.Input[InputRole.Pointer].EventCount >= 5000);
    }

    /// <summary>A backend as QEMU's is without raw positions, and a screen with room for every size.</summary>
    private static SimulatedSystem Connected(ScreenSize size) =>
        SimulatedSystem.Connected(new() { OffersRawPointer = false }, vfb: new() { Sizes = [size], MaxSize = new(1024, 768) });

    private static void Ask(SimulatedSystem system, ScreenSize size)
    {
        system.WriteNode("vfb", "xenfbfront-size", size.ToString());
        while (system.Hypervisor.Pump() | system.TurnWorker())
        {
        }
    }

    private static KeyboardEvent Position(int x, int y) => new() { Type = KeyboardEventType.Position, AbsoluteX = x, AbsoluteY = y };

    private static KeyboardEvent Move(bool isAbsolute, int x) =>
        isAbsolute ? Position(x, 0) : new() { Type = KeyboardEventType.Motion, RelativeX = x };

    private static KeyboardEvent Button(uint code, bool isDown) => new() { Type = KeyboardEventType.Key, Keycode = code, Pressed = (byte)(isDown ? 1 : 0) };

    private static void Send(SimulatedSystem system, KeyboardEvent source) =>
        Assert.True(system.Vkbd.SendRaw(MemoryMarshal.AsBytes(new ReadOnlySpan<KeyboardEvent>(in source))));

    /// <summary>All are in the ring before the worker wakes.</summary>
    private static void SendTogether(SimulatedSystem system, ReadOnlySpan<KeyboardEvent> events)
    {
        foreach (KeyboardEvent source in events)
        {
            Send(system, source);
        }

        system.Settle();
    }

    private static int Scaled(int pixel, int size) => (int)Math.Ceiling(pixel * 32767.0 / (size - 1));

    private static List<(int X, int Y)> Places(SimulatedSystem system)
    {
        List<(int, int)> places = [];
        int x = 0;
        foreach (InputEvent item in system.Input[InputRole.Pointer].Events.Where(static item => item.Type == EV_ABS))
        {
            if (item.Code == ABS_X)
            {
                x = item.Value;
            }
            else
            {
                places.Add((x, item.Value));
            }
        }

        return places;
    }

    /// <summary>What the pointer did, one word each.</summary>
    private static IEnumerable<string> Story(SimulatedSystem system) => system.Input[InputRole.Pointer].Events
        .Where(static item => item.Type == EV_KEY || (item.Type is EV_ABS or EV_REL && item.Code == ABS_X))
        .Select(static item => item.Type == EV_KEY ? $"{item.Code} {item.Value}" : $"move {item.Value}");
}
