using System.Text;
using XenFbFront.Content;
using XenFbFront.Tests.Content.Support;
using Xunit;

namespace XenFbFront.Tests.Content;

public class BoxGlyphsTests
{
    // By the names in Unicode's chart, without the dashed ones: characters that have a light, heavy or double arm towards an edge.
    private static readonly string[] s_left =
    [
        "─┐┒┘┚┤┦┧┨┬┮┰┲┴┶┸┺┼┾╀╁╂╄╆╊╖╜╢╥╨╫╮╯╴╼",
        "━┑┓┙┛┥┩┪┫┭┯┱┳┵┷┹┻┽┿╃╅╇╈╉╋╸╾",
        "═╕╗╛╝╡╣╤╦╧╩╪╬",
    ];

    private static readonly string[] s_right =
    [
        "─┌┎└┖├┞┟┠┬┭┰┱┴┵┸┹┼┽╀╁╂╃╅╉╓╙╟╥╨╫╭╰╶╾",
        "━┍┏┕┗┝┡┢┣┮┯┲┳┶┷┺┻┾┿╄╆╇╈╊╋╺╼",
        "═╒╔╘╚╞╠╤╦╧╩╪╬",
    ];

    private static readonly string[] s_up =
    [
        "│└┕┘┙├┝┟┢┤┥┧┪┴┵┶┷┼┽┾┿╁╅╆╈╘╛╞╡╧╪╯╰╵╽",
        "┃┖┗┚┛┞┠┡┣┦┨┩┫┸┹┺┻╀╂╃╄╇╉╊╋╹╿",
        "║╙╚╜╝╟╠╢╣╨╩╫╬",
    ];

    private static readonly string[] s_down =
    [
        "│┌┍┐┑├┝┞┡┤┥┦┩┬┭┮┯┼┽┾┿╀╃╄╇╒╕╞╡╤╪╭╮╷╿",
        "┃┎┏┒┓┟┠┢┣┧┨┪┫┰┱┲┳╁╂╅╆╈╉╊╋╻╽",
        "║╓╔╖╗╟╠╢╣╥╦╫╬",
    ];

    public static TheoryData<int, int, int> Sizes
    {
        get
        {
            TheoryData<int, int, int> data = [];
            foreach ((int width, int height) in ((int, int)[])[(6, 12), (8, 8), (8, 14), (8, 16), (10, 18), (12, 24), (16, 32)])
            {
                for (int scale = 1; scale <= 3; scale++)
                {
                    data.Add(width, height, scale);
                }
            }

            return data;
        }
    }

    /// <summary>Fonts that lack all boxes, and fonts that have lines at unusual places, which the others must follow.</summary>
    public static TheoryData<int, int, bool> TinySizes => new([(1, 1, false), (1, 2, false), (2, 1, false), (3, 3, false), (4, 5, true), (5, 4, true), (64, 128, true)]);

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Draw_NeighboursWithArmsOfOneKind_MeetAtTheEdge(int width, int height, int scale)
    {
        AssertAllMeet(new TextFont(WithoutBoxes(width, height), scale));
        AssertAllMeet(new TextFont(WithOddLines(width, height), scale));
    }

    [Theory]
    [InlineData(16)]
    [InlineData(24)]
    [InlineData(32)]
    public void BuiltIn_NeighboursWithArmsOfOneKind_MeetAtTheEdge(int cellHeight) => AssertAllMeet(new TextFont(BuiltInFonts.Get(cellHeight)));

    [Theory]
    [MemberData(nameof(TinySizes))]
    public void Draw_AnyCellSize_StaysWithinTheCell(int width, int height, bool isVisible)
    {
        TextFont font = new(WithoutBoxes(width, height));
        for (int codePoint = 0x2500; codePoint <= 0x1fb3b; codePoint++)
        {
            if (codePoint == 0x25a0)
            {
                codePoint = 0x1fb00;
            }

            int glyph = font.GlyphFor(codePoint);
            Assert.True(!isVisible || Picture(font, glyph).Any(row => row.Contains('#')), $"U+{codePoint:X4} is blank");
        }
    }

    [Fact]
    public void Draw_Corners_AreClosedAndNothingSticksOut()
    {
        AssertLooks("╬╔╝╓╪┳╼", 8, 8,
            "..#.#... ........ ..#.#... ........ ...#.... ........ ........",
            "..#.#... ........ ..#.#... ........ ...#.... ........ ........",
            "###.#### ..###### ###.#... ........ ######## ######## ...#####",
            "........ ..#..... ....#... ..###### ...#.... ######## ########",
            "###.#### ..#.#### #####... ..#.#... ######## ######## ...#####",
            "..#.#... ..#.#... ........ ..#.#... ...#.... ..###... ........",
            "..#.#... ..#.#... ........ ..#.#... ...#.... ..###... ........",
            "..#.#... ..#.#... ........ ..#.#... ...#.... ..###... ........");
    }

    [Fact]
    public void Draw_BlocksAndSextants_FillTheirParts()
    {
        AssertLooks("▀▃▊▕▙▞🬀🬔🬻", 8, 6,
            "######## ........ ######.. .......# ####.... ....#### ####.... ....#### ....####",
            "######## ........ ######.. .......# ####.... ....#### ####.... ....#### ....####",
            "######## ........ ######.. .......# ####.... ....#### ........ ####.... ########",
            "........ ........ ######.. .......# ######## ####.... ........ ####.... ########",
            "........ ######## ######.. .......# ######## ####.... ........ ####.... ########",
            "........ ######## ######.. .......# ######## ####.... ........ ####.... ########");
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Draw_Blocks_CoverTheCellTogether(int width, int height, int scale)
    {
        TextFont font = new(WithoutBoxes(width, height), scale);
        foreach (string parts in (string[])["▀▄", "▌▐", "▘▝▖▗", "▙▝", "▚▞", "▛▗", "▜▖", "▟▘", "🬀🬻", "🬂🬋🬭", "█ ", "░▓"])
        {
            string[][] pictures = [.. parts.EnumerateRunes().Select(rune => Picture(font, font.GlyphFor(rune.Value)))];
            for (int y = 0; y < font.CellHeight; y++)
            {
                for (int x = 0; x < font.CellWidth; x++)
                {
                    int count = pictures.Count(picture => picture[y][x] == '#');
                    Assert.True(count == 1, $"{parts} at {x},{y}: {count}");
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Draw_CurvesAndDiagonals_HangTogetherAndReachTheirEnds(int width, int height, int scale)
    {
        TextFont font = new(WithoutBoxes(width, height), scale);
        foreach (char character in "╭╮╯╰╱╲╳")
        {
            string[] picture = Picture(font, font.GlyphFor(character));
            Assert.True(IsConnected(picture), $"{character} has gaps");
        }

        int right = font.CellWidth - 1, bottom = font.CellHeight - 1;
        string[] rising = Picture(font, font.GlyphFor('╱')), falling = Picture(font, font.GlyphFor('╲')), both = Picture(font, font.GlyphFor('╳'));
        Assert.Equal("####", string.Concat(rising[0][right], rising[bottom][0], falling[0][0], falling[bottom][right]));
        Assert.Equal("####", string.Concat(both[0][right], both[bottom][0], both[0][0], both[bottom][right]));
    }

    [Fact]
    public void GlyphFor_OwnGlyphThatJoins_IsTaken()
    {
        foreach (int height in (int[])[16, 24, 32])
        {
            ConsoleFont own = BuiltInFonts.Get(height);
            TextFont font = new(own);
            for (int codePoint = 0x2500; codePoint < 0x25a0; codePoint++)
            {
                // Its diagonals are slashes.
                if (own.TryGetGlyph(codePoint, out int glyph) && codePoint is < 0x2571 or > 0x2573)
                {
                    Assert.Equal(glyph, font.GlyphFor(codePoint));
                }
            }
        }
    }

    [Fact]
    public void GlyphFor_OwnGlyphThatDoesNotJoin_IsDrawn()
    {
        // Horizontal line over the whole width in row 2, a corner that joins it, and one whose arm ends a pixel before the edge.
        ConsoleFont own = Font(5, 5, ('─', [0, 0, 0xf8, 0, 0]), ('│', [0x20, 0x20, 0x20, 0x20, 0x20]), ('┌', [0, 0, 0x38, 0x20, 0x20]), ('┐', [0, 0, 0x60, 0x20, 0x20]));
        TextFont font = new(own);

        Assert.Equal(Glyph(own, '┌'), font.GlyphFor('┌'));
        Assert.NotEqual(Glyph(own, '┐'), font.GlyphFor('┐'));
        Assert.Equal([".....", ".....", "###..", "..#..", "..#.."], Picture(font, font.GlyphFor('┐')));
    }

    [Fact]
    public void GlyphFor_OwnDiagonals_AreTakenWhenTheyReachTheCorners()
    {
        ConsoleFont own = Font(4, 4, ('╱', [0x10, 0x20, 0x40, 0x80]), ('╲', [0x80, 0x40, 0x20, 0x10]), ('╳', [0x90, 0x60, 0x60, 0x80]));
        TextFont font = new(own);

        Assert.Equal([Glyph(own, '╱'), Glyph(own, '╲')], [font.GlyphFor('╱'), font.GlyphFor('╲')]);
        Assert.NotEqual(Glyph(own, '╳'), font.GlyphFor('╳'));
    }

    [Fact]
    public void GlyphFor_EmptyOrBrokenOwnGlyphs_AreDrawn()
    {
        ConsoleFont own = Font(4, 4, ('░', [0, 0, 0, 0]), ('█', [0xf0, 0xf0, 0xf0, 0xe0]), ('▂', [0, 0, 0xf0, 0]), ('▎', [0x80, 0x80, 0x80, 0]), ('╱', [0, 0, 0, 0]), ('┄', [0, 0, 0, 0]));
        TextFont font = new(own);
        foreach (char character in "░█▂▎╱┄")
        {
            Assert.NotEqual(Glyph(own, character), font.GlyphFor(character));
        }

        Assert.Equal(["####", "####", "####", "####"], Picture(font, font.GlyphFor('█')));
    }

    private static void AssertAllMeet(TextFont font)
    {
        int right = font.CellWidth - 1, bottom = font.CellHeight - 1;
        for (int kind = 0; kind < 3; kind++)
        {
            AssertSame(s_right[kind], picture => [.. picture.Select(row => row[right])], s_left[kind], picture => [.. picture.Select(row => row[0])]);
            AssertSame(s_down[kind], picture => [.. picture[bottom]], s_up[kind], picture => [.. picture[0]]);
        }

        void AssertSame(string first, Func<string[], char[]> firstEdge, string second, Func<string[], char[]> secondEdge)
        {
            // Each against the first of the others is each against each.
            string wanted = new(firstEdge(Picture(font, font.GlyphFor(first[0]))));
            Assert.Contains('#', wanted);
            foreach (char character in first)
            {
                Assert.True(wanted == new string(firstEdge(Picture(font, font.GlyphFor(character)))), $"{font.Name}: {character} after {first[0]}");
            }

            foreach (char character in second)
            {
                Assert.True(wanted == new string(secondEdge(Picture(font, font.GlyphFor(character)))), $"{font.Name}: {character} after {first[0]}");
            }
        }
    }

    private static void AssertLooks(string text, int width, int height, params string[] expected)
    {
        TextFont font = new(WithoutBoxes(width, height));
        string[][] pictures = [.. text.EnumerateRunes().Select(rune => Picture(font, font.GlyphFor(rune.Value)))];
        Assert.Equal(expected, Enumerable.Range(0, height).Select(row => string.Join(' ', pictures.Select(picture => picture[row]))));
    }

    /// <summary>Whether all set pixels hang together, corners included.</summary>
    private static bool IsConnected(string[] picture)
    {
        HashSet<(int X, int Y)> rest = [];
        for (int y = 0; y < picture.Length; y++)
        {
            rest.UnionWith(Enumerable.Range(0, picture[y].Length).Where(x => picture[y][x] == '#').Select(x => (x, y)));
        }

        Stack<(int X, int Y)> next = new([rest.First()]);
        while (next.TryPop(out (int X, int Y) pixel))
        {
            if (rest.Remove(pixel))
            {
                foreach ((int dx, int dy) in ((int, int)[])[(-1, -1), (0, -1), (1, -1), (-1, 0), (1, 0), (-1, 1), (0, 1), (1, 1)])
                {
                    next.Push((pixel.X + dx, pixel.Y + dy));
                }
            }
        }

        return rest.Count == 0;
    }

    private static string[] Picture(TextFont font, int glyph)
    {
        ReadOnlySpan<byte> bitmap = font.Bitmaps.Slice(glyph * font.CellHeight * font.BytesPerRow, font.CellHeight * font.BytesPerRow);
        string[] rows = new string[font.CellHeight];
        for (int y = 0; y < rows.Length; y++)
        {
            StringBuilder row = new();
            for (int x = 0; x < font.CellWidth; x++)
            {
                row.Append((bitmap[y * font.BytesPerRow + x / 8] & 0x80 >> x % 8) != 0 ? '#' : '.');
            }

            rows[y] = row.ToString();
        }

        return rows;
    }

    private static ConsoleFont WithoutBoxes(int width, int height) => Font(width, height, (' ', new byte[(width + 7) / 8 * height]));

    /// <summary>Single lines one pixel off the middle, two pixels thick down, and double lines far apart.</summary>
    private static ConsoleFont WithOddLines(int width, int height)
    {
        int bytesPerRow = (width + 7) / 8, middle = height / 2 + 1;
        byte[] light = new byte[bytesPerRow * height], doubled = new byte[bytesPerRow * height], upright = new byte[bytesPerRow * height];
        for (int x = 0; x < width; x++)
        {
            foreach ((byte[] bitmap, int y) in ((byte[], int)[])[(light, middle), (doubled, middle - 2), (doubled, middle + 1)])
            {
                bitmap[y * bytesPerRow + x / 8] |= (byte)(0x80 >> x % 8);
            }
        }

        for (int y = 0; y < height; y++)
        {
            upright[y * bytesPerRow] = 0x30;
        }

        return Font(width, height, ('─', light), ('═', doubled), ('│', upright));
    }

    private static ConsoleFont Font(int width, int height, params (char Character, byte[] Bitmap)[] glyphs)
    {
        List<byte> table = [];
        foreach ((char character, _) in glyphs)
        {
            table.AddRange([.. Encoding.UTF8.GetBytes([character]), 0xff]);
        }

        byte[] file = FontFiles.Version2(width, height, glyphs.Length, [.. table]);
        for (int i = 0; i < glyphs.Length; i++)
        {
            glyphs[i].Bitmap.CopyTo(file, 32 + i * glyphs[i].Bitmap.Length);
        }

        return ConsoleFont.Parse(file, $"{width}x{height}");
    }

    private static int Glyph(ConsoleFont font, int codePoint) => font.TryGetGlyph(codePoint, out int glyph) ? glyph : -1;
}
