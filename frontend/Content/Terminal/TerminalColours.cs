namespace XenFbFront.Content.Terminal;

/// <summary>The 256 colours of a terminal and the two that text has when a program asks for none.</summary>
/// <remarks>A program's colour is libvterm's, its four bytes as one number. C: VTermColor in vterm.h: type, then red, green, blue or an index.</remarks>
internal sealed class TerminalColours
{
    /// <summary>The colour of text for which a program has asked for none. C: VTERM_COLOR_DEFAULT_FG.</summary>
    public const uint NoForeground = IsDefaultForeground;

    /// <summary>The colour behind text for which a program has asked for none. C: VTERM_COLOR_DEFAULT_BG.</summary>
    public const uint NoBackground = IsDefaultBackground;

    private const uint IsIndexed = 1, IsDefaultForeground = 2, IsDefaultBackground = 4;
    private const int Grey = 7, White = 15, FirstOfCube = 16, FirstGrey = 232;

    private readonly uint[] _palette = new uint[256];

    /// <summary>Creates the usual colours: the 16 of the kernel's console, a cube of 6x6x6, 24 greys.</summary>
    public TerminalColours()
    {
        VcsTextGrid.DefaultPalette.CopyTo(_palette);
        for (int i = FirstOfCube; i < FirstGrey; i++)
        {
            int index = i - FirstOfCube;
            _palette[i] = Level(index / 36) << 16 | Level(index / 6 % 6) << 8 | Level(index % 6);
        }

        for (int i = FirstGrey; i < _palette.Length; i++)
        {
            _palette[i] = (uint)(8 + 10 * (i - FirstGrey)) * 0x010101;
        }

        static uint Level(int step) => step == 0 ? 0 : (uint)(55 + 40 * step);
    }

    /// <summary>The default background, 0x00RRGGBB.</summary>
    public static uint DefaultBackground { get; } = VcsTextGrid.DefaultPalette[0];

    /// <summary>The colour of text that is neither bold nor coloured, 0x00RRGGBB.</summary>
    public static uint DefaultForeground { get; } = VcsTextGrid.DefaultPalette[Grey];

    /// <summary>Whether a program asked for no colour behind the text.</summary>
    public static bool IsNoBackground(uint colour) => (colour & IsDefaultBackground) != 0;

    /// <summary>The two colours that a cell is drawn with, 0x00RRGGBB.</summary>
    public (uint Foreground, uint Background) Of(in VtermCell cell)
    {
        TerminalAttributes attributes = (TerminalAttributes)cell.Attributes;
        uint foreground = Foreground(cell.Foreground, (attributes & TerminalAttributes.Bold) != 0);
        uint background = (cell.Background & IsDefaultBackground) != 0 ? DefaultBackground : Plain(cell.Background);
        if ((attributes & TerminalAttributes.Dim) != 0)
        {
            foreground = foreground >> 1 & 0x7f7f7f;
        }

        if ((attributes & TerminalAttributes.Reverse) != 0)
        {
            (foreground, background) = (background, foreground);
        }

        return ((attributes & TerminalAttributes.Invisible) != 0 ? background : foreground, background);
    }

    /// <summary>Bold text has the brighter of two colours, as on the kernel's console, where no font is bold.</summary>
    private uint Foreground(uint colour, bool isBold)
    {
        if ((colour & IsDefaultForeground) != 0)
        {
            return _palette[isBold ? White : Grey];
        }

        uint index = colour >> 8 & 0xff;
        return isBold && (colour & IsIndexed) != 0 && index < 8 ? _palette[index + 8] : Plain(colour);
    }

    private uint Plain(uint colour) => (colour & IsIndexed) != 0
        ? _palette[colour >> 8 & 0xff]
        : (colour >> 8 & 0xff) << 16 | (colour >> 16 & 0xff) << 8 | colour >> 24;
}
