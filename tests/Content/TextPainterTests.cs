using XenFbFront.Content;
using XenFbFront.Tests.Content.Support;
using Xunit;

namespace XenFbFront.Tests.Content;

public class TextPainterTests
{
    public static TheoryData<int, int> Sizes => new([(1, 1), (3, 4), (4, 3), (5, 8), (7, 9), (8, 16), (9, 5), (12, 24), (13, 7), (16, 32), (21, 3), (32, 64), (64, 128)]);

    [Theory]
    [MemberData(nameof(Sizes))]
    public void DrawCells_AnyCellSizeAndPosition_EqualsTheSlowReference(int width, int height)
    {
        TextFont font = new(ConsoleFont.Parse(FontFiles.Version2(width, height, 20), "test"));
        TextPainter painter = new(font);
        Random random = new(width * 1000 + height);
        TextCell[] cells = [.. Enumerable.Range(0, 6).Select(_ => new TextCell(random.Next(20), (uint)random.Next(1 << 24), (uint)random.Next(1 << 24)))];
        int[] xs = [0, 1, -1, 1 - width, -width, -2 * width - 1, 2 * width, 4 * width + 1, 6 * width, -7 * width];
        int[] ys = [0, 1, -1, 1 - height, -height, height, 2 * height - 1, 2 * height];
        foreach (int x in xs)
        {
            foreach (int y in ys)
            {
                ArrayCanvas canvas = new(5 * width + 1, 2 * height);
                uint[] expected = canvas.Copy();
                DrawSlowly(expected, canvas, font, x, y, cells);

                painter.DrawCells(new(canvas), x, y, cells);

                Assert.Equal(expected, canvas.Copy());
            }
        }
    }

    [Theory]
    [InlineData(8)]
    [InlineData(14)]
    [InlineData(16)]
    public void DrawCells_RunsOfTheSameColours_EqualTheSlowReference(int height)
    {
        TextFont font = new(ConsoleFont.Parse(FontFiles.Version2(8, height, 20), "test"));
        TextPainter painter = new(font);
        Random random = new(height);
        // Runs shorter and longer than what is worth a table, and than what is drawn at once; neighbours that differ in one colour only.
        List<TextCell> cells = [];
        foreach (int length in new[] { 7, 8, 9, 1, 1, 300, 2, 64, 3 })
        {
            uint foreground = (uint)random.Next(1 << 24), background = cells.Count % 2 == 0 || cells.Count == 0 ? (uint)random.Next(1 << 24) : cells[^1].Background;
            cells.AddRange(Enumerable.Range(0, length).Select(_ => new TextCell(random.Next(20), foreground, background)));
        }

        foreach (int x in new[] { 0, 3, -3, -5 * 8, -17 * 8 - 1 })
        {
            foreach (int y in new[] { 0, -1, height / 2 })
            {
                ArrayCanvas canvas = new(380 * 8 + 5, height + 2);
                uint[] expected = canvas.Copy();
                DrawSlowly(expected, canvas, font, x, y, [.. cells]);

                painter.DrawCells(new(canvas), x, y, [.. cells]);

                Assert.Equal(expected, canvas.Copy());
            }
        }
    }

    [Fact]
    public void DrawCells_CellsLargerThanTheCanvas_DrawsThePartThatIsThere()
    {
        TextFont font = new(BuiltInFonts.Get(32));
        TextCell[] cells = [new(font.GlyphFor('#'), 0xffffff, 0x000080), new(font.GlyphFor('@'), 0xffffff, 0x000080)];
        for (int size = 1; size < 16; size++)
        {
            ArrayCanvas canvas = new(size, size);
            uint[] expected = canvas.Copy();
            DrawSlowly(expected, canvas, font, -7, -9, cells);

            new TextPainter(font).DrawCells(new(canvas), -7, -9, cells);

            Assert.Equal(expected, canvas.Copy());
        }
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(20)]
    [InlineData(int.MaxValue)]
    public void DrawCells_GlyphNotInFont_ThrowsAndDrawsNothing(int glyph)
    {
        TextPainter painter = new(new TextFont(ConsoleFont.Parse(FontFiles.Version2(8, 4, 20), "test")));
        ArrayCanvas canvas = new(40, 10);
        uint[] before = canvas.Copy();

        Assert.Throws<ArgumentOutOfRangeException>(() => painter.DrawCells(new(canvas), 0, 0, [new(0, 1, 2), new(glyph, 1, 2)]));
        Assert.Equal(before, canvas.Copy());
    }

    [Theory]
    [InlineData(16, 1, 2)]
    [InlineData(24, 1, 2)]
    [InlineData(32, 1, 2)]
    [InlineData(16, 3, 6)]
    public void DrawCursor_Underline_ExchangesTheColoursOfTwoRowsOfTheFont(int height, int scale, int rows)
    {
        TextFont font = new(BuiltInFonts.Get(height), scale);
        TextCell cell = new(font.GlyphFor('g'), 0xaaaaaa, 0x101010);
        ArrayCanvas canvas = Drawn(font, cell, CursorShape.Underline), plain = Drawn(font, cell, CursorShape.None);
        ArrayCanvas block = Drawn(font, cell, CursorShape.Block);

        for (int y = 0; y < font.CellHeight; y++)
        {
            for (int x = 0; x < font.CellWidth; x++)
            {
                Assert.Equal((y >= font.CellHeight - rows ? block : plain)[8 + x, y], canvas[8 + x, y]);
            }

            Assert.Equal(ArrayCanvas.Guard, canvas[7, y]);
        }
    }

    [Fact]
    public void DrawCursor_Block_ExchangesTheColours()
    {
        TextFont font = new(BuiltInFonts.Get(16));
        TextCell cell = new(font.GlyphFor('R'), 0xaaaaaa, 0x101010);
        ArrayCanvas canvas = Drawn(font, cell, CursorShape.Block), reverse = Drawn(font, new(cell.Glyph, cell.Background, cell.Foreground), CursorShape.None);

        Assert.Equal(reverse.Copy(), canvas.Copy());
    }

    [Theory]
    [InlineData(CursorShape.Underline)]
    [InlineData(CursorShape.Block)]
    public void DrawCursor_InvisibleText_IsSeenAllTheSame(CursorShape shape)
    {
        TextFont font = new(BuiltInFonts.Get(16));
        ArrayCanvas canvas = Drawn(font, new(font.GlyphFor(' '), 0, 0), shape);

        Assert.Equal(0xffffffu, canvas[8, 15]);
    }

    [Fact]
    public void DrawCells_AllocatesNothing()
    {
        TextFont font = new(BuiltInFonts.Get(24));
        TextPainter painter = new(font);
        ArrayCanvas canvas = new(800, 600);
        TextCell[] cells = new TextCell[80];

        AllocationMeter.AssertNone(Draw);

        void Draw()
        {
            PixelSurface surface = new(canvas);
            for (int y = -10; y < 600; y += 5)
            {
                painter.DrawCells(surface, -5, y, cells);
                painter.DrawCursor(surface, 12, y, cells[0], CursorShape.Block);
            }
        }
    }

    private static ArrayCanvas Drawn(TextFont font, TextCell cell, CursorShape shape)
    {
        TextPainter painter = new(font);
        ArrayCanvas canvas = new(font.CellWidth + 16, font.CellHeight);
        painter.DrawCell(new(canvas), 8, 0, cell);
        painter.DrawCursor(new(canvas), 8, 0, cell, shape);
        return canvas;
    }

    /// <summary>What the result must be, one pixel at a time.</summary>
    private static void DrawSlowly(uint[] pixels, ArrayCanvas canvas, TextFont font, int x, int y, TextCell[] cells)
    {
        for (int i = 0; i < cells.Length; i++)
        {
            for (int row = 0; row < font.CellHeight; row++)
            {
                for (int column = 0; column < font.CellWidth; column++)
                {
                    int px = x + i * font.CellWidth + column, py = y + row;
                    if (px < 0 || py < 0 || px >= canvas.Width || py >= canvas.Height)
                    {
                        continue;
                    }

                    byte bits = font.Bitmaps[(cells[i].Glyph * font.CellHeight + row) * font.BytesPerRow + column / 8];
                    pixels[py * canvas.StridePixels + px] = (bits >> 7 - column % 8 & 1) == 1 ? cells[i].Foreground : cells[i].Background;
                }
            }
        }
    }
}
