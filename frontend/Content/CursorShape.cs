namespace XenFbFront.Content;

/// <summary>How the text cursor looks.</summary>
public enum CursorShape
{
    /// <summary>No cursor.</summary>
    None,

    /// <summary>A line at the bottom of the cell, as the kernel's framebuffer console draws it.</summary>
    Underline,

    /// <summary>The cell with its two colours exchanged.</summary>
    Block,
}
