using XenFbFront.Content;
using XenFbFront.Tests.Content.Support;
using Xunit;

namespace XenFbFront.Tests.Content;

public class TextFontTests
{
    // Glyph 0: 'A' and U+FFFD; glyph 1: the sequence A + U+0301 + U+0323; glyph 2: U+0301; glyph 3: U+00C0 and ' '; glyph 4: U+0308.
    private static readonly byte[] s_table =
    [
        (byte)'A', 0xef, 0xbf, 0xbd, 0xff,
        0xfe, (byte)'A', 0xcc, 0x81, 0xcc, 0xa3, 0xff,
        0xcc, 0x81, 0xff,
        0xc3, 0x80, (byte)' ', 0xff,
        0xcc, 0x88, 0xff,
    ];

    private static ConsoleFont WithMarks => ConsoleFont.Parse(FontFiles.Version2(9, 5, 5, s_table), "test");

    private static ConsoleFont CodePageOrder => ConsoleFont.Parse(FontFiles.Version1(2, 0), "test");

    [Theory]
    [InlineData(0x2013, '-')]
    [InlineData(0x2015, '-')]
    [InlineData(0x3000, ' ')]
    [InlineData(0x200b, ' ')]
    [InlineData(0, ' ')]
    [InlineData(0x1b, ' ')]
    [InlineData(0x201f, '"')]
    [InlineData(0x201a, '\'')]
    [InlineData(0xff21, 'A')]
    public void GlyphFor_MissingWithLookAlike_GivesThat(int codePoint, char lookAlike)
    {
        ConsoleFont font = CodePageOrder;

        Assert.True(font.TryGetGlyph(lookAlike, out int expected));
        Assert.Equal(expected, new TextFont(font).GlyphFor(codePoint));
    }

    [Theory]
    [InlineData(0x6f22)]
    [InlineData(0x10ffff)]
    [InlineData(-1)]
    [InlineData(int.MinValue)]
    [InlineData(int.MaxValue)]
    public void GlyphFor_Missing_GivesReplacementThenQuestionMarkThenFirst(int codePoint)
    {
        Assert.Equal(0, new TextFont(WithMarks).GlyphFor(codePoint));
        Assert.Equal('?', new TextFont(CodePageOrder).GlyphFor(codePoint));
        Assert.Equal(0, new TextFont(ConsoleFont.Parse(FontFiles.Version2(8, 2, 1, [0xff]), "test")).GlyphFor(codePoint));
    }

    [Fact]
    public void GlyphFor_KnownCharacters_AllocatesNothing()
    {
        TextFont font = new(BuiltInFonts.Get(16), 2);
        Look();

        AllocationMeter.AssertNone(Look);

        void Look()
        {
            for (int codePoint = 0; codePoint < 0x2600; codePoint++)
            {
                font.GlyphFor(codePoint);
                font.WideGlyphsFor(codePoint);
            }

            font.Decorate(font.Combine(font.GlyphFor('e'), 0x301), TextDecorations.Underline);
        }
    }

    [Fact]
    public void GlyphFor_DirectNumber_GivesThatGlyphOfASmallFont()
    {
        Assert.Equal(0x81, new TextFont(CodePageOrder).GlyphFor(0xf081));
        // The font has 256 glyphs.
        Assert.Equal('?', new TextFont(CodePageOrder).GlyphFor(0xf181));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(8)]
    public void Scale_AnyFactor_EnlargesEveryPixel(int scale)
    {
        ConsoleFont small = WithMarks;
        TextFont font = new(small, scale);

        Assert.Equal((9 * scale, 5 * scale, (9 * scale + 7) / 8), (font.CellWidth, font.CellHeight, font.BytesPerRow));
        int glyph = font.GlyphFor(0x301);
        for (int y = 0; y < font.CellHeight; y++)
        {
            for (int x = 0; x < font.CellWidth; x++)
            {
                bool expected = (FontFiles.Bits(2, y / scale, x / scale / 8) & 0x80 >> x / scale % 8) != 0;
                Assert.Equal(expected, IsSet(font, glyph, x, y));
            }
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(9)]
    public void Scale_BeyondLimits_Throws(int scale) => Assert.Throws<ArgumentOutOfRangeException>(() => new TextFont(WithMarks, scale));

    [Fact]
    public void Combine_SequenceOfTheFont_Wins()
    {
        TextFont font = new(WithMarks);
        int a = font.GlyphFor('A');

        Assert.Equal(1, font.Combine(font.Combine(a, 0x301), 0x323));
    }

    [Fact]
    public void Combine_PrecomposedInTheFont_IsTaken()
    {
        TextFont font = new(WithMarks);
        int a = font.GlyphFor('A');

        Assert.Equal(3, font.Combine(a, 0x300));
    }

    [Fact]
    public void Combine_NothingReady_DrawsOneOverTheOther()
    {
        TextFont font = new(WithMarks, 2);
        int a = font.GlyphFor('A'), mark = font.GlyphFor(0x308);
        int combined = font.Combine(a, 0x308);

        Assert.NotEqual(a, combined);
        Assert.Equal(combined, font.Combine(a, 0x308));
        for (int y = 0; y < font.CellHeight; y++)
        {
            for (int x = 0; x < font.CellWidth; x++)
            {
                Assert.Equal(IsSet(font, a, x, y) || IsSet(font, mark, x, y), IsSet(font, combined, x, y));
            }
        }
    }

    [Fact]
    public void Combine_MarkNowhere_LeavesTheBase()
    {
        TextFont font = new(WithMarks);

        Assert.Equal(0, font.Combine(0, 0x32d));
        Assert.Equal(0, font.Combine(0, 0x200d));
        Assert.Throws<ArgumentOutOfRangeException>(() => font.Combine(font.GlyphCount, 0x301));
    }

    [Theory]
    [InlineData(TextDecorations.Underline, 14, 14)]
    [InlineData(TextDecorations.DoubleUnderline, 12, 14)]
    [InlineData(TextDecorations.Strike, 8, 8)]
    [InlineData(TextDecorations.Overline, 0, 0)]
    public void Decorate_EachLine_IsDrawnThroughTheGlyph(TextDecorations decorations, int firstRow, int secondRow)
    {
        TextFont font = new(BuiltInFonts.Get(16));
        int letter = font.GlyphFor('Q');
        int decorated = font.Decorate(letter, decorations);

        Assert.Equal(letter, font.Decorate(letter, TextDecorations.None));
        for (int y = 0; y < 16; y++)
        {
            for (int x = 0; x < 8; x++)
            {
                Assert.Equal(y == firstRow || y == secondRow || IsSet(font, letter, x, y), IsSet(font, decorated, x, y));
            }
        }
    }

    [Fact]
    public void WideGlyphsFor_KnownInOneCell_LeavesTheRightOneBlank()
    {
        TextFont font = new(BuiltInFonts.Get(16));

        Assert.Equal((font.GlyphFor('A'), font.GlyphFor(' ')), font.WideGlyphsFor(0xff21));
        Assert.Equal((font.GlyphFor(0xfffd), font.GlyphFor(' ')), font.WideGlyphsFor(0x6f22));
    }

    [Fact]
    public void MadeGlyphs_BeyondTheLimit_BecomeTheMissingOne()
    {
        TextFont font = new(BuiltInFonts.Get(16));
        int known = font.GlyphFor('e');
        for (int i = 0; i < 3 * TextFont.MaximumMade; i++)
        {
            font.Decorate(i % 900, (TextDecorations)(1 + i / 900 % 15));
        }

        Assert.InRange(font.GlyphCount, TextFont.MaximumMade, 1100 + TextFont.MaximumMade);
        Assert.Equal(known, font.GlyphFor('e'));
        Assert.Equal(known, font.Decorate(known, (TextDecorations)15));
        for (int codePoint = 0x3000; codePoint < 0x13000; codePoint++)
        {
            Assert.InRange(font.GlyphFor(codePoint), 0, font.GlyphCount - 1);
        }
    }

    [Theory]
    [InlineData('A', 1)]
    [InlineData(0, 1)]
    [InlineData(0x1b, 1)]
    [InlineData(0xad, 1)]
    [InlineData(0xe9, 1)]
    [InlineData(0x300, 0)]
    [InlineData(0x36f, 0)]
    [InlineData(0x370, 1)]
    [InlineData(0x200b, 0)]
    [InlineData(0xfe0f, 0)]
    [InlineData(0x10ff, 1)]
    [InlineData(0x1100, 2)]
    [InlineData(0x115f, 2)]
    [InlineData(0x1160, 0)]
    [InlineData(0x2500, 1)]
    [InlineData(0x303f, 1)]
    [InlineData(0x3042, 2)]
    [InlineData(0x3099, 0)]
    [InlineData(0x6f22, 2)]
    [InlineData(0xac00, 2)]
    [InlineData(0xff21, 2)]
    [InlineData(0xff61, 1)]
    [InlineData(0x1f600, 2)]
    [InlineData(0x1d173, 0)]
    [InlineData(0x20000, 2)]
    [InlineData(0x3fffd, 2)]
    [InlineData(0xe0100, 0)]
    [InlineData(0x10ffff, 1)]
    [InlineData(-1, 1)]
    [InlineData(int.MaxValue, 1)]
    public void CellsOf_AsUnicodeSays(int codePoint, int cells) => Assert.Equal(cells, TextFont.CellsOf(codePoint));

    [Theory]
    [InlineData('e', 0x301, 'é')]
    [InlineData('Â', 0x301, 'Ấ')]
    [InlineData('и', 0x306, 'й')]
    [InlineData('か', 0x3099, 'が')]
    [InlineData('q', 0x301, -1)]
    [InlineData('e', 'e', -1)]
    public void Compose_BaseAndMark_GivesTheCharacterForBoth(int codePoint, int mark, int expected) => Assert.Equal(expected, Composition.Compose(codePoint, mark));

    private static bool IsSet(TextFont font, int glyph, int x, int y) =>
        (font.Bitmaps[(glyph * font.CellHeight + y) * font.BytesPerRow + x / 8] & 0x80 >> x % 8) != 0;
}
