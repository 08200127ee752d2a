using System.Globalization;
using System.Text;
using Xenbus;
using Xenbus.Devices;
using Xenbus.Linux.Interop;
using Xenbus.Loop;
using XenFbFront.Configuration;
using XenFbFront.Holder;
using XenFbFront.Vfb;

namespace XenFbFront.Control;

/// <summary>What the running program can be asked.</summary>
internal sealed class ControlCommands
{
    /// <summary>Longer than a connection takes: closing has two steps of at most 5 s.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(15);

    private static readonly Command[] s_commands =
    [
        new("status", "[--json]", "both ends of each device, its size, what waits", static (commands, request) => commands.TellStatus(request)),
        new("watch", "[SECONDS] [--json]", "rates and latencies, every so often (default: 1)", static (commands, request) => commands.TellSample(request)),
        new("metrics", "[FILE.prom]", "these numbers in the text format of Prometheus", static (commands, request) => commands.TellMetrics(request)),
        new("program", string.Empty, "which program runs, and as which process", static (commands, request) => commands.TellProgram(request)),
        new("sizes", string.Empty, "sizes of the screens and of --size, * the present one", static (commands, request) => commands.TellSizes(request)),
        new("resize", "[N] WxH", "give vfb/N (default: the first) another size in pixels", static (commands, request) => commands.Resize(request)),
        new("screenshot", "[N] FILE.png", "the picture of vfb/N (default: the first)", static (commands, request) => commands.TakeScreenshot(request)),
        new("source", "[N] [WHAT]", "show another source on vfb/N, or say which it is", static (commands, request) => commands.Source(request)),
        new("keys", "[N]", "show the input events on vfb/N until Ctrl-C", static (commands, request) => commands.ShowKeys(request)),
        new("trace", "[--json] [--keys]", "what passes between both ends, until Ctrl-C", static (commands, request) => commands.Trace(request)),
        new("upgrade", string.Empty, "what xenfbfront upgrade asks; run that instead", static (commands, request) => commands.Upgrade(request)),
    ];

    private readonly FrontendHost _host;
    private readonly HolderClient? _holder;
    private readonly Action _leave;
    private readonly VfbDriver _framebuffers;
    private readonly SourceExchange _sources;
    private readonly EventLoop _loop;
    private readonly TraceHub _traces;

    /// <summary>Composes.</summary>
    /// <param name="host">What is served.</param>
    /// <param name="framebuffers">The screens.</param>
    /// <param name="sources">What they show.</param>
    /// <param name="loop">Where answers are waited for.</param>
    /// <param name="holder">The holder, or null when there is none.</param>
    /// <param name="leave">Ends this worker, with everything connected.</param>
    public ControlCommands(FrontendHost host, VfbDriver framebuffers, SourceExchange sources, EventLoop loop, HolderClient? holder, Action leave) =>
        (_host, _framebuffers, _sources, _loop, _holder, _leave, _traces) = (host, framebuffers, sources, loop, holder, leave, new(host));

    /// <summary>What <c>xenfbfront ctl help</c> prints.</summary>
    public static string Help
    {
        get
        {
            StringBuilder text = new("xenfbfront ctl [--loopback DIR] COMMAND: asks the running xenfbfront\n");
            foreach (Command command in s_commands)
            {
                text.Append($"  {command.Name} {command.Arguments}".PadRight(24)).Append(' ').Append(command.Help).Append('\n');
            }

            return text.ToString();
        }
    }

    /// <summary>Whether a word is one of the commands.</summary>
    public static bool IsCommand(string word) => Array.Exists(s_commands, command => command.Name == word);

    /// <summary>What a person is told who asks for something else.</summary>
    public static string Unknown(string word) => $"unknown command {word}; xenfbfront ctl help lists them";

    /// <summary>Answers a request, at once or later.</summary>
    public void Serve(ControlRequest request)
    {
        string name = request.Words[0];
        if (Array.Find(s_commands, command => command.Name == name) is not { } command)
        {
            request.Refuse(Unknown(name));
            return;
        }

        try
        {
            command.Serve(this, request);
        }
        catch (XenException exception)
        {
            request.Fail(exception.Message);
        }
        catch (OptionException exception)
        {
            request.Refuse(exception.Message);
        }
    }

    private void TellProgram(ControlRequest request)
    {
        request.Say(SelfProgram.Path);
        request.Say($"process {Environment.ProcessId.ToString(CultureInfo.InvariantCulture)}");
        request.Say(_host.AreAllConnected ? "connected" : "not connected");
        request.Finish();
    }

    private void TellStatus(ControlRequest request)
    {
        if (request.Words is not ([_] or [_, "--json"]))
        {
            request.Refuse("status takes nothing but --json");
            return;
        }

        foreach (string line in request.Words.Length == 1 ? StatusReport.Text(_host.Devices) : StatusReport.Json(_host.Devices))
        {
            request.Say(line);
        }

        request.Finish();
    }

    private void TellMetrics(ControlRequest request)
    {
        if (request.Words is not [_])
        {
            request.Refuse("metrics takes nothing but a file, as in metrics FILE.prom");
            return;
        }

        foreach (string line in StatusReport.Metrics(_host.Devices))
        {
            request.Say(line);
        }

        request.Finish();
    }

    /// <summary>One look of many, for <see cref="ControlWatch"/>.</summary>
    private void TellSample(ControlRequest request)
    {
        foreach (DeviceStatus device in _host.Devices)
        {
            request.Say(DeviceSample.Compose(device));
        }

        request.Finish();
    }

    private void TellSizes(ControlRequest request)
    {
        foreach (VfbDevice device in _framebuffers.Devices)
        {
            request.Say($"vfb/{device.Framebuffer}: {(device.Geometry is { } present ? present.Size.ToString() : "not connected")}");
            foreach (ScreenSize size in device.Sizes)
            {
                request.Say($"{(size == device.Geometry?.Size ? '*' : ' ')} {size}");
            }
        }

        request.Finish();
    }

    private void TakeScreenshot(ControlRequest request)
    {
        int framebuffer = -1;
        if (request.Words is not [_] && (request.Words is not [_, { } number] || !int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out framebuffer)))
        {
            request.Refuse("screenshot needs the number of a vfb and a file, as in screenshot 1 FILE.png");
        }
        else if (Find(framebuffer) is not { } device)
        {
            request.Fail(NoFramebuffer(framebuffer));
        }
        else if (device.Picture is not { } picture)
        {
            request.Fail($"vfb/{device.Framebuffer} is not connected, so it has no picture");
        }
        else
        {
            using Descriptor file = Screenshot.Take(picture);
            request.Give($"{new ScreenSize(picture.Width, picture.Height)}", file);
            request.Finish();
        }
    }

    /// <summary>A screen by its number, the first one for a negative number, or null.</summary>
    private VfbDevice? Find(int framebuffer)
    {
        foreach (VfbDevice device in _framebuffers.Devices)
        {
            if (framebuffer < 0 || device.Framebuffer == framebuffer)
            {
                return device;
            }
        }

        return null;
    }

    private static string NoFramebuffer(int framebuffer) =>
        framebuffer < 0 ? "there is no vfb yet; xenfbfront ctl sizes lists them" : $"there is no vfb/{framebuffer}; xenfbfront ctl sizes lists them";

    private void Resize(ControlRequest request)
    {
        ReadOnlySpan<string> words = request.Words.AsSpan(1);
        int framebuffer = -1;
        if (words is not ([_] or [_, _]) || !ScreenSize.TryParse(words[^1], out ScreenSize size)
            || (words is [{ } first, _] && (!int.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out framebuffer))))
        {
            request.Refuse("resize needs a size in pixels, as in resize 1920x1080, or resize 1 1920x1080 for vfb/1");
            return;
        }

        if (Find(framebuffer) is { } device)
        {
            Resize(request, device, size);
        }
        else
        {
            request.Fail(NoFramebuffer(framebuffer));
        }
    }

    /// <summary>Answers when the backend knows of the size.</summary>
    private void Resize(ControlRequest request, VfbDevice device, ScreenSize size)
    {
        ResizeWay way = device.WayTo(size);
        device.Ask(size);
        if (way == ResizeWay.WhenConnected)
        {
            request.Say($"vfb/{device.Framebuffer} is not connected; it will begin with {size}");
        }

        if (way is ResizeWay.WhenConnected or ResizeWay.None)
        {
            request.Finish();
            return;
        }

        LoopTimer deadline = _loop.CreateTimer(() => request.Fail($"the backend does not take vfb/{device.Framebuffer} at {size} within {s_patience.TotalSeconds:0} s; the log of xenfbfront says why"));
        void OnSized()
        {
            if (device.Geometry?.Size == size)
            {
                request.Say($"vfb/{device.Framebuffer}: {size}{(way == ResizeWay.Connection ? ", in another connection: it needed more memory; viewers of QEMU see it on another console (Ctrl-Alt-2)" : string.Empty)}");
                request.Finish();
            }
        }

        void OnRefused(string reason) => request.Fail($"vfb/{device.Framebuffer} at {size}: {reason}");

        device.Sized += OnSized;
        device.SizeRefused += OnRefused;
        request.Ended += () =>
        {
            device.Sized -= OnSized;
            device.SizeRefused -= OnRefused;
            deadline.Dispose();
        };
        deadline.Start(s_patience);
    }

    private void Source(ControlRequest request)
    {
        ReadOnlySpan<string> words = request.Words.AsSpan(1);
        int framebuffer = -1;
        if (words is [{ } first, ..] && int.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out int number))
        {
            framebuffer = number;
            words = words[1..];
        }

        if (words is not ([] or [_]))
        {
            request.Refuse("source takes the number of a vfb and a source, as in source keys, or source 1 term:top (in quotes if it has blanks)");
        }
        else if (Find(framebuffer) is not { } device)
        {
            request.Fail(NoFramebuffer(framebuffer));
        }
        else if (words is [{ } source])
        {
            _sources.Choose(device.Framebuffer, source);
            request.Say($"vfb/{device.Framebuffer}: {_sources.Describe(device.Framebuffer)}");
            request.Finish();
        }
        else
        {
            foreach (VfbDevice each in _framebuffers.Devices)
            {
                if (framebuffer < 0 || each == device)
                {
                    request.Say($"vfb/{each.Framebuffer}: {_sources.Describe(each.Framebuffer)}");
                }
            }

            request.Say($"there are {OptionValues.Sources}");
            request.Finish();
        }
    }

    /// <summary>Until the client goes, however that is; a successor of this worker shows what was shown before.</summary>
    private void ShowKeys(ControlRequest request)
    {
        int framebuffer = -1;
        if (request.Words is not [_] && (request.Words is not [_, { } number] || !int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out framebuffer)))
        {
            request.Refuse("keys takes nothing but the number of a vfb, as in keys 1");
        }
        else if (Find(framebuffer) is not { } device)
        {
            request.Fail(NoFramebuffer(framebuffer));
        }
        else
        {
            Action bringBack = _sources.ShowKeys(device.Framebuffer);
            request.Ended += bringBack;
            request.Say($"vfb/{device.Framebuffer} shows what is typed and pointed at, until Ctrl-C here");
        }
    }

    /// <summary>Answers until the client goes.</summary>
    private void Trace(ControlRequest request)
    {
        bool isJson = false, showsKeys = false;
        foreach (string word in request.Words.AsSpan(1))
        {
            isJson |= word == "--json";
            showsKeys |= word == "--keys";
            if (word is not ("--json" or "--keys"))
            {
                request.Refuse("trace takes nothing but --json and --keys, which shows what is typed");
                return;
            }
        }

        TraceStream stream = new(_host, _loop, request, isJson, showsKeys);
        request.Ended += () => stream.End(_traces);
        stream.Begin(_traces);
    }

    private void Upgrade(ControlRequest request)
    {
        if (request.Words is not [_, { } path, { } format])
        {
            request.Refuse("upgrade takes no arguments: run the new program, as in NEW-PROGRAM upgrade");
        }
        else if (_holder is null)
        {
            request.Fail("this xenfbfront runs with --no-holder: stop it and start the new one");
        }
        else if (format != Succession.Format.ToString(CultureInfo.InvariantCulture))
        {
            request.Fail($"the new program cannot go on with what this one keeps (formats {format} and {Succession.Format}): stop this one and start the new one");
        }
        else if (!Path.IsPathRooted(path) || !Libc.IsExecutable(path))
        {
            request.Fail(Libc.Exists(path)
                ? $"{path} cannot be executed: chmod +x {path}, unless its file system is mounted noexec"
                : $"the running program sees no {path} (its systemd unit hides what is below /home and /root): copy it to where both see it, as in /usr/local/bin");
        }
        else
        {
            _holder.Upgrade(path);
            request.Finish();
            _leave();
        }
    }

    /// <param name="Name">First word.</param>
    /// <param name="Arguments">What stands behind it in the help.</param>
    /// <param name="Help">A line.</param>
    /// <param name="Serve">Answers.</param>
    private sealed record Command(string Name, string Arguments, string Help, Action<ControlCommands, ControlRequest> Serve);
}
