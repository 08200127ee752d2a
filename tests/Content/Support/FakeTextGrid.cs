using Xenbus.Loop;
using XenFbFront.Content;

namespace XenFbFront.Tests.Content.Support;

/// <summary>A text console in memory that keeps the contract of <see cref="ITextGrid"/> on notifications.</summary>
internal sealed class FakeTextGrid : ITextGrid
{
    /// <summary>Grey on black in the attribute byte.</summary>
    public const byte Plain = 0x07;

    // The order of a VGA card, spelled out independently of the code under test: black, blue, green, cyan, red, magenta, brown, grey, bright.
    private static readonly int[] s_ansiOfVga = [0, 4, 2, 6, 1, 5, 3, 7, 8, 12, 10, 14, 9, 13, 11, 15];

    private Action? _onChanged;

    public FakeTextGrid(int columns, int rows)
    {
        Resize(columns, rows);
        VcsTextGrid.DefaultPalette.CopyTo(Palette);
    }

    public string Name => "/dev/fake";

    public int Columns { get; private set; }

    public int Rows { get; private set; }

    public byte[] Attributes { get; private set; } = [];

    public uint[] CodePoints { get; private set; } = [];

    public uint[] Palette { get; } = new uint[16];

    public (int Column, int Row) Cursor { get; set; }

    public int AttributeShift { get; set; } = 8;

    public TextGridState State { get; set; } = TextGridState.Text;

    public int ReadCount { get; private set; }

    /// <summary>Called in each reading.</summary>
    public Action OnRead { get; set; } = static () => { };

    public int CallCount { get; private set; }

    public bool IsWatched => _onChanged is not null;

    public bool IsDisposed { get; private set; }

    public void Resize(int columns, int rows)
    {
        (Columns, Rows) = (columns, rows);
        Attributes = new byte[columns * rows];
        CodePoints = new uint[columns * rows];
        Attributes.AsSpan().Fill(Plain);
        CodePoints.AsSpan().Fill(' ');
    }

    public void Put(int column, int row, uint codePoint, byte attribute = Plain)
    {
        CodePoints[row * Columns + column] = codePoint;
        Attributes[row * Columns + column] = attribute;
    }

    public int Terminal { get; set; } = 1;

    public bool IsResizable { get; set; } = true;

    public int ResizeCount { get; private set; }

    public bool TryResize(int columns, int rows)
    {
        ResizeCount++;
        if (IsResizable)
        {
            Resize(columns, rows);
        }

        return IsResizable;
    }

    public TextGridState Read(TextGridContents contents)
    {
        ReadCount++;
        OnRead();
        if (State != TextGridState.Text)
        {
            // Undefined by contract, so as bad as possible.
            contents.Cells.Fill(0xffff);
            contents.CodePoints.Fill(0xffffffff);
            return State;
        }

        contents.Resize(Columns, Rows);
        for (int i = 0; i < Attributes.Length; i++)
        {
            contents.Cells[i] = (ushort)(Attributes[i] << AttributeShift | (byte)CodePoints[i]);
        }

        CodePoints.CopyTo(contents.CodePoints);
        Palette.CopyTo(contents.Palette);
        (contents.CursorColumn, contents.CursorRow) = Cursor;
        contents.AttributeShift = AttributeShift;
        contents.Terminal = Terminal;
        return State;
    }

    public void Watch(EventLoop loop, Action onChanged) => _onChanged = onChanged;

    public int UnwatchCount { get; private set; }

    public void Unwatch()
    {
        UnwatchCount++;
        _onChanged = null;
    }

    public void Dispose() => IsDisposed = true;

    /// <summary>Tells of a change, if it is watched.</summary>
    public void Notify()
    {
        if (_onChanged is { } onChanged)
        {
            _onChanged = null;
            CallCount++;
            onChanged();
        }
    }

    /// <summary>The colour that a pixel of the whole grid's picture must have, worked out without the code under test's shortcuts.</summary>
    public uint ExpectedPixel(TextFont font, int x, int y)
    {
        int column = x / font.CellWidth, row = y / font.CellHeight, cell = row * Columns + column;
        int px = x % font.CellWidth, py = y % font.CellHeight;
        uint foreground = Palette[s_ansiOfVga[Attributes[cell] & 15]], background = Palette[s_ansiOfVga[Attributes[cell] >> 4]];
        if (Cursor == (column, row) && py >= font.CellHeight - 2)
        {
            (foreground, background) = (background, foreground != background ? foreground : background ^ 0xffffff);
        }

        int glyph = font.GlyphFor((int)CodePoints[cell]);
        byte bits = font.Bitmaps[(glyph * font.CellHeight + py) * font.BytesPerRow + px / 8];
        return (bits & 0x80 >> px % 8) != 0 ? foreground : background;
    }
}
