namespace XenFbFront.Content;

/// <summary>Lines drawn through a glyph.</summary>
[Flags]
public enum TextDecorations
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>A line below the letters.</summary>
    Underline = 1,

    /// <summary>Two lines below the letters.</summary>
    DoubleUnderline = 2,

    /// <summary>A line through the middle.</summary>
    Strike = 4,

    /// <summary>A line along the upper edge.</summary>
    Overline = 8,
}
