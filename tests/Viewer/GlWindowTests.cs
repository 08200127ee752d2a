using XenFbFront.Backend;
using XenFbFront.Viewer;
using Xunit;

namespace XenFbFront.Tests.Viewer;

public class GlWindowTests
{
    [Fact]
    public void Run_Stopped_OpensShowsAndEnds()
    {
        Assert.SkipUnless(GlWindow.IsAvailable(out string reason), reason);
        RecordingInput input = new();
        BackendScreen screen = new();
        screen.Resize(64, 48);
        using CancellationTokenSource stop = new();
        GlWindow window = new(screen, input, new GlWindowOptions());
        Exception? failure = null;
        Thread thread = new(() =>
        {
            try
            {
                window.Run(stop.Token);
            }
            catch (NoWindowException error)
            {
                // A display without OpenGL 3.3.
                failure = error;
                input.RefreshPeriod(0);
            }
        });
        thread.Start();
        input.WaitForRefreshPeriods(1);
        screen.Publish(new(0, 0, 64, 48));
        stop.Cancel();
        Assert.True(thread.Join(TimeSpan.FromSeconds(30)), "the window does not end");
        Assert.SkipUnless(failure is null, failure?.Message ?? "");
        Assert.Equal([16u, 0u], input.RefreshPeriods);
    }

    [Fact]
    public void IsAvailable_False_SaysWhyInOneSentence()
    {
        if (GlWindow.IsAvailable(out string reason))
        {
            Assert.Equal("", reason);
        }
        else
        {
            Assert.EndsWith(".", reason, StringComparison.Ordinal);
        }
    }
}
