using XenFbFront.Content;
using XenFbFront.Tests.Support;
using Xunit;

namespace XenFbFront.Tests.Vfb;

public sealed class SeveralFramebuffersTests
{
    private const int Width = 32, Height = 16;

    private readonly PaintedSource _first = new(Width, Height), _second = new(Width, Height);

    [Fact]
    public void TwoFramebuffers_EachShowsItsOwnSource()
    {
        using SimulatedSystem system = Started(new Sources(_first, _second));
        system.Run(() => system.IsConnected("vfb", 0) && system.IsConnected("vfb", 1), "both framebuffers connected");
        system.Settle();

        Random random = new(5);
        _first.Paint(random, 5);
        _second.Paint(random, 5);
        system.Advance(TimeSpan.FromMilliseconds(40));
        system.Settle();

        Assert.False(_first.Picture.SequenceEqual(_second.Picture));
        Assert.Equal(_first.Picture, system.Backend!.ScreenOf(system.Present, 0)!.Pixels);
        Assert.Equal(_second.Picture, system.Backend.ScreenOf(system.Present, 1)!.Pixels);
    }

    [Fact]
    public void TwoFramebuffers_WorkerDies_EachIsTakenOverWithItsOwnSource()
    {
        using SimulatedSystem system = Started(new Sources(_first, _second));
        system.Run(() => system.IsConnected("vfb", 0) && system.IsConnected("vfb", 1), "both framebuffers connected");
        system.Settle();

        system.KillWorker();
        system.StartWorker();
        system.Settle();

        Assert.Equal((2, 2), (_first.Attachments, _second.Attachments));
        Assert.True(system.IsConnected("vfb", 0) && system.IsConnected("vfb", 1));
    }

    [Fact]
    public void TwoFramebuffers_OneSource_TheSecondIsRefusedWithTheRemedy()
    {
        using SimulatedSystem system = Started(new ScreenSources(_first));

        system.Run(() => system.IsConnected("vfb", 0) || system.IsConnected("vfb", 1), "one framebuffer connected");
        system.Settle();

        Assert.Contains(system.Log.Lines, static line => line.Contains("--vfb 1=console:2", StringComparison.Ordinal));
        Assert.True(system.IsConnected("vfb", 0) ^ system.IsConnected("vfb", 1));
    }

    private static SimulatedSystem Started(IScreenSources sources)
    {
        SimulatedSystem system = new() { MakeScreens = (_, _) => sources, VfbOptions = new() { Sizes = [new(Width, Height)] } };
        system.Toolstack.AddDevice("vfb", system.Present, 0);
        system.Toolstack.AddDevice("vfb", system.Present, 1);
        system.StartBackend();
        system.StartWorker();
        return system;
    }

    private sealed class Sources(IScreenSource first, IScreenSource second) : IScreenSources
    {
        public IScreenSource this[int framebuffer] => framebuffer == 1 ? second : first;
    }
}
