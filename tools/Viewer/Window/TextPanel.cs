using XenFbFront.Content;

namespace XenFbFront.Viewer;

/// <summary>Lines of text as a picture, in the frontend's built-in font.</summary>
internal static class TextPanel
{
    private const uint Ink = 0xffffff;
    private const uint Ground = 0x202840;
    private const int CellHeight = 16;

    /// <summary>Draws the lines with a margin around them.</summary>
    /// <param name="lines">ASCII, at least one.</param>
    /// <param name="width">Pixels.</param>
    /// <param name="height">Pixels.</param>
    /// <returns><c>0x00RRGGBB</c>, <paramref name="width"/> times <paramref name="height"/>.</returns>
    public static uint[] Draw(IReadOnlyList<string> lines, out int width, out int height)
    {
        ConsoleFont built = BuiltInFonts.Get(CellHeight);
        TextFont font = new(built);
        int margin = font.CellWidth;
        width = lines.Max(static line => line.Length) * font.CellWidth + 2 * margin;
        height = lines.Count * font.CellHeight + 2 * margin;
        uint[] pixels = new uint[width * height];
        Array.Fill(pixels, Ground);
        for (int row = 0; row < lines.Count; row++)
        {
            for (int column = 0; column < lines[row].Length; column++)
            {
                int glyph = font.GlyphFor(lines[row][column]);
                ReadOnlySpan<byte> bitmap = font.Bitmaps.Slice(glyph * font.CellHeight * font.BytesPerRow, font.CellHeight * font.BytesPerRow);
                for (int y = 0; y < font.CellHeight; y++)
                {
                    for (int x = 0; x < font.CellWidth; x++)
                    {
                        if ((bitmap[y * font.BytesPerRow + x / 8] << (x % 8) & 0x80) != 0)
                        {
                            pixels[(margin + row * font.CellHeight + y) * width + margin + column * font.CellWidth + x] = Ink;
                        }
                    }
                }
            }
        }

        return pixels;
    }
}
