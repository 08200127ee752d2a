using Xenbus.Devices;
using Xenbus.Linux.Interop;
using XenFbFront.Tests.Support;
using Xunit;

namespace XenFbFront.Tests.Vkbd;

/// <summary>How long events wait from being seen in the ring to being written to an input device.</summary>
[Collection(SimulationCollection.Name)]
public sealed class LatencyTests
{
    [Fact]
    public void EachRole_CountsItsOwnWrites()
    {
        using SimulatedSystem system = SimulatedSystem.Connected();
        system.Vkbd.Input.Key(30, true);
        system.Settle();
        Assert.Equal((1, 0), (Times(system, "keyboard").Count, Times(system, "keyboard").MaxUs));
        Assert.Equal(0, Times(system, "pointer").Count);
    }

    [Fact]
    public void DeviceThatRefuses_TheTimeUntilItTakes_CountsFromTheFirstLook()
    {
        using SimulatedSystem system = SimulatedSystem.Connected();
        system.Input.Refusal = Errno.EAGAIN;
        system.Vkbd.Input.Key(30, true);
        system.Settle();
        system.Advance(TimeSpan.FromMilliseconds(100));
        system.Input.Refusal = 0;
        system.Advance(TimeSpan.FromMilliseconds(100));
        Assert.Equal((1, 200_000), (Times(system, "keyboard").Count, Times(system, "keyboard").MaxUs));
        system.Vkbd.Input.Key(30, false);
        system.Settle();
        Assert.Equal((2, 200_000), (Times(system, "keyboard").Count, Times(system, "keyboard").TotalUs));
    }

    private static LatencyHistogram Times(SimulatedSystem system, string stage) => system.Worker!.Device("vkbd")!.ReadLatencies().Single(latency => latency.Stage == stage).Times;
}
