using Xenbus.Linux.Interop;
using XenFbFront.Content;
using Xunit;

namespace XenFbFront.Tests.EndToEnd;

/// <summary>The loopback tool's window as a person uses it: looks at the X server's screen, types, moves the mouse.</summary>
[Collection(ProcessCollection.Name)]
public sealed class WindowTests : IDisposable
{
    private const uint OutlineColour = 0xff00ff;

    private readonly XDisplay _display = new();
    private RunningTool? _tool;
    private string _window = "";

    private string RecordFile => Path.Combine(_tool!.WorkingDirectory, "record");

    [Fact]
    public void Picture_AtOneTwoAndShrunk_IsTheGuestsPixelForPixel()
    {
        Start("--source", "pattern", "--size", "801x601");
        WaitForPicture(801, 601, factor: 1, 0, 0);
        Press("ctrl+alt+equal");
        WaitForSize(1602, 1202);
        WaitForPicture(801, 601, factor: 2, 0, 0);
        Press("ctrl+alt+minus");
        WaitForSize(801, 601);
        // Too small for twice, too large for once: square pixels in the middle, black around them.
        _display.Do("windowsize", _window, "1001", "701");
        WaitForPicture(801, 601, factor: 1, 100, 50);
        _display.Do("windowsize", _window, "400", "601");
        RunningSystem.WaitFor(
            () => _display.Pixels() is var pixels && pixels[0] == 0 && pixels[599 * XDisplay.Width + 399] == 0 && pixels[300 * XDisplay.Width + 200] != 0,
            () => "the picture is not shrunk into the middle");
        Press("ctrl+alt+0");
        WaitForSize(801, 601);
        WaitForPicture(801, 601, factor: 1, 0, 0);
        Stop();
    }

    [Fact]
    public void Screenshot_Asked_IsTheFramebufferAndSaysItsName()
    {
        Start("--source", "pattern", "--size", "801x601");
        WaitForPicture(801, 601, factor: 1, 0, 0);
        Press("ctrl+alt+equal");
        Press("ctrl+alt+s");
        _tool!.WaitForLine("screenshot: ");
        string file = _tool.Lines.First(static line => line.Contains("screenshot: ")).Split("screenshot: ")[1];
        Assert.Equal(_tool.WorkingDirectory, Path.GetDirectoryName(file));
        uint[] pixels = XDisplay.ReadPng(file, out int width, out int height);
        Assert.Equal((801, 601), (width, height));
        Assert.Null(MismatchOf(pixels, width, width, height, factor: 1, 0, 0));
        Stop();
    }

    [Fact]
    public void Keys_Typed_AreTheGuestsAndTheWindowsOwnAreNot()
    {
        Start("--source", "pattern");
        Press("a");
        Press("ctrl+alt+h");
        Press("ctrl+alt+h");
        Press("ctrl+alt+x");
        // Its own only with the left Alt; the right one is X11's key code 108.
        _display.Do("keydown", "Control_L", "keydown", "108", "key", "h", "keyup", "108", "keyup", "Control_L");
        Press("z");
        WaitForRecord("keyboard 1 44 0");
        string[] keys = [.. Record().Where(static line => line.StartsWith("keyboard 1 "))];
        string[] chord = ["keyboard 1 29 1", "keyboard 1 56 1"], release = ["keyboard 1 29 0", "keyboard 1 56 0"];
        Assert.Equal(
            [
                "keyboard 1 30 1", "keyboard 1 30 0", .. chord, .. release, .. chord, .. release,
                .. chord, "keyboard 1 45 1", .. release, "keyboard 1 45 0",
                "keyboard 1 29 1", "keyboard 1 100 1", "keyboard 1 35 1", "keyboard 1 35 0", "keyboard 1 100 0", "keyboard 1 29 0",
                "keyboard 1 44 1", "keyboard 1 44 0",
            ],
            keys);
        Stop();
    }

    [Fact]
    public void Pointer_AtTwice_IsThePixelUnderIt()
    {
        Start("--source", "pattern", "--size", "640x480");
        Press("ctrl+alt+equal");
        WaitForSize(1280, 960);
        _display.Do("mousemove", "--window", _window, "201", "101", "click", "1", "click", "5");
        WaitForRecord("pointer 2 8 -1");
        // Pixel 100,50 of 640x480, in the middle of the 51 or 68 raw positions that mean it.
        string[] record = Record();
        int x = Position(record, "pointer 3 0 "), y = Position(record, "pointer 3 1 ");
        Assert.Equal((100, 50), (x * 640 / 32768, y * 480 / 32768));
        Assert.Contains("pointer 1 272 1", record);
        Assert.Contains("pointer 1 272 0", record);
        Stop();
    }

    [Fact]
    public void Grab_TakesTheKeyboardAndMovesWithoutEnd_AndGivesBothBack()
    {
        Start("--source", "pattern", "--size", "640x480");
        _display.Do("mousemove", "--window", _window, "320", "240");
        WaitForRecord("pointer 0 0 0");
        Press("ctrl+alt+g");
        WaitForTitle("XenFbFront - grabbed, Ctrl-Alt-G releases");
        Assert.True(_display.IsKeyboardTaken, "another program can have the keyboard");
        // Further than the screen is wide: the guest's pointer stands at its right edge then, and the person's has not left the window.
        for (int i = 0; i < 20; i++)
        {
            _display.Do("mousemove_relative", "100", "0");
        }

        RunningSystem.WaitFor(() => Position(Record(), "pointer 3 0 ") == 32767, () => $"the pointer stands at {Position(Record(), "pointer 3 0 ")}");
        Press("ctrl+alt+g");
        WaitForTitle("XenFbFront (Ctrl-Alt-H: keys)");
        Assert.False(_display.IsKeyboardTaken, "the keyboard was not given back");
        _display.Do("mousemove", "--window", _window, "64", "48");
        RunningSystem.WaitFor(() => Position(Record(), "pointer 3 0 ") * 640 / 32768 == 64, () => $"the pointer stands at {Position(Record(), "pointer 3 0 ")}");
        Stop();
    }

    [Fact]
    public void Grab_FocusLost_EndsAndLetsGoOfKeys()
    {
        Start("--source", "pattern");
        Press("ctrl+alt+g");
        WaitForTitle("XenFbFront - grabbed, Ctrl-Alt-G releases");
        _display.Do("keydown", "x");
        WaitForRecord("keyboard 1 45 1");
        _display.FocusNothing();
        WaitForRecord("keyboard 1 45 0");
        WaitForTitle("XenFbFront (Ctrl-Alt-H: keys)");
        Assert.False(_display.IsKeyboardTaken, "the keyboard was not given back");
        Stop();
    }

    [Fact]
    public void Touch_BothButtons_AreTwoFingersMirroredAndNoPointer()
    {
        Start("--source", "pattern", "--size", "640x480");
        Press("ctrl+alt+t");
        WaitForTitle("XenFbFront - mouse is fingers");
        _display.Do("mousemove", "--window", _window, "160", "120");
        _display.Do("mousedown", "1", "mousedown", "3");
        _display.Do("mousemove", "--window", _window, "200", "120");
        _display.Do("mouseup", "3", "mouseup", "1");
        WaitForRecord("touch 1 330 0");
        Press("ctrl+alt+t");
        WaitForTitle("XenFbFront (Ctrl-Alt-H: keys)");
        string[] record = Record();
        Assert.DoesNotContain(record, static line => line.StartsWith("pointer "));
        List<(int Finger, int X)> places = [];
        int finger = 0;
        foreach (string line in record)
        {
            finger = line.StartsWith("touch 3 47 ") ? int.Parse(line[11..]) : finger;
            if (line.StartsWith("touch 3 53 "))
            {
                places.Add((finger, int.Parse(line[11..]) * 640 / 32768));
            }
        }

        Assert.Equal([(0, 160), (1, 639 - 160), (0, 200), (1, 639 - 200)], places);
        Assert.Equal(2, record.Count(static line => line == "touch 3 57 -1"));
        Stop();
    }

    [Fact]
    public void Figures_Toggled_OutlineWhatChangesAndLeaveThePicture()
    {
        Start("--source", "keys");
        Press("ctrl+alt+d");
        RunningSystem.WaitFor(
            () =>
            {
                Press("a");
                return _display.Pixels().Contains(OutlineColour);
            },
            () => "nothing is outlined");
        Press("ctrl+alt+d");
        RunningSystem.WaitFor(() => !_display.Pixels().Contains(OutlineColour), () => "outlines stay");
        // Held, as letting go would change the picture after the screenshot, and seen by the guest before it.
        _display.Do("keydown", "Control_L", "keydown", "Alt_L");
        RunningSystem.WaitFor(() => _display.Pixels().SequenceEqual(_display.Pixels()), () => "the picture does not come to rest");
        Press("s");
        _tool!.WaitForLine("screenshot: ");
        uint[] picture = XDisplay.ReadPng(_tool.Lines.First(static line => line.Contains("screenshot: ")).Split("screenshot: ")[1], out int width, out int height);
        // When the notice of the screenshot has gone the window shows nothing but the guest's picture again.
        RunningSystem.WaitFor(() => Shows(_display.Pixels(), picture, width, height), () => "the window shows something else than the guest's picture");
        _display.Do("keyup", "Alt_L", "keyup", "Control_L");
        Stop();
    }

    [Fact]
    public void Size_Followed_GuestTakesTheWindowsAndKeepsItsOwnAgain()
    {
        Start("--source", "pattern", "--size", "640x480", "--max-size", "1024x768");
        Press("ctrl+alt+r");
        WaitForTitle("XenFbFront - guest takes the window's size");
        _display.Do("windowsize", _window, "733", "577");
        WaitForPicture(733, 577, factor: 1, 0, 0);
        Press("ctrl+alt+r");
        WaitForTitle("XenFbFront (Ctrl-Alt-H: keys)");
        _display.Do("windowsize", _window, "900", "700");
        WaitForPicture(733, 577, factor: 1, 83, 61);
        Stop();
    }

    public void Dispose()
    {
        _tool?.Dispose();
        _display.Dispose();
    }

    private void Start(params string[] arguments)
    {
        _tool = new RunningTool(_display.Name, ["--vnc", "none", "--window", "yes", "--sink", "record:record", .. arguments]);
        _tool.WaitForLine("window: Ctrl-Alt-H");
        _window = _display.WaitForWindow("XenFbFront");
    }

    private void Stop()
    {
        _tool!.Signal(Libc.SIGTERM);
        Assert.Equal(0, _tool.WaitForExit());
        _tool.AssertNothingIsLeft();
    }

    private void Press(string keys) => _display.Do("key", keys);

    private string[] Record() => File.Exists(RecordFile) ? [.. File.ReadAllLines(RecordFile).Where(static line => line.Length > 0)] : [];

    private void WaitForRecord(string line) => RunningSystem.WaitFor(() => Record().Contains(line), () => $"no `{line}` in {string.Join(", ", Record())}");

    private void WaitForTitle(string title) => RunningSystem.WaitFor(() => _display.TitleOf(_window) == title, () => $"the title is {_display.TitleOf(_window)}");

    private void WaitForSize(int width, int height) => RunningSystem.WaitFor(() => _display.SizeOf(_window) == (width, height), () => $"the window has {_display.SizeOf(_window)}");

    private void WaitForPicture(int width, int height, int factor, int left, int top)
    {
        uint[] pixels = [];
        RunningSystem.WaitFor(
            () =>
            {
                pixels = _display.Pixels();
                return MismatchOf(pixels, XDisplay.Width, width, height, factor, left, top) is null;
            },
            () => MismatchOf(pixels, XDisplay.Width, width, height, factor, left, top) ?? "");
    }

    /// <summary>Null when the test picture is there with a whole number of pixels for each of its own.</summary>
    private static string? MismatchOf(uint[] pixels, int stride, int width, int height, int factor, int left, int top)
    {
        for (int y = 0; y < height * factor; y++)
        {
            for (int x = 0; x < width * factor; x++)
            {
                uint expected = PatternSource.PixelAt(x / factor, y / factor, width, height), seen = pixels[(top + y) * stride + left + x];
                if (seen != expected)
                {
                    return $"pixel {x},{y} is {seen:x6}, not {expected:x6}";
                }
            }
        }

        return null;
    }

    private static bool Shows(uint[] pixels, uint[] picture, int width, int height)
    {
        for (int y = 0; y < height; y++)
        {
            if (!pixels.AsSpan(y * XDisplay.Width, width).SequenceEqual(picture.AsSpan(y * width, width)))
            {
                return false;
            }
        }

        return true;
    }

    private static int Position(string[] record, string start) => int.Parse(record.Last(line => line.StartsWith(start))[start.Length..]);
}
