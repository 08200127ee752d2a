namespace XenFbFront.Content;

/// <summary>What a <see cref="ConsoleSource"/> shows and how.</summary>
public sealed class ConsoleSourceOptions
{
    /// <summary>Number of the virtual terminal, 1 to 63; 0 follows the active one.</summary>
    public int VirtualTerminal { get; set; }

    /// <summary>Font; null is the built-in one of 8x16.</summary>
    public TextFont? Font { get; set; }

    /// <summary>How the cursor looks. Whether a program has hidden it cannot be read from the kernel, so it is always drawn.</summary>
    public CursorShape Cursor { get; set; } = CursorShape.Underline;
}
