namespace XenFbFront.Content;

/// <summary>What a <see cref="ConsoleSource"/> shows and how.</summary>
public sealed class ConsoleSourceOptions
{
    /// <summary>Number of the virtual terminal, 1 to 63; 0 follows the active one.</summary>
    public int VirtualTerminal { get; set; }

    /// <summary>Font; null is the built-in one of 8x16.</summary>
    public TextFont? Font { get; set; }

    /// <summary>How many columns and rows the console is to have.</summary>
    public ConsoleGeometry Geometry { get; set; } = new(ConsoleGeometryKind.Keep);

    /// <summary>How the cursor looks. Which shape a program has asked for, or that it has hidden it, cannot be read from the kernel.</summary>
    public CursorShape Cursor { get; set; } = CursorShape.Underline;

    /// <summary>
    /// Milliseconds that the cursor, and text with the blink attribute, is to be seen and then not. 0: neither blinks, and the attribute makes the
    /// background bright, as the kernel's framebuffer console shows it.
    /// </summary>
    public int BlinkMs { get; set; }
}
