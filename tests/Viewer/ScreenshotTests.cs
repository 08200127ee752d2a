using XenFbFront.Backend;
using XenFbFront.Tests.EndToEnd;
using XenFbFront.Viewer;
using Xunit;

namespace XenFbFront.Tests.Viewer;

public sealed class ScreenshotTests : IDisposable
{
    private static readonly DateTimeOffset s_now = new(2026, 7, 28, 14, 15, 3, TimeSpan.Zero);
    private readonly string _folder = Directory.CreateTempSubdirectory("xenfbfront-shots-").FullName;

    [Fact]
    public void Write_TwiceInASecond_MakesTwoFilesAndSaysTheirNames()
    {
        BackendScreen screen = new();
        screen.Resize(3, 2);
        screen.Pixels[4] = 0x123456;
        string first = Path.Combine(_folder, "xenfbfront-20260728-141503.png"), second = Path.Combine(_folder, "xenfbfront-20260728-141503-2.png");
        Assert.Equal($"screenshot: {first}", Screenshot.Write(screen, _folder, s_now));
        screen.Pixels[4] = 0;
        Assert.Equal($"screenshot: {second}", Screenshot.Write(screen, _folder, s_now));
        Assert.Equal([0, 0, 0, 0, 0x123456, 0], XDisplay.ReadPng(first, out int width, out int height));
        Assert.Equal((3, 2), (width, height));
        Assert.Equal([0, 0, 0, 0, 0, 0], XDisplay.ReadPng(second, out _, out _));
    }

    [Fact]
    public void Write_NothingShown_SaysSoAndWritesNothing()
    {
        Assert.Equal("no screenshot: the guest shows nothing", Screenshot.Write(new(), _folder, s_now));
        Assert.Empty(Directory.EnumerateFiles(_folder));
    }

    [Fact]
    public void Write_FolderGone_SaysWhatToDo()
    {
        BackendScreen screen = new();
        screen.Resize(1, 1);
        string answer = Screenshot.Write(screen, Path.Combine(_folder, "gone"), s_now);
        Assert.StartsWith("no screenshot: ", answer);
        Assert.EndsWith("Start where files may be written.", answer);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
