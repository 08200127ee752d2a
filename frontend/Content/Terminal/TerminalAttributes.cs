namespace XenFbFront.Content.Terminal;

/// <summary>How a cell's text looks beside its colours. C: VTermScreenCellAttrs in vterm.h, whose bits it has.</summary>
[Flags]
public enum TerminalAttributes : uint
{
    /// <summary>Plain.</summary>
    None = 0,

    /// <summary>Bold; shown as the brighter colour.</summary>
    Bold = 1 << 0,

    /// <summary>Underlined, bits 1 and 2: once 1, twice 2, curly 3.</summary>
    Underline = 1 << 1,

    /// <summary>Underlined twice.</summary>
    DoubleUnderline = 2 << 1,

    /// <summary>Any kind of line beneath.</summary>
    AnyUnderline = 3 << 1,

    /// <summary>Slanted.</summary>
    Italic = 1 << 3,

    /// <summary>Blinking.</summary>
    Blink = 1 << 4,

    /// <summary>The two colours change places; set in all cells of a screen that is reversed.</summary>
    Reverse = 1 << 5,

    /// <summary>Struck through.</summary>
    Strike = 1 << 6,

    /// <summary>Dim; shown as the colour at half its brightness. In the library it is a bit of the font's number.</summary>
    Dim = 1 << 7,

    /// <summary>Invisible, as a password that is echoed. In the library it is a bit of the font's number.</summary>
    Invisible = 1 << 8,
}
