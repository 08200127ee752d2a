using XenFbFront.Content;

namespace XenFbFront.Tests.Xen;

/// <summary>Reads a text console back from its picture by comparing each cell with the glyphs of a font.</summary>
/// <remarks>
/// Any two colours make a glyph, also exchanged, so bright, coloured and inverse text and a block cursor read as the same letters. An underline
/// cursor, which exchanges the colours of the lowest rows, is looked through. Glyphs that look the same give the lowest code point; a cell of one colour is a blank, so a full block is one too, and
/// where the exchange of colours turns one glyph into another (half blocks) the one without its top left pixel is taken. What is no glyph is
/// U+FFFD.
/// </remarks>
internal sealed class GlyphReader
{
    /// <summary>Stands for a cell that is not a glyph of the font.</summary>
    public const char Unknown = '\ufffd';

    /// <summary>Lower one eighth block: what an underline cursor makes of a blank.</summary>
    private const char CursorOnBlank = '\u2581';

    private readonly int _width, _height;

    // A glyph's key holds one row of it in each character, so no font wider than 16 pixels.
    private readonly Dictionary<string, char> _characters = [], _charactersUnderCursor = [];

    /// <param name="font">A font of cells at most 16 pixels wide.</param>
    public GlyphReader(ConsoleFont font)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(font.CellWidth, 16);
        (_width, _height) = (font.CellWidth, font.CellHeight);
        int cursorRows = new TextFont(font).CursorHeight;
        for (int codePoint = ' '; codePoint < char.MaxValue; codePoint++)
        {
            if (font.TryGetGlyph(codePoint, out int glyph))
            {
                string key = Key(font, glyph);
                _characters.TryAdd(key, (char)codePoint);
                char[] underCursor = key.ToCharArray();
                foreach (ref char row in underCursor.AsSpan()[^cursorRows..])
                {
                    row ^= (char)Full;
                }

                _charactersUnderCursor.TryAdd(new(underCursor), (char)codePoint);
            }
        }
    }

    /// <summary>Reads all lines of a picture, with the blanks at their ends.</summary>
    /// <param name="pixels">Row after row, <c>width * height</c> long; the highest byte of each is ignored.</param>
    /// <param name="width">Pixels a row.</param>
    /// <param name="height">Rows.</param>
    /// <remarks>
    /// A console smaller than the picture stands in its middle, and nothing says how large it is. So every place that the middle allows is tried,
    /// and the one that makes the most sense is taken. The lines reach from edge to edge: a small console has blank lines above it and blanks before it.
    /// </remarks>
    public string[] Read(ReadOnlySpan<uint> pixels, int width, int height)
    {
        string[] best = [];
        int bestScore = int.MinValue;
        int[] lefts = [.. Origins(width, _width)];
        foreach (int top in Origins(height, _height))
        {
            foreach (int left in lefts)
            {
                string[] lines = ReadAt(pixels, width, height, left, top, out int score);
                if (score > bestScore)
                {
                    (best, bestScore) = (lines, score);
                }
            }
        }

        return best;
    }

    /// <summary>Reads one cell.</summary>
    /// <param name="pixels">The picture from the cell's top left pixel on.</param>
    /// <param name="stride">Pixels from one row to the next.</param>
    public char ReadCell(ReadOnlySpan<uint> pixels, int stride)
    {
        uint first = pixels[0] & 0xffffff, second = first;
        Span<char> key = stackalloc char[_height], inverse = stackalloc char[_height];
        for (int row = 0; row < _height; row++)
        {
            int bits = 0;
            for (int column = 0; column < _width; column++)
            {
                uint pixel = pixels[row * stride + column] & 0xffffff;
                if (pixel != first)
                {
                    second = second == first ? pixel : second;
                    if (pixel != second)
                    {
                        return Unknown;
                    }

                    bits |= 1 << column;
                }
            }

            key[row] = (char)bits;
            inverse[row] = (char)(bits ^ Full);
        }

        var characters = _characters.GetAlternateLookup<ReadOnlySpan<char>>();
        if ((characters.TryGetValue(key, out char character) || characters.TryGetValue(inverse, out character)) && character != CursorOnBlank)
        {
            return character;
        }

        var underCursor = _charactersUnderCursor.GetAlternateLookup<ReadOnlySpan<char>>();
        return underCursor.TryGetValue(key, out character) || underCursor.TryGetValue(inverse, out character) ? character : Unknown;
    }

    private int Full => (1 << _width) - 1;

    private string Key(ConsoleFont font, int glyph) => string.Create(_height, (font, glyph), (key, state) =>
    {
        int bytesPerRow = state.font.BytesPerRow;
        ReadOnlySpan<byte> bitmap = state.font.Bitmaps.Slice(state.glyph * bytesPerRow * key.Length, bytesPerRow * key.Length);
        for (int row = 0; row < key.Length; row++)
        {
            int bits = 0;
            for (int column = 0; column < state.font.CellWidth; column++)
            {
                bits |= (bitmap[row * bytesPerRow + column / 8] >> (7 - column % 8) & 1) << column;
            }

            key[row] = (char)bits;
        }
    });

    /// <summary>Where the first whole cell may begin when any number of cells is put into the middle.</summary>
    private static IEnumerable<int> Origins(int pixels, int cell) =>
        Enumerable.Range(1, Math.Max(1, pixels / cell)).Reverse().Select(count => Math.Max(0, pixels - count * cell) / 2 % cell).Distinct();

    private string[] ReadAt(ReadOnlySpan<uint> pixels, int width, int height, int left, int top, out int score)
    {
        const int priceOfUnknown = 4;
        score = 0;
        string[] lines = new string[Math.Max(0, (height - top) / _height)];
        char[] line = new char[Math.Max(0, (width - left) / _width)];
        for (int row = 0; row < lines.Length; row++)
        {
            for (int column = 0; column < line.Length; column++)
            {
                char character = ReadCell(pixels[((top + row * _height) * width + left + column * _width)..], width);
                score += character switch { ' ' => 0, Unknown => -priceOfUnknown, _ => 1 };
                line[column] = character;
            }

            lines[row] = new string(line);
        }

        return lines;
    }
}
