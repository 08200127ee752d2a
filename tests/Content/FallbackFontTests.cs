using System.Globalization;
using System.Text;
using CsCheck;
using Xenbus;
using XenFbFront.Content;
using XenFbFront.Tests.Content.Support;
using Xunit;

namespace XenFbFront.Tests.Content;

public sealed class FallbackFontTests : IDisposable
{
    private readonly string _path = Path.GetTempFileName();

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void TryRead_AnySortedFile_FindsExactlyWhatIsThere() => Gen.Select(Gen.Int[0, 0x10ffff].Array[1, 60], Gen.Bool.Array[60], Gen.Bool).Sample((numbers, areWide, hasReturns) =>
    {
        int[] sorted = [.. numbers.Distinct().Order()];
        File.WriteAllText(_path, string.Concat(sorted.Select((codePoint, i) => Line(codePoint, areWide[i]) + (hasReturns ? "\r\n" : "\n"))));
        FallbackFont font = FallbackFont.Open(_path);
        ushort[] rows = new ushort[16];
        for (int i = 0; i < sorted.Length; i++)
        {
            Assert.True(font.TryRead(sorted[i], rows, out int width));
            Assert.Equal(areWide[i] ? 16 : 8, width);
            Assert.Equal(Enumerable.Range(0, 16).Select(row => (ushort)Row(sorted[i], row, areWide[i])), rows);
            Assert.Equal(sorted.Contains(sorted[i] + 1), font.TryRead(sorted[i] + 1, rows, out _));
            Assert.Equal(sorted.Contains(sorted[i] - 1), font.TryRead(sorted[i] - 1, rows, out _));
        }

        Assert.False(font.TryRead(-1, rows, out _));
        Assert.False(font.TryRead(int.MaxValue, rows, out _));
    }, iter: 200, threads: 1);

    [Fact]
    public void TryRead_LastLineWithoutLineFeed_IsFound()
    {
        File.WriteAllText(_path, Line(0x41, false) + "\n" + Line(0x6f22, true));

        Assert.True(FallbackFont.Open(_path).TryRead(0x6f22, new ushort[16], out int width));
        Assert.Equal(16, width);
    }

    [Fact]
    public void TryRead_FileGone_GivesNothing()
    {
        File.WriteAllText(_path, Line(0x41, false) + "\n");
        FallbackFont font = FallbackFont.Open(_path);
        File.Delete(_path);

        Assert.False(font.TryRead(0x41, new ushort[16], out _));
    }

    [Fact]
    public void TryRead_AnyDamage_Ends()
    {
        byte[] file = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0x30, 40).Select(codePoint => Line(codePoint, codePoint % 3 == 0) + "\n")));
        Gen.Select(Gen.Int[70, file.Length - 1], Gen.Byte).Array[1, 40].Sample(damage =>
        {
            byte[] damaged = [.. file];
            foreach ((int offset, byte value) in damage)
            {
                damaged[offset] = value;
            }

            File.WriteAllBytes(_path, damaged);
            FallbackFont font = FallbackFont.Open(_path);
            ushort[] rows = new ushort[16];
            for (int codePoint = 0x2f; codePoint < 0x60; codePoint++)
            {
                font.TryRead(codePoint, rows, out _);
            }
        }, iter: 200, threads: 1);
    }

    [Theory]
    [InlineData("")]
    [InlineData("0041:00")]
    [InlineData("0041:00000000182442427E42424242000G\n")]
    [InlineData("XYZ1:0000000018242442427E424242420000\n")]
    [InlineData("41:0000000018242442427E424242420000\n")]
    [InlineData("STARTFONT 2.1\n")]
    public void Open_AnotherFormat_SaysWhatIsRight(string text)
    {
        File.WriteAllText(_path, text);

        Assert.Contains("unifont", Assert.Throws<ConsoleFontException>(() => FallbackFont.Open(_path)).Message);
    }

    [Fact]
    public void Open_Missing_Throws() => Assert.Contains("/no/such/font", Assert.ThrowsAny<XenException>(() => FallbackFont.Open("/no/such/font")).Message);

    [Theory]
    [InlineData(8, 16, 1, 0, 0, 1, 1)]
    [InlineData(12, 24, 1, 2, 4, 1, 1)]
    [InlineData(12, 24, 2, 0, 0, 3, 3)]
    [InlineData(16, 32, 1, 0, 0, 2, 2)]
    [InlineData(10, 18, 1, 1, 1, 1, 1)]
    public void GlyphFor_FromTheFallback_IsEnlargedAndCentred(int width, int height, int scale, int left, int top, int factor, int wideFactor)
    {
        TextFont font = Mixed(width, height, scale);
        int glyph = font.GlyphFor(0x41);
        (int first, int second) = font.WideGlyphsFor(0x6f22);
        int wideLeft = (2 * font.CellWidth - 16 * wideFactor) / 2;

        Assert.NotEqual(first, second);
        for (int y = 0; y < font.CellHeight; y++)
        {
            int row = y >= top && y < top + 16 * factor ? (y - top) / factor : -1;
            for (int x = 0; x < font.CellWidth; x++)
            {
                bool isNarrow = row >= 0 && x >= left && x < left + 8 * factor;
                Assert.Equal(isNarrow && (Row(0x41, row, false) & 0x8000 >> (x - left) / factor) != 0, IsSet(font, glyph, x, y));
                Assert.Equal(IsWideSet(x), IsSet(font, first, x, y));
                Assert.Equal(IsWideSet(x + font.CellWidth), IsSet(font, second, x, y));
            }

            bool IsWideSet(int x) => row >= 0 && x >= wideLeft && x < wideLeft + 16 * wideFactor && (Row(0x6f22, row, true) & 0x8000 >> (x - wideLeft) / wideFactor) != 0;
        }
    }

    [Fact]
    public void GlyphFor_SmallCells_CutsBlankEdgesAndThenJoinsPixels()
    {
        // Ink in rows 3 to 12 and columns 1 to 6 fits 6x10; at 3x5 several pixels become one.
        File.WriteAllText(_path, "0041:000000" + string.Concat(Enumerable.Repeat("7E", 10)) + "000000\n");
        FallbackFont fallback = FallbackFont.Open(_path);
        TextFont fitting = new(Bare(6, 10), 1, fallback), tiny = new(Bare(3, 5), 1, fallback);
        int glyph = fitting.GlyphFor(0x41), small = tiny.GlyphFor(0x41);

        Assert.All(Enumerable.Range(0, 60), i => Assert.True(IsSet(fitting, glyph, i % 6, i / 6)));
        Assert.Equal("############...", string.Concat(Enumerable.Range(0, 15).Select(i => IsSet(tiny, small, i % 3, i / 3) ? '#' : '.')));
    }

    [Fact]
    public void GlyphFor_BlankCharacters_AreNotTheFallbacksPictures()
    {
        File.WriteAllText(_path, Line(0x1b, true) + "\n" + Line(0x200b, true) + "\n" + Line(0x6f22, true) + "\n");
        TextFont font = new(BuiltInFonts.Get(16), 1, FallbackFont.Open(_path));

        Assert.Equal(font.GlyphFor(' '), font.GlyphFor(0x1b));
        Assert.Equal((font.GlyphFor(' '), font.GlyphFor(' ')), font.WideGlyphsFor(0x200b));
    }

    [Fact]
    public void Combine_MarkAndComposedFromTheFallback()
    {
        File.WriteAllText(_path, $"{Line(0xc1, false)}\n0301:0C30{new string('0', 28)}\n0323:{new string('0', 28)}1818\n");
        TextFont font = new(Bare(8, 16, 'A', 'E'), 1, FallbackFont.Open(_path));
        int a = font.GlyphFor('A'), e = font.GlyphFor('E');

        Assert.Equal(font.GlyphFor(0xc1), font.Combine(a, 0x301));
        int both = font.Combine(font.Combine(e, 0x301), 0x323);
        Assert.NotEqual(e, both);
        Assert.Equal((true, true, false), (IsSet(font, both, 4, 0), IsSet(font, both, 3, 15), IsSet(font, e, 3, 15)));
    }

    private static ConsoleFont Bare(int width, int height, params char[] characters)
    {
        byte[] table = characters.Length == 0 ? [(byte)'?', 0xff] : [.. characters.SelectMany(character => (byte[])[(byte)character, 0xff])];
        byte[] file = FontFiles.Version2(width, height, Math.Max(1, characters.Length), table);
        file.AsSpan(32, file.Length - 32 - table.Length).Clear();
        return ConsoleFont.Parse(file, "bare");
    }

    private TextFont Mixed(int width, int height, int scale)
    {
        File.WriteAllText(_path, Line(0x41, false) + "\n" + Line(0x6f22, true) + "\n");
        return new(Bare(width, height), scale, FallbackFont.Open(_path));
    }

    private static int Row(int codePoint, int row, bool isWide) => isWide ? (codePoint * 31 + row * 1777 + 1) & 0xffff : ((codePoint + row * 77 + 1) & 0xff) << 8;

    private static string Line(int codePoint, bool isWide) => codePoint.ToString("X4", CultureInfo.InvariantCulture) + ":"
        + string.Concat(Enumerable.Range(0, 16).Select(row => isWide ? Row(codePoint, row, true).ToString("X4", CultureInfo.InvariantCulture) : (Row(codePoint, row, false) >> 8).ToString("X2", CultureInfo.InvariantCulture)));

    private static bool IsSet(TextFont font, int glyph, int x, int y) => (font.Bitmaps[(glyph * font.CellHeight + y) * font.BytesPerRow + x / 8] & 0x80 >> x % 8) != 0;
}
