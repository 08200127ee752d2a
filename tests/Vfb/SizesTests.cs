using Xenbus.Loopback;
using XenFbFront.Tests.Support;
using XenFbFront.Vfb;
using Xunit;
using static Xenbus.Wire.XenbusState;

namespace XenFbFront.Tests.Vfb;

/// <summary>Sizes that the toolstack or a person inside the guest asks for by the node <c>xenfbfront-size</c>.</summary>
[Collection(SimulationCollection.Name)]
public sealed class SizesTests
{
    private const string Node = "xenfbfront-size", ErrorNode = "xenfbfront-size-error";

    [Theory]
    [InlineData("reserve")]
    [InlineData("list")]
    [InlineData("list of this one")]
    public void SizeWithinTheMemory_ComesTrueWithoutAnotherConnection(string kind)
    {
        VfbOptions options = new() { Sizes = [new(64, 48)] };
        switch (kind)
        {
            case "reserve":
                options.MaxSize = new(320, 200);
                break;
            case "list":
                options.Sizes = [new(64, 48), new(320, 200)];
                break;
            default:
                options.OwnSizes[0] = [new(64, 48), new(320, 200)];
                break;
        }

        using SimulatedSystem system = SimulatedSystem.Connected(vfb: options);
        int pages = system.Hypervisor.Census.Pages;
        Assert.Equal((64, 48), Size(system));
        foreach (ScreenSize size in new ScreenSize[] { new(320, 200), new(100, 600), new(64, 48) })
        {
            system.BackendHistory.Clear();
            system.WriteNode("vfb", Node, size.ToString());
            system.Type();
            system.Run(() => Shows(system, size), $"the picture at {size}");
            system.ExpectWhole(size);
            Assert.DoesNotContain(system.BackendHistory, static line => line.StartsWith("vfb", StringComparison.Ordinal));
            Assert.Equal(pages, system.Hypervisor.Census.Pages);
        }

        system.EndAndExpectNothingLeft();
    }

    [Fact]
    public void SizeBeyondTheMemory_ClosesInOrderAndConnectsAgain()
    {
        using SimulatedSystem system = SimulatedSystem.Connected();
        system.BackendHistory.Clear();
        ScreenSize size = new(640, 480);
        system.WriteNode("vfb", Node, size.ToString());
        system.Type();
        system.Run(() => Shows(system, size), $"the picture at {size}");
        string[] states = [.. system.BackendHistory.Where(static line => line.StartsWith("vfb", StringComparison.Ordinal)).SkipWhile(static line => line == "vfb 4")];
        // It may write a state again that it has.
        Assert.Equal(["vfb 5", "vfb 6", "vfb 1", "vfb 2", "vfb 4"], states.Where((state, i) => i == 0 || state != states[i - 1]));
        Assert.Equal(0, system.FreedWhileMapped);
        Assert.Contains(system.Log.Lines, static line => line.Contains("640x480 needs another connection", StringComparison.Ordinal));
        system.ExpectWhole(size);
        system.EndAndExpectNothingLeft();
    }

    [Fact]
    public void ManyTimesInAMinute_IsNobodysMistake()
    {
        using SimulatedSystem system = SimulatedSystem.Connected(new() { OffersResize = false });
        for (int i = 1; i <= 25; i++)
        {
            ScreenSize size = new(64 + i, 48);
            system.WriteNode("vfb", Node, size.ToString());
            system.Run(() => Shows(system, size), $"the picture at {size}");
        }

        Assert.Null(system.ErrorNode("vfb"));
        system.EndAndExpectNothingLeft();
    }

    [Theory]
    [InlineData("large", "it must be WIDTHxHEIGHT in pixels, as in 1024x768")]
    [InlineData("640x", "it must be WIDTHxHEIGHT in pixels, as in 1024x768")]
    [InlineData("-4x48", "it must be WIDTHxHEIGHT in pixels, as in 1024x768")]
    [InlineData("99999x48", "99999x48 is outside 16x16 to 16384x16384")]
    [InlineData("99999999999x48", "it must be WIDTHxHEIGHT in pixels, as in 1024x768")]
    [InlineData("", "it must be WIDTHxHEIGHT in pixels, as in 1024x768")]
    public void WrongSize_IsSaidOnceAndChangesNothing(string text, string reason)
    {
        using SimulatedSystem system = SimulatedSystem.Connected();
        system.WriteNode("vfb", Node, text);
        system.Advance(TimeSpan.FromSeconds(1));
        system.WriteNode("vfb", "unrelated", "1");
        system.Advance(TimeSpan.FromSeconds(1));
        Assert.Single(system.Log.Lines, line => line.EndsWith($"vfb/0: the size `{text}` that xenstore asks for is not taken: {reason}", StringComparison.Ordinal));
        Assert.Equal($"{text}: {reason}", system.Node("vfb", ErrorNode));
        Assert.Equal((64, 48), Size(system));
        system.EndAndExpectNothingLeft();
    }

    [Theory]
    [InlineData("50x40")]
    [InlineData(null)]
    public void WrongSize_ThenARightOneOrNone_TheErrorIsGone(string? next)
    {
        using SimulatedSystem system = SimulatedSystem.Connected();
        system.WriteNode("vfb", Node, "large");
        system.Settle();
        system.KillWorker();
        system.StartWorker();
        system.Settle();
        Assert.NotNull(system.Node("vfb", ErrorNode));
        if (next is not null)
        {
            system.WriteNode("vfb", Node, next);
        }
        else
        {
            system.Toolstack.Remove($"{LoopbackToolstack.FrontendPath("vfb", system.Present, 0)}/{Node}");
        }

        system.Settle();
        Assert.Null(system.Node("vfb", ErrorNode));
        system.EndAndExpectNothingLeft();
    }

    /// <summary>64x48x32 takes 3 pages and 1 that lists them, 640x480 300 and 1. The present connection must not be given up for what cannot come true.</summary>
    [Theory]
    [InlineData(64 + 303, true)]
    [InlineData(64 + 302, false)]
    public void SizeBeyondTheMemory_GrantTableNearlyFull_TheScreenStaysAndTheToolstackSeesWhy(int entries, bool isEnough)
    {
        using SimulatedSystem system = Limited(entries);
        system.RunUntilConnected();
        system.BackendHistory.Clear();
        system.WriteNode("vfb", Node, "640x480");
        system.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(isEnough ? (640, 480) : (64, 48), Size(system));
        if (isEnough)
        {
            Assert.Null(system.Node("vfb", ErrorNode));
        }
        else
        {
            Assert.StartsWith("640x480: allocate 297 pages", system.Node("vfb", ErrorNode));
            Assert.Contains("64 grants must be left to the guest's other drivers", system.Node("vfb", ErrorNode));
            Assert.DoesNotContain(system.BackendHistory, static line => line.StartsWith("vfb", StringComparison.Ordinal));
            // What it can have it takes.
            system.WriteNode("vfb", Node, "80x48");
            system.Run(() => Shows(system, new(80, 48)), "80x48");
            Assert.Null(system.Node("vfb", ErrorNode));
        }

        system.ExpectWhole(isEnough ? new(640, 480) : new(80, 48));
        system.EndAndExpectNothingLeft();
    }

    /// <summary>What somebody asked for earlier must not keep the screen from coming at all.</summary>
    [Fact]
    public void AskedBeforeTheStart_GrantTableTooSmall_ComesAtAnotherSize()
    {
        using SimulatedSystem system = Limited(64 + 100, static system => system.WriteNode("vfb", Node, "640x480"));
        system.RunUntilConnected();
        Assert.Equal((64, 48), Size(system));
        Assert.Contains("allocate 301 pages", system.Node("vfb", ErrorNode));
        Assert.Null(system.ErrorNode("vfb"));
        system.EndAndExpectNothingLeft();
    }

    private static SimulatedSystem Limited(int entries, Action<SimulatedSystem>? before = null)
    {
        SimulatedSystem system = new(hypervisor: new() { GrantTableEntries = entries }) { HostOptions = new() { GrantReserve = 64 } };
        system.AddDevices();
        before?.Invoke(system);
        system.StartBackend();
        system.StartWorker();
        return system;
    }

    [Fact]
    public void AskedFor_CountsForTheNextWorkerTheNextStartAndTheNextLife()
    {
        using SimulatedSystem system = SimulatedSystem.Connected(vfb: new() { Sizes = [new(64, 48)], MaxSize = new(320, 200) });
        ScreenSize size = new(200, 100);
        system.WriteNode("vfb", Node, size.ToString());
        system.Run(() => Shows(system, size), "the picture");
        system.KillWorker();
        system.StartWorker();
        system.Run(() => Shows(system, size), "the picture of the next worker");
        system.Restore();
        system.RunUntilConnected();
        Assert.Equal(size.ToString(), system.Node("vfb", Node));
        system.Run(() => Shows(system, size), "the picture after a restore");
        system.StopWorker();
        system.StartWorker();
        system.RunUntilConnected();
        Assert.True(Shows(system, size));
        system.EndAndExpectNothingLeft();
    }

    [Fact]
    public void AskedBeforeTheBackendIsThere_TheFirstConnectionHasIt()
    {
        using SimulatedSystem system = new();
        system.AddDevices();
        system.WriteNode("vfb", Node, "100x100");
        system.StartWorker();
        system.Settle();
        system.StartBackend();
        system.RunUntilConnected();
        Assert.True(Shows(system, new(100, 100)));
        system.EndAndExpectNothingLeft();
    }

    /// <summary>The person's word counts more than the source's wish.</summary>
    [Fact]
    public void SourceWishesAfterAPersonAsked_IsRefused()
    {
        using SimulatedSystem system = SimulatedSystem.Connected(source: static () => new PaintedSource(64, 48), vfb: new());
        system.WriteNode("vfb", Node, "50x40");
        system.Run(() => Size(system) == (50, 40), "50x40");
        PaintedSource source = (PaintedSource)system.Worker!.Source;
        Assert.False(source.Canvas!.TryResize(32, 32));
        system.EndAndExpectNothingLeft();
    }

    private static (int Width, int Height) Size(SimulatedSystem system) => (system.Vfb.Geometry.Width, system.Vfb.Geometry.Height);

    private static bool Shows(SimulatedSystem system, ScreenSize size) =>
        system.IsConnected("vfb") && system.BackendState("vfb") == Connected && Size(system) == (size.Width, size.Height)
        && system.Picture().AsSpan().SequenceEqual(Expected.Pattern(size));
}
