using System.Globalization;
using System.Net;
using XenFbFront.Configuration;

namespace XenFbFront.Loopback;

/// <summary>What a person can set; everything about the picture and the input is the frontend's own option and handed on to it.</summary>
internal sealed class LoopbackOptions
{
    /// <summary>What <c>--help</c> prints.</summary>
    public const string Help = """
        Loopback: hypervisor, backend, frontend and viewer on this machine, without Xen
        usage: dotnet run --project tools/Loopback -- [OPTION...]
          --frontend PATH   a published xenfbfront instead of the one built here
          --vnc [IP:]PORT   where VNC clients find the screen (default: 127.0.0.1:5900
                            or the next free port), or none
          --window yes|no   a window (default: with a display); Ctrl-Alt-H: keys
          --terminal        the picture in this terminal, twice a second
          --png FILE        write the last picture there at the end
          --frames N        end after N pictures
          --source WHAT     term (default: a shell, for root a login), console, pattern
                            or keys
          --term COMMAND    what the terminal runs instead (as root: --term bash)
          --keymap FILE     the terminal's keys, a file by loadkeys -b (default: us)
          --vt N            the text console to show (default: the active one)
          --sink WHERE      what takes input: uinput, uhid, console, record:FILE or none
                            (default: the terminal, else a record removed at the end)
          --size WxH        size in pixels; --max-size WxH: room to grow; --depth BITS
          --font FILE       PSF font; --fallback-font FILE: for the rest; --scale N
          --geometry CxR    columns and rows of the text console, keep (default) or fit
          --cursor SHAPE    underline, block or none; --blink MS: how long it shows
          --vfb 0=WHAT      another source for the one screen that there is: console:N
          --log LEVEL       error, warning, info or debug (default: info)
        From --source on they are xenfbfront's, whose --help and README.md say more.
        Ctrl-C closes the devices in order and leaves nothing behind.

        """;

    private readonly List<string> _frontendArguments = [];

    /// <summary>Options for the frontend.</summary>
    public IReadOnlyList<string> FrontendArguments => _frontendArguments;

    /// <summary>The frontend's program.</summary>
    public string FrontendPath { get; private set; } = Path.Combine(AppContext.BaseDirectory, "xenfbfront");

    /// <summary>Where VNC clients connect, null for nowhere.</summary>
    public IPEndPoint? Vnc { get; private set; } = new(IPAddress.Loopback, 5900);

    /// <summary>The person named the port, so no other will do.</summary>
    public bool IsVncFixed { get; private set; }

    /// <summary>Whether to open a window; null for where there is a display.</summary>
    public bool? Window { get; private set; }

    /// <summary>Whether to show the picture in the terminal.</summary>
    public bool Terminal { get; private set; }

    /// <summary>File for the last picture, or null.</summary>
    public string? Png { get; private set; }

    /// <summary>Pictures after which to end, 0 for never.</summary>
    public int Frames { get; private set; }

    /// <summary>The person said where input goes.</summary>
    public bool HasSink { get; private set; }

    /// <summary>The person chose a source that is not the terminal.</summary>
    public bool HasOtherSource { get; private set; }

    /// <summary>Reads the arguments.</summary>
    /// <exception cref="OptionException">One is wrong; the message says which and what is right.</exception>
    public static LoopbackOptions Parse(string[] arguments)
    {
        LoopbackOptions options = new();
        for (int i = 0; i < arguments.Length; i++)
        {
            string[] parts = arguments[i].Split('=', 2);
            string name = parts[0];
            if (name == "--terminal")
            {
                options.Terminal = true;
                continue;
            }

            string? value = parts.Length > 1 ? parts[1] : i + 1 < arguments.Length ? arguments[++i] : null;
            if (!name.StartsWith("--", StringComparison.Ordinal))
            {
                throw new OptionException($"unexpected {name}; --help lists the options");
            }

            if (string.IsNullOrEmpty(value))
            {
                throw new OptionException(IsKnown(name) ? $"{name} needs a value; --help says which" : $"unknown option {name}; --help lists the options");
            }

            options.Set(name, value);
        }

        // The frontend would say the same, but only after everything else was started.
        CommandLine.Parse([.. options._frontendArguments], ConfigurationFile.Read);
        return options;
    }

    private static bool IsKnown(string name) =>
        name is "--frontend" or "--vnc" or "--window" or "--png" or "--frames"
        || (name.StartsWith("--", StringComparison.Ordinal) && OptionTable.Find(name[2..]) is { IsBare: false });

    private void Set(string name, string value)
    {
        switch (name)
        {
            case "--frontend":
                FrontendPath = File.Exists(value) ? Path.GetFullPath(value) : throw new OptionException($"--frontend {value}: no such file; `dotnet publish frontend -c Release` makes one");
                break;
            case "--vnc":
                IsVncFixed = true;
                Vnc = value == "none" ? null : ParseEndPoint(value);
                break;
            case "--window":
                Window = value switch
                {
                    "yes" => true,
                    "no" => false,
                    _ => throw new OptionException($"--window {value}: must be yes or no"),
                };
                break;
            case "--png":
                Png = Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(value))) ? value : throw new OptionException($"--png {value}: its folder does not exist");
                break;
            case "--frames":
                Frames = int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int frames) && frames > 0
                    ? frames
                    : throw new OptionException($"--frames {value}: must be a number from 1");
                break;
            default:
                HasSink |= name == "--sink";
                HasOtherSource |= name == "--vt" || (name == "--source" && value != "term");
                _frontendArguments.Add(name);
                _frontendArguments.Add(value);
                break;
        }
    }

    private static IPEndPoint ParseEndPoint(string value)
    {
        string text = value.Contains(':', StringComparison.Ordinal) ? value : $"127.0.0.1:{value}";
        return IPEndPoint.TryParse(text, out IPEndPoint? endPoint) && endPoint.Port > 0
            ? endPoint
            : throw new OptionException($"--vnc {value}: must be PORT, IP:PORT or none");
    }
}
