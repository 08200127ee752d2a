using Xenbus;
using Xenbus.Devices;
using Xenbus.Loop;
using XenFbFront.Configuration;
using XenFbFront.Content.Terminal;

namespace XenFbFront.Content;

/// <summary>The source that was chosen, and why.</summary>
/// <param name="Source">The source.</param>
/// <param name="Explanation">One line: what is shown, and for a choice made by the program the reason and the way to another.</param>
public sealed record SourceChoice(IScreenSource Source, string Explanation)
{
    private const string Others = "(--source console, term, keys or pattern chooses)";

    /// <summary>Makes the source that the options name, or the best that works here.</summary>
    /// <exception cref="XenException">The source that was asked for is not to be had.</exception>
    public static SourceChoice Make(DaemonOptions options, EventLoop loop, IDescriptorStore store)
    {
        switch (options.Source)
        {
            case SourceKind.Pattern:
                return new(new PatternSource(), "test pattern");
            case SourceKind.Keys:
                KeysSource keys = new(loop);
                return new(keys, keys.Description);
            default:
                break;
        }

        FontChoice font = FontChoice.Make(options);
        TerminalOptions terminal = ForTerminal(options, options.TerminalCommand, font);
        if (options.Source == SourceKind.Terminal)
        {
            return MakeTerminal(terminal, loop, store);
        }

        if (options.PrefersTerminal && TerminalSource.TryOpen(terminal, loop, store, out TerminalSource? toType, out _))
        {
            return new(toType!, $"{toType!.Description}{AskingRoot(toType)} {Others}");
        }

        ConsoleSourceOptions console = ForConsole(options, options.VirtualTerminal, font);
        if (ConsoleSource.TryOpen(console, loop, out ConsoleSource? source, out string reason))
        {
            string other = options.VirtualTerminal == 0 ? " (the active one; --vt N shows another, --source keys or pattern something else)" : string.Empty;
            return new(source!, $"{source!.Description}{other}; {font.Explanation}");
        }

        if (options.Source == SourceKind.Console || options.VirtualTerminal != 0)
        {
            throw new XenException("show", "the text console", 0, reason);
        }

        if (TerminalSource.TryOpen(terminal, loop, store, out TerminalSource? builtIn, out string noTerminal))
        {
            return new(builtIn!, $"{builtIn!.Description}, as no text console can be read: {reason} {Others}");
        }

        KeysSource fallback = new(loop);
        return new(fallback, $"{fallback.Description}, as no text console can be read: {reason}; and no built-in terminal can be shown: {noTerminal} {Others}");
    }

    /// <summary>Makes the source that one framebuffer has for itself.</summary>
    /// <param name="terminalName">Under which a built-in terminal is kept for successors.</param>
    /// <param name="wanted">What it is to show.</param>
    /// <param name="options">All that else a person has set.</param>
    /// <param name="loop">Where it works.</param>
    /// <param name="store">Keeps it.</param>
    /// <exception cref="XenException">It is not to be had.</exception>
    internal static SourceChoice MakeForFramebuffer(string terminalName, FramebufferSource wanted, DaemonOptions options, EventLoop loop, IDescriptorStore store)
    {
        switch (wanted.Kind)
        {
            case SourceKind.Pattern:
                return new(new PatternSource(), "test pattern");
            case SourceKind.Keys:
                KeysSource keys = new(loop);
                return new(keys, keys.Description);
            case SourceKind.Terminal:
                TerminalOptions terminal = ForTerminal(options, wanted.Command ?? options.TerminalCommand, FontChoice.Make(options));
                terminal.KeepName = terminalName;
                return MakeTerminal(terminal, loop, store);
            default:
                break;
        }

        return ConsoleSource.TryOpen(ForConsole(options, wanted.VirtualTerminal, FontChoice.Make(options)), loop, out ConsoleSource? source, out string reason)
            ? new(source!, source!.Description)
            : throw new XenException("show", "the text console", 0, reason);
    }

    private static SourceChoice MakeTerminal(TerminalOptions terminal, EventLoop loop, IDescriptorStore store) =>
        TerminalSource.TryOpen(terminal, loop, store, out TerminalSource? source, out string missing)
            ? new(source!, source!.Description + AskingRoot(source))
            : throw new XenException("show", "the built-in terminal", 0, missing);

    private static TerminalOptions ForTerminal(DaemonOptions options, string? command, FontChoice font) =>
        new() { Command = command, RestartsByKey = options.Loopback is not null, Font = font.Font, Geometry = options.Geometry };

    private static ConsoleSourceOptions ForConsole(DaemonOptions options, int virtualTerminal, FontChoice font) => new()
    {
        VirtualTerminal = virtualTerminal,
        Font = font.Font,
        // A try-out must not change the size of a person's own console.
        Geometry = options.Loopback is not null && options.Geometry.Kind == ConsoleGeometryKind.Automatic ? new(ConsoleGeometryKind.Keep) : options.Geometry,
        Cursor = options.Cursor,
        BlinkMs = options.BlinkMs,
    };

    /// <summary>Root is asked who sits there, whoever may have started the program; here is the way round.</summary>
    private static string AskingRoot(TerminalSource terminal) => terminal.AsksForLogin ? "; --term COMMAND runs something without a login" : string.Empty;
}
