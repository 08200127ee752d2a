namespace XenFbFront.Content;

/// <summary>A grid of text on a canvas that remembers what each cell looks like, and draws and reports exactly the cells that became different.</summary>
/// <remarks>Made for one canvas size; cells may lie partly or wholly outside. Setting and drawing allocate nothing.</remarks>
public sealed class TextScreen
{
    private readonly TextPainter _painter;
    private readonly TextCell[] _cells;
    private readonly bool[] _isStale;
    private readonly bool[] _rowIsStale;
    private int _cursorIndex = -1;
    private CursorShape _cursorShape;

    /// <summary>Creates a grid of blanks, all of them to be drawn.</summary>
    /// <param name="painter">Draws the cells.</param>
    /// <param name="originX">Left edge of the first cell, pixels.</param>
    /// <param name="originY">Upper edge of the first cell, pixels.</param>
    /// <param name="columns">Cells in a row.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="foreground">Colour of text in the blanks, 0x00RRGGBB; only a cursor shows it.</param>
    /// <param name="background">Colour of the blanks, 0x00RRGGBB.</param>
    public TextScreen(TextPainter painter, int originX, int originY, int columns, int rows, uint foreground, uint background)
    {
        _painter = painter;
        OriginX = originX;
        OriginY = originY;
        Columns = columns;
        Rows = rows;
        _cells = new TextCell[columns * rows];
        _cells.AsSpan().Fill(new(painter.Font.GlyphFor(' '), foreground, background));
        _isStale = new bool[columns * rows];
        _rowIsStale = new bool[rows];
        InvalidateAll();
    }

    /// <summary>Left edge of the first cell, pixels.</summary>
    public int OriginX { get; }

    /// <summary>Upper edge of the first cell, pixels.</summary>
    public int OriginY { get; }

    /// <summary>Cells in a row.</summary>
    public int Columns { get; }

    /// <summary>Rows of cells.</summary>
    public int Rows { get; }

    /// <summary>Puts a cell; one that looks the same already costs nothing more.</summary>
    public void Set(int column, int row, in TextCell cell)
    {
        int index = row * Columns + column;
        ref TextCell present = ref _cells[index];
        if (present != cell)
        {
            present = cell;
            _isStale[index] = true;
            _rowIsStale[row] = true;
        }
    }

    /// <summary>Puts text, cut at the right edge; each character takes one cell.</summary>
    /// <returns>The column behind the text.</returns>
    public int Write(int column, int row, ReadOnlySpan<char> text, uint foreground, uint background)
    {
        foreach (char character in text)
        {
            if ((uint)column < (uint)Columns && (uint)row < (uint)Rows)
            {
                Set(column, row, new(_painter.Font.GlyphFor(character), foreground, background));
            }

            column++;
        }

        return column;
    }

    /// <summary>Puts blanks from a column to before another, cut at the edges.</summary>
    public void Blank(int column, int endColumn, int row, uint background)
    {
        TextCell blank = new(_painter.Font.GlyphFor(' '), background, background);
        if ((uint)row < (uint)Rows)
        {
            for (; column < Math.Min(endColumn, Columns); column++)
            {
                Set(column, row, blank);
            }
        }
    }

    /// <summary>Moves the cursor, or hides it when the position lies outside the grid.</summary>
    public void SetCursor(int column, int row, CursorShape shape)
    {
        bool isInside = (uint)column < (uint)Columns && (uint)row < (uint)Rows && shape != CursorShape.None;
        int index = isInside ? row * Columns + column : -1;
        if (index == _cursorIndex && shape == _cursorShape)
        {
            return;
        }

        Invalidate(_cursorIndex);
        Invalidate(index);
        _cursorIndex = index;
        _cursorShape = shape;
    }

    /// <summary>Has every cell drawn again that touches a rectangle of the canvas: what lay over them has gone.</summary>
    public void Invalidate(PixelRectangle area)
    {
        int width = _painter.Font.CellWidth, height = _painter.Font.CellHeight;
        if (area.IsEmpty || area.Right <= OriginX || area.Bottom <= OriginY)
        {
            return;
        }

        int firstColumn = Math.Max(0, area.X - OriginX) / width, endColumn = Math.Min(Columns, (area.Right - OriginX + width - 1) / width);
        int firstRow = Math.Max(0, area.Y - OriginY) / height, endRow = Math.Min(Rows, (area.Bottom - OriginY + height - 1) / height);
        for (int row = firstRow; row < endRow; row++)
        {
            for (int column = firstColumn; column < endColumn; column++)
            {
                Invalidate(row * Columns + column);
            }
        }
    }

    /// <summary>Has every cell drawn again.</summary>
    public void InvalidateAll()
    {
        _isStale.AsSpan().Fill(true);
        _rowIsStale.AsSpan().Fill(true);
    }

    /// <summary>Draws the cells that became different and reports them changed: neighbours in a row as one rectangle, and rows of the same run too.</summary>
    /// <returns>Whether anything was drawn.</returns>
    public bool Draw(Canvas canvas)
    {
        PixelSurface surface = new(canvas);
        PixelRectangle pending = default;
        int width = _painter.Font.CellWidth, height = _painter.Font.CellHeight;
        bool didDraw = false;
        for (int row = 0; row < Rows; row++)
        {
            if (!_rowIsStale[row])
            {
                continue;
            }

            _rowIsStale[row] = false;
            Span<bool> isStale = _isStale.AsSpan(row * Columns, Columns);
            ReadOnlySpan<TextCell> cells = _cells.AsSpan(row * Columns, Columns);
            int y = OriginY + row * height;
            for (int start = isStale.IndexOf(true); start >= 0;)
            {
                int length = isStale[start..].IndexOf(false);
                length = length < 0 ? Columns - start : length;
                isStale.Slice(start, length).Clear();
                PixelRectangle run = new(OriginX + start * width, y, length * width, height);
                _painter.DrawCells(surface, run.X, y, cells.Slice(start, length));
                int cursor = _cursorIndex - row * Columns;
                if (_cursorIndex >= 0 && cursor >= start && cursor < start + length)
                {
                    _painter.DrawCursor(surface, OriginX + cursor * width, y, cells[cursor], _cursorShape);
                }

                didDraw = true;
                pending = Extend(canvas, pending, run);
                int next = isStale[(start + length)..].IndexOf(true);
                start = next < 0 ? -1 : start + length + next;
            }
        }

        if (!pending.IsEmpty)
        {
            canvas.Changed(pending);
        }

        return didDraw;
    }

    /// <summary>Joins a run to the rectangle above it when it has the same columns; otherwise reports that one.</summary>
    private static PixelRectangle Extend(Canvas canvas, PixelRectangle pending, PixelRectangle run)
    {
        if (pending.X == run.X && pending.Width == run.Width && pending.Bottom == run.Y)
        {
            return pending with { Height = pending.Height + run.Height };
        }

        if (!pending.IsEmpty)
        {
            canvas.Changed(pending);
        }

        return run;
    }

    private void Invalidate(int index)
    {
        if (index >= 0)
        {
            _isStale[index] = true;
            _rowIsStale[index / Columns] = true;
        }
    }
}
