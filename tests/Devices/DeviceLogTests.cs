using XenFbFront.Tests.Support;
using Xunit;
using static Xenbus.Wire.XenbusState;

namespace XenFbFront.Tests.Devices;

/// <summary>What an operator reads of a backend that comes and goes.</summary>
[Collection(SimulationCollection.Name)]
public sealed class DeviceLogTests
{
    [Fact]
    public void BackendLeaves_ItIsSaidOnce_AndThatItConnectsAgain()
    {
        using SimulatedSystem system = SimulatedSystem.Connected();
        system.Log.Lines.Clear();
        system.Vfb.BeginClose();
        system.Run(() => system.FrontendState("vfb") != Connected, "the frontend has noticed");
        system.RunUntilConnected();
        Assert.Equal(
            [
                "Information: vfb/0: disconnected, the backend went from Connected to Closing; waiting for it to offer a connection again",
                "Information: vfb/0: connected",
            ],
            system.Log.Lines.Where(static line => line.Contains("connected", StringComparison.Ordinal) && line.StartsWith("Information: vfb", StringComparison.Ordinal)));
    }
}
