using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;
using XenFbFront.Content;
using XenFbFront.Vfb;

namespace XenFbFront.Configuration;

/// <summary>The options, in one table that the command line, the configuration file and <c>--help</c> share.</summary>
internal static class CommandLine
{
    /// <summary>Read when it is there and no other is named.</summary>
    public const string DefaultConfigurationFile = "/etc/xenfbfront.conf";

    private const string UnbindPrice = "and QEMU's viewers need Ctrl-Alt-2 to see the new picture";

    private static readonly Option[] s_options =
    [
        new("source", "WHAT", "console, term, pattern or keys (default: console, else term)", SetSource),
        new("vt", "N", "the text console to show (default: the active one)", static (o, v) => o.VirtualTerminal = Number("vt", v, 1, 63)),
        new("font", "FILE", "PSF file, builtin, builtin:24 or :32 (default: the guest's)", SetFont),
        new("fallback-font", "FILE", "Unifont's hex file or none (default: if installed)", static (o, v) => o.FallbackFont = v, IsRare: true),
        new("scale", "N", "pixels for one of the font, 1 to 8 (default: 1)", static (o, v) => o.Scale = Number("scale", v, 1, TextFont.MaximumScale), IsRare: true),
        new("geometry", "CxR", "its columns and rows, or keep, or fit the screen (default)", SetGeometry, IsRare: true),
        new("cursor", "SHAPE", "underline, block or none (default: underline)", SetCursor, IsRare: true),
        new("blink", "MS", "time that cursor and blinking text show (default: 0, always)", SetBlink, IsRare: true),
        new("vfb", "N=WHAT", "vfb/N's own: console[:VT], term[:COMMAND], keys or pattern", SetFramebuffer),
        new("term", "COMMAND", "what the built-in terminal runs (default: a login)", SetTerminalCommand),
        new("keymap", "FILE", "keys of the built-in terminal, by loadkeys -b (default: us)", static (o, v) => o.Keymap = v == "us" ? null : v, IsRare: true),
        new("size", "WxH,…", "sizes in pixels, the first is shown (default: the source's)", SetSize),
        new("max-size", "WxH", "room for growth without another connection", SetMaxSize, IsRare: true),
        new("depth", "BITS", "bits of a pixel: 8, 16, 24 or 32 (default: 32)", SetDepth, IsRare: true),
        new("sink", "WHERE", "auto, uinput, uhid, console, record:FILE or none", SetSink),
        new("unbind", string.Empty, "take devices from the kernel's drivers; its console ends", SetUnbind, "yes"),
        new("grant-reserve", "N", "grants left to disks and network (default: 64)", static (o, v) => o.GrantReserve = Number("grant-reserve", v, 0, 4096), IsRare: true),
        new("loopback", "DIR", "a device directory of tools/Loopback instead of Xen", static (o, v) => o.Loopback = v),
        new("log", "LEVEL", "error, warning, info or debug (default: info)", SetLogLevel),
    ];

    /// <summary>What <c>--help</c> prints: what a person may need first; fits a screen of 80x24.</summary>
    public static string Help => MakeHelp(isWhole: false);

    /// <summary>What <c>--help-all</c> prints.</summary>
    public static string WholeHelp => MakeHelp(isWhole: true);

    /// <summary>Reads the arguments and the configuration file; the arguments win.</summary>
    /// <param name="arguments">Without the program's name.</param>
    /// <param name="readFile">Content of a file, or null when there is none; throws <see cref="OptionException"/> when it cannot be read.</param>
    /// <exception cref="OptionException">Something is wrong; one line says what and what is right.</exception>
    public static DaemonOptions Parse(ReadOnlySpan<string> arguments, Func<string, string?> readFile)
    {
        DaemonOptions options = new();
        string? configuration = ValueOf(arguments, "--config");
        string? text = readFile(configuration ?? DefaultConfigurationFile);
        if (text is not null)
        {
            ApplyFile(options, configuration ?? DefaultConfigurationFile, text);
        }
        else if (configuration is not null)
        {
            throw new OptionException($"--config {configuration}: no such file");
        }

        ApplyArguments(options, arguments);
        CheckSizes("size", options.Screen, options.Screen.Sizes);
        foreach (ScreenSize[] sizes in options.Screen.OwnSizes.Values)
        {
            CheckSizes("size", options.Screen, sizes);
        }

        CheckSizes("max-size", options.Screen, options.Screen.MaxSize is { } size ? [size] : []);
        return options;
    }

    /// <summary>When the depth is known: it may be given behind the sizes.</summary>
    private static void CheckSizes(string name, VfbOptions screen, ScreenSize[] sizes)
    {
        foreach (ScreenSize size in sizes)
        {
            if (!new FramebufferGeometry(size.Width, size.Height, screen.Depth).IsValid(out string reason))
            {
                throw new OptionException($"--{name} {size}: {reason}");
            }
        }
    }

    private static string MakeHelp(bool isWhole)
    {
        StringBuilder text = new();
        text.Append("xenfbfront [OPTION...]: Xen's paravirtual screen, keyboard and pointer\n");
        foreach (Option option in s_options)
        {
            if (option.IsRare && !isWhole)
            {
                continue;
            }

            text.Append($"  --{option.Name} {option.Value}".PadRight(19)).Append(' ').Append(option.Help).Append('\n');
            if (option.Alone is not null)
            {
                text.Append(' ', 20).Append(UnbindPrice).Append('\n');
            }
        }

        text.Append("  --config FILE     lines `name = value` (default: /etc/xenfbfront.conf)\n");
        if (isWhole)
        {
            text.Append("  --no-holder       one process; killing it harms the guest while connected\n");
        }
        else
        {
            text.Append("  --help-all        these options and the rare ones\n");
        }

        text.Append("  --version         print the version and end\n");
        text.Append("xenfbfront doctor: what is missing here; ctl help: what can be asked\n");
        text.Append("xenfbfront upgrade: the running program becomes this one, nothing disconnects\n");
        text.Append("Exit status: 0 ended in order (SIGTERM), 2 wrong option, 3 missing or refused,\n");
        text.Append("4 ended without closing in order, 1 a mistake of the program.\n");
        return text.ToString();
    }

    private static void ApplyArguments(DaemonOptions options, ReadOnlySpan<string> arguments)
    {
        for (int i = 0; i < arguments.Length; i++)
        {
            string argument = arguments[i];
            int equals = argument.IndexOf('=', StringComparison.Ordinal);
            string name = equals < 0 ? argument : argument[..equals];
            // With a value they are unknown options.
            switch (argument)
            {
                case "--worker":
                    options.IsWorker = true;
                    continue;
                case "--no-holder":
                    options.HasHolder = false;
                    continue;
            }

            Option? option = name.StartsWith("--", StringComparison.Ordinal) ? Find(name[2..]) : null;
            if (option is null && name != "--config")
            {
                throw new OptionException($"unknown option {argument}; xenfbfront --help lists them");
            }

            if (option?.Alone is { } alone && equals < 0)
            {
                option.Set(options, alone);
                continue;
            }

            string? value = equals >= 0 ? argument[(equals + 1)..] : ++i < arguments.Length ? arguments[i] : null;
            if (string.IsNullOrEmpty(value))
            {
                throw new OptionException($"{name} needs a value: {name} {option?.Alone ?? option?.Value ?? "FILE"}");
            }

            option?.Set(options, value);
        }
    }

    private static void ApplyFile(DaemonOptions options, string file, string text)
    {
        int number = 0;
        foreach (string line in text.Split('\n'))
        {
            number++;
            string content = line.Split('#')[0].Trim();
            if (content.Length == 0)
            {
                continue;
            }

            int equals = content.IndexOf('=', StringComparison.Ordinal);
            Option? option = equals > 0 ? Find(content[..equals].Trim()) : null;
            if (option is null)
            {
                throw new OptionException($"{file}:{number}: `{content}` is not `name = value` with a name that --help lists");
            }

            string value = content[(equals + 1)..].Trim();
            if (value.Length == 0)
            {
                throw new OptionException($"{file}:{number}: {option.Name} needs a value: {option.Name} = {option.Alone ?? option.Value}");
            }

            try
            {
                option.Set(options, value);
            }
            catch (OptionException exception)
            {
                throw new OptionException($"{file}:{number}: {exception.Message}");
            }
        }
    }

    private static string? ValueOf(ReadOnlySpan<string> arguments, string name)
    {
        for (int i = 0; i < arguments.Length; i++)
        {
            if (arguments[i] == name && i + 1 < arguments.Length)
            {
                return arguments[i + 1];
            }

            if (arguments[i].StartsWith(name + "=", StringComparison.Ordinal))
            {
                return arguments[i][(name.Length + 1)..];
            }
        }

        return null;
    }

    private static Option? Find(string name) => Array.Find(s_options, option => option.Name == name);

    private static void SetSource(DaemonOptions options, string value) => options.Source = value switch
    {
        "console" => SourceKind.Console,
        "term" => SourceKind.Terminal,
        "pattern" => SourceKind.Pattern,
        "keys" => SourceKind.Keys,
        _ => throw Wrong("source", value, "console, term, pattern or keys"),
    };

    private static void SetFont(DaemonOptions options, string value) => options.Font =
        !value.StartsWith(FontChoice.BuiltIn, StringComparison.Ordinal) || FontChoice.TryBuiltInHeight(value, out _) ? value : throw Wrong("font", value, "builtin, builtin:16, builtin:24 or builtin:32");

    private static void SetGeometry(DaemonOptions options, string value)
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

    private static void SetCursor(DaemonOptions options, string value) => options.Cursor = value switch
    {
        "underline" => CursorShape.Underline,
        "block" => CursorShape.Block,
        "none" => CursorShape.None,
        _ => throw Wrong("cursor", value, "underline, block or none"),
    };

    private static void SetBlink(DaemonOptions options, string value) => options.BlinkMs =
        TryNumber(value, out int time) && time is 0 or (>= 50 and <= 10_000) ? time : throw Wrong("blink", value, "50 to 10000 ms, or 0 for no blinking");

    private static void SetFramebuffer(DaemonOptions options, string value)
    {
        const string console = "console:", terminal = "term:";
        int equals = value.IndexOf('=', StringComparison.Ordinal);
        string what = value[(equals + 1)..];
        int framebuffer = ParseFramebuffer("vfb", value, equals, "N=WHAT as in 1=console:2");
        options.Framebuffers[framebuffer] = what switch
        {
            "console" => new(SourceKind.Console),
            "term" => new(SourceKind.Terminal),
            "keys" => new(SourceKind.Keys),
            "pattern" => new(SourceKind.Pattern),
            _ when what.StartsWith(terminal, StringComparison.Ordinal) && what.Length > terminal.Length => new(SourceKind.Terminal, Command: what[terminal.Length..]),
            _ when what.StartsWith(console, StringComparison.Ordinal) && TryNumber(what[console.Length..], out int number)
                && number is >= 1 and <= VcsTextGrid.MaximumNumber => new(SourceKind.Console, number),
            _ => throw Wrong("vfb", value, $"{framebuffer}=WHAT with console, console:1 to console:{VcsTextGrid.MaximumNumber}, term, term:COMMAND, keys or pattern"),
        };
    }

    private static void SetTerminalCommand(DaemonOptions options, string value)
    {
        options.TerminalCommand = value;
        if (options.Source == SourceKind.Automatic)
        {
            options.Source = SourceKind.Terminal;
        }
    }

    private static void SetSize(DaemonOptions options, string value)
    {
        int equals = value.IndexOf('=', StringComparison.Ordinal);
        List<ScreenSize> sizes = [];
        foreach (string text in value[(equals + 1)..].Split(','))
        {
            sizes.Add(ScreenSize.TryParse(text, out ScreenSize size) ? size : throw Wrong("size", value, "WIDTHxHEIGHT in pixels, as in 1024x768"));
        }

        if (equals < 0)
        {
            options.Screen.Sizes = [.. sizes];
        }
        else
        {
            options.Screen.OwnSizes[ParseFramebuffer("size", value, equals, "N=… with the number of a vfb, 0 to 65535")] = [.. sizes];
        }
    }

    private static void SetMaxSize(DaemonOptions options, string value) =>
        options.Screen.MaxSize = ScreenSize.TryParse(value, out ScreenSize size) ? size : throw Wrong("max-size", value, "WIDTHxHEIGHT in pixels, as in 1920x1200");

    /// <summary>The number of a vfb in front of what is said of it alone.</summary>
    private static int ParseFramebuffer(string name, string value, int equals, string right) =>
        equals > 0 && TryNumber(value[..equals], out int framebuffer) && framebuffer <= ushort.MaxValue ? framebuffer : throw Wrong(name, value, right);

    private static void SetDepth(DaemonOptions options, string value) =>
        options.Screen.Depth = TryNumber(value, out int depth) && depth is 8 or 16 or 24 or 32 ? depth : throw Wrong("depth", value, "8, 16, 24 or 32");

    private static void SetSink(DaemonOptions options, string value)
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

    private static void SetUnbind(DaemonOptions options, string value) => options.Unbind = value switch
    {
        "yes" => true,
        "no" => false,
        _ => throw Wrong("unbind", value, "yes or no"),
    };

    private static void SetLogLevel(DaemonOptions options, string value) => options.LogLevel = value switch
    {
        "error" => LogLevel.Error,
        "warning" => LogLevel.Warning,
        "info" => LogLevel.Information,
        "debug" => LogLevel.Debug,
        _ => throw Wrong("log", value, "error, warning, info or debug"),
    };

    private static int Number(string name, string value, int min, int max) =>
        TryNumber(value, out int number) && number >= min && number <= max ? number : throw Wrong(name, value, $"{min} to {max}");

    private static bool TryNumber(string text, out int number) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    private static OptionException Wrong(string name, string value, string right) => new($"--{name} {value}: must be {right}");

    /// <param name="Name">Without the dashes.</param>
    /// <param name="Value">What stands behind it in the help.</param>
    /// <param name="Help">A line.</param>
    /// <param name="Set">Takes the value.</param>
    /// <param name="Alone">The value that it has on the command line when it stands alone; null when it needs one.</param>
    /// <param name="IsRare">Left out of <c>--help</c>.</param>
    private sealed record Option(string Name, string Value, string Help, Action<DaemonOptions, string> Set, string? Alone = null, bool IsRare = false);
}
