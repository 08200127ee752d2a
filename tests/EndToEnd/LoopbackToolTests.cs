using StbImageSharp;
using Xenbus.Linux.Interop;
using XenFbFront.Content;
using Xunit;

namespace XenFbFront.Tests.EndToEnd;

/// <summary>The tool that a newcomer meets, as a process.</summary>
[Collection(ProcessCollection.Name)]
public class LoopbackToolTests
{
    [Theory]
    [InlineData(Libc.SIGINT)]
    [InlineData(Libc.SIGTERM)]
    public void Run_UntilASignal_SaysWhereToLookAndLeavesNothing(int signal)
    {
        using RunningTool tool = new("--source", "keys", "--window", "no");
        tool.WaitForLine("connected: vfb/0 800x600, 32 bits, and vkbd/0");
        tool.WaitForLine("look with any VNC client: vncviewer 127.0.0.1::");
        tool.WaitForLine("Ctrl-C ends it");
        tool.Signal(signal);
        Assert.Equal(0, tool.WaitForExit());
        tool.AssertNothingIsLeft();
    }

    [Fact]
    public void Run_NothingAskedFor_SaysWhatItShowsAndHowToChooseAnother()
    {
        using RunningTool tool = new("--window", "no");
        tool.WaitForLine("Ctrl-C ends it");
        Assert.Contains("--source", tool.Lines.First(line => line.Contains("screen: ")));
        tool.Signal(Libc.SIGINT);
        Assert.Equal(0, tool.WaitForExit());
        tool.AssertNothingIsLeft();
    }

    /// <summary>As a stale variable of an ended session leaves it; where the library is missing, that is what it says.</summary>
    [Fact]
    public void Run_DisplayThatDoesNotAnswer_SaysSoAndGoesOnWithoutAWindow()
    {
        using RunningTool tool = new(":9753", ["--source", "keys"]);
        tool.WaitForLine("no window: ");
        tool.WaitForLine("Ctrl-C ends it");
        tool.Signal(Libc.SIGINT);
        Assert.Equal(0, tool.WaitForExit());
        tool.AssertNothingIsLeft();
    }

    [Theory]
    [InlineData("1366x768")]
    [InlineData("801x601")]
    public void Run_OnePicture_PngIsWhatTheSourceDrew(string size)
    {
        string png = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.png");
        try
        {
            using RunningTool tool = new("--source", "pattern", "--size", size, "--png", png, "--frames", "1");
            Assert.Equal(0, tool.WaitForExit());
            tool.AssertNothingIsLeft();
            ImageResult image = ImageResult.FromMemory(File.ReadAllBytes(png), ColorComponents.RedGreenBlue);
            Assert.Equal(size, $"{image.Width}x{image.Height}");
            for (int y = 0; y < image.Height; y++)
            {
                for (int x = 0; x < image.Width; x++)
                {
                    int at = 3 * (y * image.Width + x);
                    uint pixel = (uint)(image.Data[at] << 16 | image.Data[at + 1] << 8 | image.Data[at + 2]);
                    uint expected = PatternSource.PixelAt(x, y, image.Width, image.Height);
                    if (pixel != expected)
                    {
                        Assert.Fail($"pixel {x},{y} is {pixel:x6}, not {expected:x6}");
                    }
                }
            }
        }
        finally
        {
            File.Delete(png);
        }
    }

    [Theory]
    [InlineData("--size 5: must be WIDTHxHEIGHT", "--size", "5")]
    [InlineData("--frontend /nowhere: no such file", "--frontend", "/nowhere")]
    [InlineData("--vnc x: must be PORT, IP:PORT or none", "--vnc", "x")]
    [InlineData("--png /nowhere/a.png: its folder does not exist", "--png", "/nowhere/a.png")]
    [InlineData("--frames 0: must be a number from 1", "--frames", "0")]
    [InlineData("unknown option --films", "--films", "1")]
    public void Run_WrongArgument_OneLineAndNothingStarted(string message, params string[] arguments)
    {
        using RunningTool tool = new(arguments);
        Assert.Equal(2, tool.WaitForExit());
        Assert.Contains(message, Assert.Single(tool.Lines));
        tool.AssertNothingIsLeft();
    }
}
