using Xenbus.Loop;

namespace XenFbFront.Content;

/// <summary>Mirrors a text console of the guest (<c>--source console</c>): reads its cells, draws and reports exactly those that changed.</summary>
/// <remarks>
/// The first change after quiet is answered at once, later ones at most once in <see cref="ReadPeriodMs"/>. Each reading takes the kernel's
/// console lock: a mirror that read at every notification slowed a flood of output to a sixtieth, one at this pace cannot be measured. Without
/// changes it sleeps. Nothing allocates until the size of the grid or the terminal that is followed changes.
/// </remarks>
public sealed class ConsoleSource : IScreenSource
{
    /// <summary>Shortest time from one reading to the next, milliseconds.</summary>
    public const int ReadPeriodMs = 10;

    private const uint Black = 0x000000, NoteColour = 0xaaaaaa;

    private readonly ITextGrid _grid;
    private readonly EventLoop _loop;
    private readonly LoopTimer _timer;
    private readonly TextPainter _painter;
    private readonly CursorShape _cursor;
    private readonly uint[] _colours = new uint[TextGridContents.PaletteLength];

    // What was read last and what is read next; they change places.
    private TextGridContents _present = new(), _next = new();
    private Canvas? _canvas;
    private TextScreen? _screen;
    private string? _note;
    private int _firstColumn, _firstRow;
    private (int Width, int Height) _sizeAskedFor;
    private int _attachments;
    private long _lastRead;

    /// <summary>Creates a source for a grid and reads it once, for its size.</summary>
    /// <param name="grid">The console; from here on the source's to dispose.</param>
    /// <param name="options">Font and cursor.</param>
    /// <param name="loop">The loop on whose thread everything runs.</param>
    public ConsoleSource(ITextGrid grid, ConsoleSourceOptions options, EventLoop loop)
    {
        _grid = grid;
        _loop = loop;
        _painter = new(options.Font ?? new(BuiltInFonts.Get(16)));
        _cursor = options.Cursor;
        _timer = loop.CreateTimer(Refresh);
        _present.Resize(80, 25);
        if (_grid.Read(_next) == TextGridState.Text)
        {
            (_present, _next) = (_next, _present);
        }

        _lastRead = loop.Clock.GetTimestamp();
    }

    /// <inheritdoc/>
    public string Description => $"text console of {_grid.Name}, {_present.Columns}x{_present.Rows}";

    /// <inheritdoc/>
    public (int Width, int Height) PreferredSize => (_present.Columns * _painter.Font.CellWidth, _present.Rows * _painter.Font.CellHeight);

    /// <summary>Opens the console that the options name.</summary>
    /// <param name="options">What to show.</param>
    /// <param name="loop">The loop on whose thread everything runs.</param>
    /// <param name="source">The source; dispose it.</param>
    /// <param name="reason">When the result is false, one sentence that says what is missing and what to do; else empty.</param>
    public static bool TryOpen(ConsoleSourceOptions options, EventLoop loop, out ConsoleSource? source, out string reason)
    {
        source = VcsTextGrid.TryOpen(options.VirtualTerminal, out VcsTextGrid? grid, out reason) ? new(grid!, options, loop) : null;
        return source is not null;
    }

    /// <inheritdoc/>
    public void Attach(Canvas canvas)
    {
        _attachments++;
        _canvas = canvas;
        _screen = null;
        _note = null;
        canvas.Fill(canvas.Bounds, Black);
        canvas.Changed(canvas.Bounds);
        _grid.Watch(_loop, OnChanged);
        Refresh();
        canvas.Flush();
    }

    /// <inheritdoc/>
    public void Detach()
    {
        _attachments++;
        _timer.Cancel();
        _grid.Unwatch();
        _canvas = null;
        _screen = null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Detach();
        _timer.Dispose();
        _grid.Dispose();
    }

    private void OnChanged()
    {
        if (_timer.IsRunning)
        {
            return;
        }

        TimeSpan quiet = _loop.Clock.GetElapsedTime(_lastRead);
        if (quiet >= TimeSpan.FromMilliseconds(ReadPeriodMs))
        {
            Refresh();
        }
        else
        {
            // Until then the grid is silent, so a flood of output wakes nobody.
            _timer.Start(TimeSpan.FromMilliseconds(ReadPeriodMs) - quiet);
        }
    }

    private void Refresh()
    {
        if (_canvas is not { } canvas)
        {
            return;
        }

        _lastRead = _loop.Clock.GetTimestamp();
        switch (_grid.Read(_next))
        {
            case TextGridState.Text:
                ShowText(canvas);
                break;
            case TextGridState.Graphics:
                ShowNote(canvas, "VT is in graphics mode");
                break;
            case TextGridState.Gone:
                // The last picture stays, if there is one; the grid tells when it is worth another look.
                if (_screen is null)
                {
                    ShowNote(canvas, "VT is not there at present");
                }

                break;
        }
    }

    private void ShowText(Canvas canvas)
    {
        bool hasNewSize = _next.Columns != _present.Columns || _next.Rows != _present.Rows;
        (_present, _next) = (_next, _present);
        (int Width, int Height) wanted = PreferredSize;
        if ((wanted.Width > canvas.Width || wanted.Height > canvas.Height) && wanted != _sizeAskedFor)
        {
            // Asked once for each size: the answer may be no, or may come true later, and then this source is attached anew.
            _sizeAskedFor = wanted;
            int attachments = _attachments;
            canvas.TryResize(wanted.Width, wanted.Height);
            if (attachments != _attachments)
            {
                // Attached anew already, or detached until the new size is there.
                return;
            }
        }

        bool isNew = _screen is null || hasNewSize || _note is not null;
        if (isNew)
        {
            LayOut(canvas);
        }

        bool mustSetAll = SetColours() | ScrollToCursor() | isNew;
        SetCells(mustSetAll);
        TextScreen screen = _screen!;
        screen.SetCursor(_present.CursorColumn - _firstColumn, _present.CursorRow - _firstRow, _present.CursorColumn < 0 || _present.CursorRow < 0 ? CursorShape.None : _cursor);
        if (screen.Draw(canvas))
        {
            canvas.Flush();
        }
    }

    /// <summary>Clears the canvas and puts as many cells on it as fit, in its centre.</summary>
    private void LayOut(Canvas canvas)
    {
        if (_screen is not null || _note is not null)
        {
            canvas.Fill(canvas.Bounds, Black);
            canvas.Changed(canvas.Bounds);
        }

        TextFont font = _painter.Font;
        // At least one, even if only a part of it is on the canvas.
        int columns = Math.Clamp(canvas.Width / font.CellWidth, 1, _present.Columns), rows = Math.Clamp(canvas.Height / font.CellHeight, 1, _present.Rows);
        int originX = Math.Max(0, (canvas.Width - columns * font.CellWidth) / 2), originY = Math.Max(0, (canvas.Height - rows * font.CellHeight) / 2);
        _screen = new(_painter, originX, originY, columns, rows, Black, Black);
        _note = null;
        (_firstColumn, _firstRow) = (0, 0);
    }

    /// <summary>Chooses the part of the grid that contains the cursor, moving as little as possible.</summary>
    /// <returns>Whether it is another part than before.</returns>
    private bool ScrollToCursor()
    {
        int firstColumn = First(_firstColumn, _present.CursorColumn, _screen!.Columns, _present.Columns);
        int firstRow = First(_firstRow, _present.CursorRow, _screen.Rows, _present.Rows);
        bool didMove = firstColumn != _firstColumn || firstRow != _firstRow;
        (_firstColumn, _firstRow) = (firstColumn, firstRow);
        return didMove;

        static int First(int first, int cursor, int visible, int total)
        {
            if (cursor >= 0 && cursor < total)
            {
                first = cursor < first ? cursor : Math.Max(first, cursor - visible + 1);
            }

            return Math.Clamp(first, 0, total - visible);
        }
    }

    /// <summary>Works out the colours of the 16 numbers that an attribute may name.</summary>
    /// <returns>Whether any changed.</returns>
    private bool SetColours()
    {
        bool didChange = false;
        for (int i = 0; i < TextGridContents.PaletteLength; i++)
        {
            // Attributes count colours as a VGA card does (bit 0 blue, bit 2 red), the palette as ANSI does (bit 0 red, bit 2 blue). C:
            // color_table in the kernel's vt.c.
            uint colour = _present.Palette[(i & 0b1010) | (i & 1) << 2 | (i & 0b100) >> 2];
            didChange |= colour != _colours[i];
            _colours[i] = colour;
        }

        return didChange;
    }

    private void SetCells(bool mustSetAll)
    {
        TextScreen screen = _screen!;
        TextFont font = _painter.Font;
        int shift = _present.AttributeShift, stride = _present.Columns;
        mustSetAll |= shift != _next.AttributeShift || _present.Cells.Length != _next.Cells.Length;
        for (int row = 0; row < screen.Rows; row++)
        {
            int start = (_firstRow + row) * stride + _firstColumn;
            ReadOnlySpan<ushort> cells = _present.Cells.Slice(start, screen.Columns);
            ReadOnlySpan<uint> codePoints = _present.CodePoints.Slice(start, screen.Columns);
            // _next still holds what was read before. Most rows are the same, and comparing a row is cheaper than looking its glyphs up.
            if (!mustSetAll && cells.SequenceEqual(_next.Cells.Slice(start, screen.Columns)) && codePoints.SequenceEqual(_next.CodePoints.Slice(start, screen.Columns)))
            {
                continue;
            }

            for (int column = 0; column < cells.Length; column++)
            {
                // The right half of a wide character holds a mark without width or a blank; both have a blank glyph, so the left half stands
                // alone before a gap.
                int attribute = cells[column] >> shift;
                // Bit 7 of an attribute is blink. Nothing here blinks; as on a card whose blinking is switched off, the background becomes bright.
                screen.Set(column, row, new(font.GlyphFor((int)codePoints[column]), _colours[attribute & 0xf], _colours[attribute >> 4 & 0xf]));
            }
        }
    }

    private void ShowNote(Canvas canvas, string note)
    {
        if (ReferenceEquals(_note, note))
        {
            return;
        }

        _note = note;
        _screen = null;
        TextFont font = _painter.Font;
        PixelSurface surface = new(canvas);
        surface.Fill(surface.Bounds, Black);
        int x = (canvas.Width - note.Length * font.CellWidth) / 2, y = (canvas.Height - font.CellHeight) / 2;
        foreach (char character in note)
        {
            _painter.DrawCell(surface, x, y, new(font.GlyphFor(character), NoteColour, Black));
            x += font.CellWidth;
        }

        canvas.Changed(canvas.Bounds);
        canvas.Flush();
    }
}
