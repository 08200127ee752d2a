namespace XenFbFront.Content;

/// <summary>Puts a glyph of the fallback font into cells of another size.</summary>
internal static class GlyphFit
{
    /// <summary>Draws a glyph, enlarged by the largest whole number that fits, in the middle of its cells.</summary>
    /// <remarks>
    /// Where a cell is smaller than the glyph, blank edges are cut off first; where that is not enough, neighbouring pixels become one, which is set when any of
    /// them is.
    /// </remarks>
    /// <param name="rows">Its rows from the top, the leftmost pixel in bit 15.</param>
    /// <param name="width">8 or 16 pixels.</param>
    /// <param name="bitmaps">The cells' bitmaps one after another, all zero.</param>
    /// <param name="cells">Cells side by side.</param>
    /// <param name="cellWidth">Width of one cell, pixels.</param>
    /// <param name="cellHeight">Height, pixels.</param>
    public static void Draw(ReadOnlySpan<ushort> rows, int width, Span<byte> bitmaps, int cells, int cellWidth, int cellHeight)
    {
        int top = 0, bottom = rows.Length, columns = 0;
        while (top < bottom && rows[top] == 0)
        {
            top++;
        }

        while (bottom > top && rows[bottom - 1] == 0)
        {
            bottom--;
        }

        foreach (ushort row in rows)
        {
            columns |= row;
        }

        if (columns == 0)
        {
            return;
        }

        int left = ushort.LeadingZeroCount((ushort)columns), right = 16 - ushort.TrailingZeroCount((ushort)columns);
        int factor = Math.Max(1, Math.Min(cells * cellWidth / width, cellHeight / rows.Length));
        Axis across = new(width, left, right, cells * cellWidth, factor), down = new(rows.Length, top, bottom, cellHeight, factor);
        int bytesPerRow = (cellWidth + 7) / 8;
        for (int row = top; row < bottom; row++)
        {
            for (int column = left; column < right; column++)
            {
                if ((rows[row] & 0x8000 >> column) == 0)
                {
                    continue;
                }

                int startX = across.Map(column), startY = down.Map(row);
                for (int y = startY; y < startY + factor; y++)
                {
                    for (int x = startX; x < startX + factor; x++)
                    {
                        int inCell = x % cellWidth;
                        bitmaps[(x / cellWidth * cellHeight + y) * bytesPerRow + inCell / 8] |= (byte)(0x80 >> (inCell & 7));
                    }
                }
            }
        }
    }

    /// <summary>Where pixels go in one direction.</summary>
    private readonly struct Axis
    {
        private readonly int _factor, _offset, _source, _target;

        /// <param name="source">Length of the glyph.</param>
        /// <param name="inkStart">Its first pixel that is set.</param>
        /// <param name="inkEnd">Behind its last one.</param>
        /// <param name="target">Length of the cells.</param>
        /// <param name="factor">The enlargement.</param>
        public Axis(int source, int inkStart, int inkEnd, int target, int factor)
        {
            (_factor, _source, _target) = (factor, source, target);
            if (inkEnd - inkStart <= target)
            {
                _offset = (target - source * factor) / 2;
                if (source > target)
                {
                    _offset = Math.Clamp(_offset, -inkStart, target - inkEnd);
                }

                _source = 0;
            }
        }

        public int Map(int position) => _source == 0 ? _offset + position * _factor : position * _target / _source;
    }
}
