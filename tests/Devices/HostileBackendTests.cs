using Xenbus.Linux.Interop;
using Xenbus.Wire;
using XenFbFront.Tests.Support;
using Xunit;

namespace XenFbFront.Tests.Devices;

/// <summary>A backend that writes what it likes into the shared pages, at the moment that it likes: its device is closed with the reason, worker and other device go on.</summary>
[Collection(SimulationCollection.Name)]
public sealed class HostileBackendTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(10)]
    public void EventsTakenBack_WhileADeviceRefuses_ClosesWithTheReason(int count)
    {
        using SimulatedSystem system = SimulatedSystem.Connected();
        system.Input.Refusal = Errno.EAGAIN;
        Hit(system, 5);
        system.Settle();
        system.Vkbd.CorruptProducerIndex((uint)-count);
        system.Advance(TimeSpan.FromMilliseconds(150));
        system.Input.Refusal = 0;
        ExpectClosedAndNewChance(system, "vkbd", "in ring is impossible");
    }

    /// <summary>Between delivering and consuming the notes say more than the ring does, if the backend takes events back then.</summary>
    [Fact]
    public void EventsTakenBack_AfterAKillAtAnyMoment_NoWorkerEndsByIt()
    {
        int closed = 0;
        for (int moment = 1; ; moment++)
        {
            using SimulatedSystem system = SimulatedSystem.Connected();
            WorkerFate fate = system.Worker!.Fate;
            Hit(system, 5);
            fate.KillAfter(moment);
            system.Settle();
            if (!fate.IsDead)
            {
                break;
            }

            system.Vkbd.CorruptProducerIndex(unchecked((uint)-7));
            system.StartWorker();
            system.Settle();
            Assert.NotNull(system.Worker);
            system.ExpectPicture();
            if (system.BackendState("vkbd") == XenbusState.Closed)
            {
                closed++;
                Assert.Contains("impossible", system.ErrorNode("vkbd"));
            }

            Assert.Equal(0, system.FreedWhileMapped);
        }

        Assert.True(closed > 0, "no kill was between delivering and consuming");
    }

    /// <summary>The consumer's index of the keyboard's ring lies in the shared page too, where a successor finds it.</summary>
    [Theory]
    [InlineData(5u)]
    [InlineData(0xfffffffbu)]
    [InlineData(1000u)]
    public void BothIndicesMoved_WhileNoWorkerIsThere_ClosesWithTheReason(uint by)
    {
        using SimulatedSystem system = SimulatedSystem.Connected();
        system.Type();
        system.Settle();
        system.KillWorker();
        system.Vkbd.MoveInputRing(by);
        system.StartWorker();
        ExpectClosedAndNewChance(system, "vkbd", "impossible");
    }

    /// <summary>The picture of another size is announced, which is when the ring is found to be broken: in the middle of what the driver does.</summary>
    [Theory]
    [InlineData(52u)]
    [InlineData(0x80000000u)]
    public void UpdatesConsumedThatNeverWere_FoundWhileResizing_ClosesWithTheReason(uint ahead)
    {
        using SimulatedSystem system = SimulatedSystem.Connected(vfb: new() { Sizes = [new(64, 48), new(48, 32)] });
        system.Vfb.StopDraining();
        system.Vfb.CorruptConsumerIndex(ahead);
        system.WriteNode("vfb", "xenfbfront-size", "48x32");
        system.Settle();
        Assert.NotNull(system.Worker);
        system.Vfb.ResumeDraining();
        ExpectClosedAndNewChance(system, "vfb", "out ring is impossible");
    }

    private static void Hit(SimulatedSystem system, int keys)
    {
        for (int i = 0; i < keys; i++)
        {
            system.Vkbd.Input.Key((uint)(30 + i), true);
            system.Vkbd.Input.Key((uint)(30 + i), false);
        }
    }

    private static void ExpectClosedAndNewChance(SimulatedSystem system, string type, string reason)
    {
        system.Run(() => system.BackendState(type) == XenbusState.Closed && system.FrontendState(type) == XenbusState.Closed, $"{type} closed");
        Assert.Contains(reason, system.ErrorNode(type));
        Assert.True(system.IsConnected(type == "vfb" ? "vkbd" : "vfb"));
        Assert.Equal(0, system.FreedWhileMapped);
        system.Toolstack.AddDevice(type, SimulatedSystem.Guest, 0);
        system.RunUntilConnected();
        Assert.Null(system.ErrorNode(type));
        system.EndAndExpectNothingLeft();
    }
}
