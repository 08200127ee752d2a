using System.Globalization;
using Microsoft.Extensions.Logging;
using XenFbFront.Content;
using XenFbFront.Vfb;

namespace XenFbFront.Configuration;

/// <summary>What the values of options mean. Each throws <see cref="OptionException"/>, which says what is right.</summary>
internal static class OptionValues
{
    /// <summary>What the screen shows.</summary>
    public static void SetSource(DaemonOptions options, string value) => options.Source = value switch
    {
        "console" => SourceKind.Console,
        "term" => SourceKind.Terminal,
        "pattern" => SourceKind.Pattern,
        "keys" => SourceKind.Keys,
        _ => throw Wrong("source", value, "console, term, pattern or keys"),
    };

    /// <summary>A file, or a built-in font.</summary>
    public static void SetFont(DaemonOptions options, string value) => options.Font =
        !value.StartsWith(FontChoice.BuiltIn, StringComparison.Ordinal) || FontChoice.TryBuiltInHeight(value, out _) ? value : throw Wrong("font", value, "builtin, builtin:16, builtin:24 or builtin:32");

    /// <summary>Columns and rows.</summary>
    public static void SetGeometry(DaemonOptions options, string value)
    {
        string[] sides = value.Split('x');
        options.Geometry = value switch
        {
            "keep" => new(ConsoleGeometryKind.Keep),
            "fit" => new(ConsoleGeometryKind.Fit),
            _ when sides.Length == 2 && TryNumber(sides[0], out int columns) && TryNumber(sides[1], out int rows)
                && columns is > 0 and <= TextGridContents.MaximumSide && rows is > 0 and <= TextGridContents.MaximumSide =>
                new(ConsoleGeometryKind.Fixed, columns, rows),
            _ => throw Wrong("geometry", value, $"COLUMNSxROWS as in 100x37, at most {TextGridContents.MaximumSide}, or fit or keep"),
        };
    }

    /// <summary>The cursor's shape.</summary>
    public static void SetCursor(DaemonOptions options, string value) => options.Cursor = value switch
    {
        "underline" => CursorShape.Underline,
        "block" => CursorShape.Block,
        "none" => CursorShape.None,
        _ => throw Wrong("cursor", value, "underline, block or none"),
    };

    /// <summary>Milliseconds of a beat.</summary>
    public static void SetBlink(DaemonOptions options, string value) => options.BlinkMs =
        TryNumber(value, out int time) && time is 0 or (>= 50 and <= 10_000) ? time : throw Wrong("blink", value, "50 to 10000 ms, or 0 for no blinking");

    /// <summary>The source of one framebuffer.</summary>
    public static void SetFramebuffer(DaemonOptions options, string value)
    {
        int equals = value.IndexOf('=', StringComparison.Ordinal);
        int framebuffer = ParseFramebuffer("vfb", value, equals, "N=WHAT as in 1=console:2");
        options.Framebuffers[framebuffer] = ParseSource(value[(equals + 1)..]) ?? throw Wrong("vfb", value, $"{framebuffer}=WHAT with {Sources}");
    }

    /// <summary>What <see cref="ParseSource"/> takes, for people.</summary>
    public static string Sources => $"console, console:1 to console:{VcsTextGrid.MaximumNumber}, term, term:COMMAND, keys or pattern";

    /// <summary>The source of one framebuffer, or null when it is no such text.</summary>
    public static FramebufferSource? ParseSource(string what)
    {
        const string console = "console:", terminal = "term:";
        return what switch
        {
            "console" => new FramebufferSource(SourceKind.Console),
            "term" => new FramebufferSource(SourceKind.Terminal),
            "keys" => new FramebufferSource(SourceKind.Keys),
            "pattern" => new FramebufferSource(SourceKind.Pattern),
            _ when what.StartsWith(terminal, StringComparison.Ordinal) && what.Length > terminal.Length => new FramebufferSource(SourceKind.Terminal, Command: what[terminal.Length..]),
            _ when what.StartsWith(console, StringComparison.Ordinal) && TryNumber(what[console.Length..], out int number)
                && number is >= 1 and <= VcsTextGrid.MaximumNumber => new FramebufferSource(SourceKind.Console, number),
            _ => null,
        };
    }

    /// <summary>Sizes of all framebuffers, or of one.</summary>
    public static void SetSize(DaemonOptions options, string value)
    {
        int equals = value.IndexOf('=', StringComparison.Ordinal);
        ScreenSize[] sizes = ParseSizes(value);
        if (equals < 0)
        {
            options.Screen.Sizes = sizes;
        }
        else
        {
            options.Screen.OwnSizes[ParseFramebuffer("size", value, equals, "N=… with the number of a vfb, 0 to 65535")] = sizes;
        }
    }

    /// <summary>Whether the protocol can describe the sizes at the depth.</summary>
    public static void CheckSize(DaemonOptions options, string value) => CheckSizes("size", options.Screen, ParseSizes(value));

    private static ScreenSize[] ParseSizes(string value)
    {
        List<ScreenSize> sizes = [];
        foreach (string text in value[(value.IndexOf('=', StringComparison.Ordinal) + 1)..].Split(','))
        {
            sizes.Add(ScreenSize.TryParse(text, out ScreenSize size) ? size : throw Wrong("size", value, "WIDTHxHEIGHT in pixels, as in 1024x768"));
        }

        return [.. sizes];
    }

    private static void CheckSizes(string name, VfbOptions screen, ReadOnlySpan<ScreenSize> sizes)
    {
        foreach (ScreenSize size in sizes)
        {
            if (!new FramebufferGeometry(size.Width, size.Height, screen.Depth).IsValid(out string reason))
            {
                throw new OptionException($"--{name} {size}: {reason}");
            }
        }
    }

    /// <summary>Room for growth.</summary>
    public static void SetMaxSize(DaemonOptions options, string value) =>
        options.Screen.MaxSize = ScreenSize.TryParse(value, out ScreenSize size) ? size : throw Wrong("max-size", value, "WIDTHxHEIGHT in pixels, as in 1920x1200");

    /// <summary>Whether the protocol can describe it at the depth.</summary>
    public static void CheckMaxSize(DaemonOptions options, string value) => CheckSizes("max-size", options.Screen, [options.Screen.MaxSize!.Value]);

    /// <summary>The number of a vfb in front of what is said of it alone.</summary>
    private static int ParseFramebuffer(string name, string value, int equals, string right) =>
        equals > 0 && TryNumber(value[..equals], out int framebuffer) && framebuffer <= ushort.MaxValue ? framebuffer : throw Wrong(name, value, right);

    /// <summary>Bits of a pixel.</summary>
    public static void SetDepth(DaemonOptions options, string value) =>
        options.Screen.Depth = TryNumber(value, out int depth) && depth is 8 or 16 or 24 or 32 ? depth : throw Wrong("depth", value, "8, 16, 24 or 32");

    /// <summary>Where input goes.</summary>
    public static void SetSink(DaemonOptions options, string value)
    {
        const string recorder = "record:";
        (options.Sink, options.RecordFile) = value switch
        {
            "auto" => (SinkKind.First, null),
            "uinput" => (SinkKind.Uinput, null),
            "uhid" => (SinkKind.Uhid, null),
            "console" => (SinkKind.Console, null),
            "none" => (SinkKind.None, null),
            _ when value.StartsWith(recorder, StringComparison.Ordinal) && value.Length > recorder.Length => (SinkKind.Recorder, value[recorder.Length..]),
            _ => throw Wrong("sink", value, "auto, uinput, uhid, console, record:FILE or none"),
        };
    }

    /// <summary>Whether devices are taken.</summary>
    public static void SetUnbind(DaemonOptions options, string value) => options.Unbind = value switch
    {
        "yes" => true,
        "no" => false,
        _ => throw Wrong("unbind", value, "yes or no"),
    };

    /// <summary>What is told.</summary>
    public static void SetLogLevel(DaemonOptions options, string value) => options.LogLevel = value switch
    {
        "error" => LogLevel.Error,
        "warning" => LogLevel.Warning,
        "info" => LogLevel.Information,
        "debug" => LogLevel.Debug,
        _ => throw Wrong("log", value, "error, warning, info or debug"),
    };

    /// <summary>A number within a range.</summary>
    public static int Number(string name, string value, int min, int max) =>
        TryNumber(value, out int number) && number >= min && number <= max ? number : throw Wrong(name, value, $"{min} to {max}");

    private static bool TryNumber(string text, out int number) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    private static OptionException Wrong(string name, string value, string right) => new($"--{name} {value}: must be {right}");
}
