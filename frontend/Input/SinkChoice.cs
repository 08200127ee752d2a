using Microsoft.Extensions.Logging;
using Xenbus;
using Xenbus.Linux.Interop;
using Xenbus.Loop;
using XenFbFront.Configuration;
using XenFbFront.Content;
using XenFbFront.Content.Terminal;
using XenFbFront.Input.Console;
using XenFbFront.Input.Hid;
using XenFbFront.Input.Keys;

namespace XenFbFront.Input;

/// <summary>The sink that was chosen, and why.</summary>
/// <param name="Sink">The sink.</param>
/// <param name="Explanation">One line: where input goes, and for a choice made by the program the reason.</param>
public sealed record SinkChoice(IInputSink Sink, string Explanation)
{
    private const string UinputModule = "uinput", UhidModules = "uhid hid hid-generic";

    /// <summary>Makes the sink that the options name, or the best that works here.</summary>
    /// <param name="options">Where input shall go, and which terminal is shown.</param>
    /// <param name="source">What is shown: the built-in terminal takes input itself.</param>
    /// <param name="loop">For sinks that listen.</param>
    /// <param name="logger">For sinks that leave something out.</param>
    /// <param name="root">Where the machine's files are; empty for where they always are.</param>
    /// <exception cref="XenException">The keymap that the options name cannot be used.</exception>
    public static SinkChoice Make(DaemonOptions options, IScreenSource source, EventLoop loop, ILogger logger, string root = "")
    {
        switch (options.Sink)
        {
            case SinkKind.Recorder:
                return Plain(new RecorderSink(options.RecordFile!));
            case SinkKind.None:
                return Plain(new NoSink());
            case SinkKind.Uinput:
                return Plain(new UinputSink());
            case SinkKind.Uhid:
                return Plain(new UhidSink(loop, logger));
            case SinkKind.Console:
                ConsoleSink console = new(options.VirtualTerminal, logger);
                return ConsoleSink.IsAvailable(options.VirtualTerminal, out string noTyping) ? Plain(console) : new(console, $"{console.Description}, which takes nothing: {noTyping}");
            case SinkKind.Automatic when source is TerminalSource terminal:
                return ForTerminal(options, terminal);
            case SinkKind.Automatic when options.Loopback is not null:
                // A person's own keyboard and pointer must not be moved by a try-out.
                return Plain(new NoSink());
            default:
                return Choose(options, loop, logger, root);
        }
    }

    /// <summary>Makes the sink of the vkbd whose screen has a source of its own.</summary>
    /// <param name="options">Where input shall go.</param>
    /// <param name="wanted">What the screen was to show.</param>
    /// <param name="source">What it shows.</param>
    /// <param name="main">The sink of the main source.</param>
    /// <param name="loop">For sinks that listen.</param>
    /// <param name="logger">For sinks that leave something out.</param>
    /// <exception cref="XenException">The keymap that the options name cannot be used.</exception>
    internal static SinkChoice MakeForFramebuffer(DaemonOptions options, FramebufferSource wanted, IScreenSource source, SinkChoice main, EventLoop loop, ILogger logger)
    {
        switch (wanted.Kind)
        {
            case SourceKind.Terminal:
                return ForTerminal(options, (TerminalSource)source);
            case SourceKind.Keys:
                return new(new NoSink(), "shown on its screen, and nowhere else");
            case SourceKind.Pattern:
                return new(new NoSink(), "nowhere, as a test pattern takes none (--sink uinput takes it)");
            default:
                break;
        }

        if (options.Loopback is not null && options.Sink == SinkKind.Automatic)
        {
            // As for the main source: not into a person's own console.
            return Plain(new NoSink());
        }

        if (wanted.VirtualTerminal == 0)
        {
            // The kernel brings what is typed to the terminal that is active.
            return main.Sink is TerminalSink ? Choose(options, loop, logger, string.Empty) : main;
        }

        ConsoleSink console = new(wanted.VirtualTerminal, logger);
        string reason = $"{console.Description}, as a keyboard of the kernel types into the active one: typed text only, no pointer (--sink uinput takes both)";
        return new(console, ConsoleSink.IsAvailable(wanted.VirtualTerminal, out string noTyping) ? reason : $"{reason}; it takes nothing: {noTyping}");
    }

    private static SinkChoice ForTerminal(DaemonOptions options, TerminalSource terminal) =>
        Plain(new TerminalSink(terminal, options.Keymap is null ? Keymap.Us : Keymap.Load(options.Keymap)));

    private static SinkChoice Plain(IInputSink sink) => new(sink, sink.Description);

    private static SinkChoice Choose(DaemonOptions options, EventLoop loop, ILogger logger, string root)
    {
        if (HasUinput(root, out string noUinput, out _))
        {
            return Plain(new UinputSink(root + UinputSink.DefaultPath));
        }

        if (HasUhid(root, out string noUhid, out _))
        {
            return new(new UhidSink(loop, logger, root + UhidSink.DefaultPath), $"uhid, as {noUinput} (no touch, and keys repeat by the kernel; modprobe {UinputModule} where there is one)");
        }

        string noConsole = "there is no text console to type into";
        if (root.Length == 0 && ConsoleSink.IsAvailable(options.VirtualTerminal, out noConsole))
        {
            ConsoleSink console = new(options.VirtualTerminal, logger);
            return new(console, $"{console.Description}, as {noUinput} and {noUhid}: typed text only, no pointer (modprobe {UinputModule}, or {UhidModules})");
        }

        // The keyboard is given up when it comes, with uinput's remedy; the picture is worth having without it.
        return new(new UinputSink(), $"nowhere, as {noUinput}, {noUhid}, and {noConsole}: modprobe {UinputModule}, or modprobe -a {UhidModules}, or choose --sink none");
    }

    /// <summary>Whether uinput is there.</summary>
    /// <param name="root">Where the machine's files are; empty for where they always are.</param>
    /// <param name="reason">Why not.</param>
    /// <param name="errno">The same as a number.</param>
    internal static bool HasUinput(string root, out string reason, out int errno) => CanOpen(root + UinputSink.DefaultPath, out reason, out errno);

    /// <summary>Whether uhid is there, and the driver that makes input of it, or somebody who loads that driver when it is asked for.</summary>
    /// <param name="root">As above.</param>
    /// <param name="reason">Why not.</param>
    /// <param name="errno">The same as a number; 0 when it is the driver that is missing.</param>
    internal static bool HasUhid(string root, out string reason, out int errno)
    {
        if (!CanOpen(root + UhidSink.DefaultPath, out reason, out errno))
        {
            return false;
        }

        if (Libc.Exists(root + "/sys/bus/hid/drivers/hid-generic") || Libc.Exists(root + "/run/udev/control"))
        {
            return true;
        }

        reason = "hid-generic is not loaded";
        return false;
    }

    /// <summary>Opening is the only way to know: with udev the node is there before the module, and opening it loads the module.</summary>
    private static bool CanOpen(string path, out string reason, out int errno)
    {
        int result = Libc.Open(path, OpenFlags.ReadWrite | OpenFlags.NonBlocking);
        errno = result < 0 ? -result : 0;
        if (result >= 0)
        {
            Libc.Close(result);
            reason = string.Empty;
            return true;
        }

        reason = -result switch
        {
            Errno.ENOENT or Errno.ENODEV or Errno.ENXIO => $"{path} is missing",
            _ => $"{path} cannot be opened: {Errno.Text(-result)}",
        };
        return false;
    }
}
