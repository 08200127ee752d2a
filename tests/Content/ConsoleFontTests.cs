using System.Buffers.Binary;
using CsCheck;
using Xenbus;
using XenFbFront.Content;
using XenFbFront.Tests.Content.Support;
using Xunit;

namespace XenFbFront.Tests.Content;

public class ConsoleFontTests
{
    // Glyph 0: 'A' and U+FFFD; glyph 1: 'é' (two bytes) and the sequence e + U+0301; glyph 2: nothing but a sequence; glyph 3: U+1F600 and '-'.
    private static readonly byte[] s_table2 =
    [
        (byte)'A', 0xef, 0xbf, 0xbd, 0xff,
        0xc3, 0xa9, 0xfe, (byte)'e', 0xcc, 0x81, 0xff,
        0xfe, (byte)'o', 0xcc, 0x88, 0xfe, (byte)'u', 0xff,
        0xf0, 0x9f, 0x98, 0x80, (byte)'-', 0xff,
    ];

    [Theory]
    [InlineData(16, 8)]
    [InlineData(24, 12)]
    [InlineData(32, 16)]
    public void BuiltIn_EachHeight_HasLatinBoxesAndBlocks(int height, int width)
    {
        ConsoleFont font = BuiltInFonts.Get(height);

        Assert.Equal((width, height), (font.CellWidth, font.CellHeight));
        foreach (char character in "Az09~äß│┌█░")
        {
            Assert.True(font.TryGetGlyph(character, out int glyph), $"no {character}");
            Assert.InRange(glyph, 0, font.GlyphCount - 1);
        }

        Assert.Same(font, BuiltInFonts.Get(height));
    }

    [Fact]
    public void BuiltIn_UnknownHeight_Throws() => Assert.Throws<ArgumentOutOfRangeException>(() => BuiltInFonts.Get(14));

    [Fact]
    public void Parse_Version2WithSequences_KeepsSequencesApart()
    {
        ConsoleFont font = ConsoleFont.Parse(FontFiles.Version2(9, 5, 4, s_table2), "test");

        Assert.Equal((9, 5, 4, 2), (font.CellWidth, font.CellHeight, font.GlyphCount, font.BytesPerRow));
        Assert.Equal(FontFiles.Bits(3, 4, 1), font.Bitmaps[(3 * 5 + 4) * 2 + 1]);
        Assert.Equal([0, 1, 3, 3], [Glyph(font, 'A'), Glyph(font, 'é'), Glyph(font, 0x1f600), Glyph(font, '-')]);
        Assert.False(font.TryGetGlyph('o', out _));
        Assert.False(font.TryGetGlyph('e', out _));
        // A sequence of one is none.
        Assert.Equal(["e\u0301 1", "o\u0308 2"], Sequences(font));
    }

    [Fact]
    public void Parse_Version1WithSequences_KeepsSequencesApart()
    {
        List<byte> table = [];
        for (int glyph = 0; glyph < 512; glyph++)
        {
            ushort[] words = glyph == 7 ? [0x263a, 0xfffe, 0x41, 0x301, 0xffff] : [(ushort)(0x4e00 + glyph), 0xffff];
            foreach (ushort word in words)
            {
                table.AddRange([(byte)word, (byte)(word >> 8)]);
            }
        }

        ConsoleFont font = ConsoleFont.Parse(FontFiles.Version1(3, 1 | 2 | 4, [.. table]), "test");

        Assert.Equal((8, 3, 512), (font.CellWidth, font.CellHeight, font.GlyphCount));
        Assert.Equal(7, Glyph(font, 0x263a));
        Assert.Equal(511, Glyph(font, 0x4e00 + 511));
        Assert.False(font.TryGetGlyph('A', out _));
        Assert.Equal(["A\u0301 7"], Sequences(font));
    }

    [Fact]
    public void Parse_WithoutTable_IsInCodePageOrder()
    {
        ConsoleFont font = ConsoleFont.Parse(FontFiles.Version1(2, 0), "test");

        Assert.Equal([0x41, 0xc4, 0xdb, 0x81, 1], [Glyph(font, 'A'), Glyph(font, '─'), Glyph(font, '█'), Glyph(font, 'ü'), Glyph(font, '☺')]);
    }

    [Fact]
    public void Parse_LargerHeader_IsSkipped()
    {
        ConsoleFont font = ConsoleFont.Parse(FontFiles.Version2(8, 2, 4, s_table2, headerSize: 40), "test");

        Assert.Equal(FontFiles.Bits(0, 0, 0), font.Bitmaps[0]);
        Assert.Equal(1, Glyph(font, 'é'));
    }

    [Fact]
    public void Parse_EveryPrefix_ThrowsItsOwnException()
    {
        byte[][] files = [FontFiles.Version2(9, 5, 4, s_table2), FontFiles.Version1(2, 2, [.. Enumerable.Repeat((byte[])[0x41, 0, 0xff, 0xff], 256).SelectMany(x => x)])];
        foreach (byte[] file in files)
        {
            for (int length = 0; length < file.Length; length++)
            {
                ConsoleFontException thrown = Assert.Throws<ConsoleFontException>(() => ConsoleFont.Parse(file.AsSpan(0, length), "test"));
                Assert.Contains("test", thrown.Message);
                Assert.NotNull(thrown.Remedy);
            }

            Assert.NotNull(ConsoleFont.Parse(file, "test"));
        }
    }

    [Theory]
    [InlineData(4, 1u)]
    [InlineData(8, 31u)]
    [InlineData(8, 0xffffffffu)]
    [InlineData(16, 0u)]
    [InlineData(16, 0xffffffffu)]
    [InlineData(16, 0x10001u)]
    [InlineData(20, 11u)]
    [InlineData(24, 0u)]
    [InlineData(24, 129u)]
    [InlineData(28, 0u)]
    [InlineData(28, 65u)]
    [InlineData(28, 0xfffffff9u)]
    public void Parse_AbsurdHeaderField_Throws(int offset, uint value)
    {
        byte[] file = FontFiles.Version2(9, 5, 4, s_table2);
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(offset), value);

        Assert.Throws<ConsoleFontException>(() => ConsoleFont.Parse(file, "test"));
    }

    [Fact]
    public void Parse_AnyDamage_ThrowsItsOwnExceptionOrGivesAUsableFont()
    {
        byte[] file = FontFiles.Version2(9, 5, 4, s_table2);
        Gen.Select(Gen.Int[0, file.Length - 1], Gen.Byte).Array[1, 6].Sample(damage =>
        {
            byte[] damaged = [.. file];
            foreach ((int offset, byte value) in damage)
            {
                damaged[offset] = value;
            }

            try
            {
                ConsoleFont font = ConsoleFont.Parse(damaged, "test");
                return !font.TryGetGlyph('A', out int glyph) || (glyph < font.GlyphCount && font.Bitmaps.Length == font.GlyphCount * font.CellHeight * font.BytesPerRow);
            }
            catch (ConsoleFontException)
            {
                return true;
            }
        });
    }

    [Fact]
    public void Parse_BrokenUtf8_Throws()
    {
        byte[] table = [.. s_table2];
        table[5] = 0x80;

        Assert.Contains("UTF-8", Assert.Throws<ConsoleFontException>(() => ConsoleFont.Parse(FontFiles.Version2(8, 2, 4, table), "test")).Message);
    }

    [Fact]
    public void Parse_Gzip_IsUnpacked()
    {
        byte[] file = FontFiles.Version2(9, 5, 4, s_table2), packed = FontFiles.Gzip(file);

        Assert.Equal(1, Glyph(ConsoleFont.Parse(packed, "test"), 'é'));
        // Two members one after the other are one file.
        Assert.Equal(1, Glyph(ConsoleFont.Parse([.. FontFiles.Gzip(file[..50]), .. FontFiles.Gzip(file[50..])], "test"), 'é'));
        // Padding behind it is none of its business.
        Assert.Equal(1, Glyph(ConsoleFont.Parse([.. packed, 0, 0, 0], "test"), 'é'));
    }

    [Fact]
    public void Parse_GzipOfManyMegabytes_StopsAtTheLimit()
    {
        byte[] bomb = FontFiles.Gzip(new byte[64 << 20]);
        ConsoleFontException thrown = Assert.Throws<ConsoleFontException>(() => ConsoleFont.Parse(bomb, "bomb.psf.gz"));

        Assert.Equal("it unpacks to more than 4194304 bytes", thrown.Why);
    }

    [Theory]
    [InlineData(4 << 20, "it does not start like a PSF font")]
    [InlineData((4 << 20) + 1, "it unpacks to more than 4194304 bytes")]
    public void Parse_GzipAtTheLimit_IsReadAndOneByteMoreIsNot(int length, string why) =>
        Assert.Equal(why, Assert.Throws<ConsoleFontException>(() => ConsoleFont.Parse(FontFiles.Gzip(new byte[length]), "test")).Why);

    [Fact]
    public void Parse_GzipEveryPrefix_SaysThatItEndsTooEarly()
    {
        byte[] packed = FontFiles.Gzip(FontFiles.Version2(9, 5, 4, s_table2));
        for (int length = 2; length < packed.Length; length++)
        {
            ConsoleFontException thrown = Assert.Throws<ConsoleFontException>(() => ConsoleFont.Parse(packed.AsSpan(0, length), "test"));
            Assert.Equal("it ends within its compressed data", thrown.Why);
            Assert.Contains("gzip -t", thrown.Remedy);
        }
    }

    [Fact]
    public void Parse_GzipAnyByteDamaged_ThrowsOrGivesTheSameFont()
    {
        byte[] file = FontFiles.Version2(9, 5, 4, s_table2), packed = FontFiles.Gzip(file);
        int damagedCount = 0;
        for (int offset = 2; offset < packed.Length; offset++)
        {
            byte[] damaged = [.. packed];
            damaged[offset] ^= 0x55;
            try
            {
                // Time stamp and system of the header may be anything.
                Assert.Equal(file.AsSpan(32, 5 * 2 * 4), ConsoleFont.Parse(damaged, "test").Bitmaps);
            }
            catch (ConsoleFontException)
            {
                damagedCount++;
            }
        }

        Assert.True(damagedCount > packed.Length / 2);
    }

    [Fact]
    public void Load_File_ParsesIt()
    {
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, FontFiles.Version2(8, 2, 4, s_table2));
            Assert.Equal(path, ConsoleFont.Load(path).Name);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void Load_MissingOrDirectory_SaysSo()
    {
        Assert.Contains("/no/such/font", Assert.Throws<XenException>(() => ConsoleFont.Load("/no/such/font")).Message);
        Assert.ThrowsAny<XenException>(() => ConsoleFont.Load("/"));
    }

    [Fact]
    public void CodePage437_EveryByte_HasADistinctCodePoint()
    {
        int[] all = [.. Enumerable.Range(0, 256).Select(value => CodePage437.ToCodePoint((byte)value))];

        // 0 and 32 are both blank.
        Assert.Equal(255, all.Distinct().Count());
        Assert.Equal(['é', '█', 'ß', '≡', 'A'], new[] { 0x82, 0xdb, 0xe1, 0xf0, 0x41 }.Select(value => (char)all[value]));
    }

    private static int Glyph(ConsoleFont font, int codePoint) => font.TryGetGlyph(codePoint, out int glyph) ? glyph : -1;

    private static string[] Sequences(ConsoleFont font)
    {
        List<string> texts = [];
        foreach (GlyphSequence sequence in font.Sequences)
        {
            texts.Add($"{string.Concat(sequence.CodePoints.ToArray().Select(char.ConvertFromUtf32))} {sequence.Glyph}");
        }

        return [.. texts];
    }
}
