namespace XenFbFront.Content;

/// <summary>Copy of a text console at one time: cells, cursor, palette. Allocates only when its size changes.</summary>
public sealed class TextGridContents
{
    /// <summary>Number of colours.</summary>
    public const int PaletteLength = 16;

    /// <summary>Most columns and rows. C: VC_MAXCOL and VC_MAXROW in the kernel's vt.c are 32767; a screen of 16384 pixels has 2048.</summary>
    public const int MaximumSide = 4096;

    private readonly uint[] _palette = new uint[PaletteLength];
    private ushort[] _cells = [];
    private uint[] _codePoints = [];

    /// <summary>Columns, 0 before the first reading.</summary>
    public int Columns { get; private set; }

    /// <summary>Rows, 0 before the first reading.</summary>
    public int Rows { get; private set; }

    /// <summary>Number of the terminal that was read; another one than before when the active one is followed and was switched.</summary>
    public int Terminal { get; set; }

    /// <summary>Column of the cursor, 0 to <see cref="Columns"/> - 1, or -1 when it is not known.</summary>
    public int CursorColumn { get; set; } = -1;

    /// <summary>Row of the cursor, 0 to <see cref="Rows"/> - 1, or -1 when it is not known.</summary>
    public int CursorRow { get; set; } = -1;

    /// <summary>Bits by which a cell is shifted right to get its attribute: 8, or 9 when the kernel's font has 512 glyphs.</summary>
    public int AttributeShift { get; set; } = 8;

    /// <summary>Cells, row after row, as in /dev/vcsa: the attribute above the number of the glyph.</summary>
    public Span<ushort> Cells => _cells;

    /// <summary>Unicode code points of the same cells, as in /dev/vcsu.</summary>
    public Span<uint> CodePoints => _codePoints;

    /// <summary>The 16 colours, 0x00RRGGBB, in ANSI order: 1 is red, 4 is blue.</summary>
    public Span<uint> Palette => _palette;

    /// <summary>Sets the size; the cells are undefined after a change.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A side is not 1 to <see cref="MaximumSide"/>.</exception>
    public void Resize(int columns, int rows)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(columns, MaximumSide);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rows, MaximumSide);
        if (columns * rows != _cells.Length)
        {
            _cells = new ushort[columns * rows];
            _codePoints = new uint[columns * rows];
        }

        (Columns, Rows) = (columns, rows);
    }

    /// <summary>Whether two copies show the same.</summary>
    public bool HasSame(TextGridContents other) =>
        (Terminal, Columns, Rows, CursorColumn, CursorRow, AttributeShift) == (other.Terminal, other.Columns, other.Rows, other.CursorColumn, other.CursorRow, other.AttributeShift)
        && Cells.SequenceEqual(other.Cells) && CodePoints.SequenceEqual(other.CodePoints) && Palette.SequenceEqual(other.Palette);
}
