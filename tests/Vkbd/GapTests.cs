using System.Runtime.InteropServices;
using Xenbus.Linux.Interop;
using Xenbus.Wire.Kbdif;
using XenFbFront.Input;
using XenFbFront.Tests.Support;
using Xunit;

namespace XenFbFront.Tests.Vkbd;

/// <summary>Keys that are down when nobody can tell of their release any more are released; those of a connection that goes on are not.</summary>
[Collection(SimulationCollection.Name)]
public sealed class GapTests
{
    private const int LeftShift = 42, Button = InputCodes.BTN_LEFT;

    /// <summary>What lies in the ring when the connection ends was typed before; it ends by a stop, by the backend, or with the guest that is saved.</summary>
    [Theory]
    [InlineData("stop")]
    [InlineData("close")]
    [InlineData("restore")]
    public void KeysInTheRingWhenTheConnectionEnds_AreDelivered(string end)
    {
        using SimulatedSystem system = SimulatedSystem.Connected();
        system.Type();
        system.Type();
        // The worker sleeps: the backend alone has put the keys into the ring.
        while (system.TurnBackend())
        {
        }

        switch (end)
        {
            case "stop":
                system.StopWorker();
                break;
            case "close":
                system.Vkbd.CloseAbruptly();
                system.Settle();
                break;
            default:
                system.Restore();
                break;
        }

        system.ExpectTyped();
        system.EndAndExpectNothingLeft();
    }

    /// <summary>The backend goes for good while no worker is there.</summary>
    [Fact]
    public void BackendGoneWhileNoWorkerIsThere_KeysAreReleasedThoughNothingFollows()
    {
        using SimulatedSystem system = Holding();
        system.KillWorker();
        system.Vkbd.CloseAbruptly();
        system.HoldBackend = true;
        system.StartWorker();
        system.Settle();
        Assert.False(system.IsConnected("vkbd"));
        ExpectNothingDown(system);
        system.HoldBackend = false;
        system.RunUntilConnected();
        system.EndAndExpectNothingLeft();
    }

    [Fact]
    public void GuestRestoredWhileNoWorkerIsThere_KeysAreReleased()
    {
        using SimulatedSystem system = Holding();
        system.KillWorker();
        system.Restore();
        system.StartWorker();
        system.RunUntilConnected();
        system.Settle();
        ExpectNothingDown(system);
        Assert.Equal(2, system.Input.Made.Count);
        system.EndAndExpectNothingLeft();
    }

    [Fact]
    public void GuestRestored_NoBackendComes_KeysAreReleased()
    {
        using SimulatedSystem system = Holding();
        system.Restore(startsBackend: false);
        system.Settle();
        ExpectNothingDown(system);
        system.StartBackend();
        system.RunUntilConnected();
        system.EndAndExpectNothingLeft();
    }

    [Fact]
    public void DeviceUnpluggedWhileNoWorkerIsThere_ItsInputDevicesEnd()
    {
        using SimulatedSystem system = Holding();
        system.KillWorker();
        system.Toolstack.RemoveDevice("vkbd", SimulatedSystem.Guest, 0);
        system.Settle();
        system.StartWorker();
        system.Settle();
        Assert.All(system.Input.Made, device => Assert.True(device.IsRemoved || device.Down.Count == 0, $"{device.Spec.Role}"));
        system.EndAndExpectNothingLeft();
    }

    /// <summary>The release is tried again until the device takes it, whether or not a backend is there.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void SinkRefusesTheRelease_IsReleasedWhenItTakesAgain(bool comesBack)
    {
        using SimulatedSystem system = Holding();
        system.Input.Refusal = Errno.EAGAIN;
        system.Vkbd.CloseAbruptly();
        if (comesBack)
        {
            system.RunUntilConnected();
        }
        else
        {
            system.HoldBackend = true;
            system.Settle();
        }

        system.Input.Refusal = 0;
        system.Advance(TimeSpan.FromMilliseconds(100));
        ExpectNothingDown(system);
        system.HoldBackend = false;
        system.RunUntilConnected();
        system.EndAndExpectNothingLeft();
    }

    /// <summary>A key that is pressed again by the next connection is not taken for a repetition of what the last one left down.</summary>
    [Fact]
    public void SinkRefusesTheRelease_TheNextConnectionsKeysComeBehindIt()
    {
        using SimulatedSystem system = Holding();
        system.Input.Refusal = Errno.EAGAIN;
        system.Vkbd.CloseAbruptly();
        system.RunUntilConnected();
        Send(system, LeftShift, isDown: true);
        Send(system, LeftShift, isDown: false);
        system.Settle();
        system.Input.Refusal = 0;
        system.Advance(TimeSpan.FromMilliseconds(100));
        Assert.Equal([(LeftShift, 1), (LeftShift, 0), (LeftShift, 1), (LeftShift, 0)], system.Input[InputRole.Keyboard].Keys);
        ExpectNothingDown(system);
        system.EndAndExpectNothingLeft();
    }

    /// <summary>A successor that cannot take over closes the connection, and the keys with it.</summary>
    [Fact]
    public void RingIsBrokenWhileNoWorkerIsThere_KeysAreReleased()
    {
        using SimulatedSystem system = Holding();
        system.KillWorker();
        system.Vkbd.CorruptProducerIndex(1000);
        system.HoldBackend = true;
        system.StartWorker();
        system.Settle();
        ExpectNothingDown(system);
    }

    [Fact]
    public void WorkerIsKilled_WhatIsHeldStaysHeld()
    {
        using SimulatedSystem system = Holding();
        system.KillWorker();
        system.StartWorker();
        system.Settle();
        Assert.Equal([LeftShift], system.Input[InputRole.Keyboard].Down);
        Assert.Equal([Button], system.Input[InputRole.Pointer].Down);
        ReleaseAsTheBackendSays(system);
    }

    /// <summary>Also when it ends by itself without stopping the devices: its successor goes on.</summary>
    [Fact]
    public void WorkerEndsWithoutStop_WhatIsHeldStaysHeld()
    {
        using SimulatedSystem system = Holding();
        system.Worker!.Dispose();
        system.StartWorker();
        system.Settle();
        Assert.Equal([LeftShift], system.Input[InputRole.Keyboard].Down);
        ReleaseAsTheBackendSays(system);
    }

    private static SimulatedSystem Holding()
    {
        SimulatedSystem system = SimulatedSystem.Connected();
        system.Vkbd.Input.Key(LeftShift, true);
        Send(system, Button, isDown: true);
        system.Settle();
        Assert.Equal([LeftShift], system.Input[InputRole.Keyboard].Down);
        Assert.Equal([Button], system.Input[InputRole.Pointer].Down);
        return system;
    }

    private static void Send(SimulatedSystem system, uint key, bool isDown)
    {
        KeyboardEvent source = new() { Type = KeyboardEventType.Key, Keycode = key, Pressed = (byte)(isDown ? 1 : 0) };
        Assert.True(system.Vkbd.SendRaw(MemoryMarshal.AsBytes(new ReadOnlySpan<KeyboardEvent>(in source))));
    }

    private static void ExpectNothingDown(SimulatedSystem system) =>
        Assert.All(system.Input.Made, device => Assert.True(device.Down.Count == 0, $"{device.Spec.Role}: {string.Join(' ', device.Down)}"));

    private static void ReleaseAsTheBackendSays(SimulatedSystem system)
    {
        system.Vkbd.Input.Key(LeftShift, false);
        Send(system, Button, isDown: false);
        system.Settle();
        ExpectNothingDown(system);
        Assert.Equal([(LeftShift, 1), (LeftShift, 0)], system.Input[InputRole.Keyboard].Keys);
        Assert.DoesNotContain("vkbd 5", system.BackendHistory);
        system.EndAndExpectNothingLeft();
    }
}
