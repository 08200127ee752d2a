using Xenbus.Loop;
using XenFbFront.Configuration;
using XenFbFront.Content;
using XenFbFront.Content.Terminal;
using XenFbFront.Input;
using XenFbFront.Input.Console;
using XenFbFront.Tests.Content.Terminal;
using XenFbFront.Tests.Support;
using Xunit;

namespace XenFbFront.Tests.Input;

/// <summary>Several screens and several keyboards: what is typed reaches the screen that it belongs to, and no other.</summary>
[Collection(SimulationCollection.Name)]
public sealed class SeatsTests
{
    private const int LeftShift = 42, A = 30;

    private KeysSource? _first, _second;
    private IScreenSources? _screens;

    /// <summary>Screens 0 and 1 show the keys screen, vkbd/1 belongs to screen 1, and every other vkbd goes into the guest's input subsystem.</summary>
    [Fact]
    public void TwoScreensAndTwoKeyboards_EachTypesIntoItsOwnScreen()
    {
        using SimulatedSystem system = StartedWithBoth();
        system.Settle();

        Press(system, 1, A);
        Assert.Equal([A], Held(_second!));
        Assert.Empty(Held(_first!));
        Assert.Empty(system.Input[InputRole.Keyboard].Events);

        Press(system, 0, LeftShift);
        Assert.Equal([LeftShift], Held(_first!));
        Assert.Equal([A], Held(_second!));
        Assert.Equal([(LeftShift, 1)], system.Input[InputRole.Keyboard].Keys);
        End(system);
    }

    [Fact]
    public void PointerOfEachKeyboard_MovesOnItsOwnScreen()
    {
        using SimulatedSystem system = StartedWithBoth();
        system.Settle();
        system.Backend!.InputOf(system.Present, 1)!.PointerAt(63, 47);
        system.Settle();
        Assert.False(_first!.State.HasPointer);
        Assert.Equal((32767, 32767), (_second!.State.AbsoluteX, _second.State.AbsoluteY));
        End(system);
    }

    [Fact]
    public void SecondPairPluggedLater_ThenUnplugged_TheFirstGoesOn()
    {
        using SimulatedSystem system = Started();
        system.Run(() => AreConnected(system, 0), "the first pair connected");
        Press(system, 0, LeftShift);

        AddPair(system, 1);
        system.Run(() => AreConnected(system, 0, 1), "the second pair connected");
        Press(system, 1, A);
        Assert.Equal([A], Held(_second!));

        system.Toolstack.RemoveDevice("vkbd", system.Present, 1);
        system.Toolstack.RemoveDevice("vfb", system.Present, 1);
        system.Settle();
        Assert.Equal([LeftShift], Held(_first!));
        Assert.Empty(Held(_second!));
        Assert.True(AreConnected(system, 0));
        system.Backend!.InputOf(system.Present)!.Key(LeftShift, false);
        system.Settle();
        Assert.Equal([(LeftShift, 1), (LeftShift, 0)], system.Input[InputRole.Keyboard].Keys);
        Assert.DoesNotContain(system.Input.Made, static device => device.Spec.VkbdId == 0 && device.IsRemoved);

        // And again, under the same number.
        AddPair(system, 1);
        system.Run(() => AreConnected(system, 0, 1), "the second pair connected again");
        Press(system, 1, A);
        Assert.Equal([A], Held(_second!));
        End(system);
    }

    [Fact]
    public void FirstPairUnplugged_TheSecondGoesOn()
    {
        using SimulatedSystem system = StartedWithBoth();
        Press(system, 1, A);
        system.Toolstack.RemoveDevice("vkbd", system.Present, 0);
        system.Toolstack.RemoveDevice("vfb", system.Present, 0);
        system.Settle();
        Assert.Equal([A], Held(_second!));
        Press(system, 1, LeftShift);
        Assert.Equal([A, LeftShift], Held(_second!));
        End(system);
    }

    [Fact]
    public void KeyboardWithoutAScreenOfItsNumber_GoesWithTheMainSource()
    {
        using SimulatedSystem system = Started();
        system.Toolstack.AddDevice("vkbd", system.Present, 7);
        system.Run(() => AreConnected(system, 0) && system.IsConnected("vkbd", 7), "all connected");
        Press(system, 7, A);
        Assert.Equal([A], Held(_first!));
        Assert.Equal(7, Assert.Single(system.Input.Made, static device => device.Events.Count > 0).Spec.VkbdId);
        End(system);
    }

    /// <summary>Screen 1 is named, and not there: what is typed on its keyboard must not go where nobody sees it.</summary>
    [Fact]
    public void KeyboardWhoseScreenIsNotThere_GoesWithTheMainSource_UntilItIs()
    {
        using SimulatedSystem system = Started();
        system.Toolstack.AddDevice("vkbd", system.Present, 1);
        system.Run(() => AreConnected(system, 0) && system.IsConnected("vkbd", 1), "all that is there is connected");
        Press(system, 1, LeftShift);
        Assert.Equal([LeftShift], Held(_first!));

        // A successor, with sources of its own, sees the same.
        system.KillWorker();
        system.StartWorker();
        system.Settle();
        Press(system, 1, A);
        Assert.Equal([A], Held(_first!));

        system.Toolstack.AddDevice("vfb", system.Present, 1);
        system.Run(() => AreConnected(system, 0, 1) && Held(_first!).Length == 0, "the screen came, and what was held is released");
        system.Settle();
        Press(system, 1, A);
        Assert.Equal([A], Held(_second!));
        Assert.Empty(Held(_first!));
        End(system);
    }

    [Fact]
    public void ScreenGoesAndItsKeyboardStays_TypesIntoTheMainSource()
    {
        using SimulatedSystem system = StartedWithBoth();
        Press(system, 1, A);
        system.Toolstack.RemoveDevice("vfb", system.Present, 1);
        system.Run(() => Held(_second!).Length == 0 && system.IsConnected("vkbd", 1), "the keyboard connected again");
        system.Settle();
        Press(system, 1, LeftShift);
        Assert.Equal([LeftShift], Held(_first!));
        Assert.Empty(Held(_second!));
        End(system);
    }

    /// <summary>Killed at any moment of a change of seats: the successor types where the keyboard belongs.</summary>
    [Fact]
    public void WorkerKilledAtEveryMomentOfTheChange_TypesIntoTheRightScreen()
    {
        int moment = 1;
        for (bool hasDied = true; hasDied; moment++)
        {
            WorkerFate fate = new();
            using SimulatedSystem system = Started();
            system.Toolstack.AddDevice("vkbd", system.Present, 1);
            system.Run(() => AreConnected(system, 0) && system.IsConnected("vkbd", 1), "all that is there is connected");
            system.KillWorker();
            system.StartWorker(fate);
            system.Settle();
            fate.KillAfter(moment);
            system.Toolstack.AddDevice("vfb", system.Present, 1);
            system.TryRun(() => fate.IsDead, TimeSpan.FromSeconds(30));
            hasDied = fate.IsDead;
            fate.Spare();
            if (hasDied)
            {
                system.StartWorker();
            }

            Assert.True(system.TryRun(() => AreConnected(system, 0, 1), TimeSpan.FromMinutes(1)), $"moment {moment}: not connected");
            system.Advance(TimeSpan.FromSeconds(10));
            Assert.True(AreConnected(system, 0, 1), $"moment {moment}: not connected any more");
            Press(system, 1, A);
            Assert.Equal([A], Held(_second!));
            Assert.Empty(Held(_first!));
            End(system);
        }

        Assert.InRange(moment, 30, 1000);
    }

    [Fact]
    public void WorkerIsKilled_EachKeyboardIsStillItsOwnScreens()
    {
        using SimulatedSystem system = StartedWithBoth();
        system.KillWorker();
        system.StartWorker();
        system.Settle();
        Press(system, 1, A);
        Assert.Equal([A], Held(_second!));
        Assert.Empty(Held(_first!));
        End(system);
    }

    /// <summary>With a real program on the terminal of screen 1: what is typed on vkbd/1 comes back from it, what is typed on vkbd/0 does not.</summary>
    [Fact]
    public void ScreenWithATerminal_TakesTheTextOfItsOwnKeyboard()
    {
        TerminalRequirement.Library();
        DaemonOptions options = new() { Source = SourceKind.Pattern };
        options.Framebuffers[1] = new(SourceKind.Terminal, Command: "exec cat");
        using SimulatedSystem system = Started(options);
        AddPair(system, 1);
        system.Run(() => AreConnected(system, 0, 1), "both pairs connected");
        TerminalSource terminal = Assert.IsType<TerminalSource>(_screens![1]);
        Press(system, 0, 31);
        Press(system, 1, A);
        long started = TimeProvider.System.GetTimestamp();
        while (!terminal.Terminal.Text().Contains('a'))
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(20), "nothing is typed into the terminal");
            // The program is no part of the simulation.
            system.Worker!.Loop.RunOnce(TimeSpan.FromMilliseconds(10));
        }

        Assert.Equal("a", terminal.Terminal.Text().Trim());
        Assert.Contains("term/vfb/1/pty", system.Kept.Names);
    }

    [Theory]
    [InlineData(SinkKind.First, null, SourceKind.Console, 2, typeof(ConsoleSink))]
    [InlineData(SinkKind.Automatic, null, SourceKind.Console, 2, typeof(ConsoleSink))]
    [InlineData(SinkKind.Automatic, null, SourceKind.Console, 0, typeof(UinputSink))]
    [InlineData(SinkKind.Automatic, null, SourceKind.Pattern, 0, typeof(NoSink))]
    [InlineData(SinkKind.Automatic, null, SourceKind.Keys, 0, typeof(NoSink))]
    [InlineData(SinkKind.Uinput, null, SourceKind.Console, 2, typeof(UinputSink))]
    [InlineData(SinkKind.Uinput, null, SourceKind.Pattern, 0, typeof(UinputSink))]
    [InlineData(SinkKind.Automatic, "/nowhere", SourceKind.Console, 2, typeof(NoSink))]
    public void SinkOfAScreen_IsWhereItsSourceTakesInput(SinkKind kind, string? loopback, SourceKind shown, int terminal, Type expected)
    {
        using EventLoop loop = new(TimeProvider.System);
        PatternSource main = new();
        DaemonOptions options = new() { Sink = kind, Loopback = loopback };
        options.Framebuffers[1] = new(shown, terminal);
        UinputSink mainSink = new();
        Seats seats = Seats.Make(options, main, new(mainSink, "uinput"), new ScreenSources(main), loop, new ListLogger());
        Assert.IsType(expected, seats.Of(1, hasScreen: true).Sink);
        Assert.Same(mainSink, seats.Of(1, hasScreen: false).Sink);
        Assert.Same(mainSink, seats.Of(0, hasScreen: true).Sink);
        Assert.Same(mainSink, seats.Of(2, hasScreen: true).Sink);
        Assert.Equal(kind is SinkKind.Automatic or SinkKind.First, seats.Explanations is [{ } line] && line.StartsWith("vkbd/1: ", StringComparison.Ordinal));
    }

    /// <summary>With a second pair.</summary>
    private SimulatedSystem StartedWithBoth()
    {
        SimulatedSystem system = Started();
        AddPair(system, 1);
        system.Run(() => AreConnected(system, 0, 1), "both pairs connected");
        return system;
    }

    /// <summary>A system whose workers choose sources and seats as the program does, with the simulated input as the main sink.</summary>
    private SimulatedSystem Started(DaemonOptions? options = null)
    {
        if (options is null)
        {
            options = new() { Source = SourceKind.Keys };
            options.Framebuffers[1] = new(SourceKind.Keys);
        }

        SimulatedSystem system = new()
        {
            MakeScreens = (worker, store) => _screens = ScreenSources.Make(options, worker.Loop, store, SourceChoice.Make(options, worker.Loop, store).Source),
            MakeSeats = (sink, worker) =>
            {
                IScreenSource main = _screens![0];
                (_first, _second) = (main as KeysSource, _screens[1] as KeysSource);
                return Seats.Make(options, main, new(sink, "simulated"), _screens, worker.Loop, new ListLogger());
            },
        };
        AddPair(system, 0);
        system.StartBackend();
        system.StartWorker();
        return system;
    }

    private static void AddPair(SimulatedSystem system, int id)
    {
        system.Toolstack.AddDevice("vfb", system.Present, id);
        system.Toolstack.AddDevice("vkbd", system.Present, id);
    }

    private static bool AreConnected(SimulatedSystem system, params int[] ids) =>
        ids.All(id => system.IsConnected("vfb", id) && system.IsConnected("vkbd", id));

    private static void Press(SimulatedSystem system, int id, int key)
    {
        // Input counts from when the backend has seen that the frontend is connected.
        system.Settle();
        system.Backend!.InputOf(system.Present, id)!.Key((uint)key, true);
        system.Settle();
    }

    private static int[] Held(KeysSource screen) => [.. screen.State.Held.ToArray().Select(static key => (int)key)];

    private static void End(SimulatedSystem system)
    {
        Assert.DoesNotContain(system.Log.Lines, static line => line.StartsWith("Error", StringComparison.Ordinal));
        system.EndAndExpectNothingLeft();
    }
}
