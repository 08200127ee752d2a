namespace XenFbFront.Content;

/// <summary>The part of a grid of text that a canvas has room for, in the canvas' centre. Where that is not all, it follows the cursor.</summary>
internal sealed class GridView
{
    private readonly int _totalColumns, _totalRows;

    /// <summary>Lays a grid out, from its first cell on.</summary>
    /// <param name="canvas">The canvas.</param>
    /// <param name="font">Gives the size of a cell.</param>
    /// <param name="columns">Columns of the grid, at least 1.</param>
    /// <param name="rows">Rows of the grid, at least 1.</param>
    public GridView(Canvas canvas, TextFont font, int columns, int rows)
    {
        (_totalColumns, _totalRows) = (columns, rows);
        // At least one, even if only a part of it is on the canvas.
        Columns = Math.Clamp(canvas.Width / font.CellWidth, 1, columns);
        Rows = Math.Clamp(canvas.Height / font.CellHeight, 1, rows);
        OriginX = Math.Max(0, (canvas.Width - Columns * font.CellWidth) / 2);
        OriginY = Math.Max(0, (canvas.Height - Rows * font.CellHeight) / 2);
    }

    /// <summary>Left edge of the first column that is shown, pixels.</summary>
    public int OriginX { get; }

    /// <summary>Upper edge of the first row that is shown, pixels.</summary>
    public int OriginY { get; }

    /// <summary>Columns that are shown.</summary>
    public int Columns { get; }

    /// <summary>Rows that are shown.</summary>
    public int Rows { get; }

    /// <summary>The grid's first column that is shown.</summary>
    public int FirstColumn { get; private set; }

    /// <summary>The grid's first row that is shown.</summary>
    public int FirstRow { get; private set; }

    /// <summary>Moves as little as possible, so that a cell is shown.</summary>
    /// <param name="column">Of the grid; outside it nothing moves.</param>
    /// <param name="row">Of the grid; outside it nothing moves.</param>
    /// <returns>Whether another part is shown than before.</returns>
    public bool Follow(int column, int row)
    {
        (int firstColumn, int firstRow) = (FirstColumn, FirstRow);
        FirstColumn = First(FirstColumn, column, Columns, _totalColumns);
        FirstRow = First(FirstRow, row, Rows, _totalRows);
        return (firstColumn, firstRow) != (FirstColumn, FirstRow);
    }

    private static int First(int first, int cell, int visible, int total) =>
        (uint)cell >= (uint)total ? first : cell < first ? cell : Math.Max(first, cell - visible + 1);
}
