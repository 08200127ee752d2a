namespace XenFbFront.Content.Terminal;

/// <summary>What a <see cref="TerminalSource"/> runs and how it looks.</summary>
public sealed class TerminalOptions
{
    /// <summary>What to run, for <c>/bin/sh -c</c>; null is a login for root, and the user's shell for others.</summary>
    public string? Command { get; set; }

    /// <summary>Under which name what must outlive this process is kept: another for each terminal.</summary>
    public string KeepName { get; set; } = "term/0";

    /// <summary>After its end the program is started again by a key instead of by itself.</summary>
    public bool RestartsByKey { get; set; }

    /// <summary>Font; null is the built-in one of 8x16.</summary>
    public TextFont? Font { get; set; }

    /// <summary>How many columns and rows the terminal is to have, within the bounds of a <see cref="VirtualTerminal"/>.</summary>
    public ConsoleGeometry Geometry { get; set; } = new(ConsoleGeometryKind.Fit);

    /// <summary>Lines kept of what scrolls off the top.</summary>
    public int ScrollbackLines { get; set; } = 10000;

    /// <summary>Whether the cursor blinks when a program asks for it, which wakes the machine twice a second.</summary>
    public bool CursorMayBlink { get; set; } = true;
}
