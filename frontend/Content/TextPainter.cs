using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace XenFbFront.Content;

/// <summary>Draws cells of text straight into pixels. Allocates nothing.</summary>
/// <remarks>
/// A run of cells is drawn one pixel row after the other over its whole width, not cell by cell: the rows of a cell are a stride apart, which
/// at common widths is a multiple of 4096 bytes, and they would evict each other from the first-level cache.
/// </remarks>
public sealed unsafe class TextPainter(TextFont font)
{
    /// <summary>Cells prepared at once: 64 of 48 bytes leave most of a first-level cache to bitmaps and pixels.</summary>
    private const int PreparedCells = 64;

    /// <summary>The most cells of the same colours drawn at once; 8 bytes each are prepared.</summary>
    private const int MostAlike = 256;

    /// <summary>Fewer cells of the same colours are not worth the table of what these colours look like.</summary>
    private const int LeastAlike = 8;

    private const uint Set = uint.MaxValue;

    /// <summary>For each four bits of a glyph's row, the leftmost pixel's in bit 3, all ones or zeros in each pixel. 256 bytes, so they stay in the first-level cache.</summary>
    private static readonly uint[] s_masks =
    [
        0, 0, 0, 0, 0, 0, 0, Set, 0, 0, Set, 0, 0, 0, Set, Set,
        0, Set, 0, 0, 0, Set, 0, Set, 0, Set, Set, 0, 0, Set, Set, Set,
        Set, 0, 0, 0, Set, 0, 0, Set, Set, 0, Set, 0, Set, 0, Set, Set,
        Set, Set, 0, 0, Set, Set, 0, Set, Set, Set, Set, 0, Set, Set, Set, Set,
    ];

    /// <summary>The font that gives the glyphs and the size of a cell.</summary>
    public TextFont Font => font;

    /// <summary>Draws cells side by side, cut to the surface.</summary>
    /// <param name="surface">Where to draw.</param>
    /// <param name="x">Left edge of the first cell, pixels; may be negative.</param>
    /// <param name="y">Upper edge, pixels; may be negative.</param>
    /// <param name="cells">Cells from left to right.</param>
    /// <exception cref="ArgumentOutOfRangeException">A cell's glyph is not in the font.</exception>
    public void DrawCells(in PixelSurface surface, int x, int y, ReadOnlySpan<TextCell> cells) => DrawCells(surface, x, y, cells, 0);

    /// <summary>Draws the rows of cells from <paramref name="firstRow"/> to the lowest.</summary>
    private void DrawCells(in PixelSurface surface, int x, int y, ReadOnlySpan<TextCell> cells, int firstRow)
    {
        // Beyond this check the glyphs' bitmaps are read through pointers.
        uint glyphCount = (uint)font.GlyphCount;
        foreach (ref readonly TextCell cell in cells)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)cell.Glyph, glyphCount);
        }

        int width = font.CellWidth;
        int top = Math.Max(firstRow, -y), bottom = Math.Min(font.CellHeight, surface.Height - y);
        if (top >= bottom)
        {
            return;
        }

        // Cells that are cut on the left, whole, cut on the right.
        int firstWhole = x >= 0 ? 0 : Math.Min(cells.Length, (-x + width - 1) / width);
        int endWhole = Math.Clamp((surface.Width - x) / width, firstWhole, cells.Length);
        if (firstWhole > 0)
        {
            DrawCut(surface, x + (firstWhole - 1) * width, y, cells[firstWhole - 1], top, bottom);
        }

        if (endWhole > firstWhole)
        {
            DrawWhole(surface, x + firstWhole * width, y, cells[firstWhole..endWhole], top, bottom);
        }

        if (endWhole < cells.Length)
        {
            DrawCut(surface, x + endWhole * width, y, cells[endWhole], top, bottom);
        }
    }

    /// <summary>Draws one cell, cut to the surface.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The glyph is not in the font.</exception>
    public void DrawCell(in PixelSurface surface, int x, int y, in TextCell cell) => DrawCells(surface, x, y, new ReadOnlySpan<TextCell>(in cell));

    /// <summary>Draws the cursor over a cell that has just been drawn.</summary>
    /// <param name="surface">Where to draw.</param>
    /// <param name="x">Left edge of the cell, pixels.</param>
    /// <param name="y">Upper edge of the cell, pixels.</param>
    /// <param name="cell">The cell beneath.</param>
    /// <param name="shape">How the cursor looks.</param>
    public void DrawCursor(in PixelSurface surface, int x, int y, in TextCell cell, CursorShape shape)
    {
        // Where the cursor is, the colours are exchanged, so that what it covers stays to be seen.
        TextCell exchanged = new(cell.Glyph, cell.Background, CursorColour(cell));
        switch (shape)
        {
            case CursorShape.None:
                break;
            case CursorShape.Underline:
                DrawCells(surface, x, y, new ReadOnlySpan<TextCell>(in exchanged), font.CellHeight - font.CursorHeight);
                break;
            case CursorShape.Block:
                DrawCell(surface, x, y, exchanged);
                break;
        }
    }

    /// <summary>The text colour, or one that differs from the background where text is invisible, as at a password prompt.</summary>
    private static uint CursorColour(in TextCell cell) => cell.Foreground != cell.Background ? cell.Foreground : ~cell.Background & 0xffffff;

    /// <summary>Draws cells that lie within the surface from left to right; rows from <paramref name="top"/> to before <paramref name="bottom"/>.</summary>
    private void DrawWhole(in PixelSurface surface, int x, int y, ReadOnlySpan<TextCell> cells, int top, int bottom)
    {
        int stride = surface.StridePixels, width = font.CellWidth;
        for (int first = 0, count; first < cells.Length; first += count)
        {
            count = width == 8 ? CountAlike(cells[first..]) : 0;
            bool areAlike = count >= LeastAlike;
            count = areAlike ? count : Math.Min(PreparedCells, cells.Length - first);
            // The slice is the bounds check of everything that is written.
            Span<uint> target = surface.Pixels.Slice((y + top) * stride + x + first * width, (bottom - top - 1) * stride + count * width);
            if (areAlike)
            {
                DrawAlike(target, stride, cells.Slice(first, count), top, bottom);
            }
            else
            {
                DrawMixed(target, stride, cells.Slice(first, count), top, bottom);
            }
        }
    }

    /// <summary>How many cells at the beginning have the colours of the first, at most <see cref="MostAlike"/>.</summary>
    private static int CountAlike(ReadOnlySpan<TextCell> cells)
    {
        int count = 1, most = Math.Min(MostAlike, cells.Length);
        while (count < most && cells[count].Background == cells[0].Background && cells[count].Foreground == cells[0].Foreground)
        {
            count++;
        }

        return count;
    }

    /// <summary>Draws cells of 8 pixels with the same colours, as most text is.</summary>
    [SkipLocalsInit]
    private void DrawAlike(Span<uint> target, int stride, ReadOnlySpan<TextCell> cells, int top, int bottom)
    {
        // What each four bits look like in these colours, so that four pixels are a load and a store; aligned, as a load across two cache lines is two.
        byte* room = stackalloc byte[16 * 16 + 63];
        byte* looks = (byte*)((nuint)room + 63 & ~(nuint)63);
        byte** glyphs = stackalloc byte*[MostAlike];
        byte** end = glyphs + cells.Length;
        Vector128<uint> backgrounds = Vector128.Create(cells[0].Background), differences = Vector128.Create(cells[0].Foreground ^ cells[0].Background);
        int glyphBytes = font.CellHeight;
        fixed (uint* pixels = target)
        fixed (byte* bitmaps = font.Bitmaps, masks = MemoryMarshal.AsBytes<uint>(s_masks))
        {
            for (nuint bits = 0; bits < 16; bits++)
            {
                DrawFour((uint*)(looks + (bits << 4)), bits << 4, masks, backgrounds, differences);
            }

            for (int i = 0; i < cells.Length; i++)
            {
                glyphs[i] = bitmaps + cells[i].Glyph * glyphBytes;
            }

            for (int row = top; row < bottom; row++)
            {
                uint* pixel = pixels + (row - top) * stride;
                for (byte** glyph = glyphs; glyph < end; glyph++, pixel += 8)
                {
                    nuint bits = (*glyph)[row];
                    Vector128.Load((uint*)(looks + (bits & 0xf0))).Store(pixel);
                    Vector128.Load((uint*)(looks + ((bits & 0xf) << 4))).Store(pixel + 4);
                }
            }
        }
    }

    /// <summary>Draws at most <see cref="PreparedCells"/> cells of any width and colours.</summary>
    [SkipLocalsInit]
    private void DrawMixed(Span<uint> target, int stride, ReadOnlySpan<TextCell> cells, int top, int bottom)
    {
        int width = font.CellWidth, bytesPerRow = font.BytesPerRow, glyphBytes = bytesPerRow * font.CellHeight;
        PreparedCell* prepared = stackalloc PreparedCell[PreparedCells];
        PreparedCell* end = prepared + cells.Length;
        fixed (uint* pixels = target)
        fixed (byte* bitmaps = font.Bitmaps, masks = MemoryMarshal.AsBytes<uint>(s_masks))
        {
            for (int i = 0; i < cells.Length; i++)
            {
                ref readonly TextCell cell = ref cells[i];
                prepared[i].Backgrounds = Vector128.Create(cell.Background);
                prepared[i].Differences = Vector128.Create(cell.Foreground ^ cell.Background);
                prepared[i].Bits = bitmaps + cell.Glyph * glyphBytes;
            }

            for (int row = top; row < bottom; row++)
            {
                uint* pixel = pixels + (row - top) * stride;
                nint offset = row * bytesPerRow;
                for (PreparedCell* cell = prepared; cell < end; cell++, pixel += width)
                {
                    DrawRow(pixel, cell->Bits + offset, width, masks, cell->Backgrounds, cell->Differences);
                }
            }
        }
    }

    /// <summary>One pixel row of one cell of any width.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void DrawRow(uint* pixel, byte* bits, int width, byte* masks, Vector128<uint> backgrounds, Vector128<uint> differences)
    {
        for (; width >= 8; width -= 8, pixel += 8, bits++)
        {
            DrawEight(pixel, *bits, masks, backgrounds, differences);
        }

        uint rest = *bits;
        if (width >= 4)
        {
            DrawFour(pixel, rest & 0xf0, masks, backgrounds, differences);
            width -= 4;
            pixel += 4;
            rest <<= 4;
        }

        for (; width > 0; width--, pixel++, rest <<= 1)
        {
            *pixel = backgrounds.ToScalar() ^ ((rest & 0x80) != 0 ? differences.ToScalar() : 0);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void DrawEight(uint* pixel, uint bits, byte* masks, Vector128<uint> backgrounds, Vector128<uint> differences)
    {
        DrawFour(pixel, bits & 0xf0, masks, backgrounds, differences);
        DrawFour(pixel + 4, (bits & 0xf) << 4, masks, backgrounds, differences);
    }

    /// <summary>Four pixels; <paramref name="bits"/> are their four bits times 16, which is where their mask begins.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void DrawFour(uint* pixel, nuint bits, byte* masks, Vector128<uint> backgrounds, Vector128<uint> differences) =>
        (backgrounds ^ (Vector128.Load((uint*)(masks + bits)) & differences)).Store(pixel);

    /// <summary>A cell that the left or right edge of the surface cuts: rare and small, so pixel by pixel.</summary>
    private void DrawCut(in PixelSurface surface, int x, int y, in TextCell cell, int top, int bottom)
    {
        int left = Math.Max(0, -x), right = Math.Min(font.CellWidth, surface.Width - x), bytesPerRow = font.BytesPerRow;
        if (left >= right)
        {
            return;
        }

        ReadOnlySpan<byte> bitmap = font.Bitmaps.Slice(cell.Glyph * bytesPerRow * font.CellHeight, bytesPerRow * font.CellHeight);
        for (int row = top; row < bottom; row++)
        {
            Span<uint> pixels = surface.Pixels.Slice((y + row) * surface.StridePixels + x + left, right - left);
            for (int column = left; column < right; column++)
            {
                bool isSet = (bitmap[row * bytesPerRow + column / 8] & (0x80 >> (column & 7))) != 0;
                pixels[column - left] = isSet ? cell.Foreground : cell.Background;
            }
        }
    }

    /// <summary>What is the same in every pixel row of a cell.</summary>
    private struct PreparedCell
    {
        /// <summary>Background in each lane.</summary>
        public Vector128<uint> Backgrounds;

        /// <summary>Foreground exclusive-or background in each lane.</summary>
        public Vector128<uint> Differences;

        /// <summary>First row of the glyph.</summary>
        public byte* Bits;
    }
}
