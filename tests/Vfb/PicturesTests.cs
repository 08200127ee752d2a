using XenFbFront.Tests.Support;
using XenFbFront.Vfb;
using Xunit;

namespace XenFbFront.Tests.Vfb;

[Collection(SimulationCollection.Name)]
public sealed class PicturesTests
{
    public static TheoryData<int, int, int> Geometries
    {
        get
        {
            TheoryData<int, int, int> data = [];
            foreach ((int width, int height) in ((int, int)[])[(1366, 768), (801, 601), (640, 400)])
            {
                foreach (int depth in (int[])[8, 16, 24, 32])
                {
                    data.Add(width, height, depth);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Geometries))]
    public void Pattern_ArrivesPixelForPixel(int width, int height, int depth)
    {
        using SimulatedSystem system = SimulatedSystem.Connected(vfb: new() { Sizes = [new(width, height)], Depth = depth });
        system.Advance(TimeSpan.FromMilliseconds(40));
        Assert.Equal((width, height, depth), (system.Vfb.Geometry.Width, system.Vfb.Geometry.Height, system.Vfb.Geometry.Depth));
        uint[] expected = Expected.Pattern(width, height, depth);
        uint[] shown = system.Picture();
        Assert.Equal(expected.Length, shown.Length);
        int differs = expected.AsSpan().CommonPrefixLength(shown);
        Assert.True(differs == expected.Length, $"pixel {differs % width},{differs / width} is {(differs < shown.Length ? shown[differs] : 0):x6}, not {expected[Math.Min(differs, expected.Length - 1)]:x6}");
        system.EndAndExpectNothingLeft();
    }

    /// <summary>What changes later goes another way than the first picture: rectangle by rectangle.</summary>
    [Theory]
    [InlineData(8)]
    [InlineData(16)]
    [InlineData(24)]
    [InlineData(32)]
    public void RandomRectangles_ArriveAtEveryDepth(int depth)
    {
        using SimulatedSystem system = SimulatedSystem.Connected(
            source: () => new PaintedSource(161, 83), vfb: new() { Sizes = [new(161, 83)], Depth = depth });
        PaintedSource source = (PaintedSource)system.Worker!.Source;
        Random random = new(depth);
        for (int i = 0; i < 50; i++)
        {
            source.Paint(random, random.Next(1, 12));
            system.Advance(TimeSpan.FromMilliseconds(random.Next(0, 40)));
        }

        system.Advance(TimeSpan.FromMilliseconds(40));
        system.Advance(TimeSpan.FromMilliseconds(40));
        uint[] expected = source.Picture.ToArray();
        Assert.Equal(Array.ConvertAll(expected, colour => Expected.Reduce(colour, depth)), system.Picture());
        Assert.Equal(0, system.Vfb.Counters.FullScreenFallbacks);
        system.EndAndExpectNothingLeft();
    }

    [Fact]
    public void NoSizeAskedFor_BackendsNodesWin_ElseTheSourceChooses()
    {
        using SimulatedSystem chosen = SimulatedSystem.Connected(source: () => new PaintedSource(320, 200), vfb: new());
        Assert.Equal((320, 200), (chosen.Vfb.Geometry.Width, chosen.Vfb.Geometry.Height));

        Dictionary<string, string> nodes = new() { ["width"] = "500", ["height"] = "300" };
        using SimulatedSystem told = SimulatedSystem.Connected(new() { ExtraVfbNodes = nodes }, () => new PaintedSource(320, 200), new());
        Assert.Equal((500, 300), (told.Vfb.Geometry.Width, told.Vfb.Geometry.Height));

        Dictionary<string, string> absurd = new() { ["width"] = "4000000000", ["height"] = "-1" };
        using SimulatedSystem kept = SimulatedSystem.Connected(new() { ExtraVfbNodes = absurd }, () => new PaintedSource(320, 200), new());
        Assert.Equal((320, 200), (kept.Vfb.Geometry.Width, kept.Vfb.Geometry.Height));
    }

    [Fact]
    public void BackendThatWantsNoUpdates_GetsNone_AndSeesThePictureAllTheSame()
    {
        using SimulatedSystem system = SimulatedSystem.Connected(new() { RequestsUpdates = false }, () => new PaintedSource(64, 48));
        PaintedSource source = (PaintedSource)system.Worker!.Source;
        source.Paint(new(1), 3);
        system.Advance(TimeSpan.FromMilliseconds(40));
        Assert.Equal(0, system.Vfb.Counters.EventsReceived);
        Assert.Equal(source.Picture.ToArray(), system.Picture());
    }

    [Fact]
    public void GeometryThatDoesNotFit_IsRefusedWithTheReason()
    {
        using SimulatedSystem system = new() { VfbOptions = new VfbOptions { Sizes = [new(16384, 16384)] } };
        system.AddDevices();
        system.StartBackend();
        system.StartWorker();
        system.Settle();
        Assert.Contains("MiB", system.ErrorNode("vfb"));
        system.EndAndExpectNothingLeft();
    }
}
