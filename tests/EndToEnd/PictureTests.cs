using Xunit;

namespace XenFbFront.Tests.EndToEnd;

[Collection(ProcessCollection.Name)]
public class PictureTests
{
    /// <summary>Bits of each channel that survive a pixel format: RGB332, RGB565, and all of them.</summary>
    private static uint MaskOf(int depth) => depth switch
    {
        8 => 0xe0e0c0,
        16 => 0xf8fcf8,
        _ => 0xffffff,
    };

    [Theory]
    [InlineData(FrontendKind.Built, "801x601", 32)]
    [InlineData(FrontendKind.Built, "1366x768", 24)]
    [InlineData(FrontendKind.Native, "800x600", 32)]
    [InlineData(FrontendKind.Native, "1366x768", 32)]
    [InlineData(FrontendKind.Native, "801x601", 32)]
    [InlineData(FrontendKind.Native, "1920x1080", 32)]
    [InlineData(FrontendKind.Native, "3840x2160", 32)]
    [InlineData(FrontendKind.Native, "17x16", 32)]
    [InlineData(FrontendKind.Native, "3840x2160", 16)]
    [InlineData(FrontendKind.Native, "801x601", 8)]
    [InlineData(FrontendKind.Native, "801x601", 16)]
    [InlineData(FrontendKind.Native, "801x601", 24)]
    [InlineData(FrontendKind.Native, "1366x768", 8)]
    public void Pattern_AnySizeAndDepth_BackendShowsWhatTheSourceDrew(FrontendKind kind, string size, int depth)
    {
        string[] sides = size.Split('x');
        using RunningSystem system = new(Frontends.Path(kind), ["--source", "pattern", "--size", size, "--depth", $"{depth}"]);
        system.WaitConnected();
        system.WaitForPattern(int.Parse(sides[0]), int.Parse(sides[1]), MaskOf(depth));
        system.StopInOrder();
    }

    [Fact]
    public void Stop_SignalledTwiceAtOnce_StillClosesInOrder()
    {
        using RunningSystem system = new(Frontends.Path(FrontendKind.Built), ["--source", "pattern"]);
        system.WaitConnected();
        system.Frontend.Terminate();
        system.StopInOrder();
    }

    [Fact]
    public void Start_SecondForTheSameGuest_IsRefusedAndDisturbsNothing()
    {
        using RunningSystem system = new(Frontends.Path(FrontendKind.Built), ["--source", "pattern"]);
        system.WaitConnected();
        (int status, string output) = BadInputTests.Run("--loopback", system.Session.GuestDirectory);
        Assert.Equal(3, status);
        Assert.Contains("another xenfbfront does so already", output);
        Assert.False(system.BackendsLeftConnected);
        system.StopInOrder();
    }

    [Theory]
    [InlineData(FrontendKind.Built)]
    [InlineData(FrontendKind.Native)]
    public void Stop_InOrder_LeavesNothing(FrontendKind kind)
    {
        using RunningSystem system = new(Frontends.Path(kind), ["--source", "keys"]);
        system.WaitConnected();
        system.StopInOrder();
        RunningSystem.WaitFor(
            () => system.Session.Census is { EventChannelFiles: 1, GrantAllocatorFiles: 0, XenstoreFiles: 1, Allocations: 0 },
            () => $"{system.Session.Census}");
        system.Session.Dispose();
        Assert.False(Directory.Exists(system.Directory));
    }
}
