using System.Runtime.InteropServices;
using CsCheck;
using Xenbus.Linux.Interop;
using Xenbus.Wire.Kbdif;
using XenFbFront.Backend;
using XenFbFront.Input;
using XenFbFront.Tests.Content.Support;
using XenFbFront.Tests.Support;
using XenFbFront.Vkbd;
using Xunit;
using static XenFbFront.Input.InputCodes;

namespace XenFbFront.Tests.Vkbd;

/// <summary>Events on their way from the backend's ring into input devices: each once and in order, whatever happens.</summary>
[Collection(SimulationCollection.Name)]
public sealed class DeliveryTests
{
    private static readonly InputRole[] s_roles = Enum.GetValues<InputRole>();

    [Fact]
    public void HundredThousandKeys_GoThroughTheRingOfFiftyOne_EachOnceInOrder()
    {
        const int total = 100_000, portion = 4000;
        using SimulatedSystem system = SimulatedSystem.Connected();
        List<(int, int)> expected = new(total);
        Random random = new(11);
        bool isDown = false;
        int key = 0;
        while (expected.Count < total)
        {
            for (int i = 0; i < portion; i++)
            {
                key = isDown ? key : random.Next(1, 100);
                isDown = !isDown;
                system.Vkbd.Input.Key((uint)key, isDown);
                expected.Add((key, isDown ? 1 : 0));
            }

            system.Settle();
        }

        Assert.Equal(expected, system.Input[InputRole.Keyboard].Keys);
        Assert.True(system.Vkbd.Counters.RingFull > 0, "the ring was never full");
        system.EndAndExpectNothingLeft();
    }

    [Theory]
    [InlineData(true, true, 1, 32767, 32767)]
    [InlineData(true, false, 1, 32767, 32767)]
    [InlineData(false, true, 0, 799, 599)]
    [InlineData(false, false, 0, 799, 599)]
    public void Pointer_IsNegotiated(bool offersAbsolute, bool offersRaw, int isAbsolute, int maxX, int maxY)
    {
        using SimulatedSystem system = SimulatedSystem.Connected(new() { OffersAbsolutePointer = offersAbsolute, OffersRawPointer = offersRaw });
        InputDeviceSpec spec = system.Input[InputRole.Pointer].Spec;
        Assert.Equal((isAbsolute == 1, maxX, maxY), (spec.IsAbsolute, spec.MaxX, spec.MaxY));
        Assert.Equal(isAbsolute.ToString(), system.Node("vkbd", "request-abs-pointer"));
        Assert.Equal((offersAbsolute && offersRaw ? 1 : 0).ToString(), system.Node("vkbd", "request-raw-pointer"));
        Assert.Equal((offersAbsolute, offersAbsolute && offersRaw), (system.Vkbd.SendsPositions, system.Vkbd.SendsRawPositions));
        system.Vkbd.Input.PointerAt(10, 10);
        system.Vkbd.Input.PointerAt(20, 30);
        system.Settle();
        InputEvent[] events = [.. system.Input[InputRole.Pointer].Events];
        Assert.Equal(offersAbsolute ? [EV_ABS, EV_ABS, EV_SYN] : [EV_REL, EV_REL, EV_SYN], events.TakeLast(3).Select(e => e.Type));
        system.EndAndExpectNothingLeft();
    }

    [Fact]
    public void PointerRangeInPixels_ComesFromTheBackendsNodes()
    {
        using SimulatedSystem system = SimulatedSystem.Connected(new() { OffersRawPointer = false, PointerWidth = 1024, PointerHeight = 768 });
        Assert.Equal((1023, 767), (system.Input[InputRole.Pointer].Spec.MaxX, system.Input[InputRole.Pointer].Spec.MaxY));
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public void DisabledDevices_AreNotMade_AndTheirEventsGoNowhere(bool noKeyboard, bool noPointer)
    {
        using SimulatedSystem system = SimulatedSystem.Connected(new() { DisablesKeyboard = noKeyboard, DisablesPointer = noPointer });
        Assert.Equal((!noKeyboard, !noPointer), (system.Input.Has(InputRole.Keyboard), system.Input.Has(InputRole.Pointer)));
        // A backend that sends them all the same, as old frontends crashed on.
        Send(system, new() { Type = KeyboardEventType.Key, Keycode = 30, Pressed = 1 });
        Send(system, new() { Type = KeyboardEventType.Position, AbsoluteX = 3 });
        Send(system, new() { Type = KeyboardEventType.MultiTouch, MultiTouch = MultiTouchType.Down });
        system.Settle();
        Assert.True(system.IsConnected("vkbd"));
        Assert.False(system.Input.Has(InputRole.Touch));
        system.EndAndExpectNothingLeft();
    }

    [Theory]
    [InlineData(3, 3)]
    [InlineData(64, 64)]
    [InlineData(255, 1)]
    public void Touch_IsMadeWithTheBackendsContacts_AbsurdOnesAreOne(int offered, int made)
    {
        using SimulatedSystem system = SimulatedSystem.Connected(new() { TouchContacts = offered, TouchWidth = 1000, TouchHeight = 500 });
        InputDeviceSpec spec = system.Input[InputRole.Touch].Spec;
        Assert.Equal((made, 999, 499), (spec.ContactCount, spec.MaxX, spec.MaxY));
        system.Vkbd.Input.Touch(0, TouchPhase.Down, 5, 5);
        system.Settle();
        Assert.Contains(BTN_TOUCH, system.Input[InputRole.Touch].Down);
        system.EndAndExpectNothingLeft();
    }

    [Theory]
    [InlineData(Errno.EAGAIN)]
    [InlineData(Errno.ENOSPC)]
    public void SinkRefuses_NothingIsLost_AndItIsToldOnce(int errno)
    {
        using SimulatedSystem system = SimulatedSystem.Connected();
        List<(int, int)> expected = [];
        system.Input.Refusal = errno;
        for (int i = 0; i < 300; i++)
        {
            system.Vkbd.Input.Key((uint)(1 + i % 90), true);
            system.Vkbd.Input.Key((uint)(1 + i % 90), false);
            expected.Add((1 + i % 90, 1));
            expected.Add((1 + i % 90, 0));
            system.Advance(TimeSpan.FromMilliseconds(20));
        }

        Assert.Empty(system.Input[InputRole.Keyboard].Events);
        Assert.Single(system.Log.Lines, line => line.StartsWith("Warning", StringComparison.Ordinal));
        system.Input.Refusal = 0;
        system.Run(() => system.Input[InputRole.Keyboard].Keys.Count() == expected.Count, "all delivered");
        Assert.Equal(expected, system.Input[InputRole.Keyboard].Keys);
        system.EndAndExpectNothingLeft();
    }

    [Fact]
    public void KeysHeldWhenTheConnectionEnds_AreReleased()
    {
        using SimulatedSystem system = SimulatedSystem.Connected();
        for (uint key = 1; key < 0x100; key++)
        {
            Send(system, new() { Type = KeyboardEventType.Key, Keycode = key, Pressed = 1 });
        }

        for (uint key = 0x160; key <= 0x2ff; key++)
        {
            Send(system, new() { Type = KeyboardEventType.Key, Keycode = key, Pressed = 1 });
        }

        system.Settle();
        Assert.Equal(255 + 416, system.Input[InputRole.Keyboard].Down.Count);
        system.Vkbd.CloseAbruptly();
        system.Settle();
        Assert.Empty(system.Input[InputRole.Keyboard].Down);
        system.RunUntilConnected();
        Assert.Single(system.Input.Made, device => device.Spec.Role == InputRole.Keyboard);
        system.EndAndExpectNothingLeft();
    }

    [Fact]
    public void KeyHeldWhenTheConnectionEnds_SinkRefuses_IsReleasedByTheNextConnection()
    {
        using SimulatedSystem system = SimulatedSystem.Connected();
        system.Vkbd.Input.Key(42, true);
        system.Settle();
        system.Input.Refusal = Errno.EAGAIN;
        system.Vkbd.CloseAbruptly();
        system.TryRun(() => !system.IsConnected("vkbd"), TimeSpan.Zero);
        Assert.Contains(42, system.Input[InputRole.Keyboard].Down);
        system.Turn();
        system.Input.Refusal = 0;
        system.Settle();
        system.RunUntilConnected();
        Assert.Empty(system.Input[InputRole.Keyboard].Down);
        system.EndAndExpectNothingLeft();
    }

    /// <summary>A worker that ends without being stopped, as for an upgrade, leaves the input devices to its successor.</summary>
    [Fact]
    public void WorkerEndsWithoutStop_InputDevicesLiveOn_AndAreRemovedByAStop()
    {
        using SimulatedSystem system = SimulatedSystem.Connected();
        system.Worker!.Dispose();
        system.StartWorker();
        system.Settle();
        Assert.Equal(2, system.Input.Made.Count);
        Assert.True(system.IsConnected("vkbd") && system.IsConnected("vfb"));
        system.Vkbd.Input.Key(30, true);
        system.Settle();
        Assert.Equal([(30, 1)], system.Input[InputRole.Keyboard].Keys);
        system.StopWorker();
        Assert.All(system.Input.Made, device => Assert.True(device.IsRemoved));
        Assert.DoesNotContain(system.Kept.Names, name => name.StartsWith("input", StringComparison.Ordinal));
    }

    [Fact]
    public void Unplugged_InputDevicesAreRemoved()
    {
        using SimulatedSystem system = SimulatedSystem.Connected();
        system.Toolstack.RemoveDevice("vkbd", SimulatedSystem.Guest, 0);
        system.Settle();
        Assert.All(system.Input.Made, device => Assert.True(device.IsRemoved));
        system.EndAndExpectNothingLeft();
    }

    /// <summary>Random events of every kind, and a kill at random moments: what each device got is what one worker would have delivered.</summary>
    [Fact]
    public void RandomEventsAndRandomKills_EachDeviceGetsEachEventOnceInOrder() =>
        Gen.Int.Sample(
            static seed =>
            {
                Random random = new(seed);
                using SimulatedSystem system = SimulatedSystem.Connected(new() { TouchContacts = 5, OffersAbsolutePointer = random.Next(2) == 0 });
                VkbdModes modes = new()
                {
                    HasKeyboard = 1,
                    HasPointer = 1,
                    IsAbsolute = (byte)(system.Vkbd.SendsPositions ? 1 : 0),
                    MaxX = 32767,
                    MaxY = 32767,
                    ContactCount = 5,
                    TouchMaxX = 799,
                    TouchMaxY = 599,
                };
                VkbdState state = default;
                List<(int, int, int)>[] expected = [[], [], []];
                InputEvent[] output = new InputEvent[KeyTranslator.MaxEvents];
                for (int round = 0; round < 12; round++)
                {
                    if (round % 3 == 1)
                    {
                        WorkerFate fate = new();
                        system.KillWorker();
                        fate.KillAfter(random.Next(1, 120));
                        system.StartWorker(fate);
                    }

                    for (int i = random.Next(1, 80); i > 0; i--)
                    {
                        KeyboardEvent source = RandomEvent(random);
                        if (KeyTranslator.RoleOf(source) is { } role)
                        {
                            int count = KeyTranslator.Translate(source, modes, ref state, output);
                            expected[(int)role].AddRange(output.Take(count).Select(e => ((int)e.Type, (int)e.Code, e.Value)));
                        }

                        Send(system, source);
                    }

                    Revive(system);
                }

                Revive(system);
                foreach (InputRole role in s_roles)
                {
                    // A click and its move may come in another order than they were told in.
                    Assert.Equal(Sorted(expected[(int)role], role), Sorted(system.Input[role].Events.Select(e => ((int)e.Type, (int)e.Code, e.Value)), role));
                }

                Assert.DoesNotContain("vkbd 5", system.BackendHistory);
            },
            iter: 40,
            threads: 1);

    [Fact]
    public void SteadyState_AnEventAllocatesNothing()
    {
        using SimulatedSystem system = SimulatedSystem.Connected();
        foreach (BoardDevice device in system.Input.Made)
        {
            device.Remembers = false;
        }

        AllocationMeter.AssertNone(() =>
        {
            KeyboardEvent source = new() { Type = KeyboardEventType.Key, Keycode = 30 };
            for (int i = 0; i < 3000; i++)
            {
                source.Pressed = (byte)(i & 1);
                system.Vkbd.SendRaw(MemoryMarshal.AsBytes(new ReadOnlySpan<KeyboardEvent>(in source)));
                system.Worker!.Loop.RunOnce(TimeSpan.Zero);
                system.TurnBackend();
            }
        });
        Assert.True(system.Input[InputRole.Keyboard].EventCount >= 3000);
    }

    /// <summary>Of the pointer the buttons, then what is no button.</summary>
    private static IEnumerable<(int Type, int Code, int Value)> Sorted(IEnumerable<(int Type, int Code, int Value)> events, InputRole role) =>
        role == InputRole.Pointer ? events.OrderBy(static item => item.Type == EV_KEY ? 0 : item.Type == EV_SYN ? 2 : 1) : events;

    private static void Revive(SimulatedSystem system)
    {
        system.Settle();
        while (system.Worker is null)
        {
            system.StartWorker();
            system.Settle();
        }
    }

    /// <summary>Sends one event; a full ring is emptied first.</summary>
    private static void Send(SimulatedSystem system, KeyboardEvent source)
    {
        ReadOnlySpan<byte> slot = MemoryMarshal.AsBytes(new ReadOnlySpan<KeyboardEvent>(in source));
        while (!system.Vkbd.SendRaw(slot))
        {
            Revive(system);
        }
    }

    private static KeyboardEvent RandomEvent(Random random) => random.Next(10) switch
    {
        // Few keys, so that the same one is pressed, repeated and released within a batch.
        < 5 => new() { Type = KeyboardEventType.Key, Keycode = (uint)(random.Next(4) == 0 ? random.Next(0x400) : random.Next(30, 33)), Pressed = (byte)random.Next(2) },
        5 => new() { Type = KeyboardEventType.Key, Keycode = (uint)random.Next(0x110, 0x113), Pressed = (byte)random.Next(2) },
        6 => new() { Type = KeyboardEventType.Motion, RelativeX = random.Next(-5, 6), RelativeY = random.Next(-5, 6), RelativeZ = random.Next(-1, 2) },
        7 => new() { Type = KeyboardEventType.Position, AbsoluteX = random.Next(40000), AbsoluteY = random.Next(40000), PositionZ = random.Next(-1, 2) },
        8 => new() { Type = KeyboardEventType.MultiTouch, MultiTouch = (MultiTouchType)random.Next(7), ContactId = (byte)random.Next(7), TouchX = random.Next(1000), TouchY = random.Next(1000) },
        _ => new() { Type = (KeyboardEventType)random.Next(256), Keycode = (uint)random.Next() },
    };
}
