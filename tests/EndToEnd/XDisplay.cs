using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using StbImageSharp;
using Xunit;

namespace XenFbFront.Tests.EndToEnd;

/// <summary>An X server without a screen (Xvfb) and a person at it (xdotool), who has no window manager.</summary>
internal sealed partial class XDisplay : IDisposable
{
    private const string X11 = "libX11.so.6";

    public const int Width = 1700;
    public const int Height = 1300;

    private static readonly string[] s_programs = ["Xvfb", "xdotool", "import"];
    private readonly Process _server;

    /// <summary>Starts the server; skips the test where a program for it is missing, unless <c>XENFBFRONT_REQUIRE_WINDOW=1</c>.</summary>
    public XDisplay()
    {
        string[] folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':');
        string[] missing = [.. s_programs.Where(program => !folders.Any(folder => File.Exists(Path.Combine(folder, program))))];
        Assert.SkipUnless(
            missing.Length == 0 || Environment.GetEnvironmentVariable("XENFBFRONT_REQUIRE_WINDOW") == "1",
            $"{string.Join(", ", missing)} missing (Debian packages xvfb, xdotool, imagemagick)");
        ProcessStartInfo start = new("Xvfb", ["-displayfd", "1", "-noreset", "-screen", "0", $"{Width}x{Height}x24", "-nolisten", "tcp"]) { RedirectStandardOutput = true, RedirectStandardError = true };
        _server = Process.Start(start)!;
        _server.BeginErrorReadLine();
        // The server chooses a free number and says it when it can be used.
        Name = $":{_server.StandardOutput.ReadLine()}";
    }

    public string Name { get; }

    /// <summary>What is on the whole screen, <c>0x00RRGGBB</c>.</summary>
    public uint[] Pixels()
    {
        string file = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.png");
        try
        {
            Run("import", "-silent", "-window", "root", file);
            return ReadPng(file, out _, out _);
        }
        finally
        {
            File.Delete(file);
        }
    }

    public static uint[] ReadPng(string path, out int width, out int height)
    {
        ImageResult image = ImageResult.FromMemory(File.ReadAllBytes(path), ColorComponents.RedGreenBlue);
        (width, height) = (image.Width, image.Height);
        uint[] pixels = new uint[width * height];
        for (int i = 0; i < pixels.Length; i++)
        {
            pixels[i] = (uint)(image.Data[3 * i] << 16 | image.Data[3 * i + 1] << 8 | image.Data[3 * i + 2]);
        }

        return pixels;
    }

    /// <summary>Has xdotool do something, and gives what it prints.</summary>
    public string Do(params string[] arguments) => Run("xdotool", arguments);

    /// <summary>Waits for a window, gives it the keyboard, and tells its number.</summary>
    public string WaitForWindow(string title)
    {
        string window = "";
        RunningSystem.WaitFor(() => (window = Run("xdotool", isOptional: true, "search", "--onlyvisible", "--name", title).Split('\n')[0]).Length > 0, () => $"no window {title}");
        Do("windowfocus", "--sync", window);
        return window;
    }

    public (int Width, int Height) SizeOf(string window)
    {
        Dictionary<string, string> lines = Do("getwindowgeometry", "--shell", window).Split('\n').Select(static line => line.Split('=')).ToDictionary(static line => line[0], static line => line[1]);
        return (int.Parse(lines["WIDTH"], CultureInfo.InvariantCulture), int.Parse(lines["HEIGHT"], CultureInfo.InvariantCulture));
    }

    /// <summary>Whether a program has the keyboard for itself, seen by trying to take it.</summary>
    public bool IsKeyboardTaken
    {
        get
        {
            const int alreadyGrabbed = 1, asynchronous = 1;
            nint display = XOpenDisplay(Name);
            Assert.NotEqual(0, display);
            // Closing the connection gives it back.
            int result = XGrabKeyboard(display, XDefaultRootWindow(display), 0, asynchronous, asynchronous, 0);
            XCloseDisplay(display);
            return result == alreadyGrabbed;
        }
    }

    /// <summary>Takes the keyboard's focus from every window.</summary>
    public void FocusNothing()
    {
        nint display = XOpenDisplay(Name);
        Assert.NotEqual(0, display);
        XSetInputFocus(display, XDefaultRootWindow(display), 0, 0);
        XCloseDisplay(display);
    }

    public string TitleOf(string window) => Do("getwindowname", window);

    public void Dispose()
    {
        _server.Kill();
        _server.WaitForExit();
        _server.Dispose();
    }

    private string Run(string program, params string[] arguments) => Run(program, isOptional: false, arguments);

    private string Run(string program, bool isOptional, params string[] arguments)
    {
        ProcessStartInfo start = new(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["DISPLAY"] = Name;
        using Process process = Process.Start(start)!;
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginErrorReadLine();
        string output = process.StandardOutput.ReadToEnd().Trim();
        process.WaitForExit();
        Assert.True(isOptional || process.ExitCode == 0, $"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}");
        return output;
    }

    [LibraryImport(X11, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint XOpenDisplay(string name);

    [LibraryImport(X11)]
    private static partial int XCloseDisplay(nint display);

    [LibraryImport(X11)]
    private static partial nuint XDefaultRootWindow(nint display);

    [LibraryImport(X11)]
    private static partial int XGrabKeyboard(nint display, nuint window, int ownerEvents, int pointerMode, int keyboardMode, nuint time);

    [LibraryImport(X11)]
    private static partial int XSetInputFocus(nint display, nuint focus, int revertTo, nuint time);
}
