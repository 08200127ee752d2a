using Xenbus;
using Xenbus.Loop;
using XenFbFront.Configuration;

namespace XenFbFront.Content;

/// <summary>The source that was chosen, and why.</summary>
/// <param name="Source">The source.</param>
/// <param name="Explanation">One line: what is shown, and for a choice made by the program the reason and the way to another.</param>
public sealed record SourceChoice(IScreenSource Source, string Explanation)
{
    /// <summary>Makes the source that the options name, or the best that works here.</summary>
    /// <exception cref="XenException">The source that was asked for is not to be had.</exception>
    public static SourceChoice Make(DaemonOptions options, EventLoop loop)
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
        ConsoleSourceOptions console = new()
        {
            VirtualTerminal = options.VirtualTerminal,
            Font = font.Font,
            // A try-out must not change the size of a person's own console.
            Geometry = options.Loopback is not null && options.Geometry.Kind == ConsoleGeometryKind.Automatic ? new(ConsoleGeometryKind.Keep) : options.Geometry,
            Cursor = options.Cursor,
            BlinkMs = options.BlinkMs,
        };
        if (ConsoleSource.TryOpen(console, loop, out ConsoleSource? source, out string reason))
        {
            string other = options.VirtualTerminal == 0 ? " (the active one; --vt N shows another, --source keys or pattern something else)" : string.Empty;
            return new(source!, $"{source!.Description}{other}; {font.Explanation}");
        }

        if (options.Source == SourceKind.Console || options.VirtualTerminal != 0)
        {
            throw new XenException("show", "the text console", 0, reason);
        }

        KeysSource fallback = new(loop);
        return new(fallback, $"{fallback.Description}, as no text console can be read: {reason} (--source console, keys or pattern chooses)");
    }
}
