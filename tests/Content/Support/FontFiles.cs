using System.Buffers.Binary;
using System.IO.Compression;

namespace XenFbFront.Tests.Content.Support;

/// <summary>Small font files made byte by byte from the format's description, with bitmaps that tell glyph and row.</summary>
internal static class FontFiles
{
    /// <summary>A PSF2 file; glyph g, row r, byte b has the value of <see cref="Bits"/>.</summary>
    public static byte[] Version2(int width, int height, int glyphCount, byte[]? table = null, int headerSize = 32)
    {
        int bytesPerRow = (width + 7) / 8;
        byte[] file = new byte[headerSize + glyphCount * height * bytesPerRow + (table?.Length ?? 0)];
        uint[] header = [0x864ab572, 0, (uint)headerSize, table is null ? 0u : 1u, (uint)glyphCount, (uint)(height * bytesPerRow), (uint)height, (uint)width];
        for (int i = 0; i < header.Length; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(4 * i), header[i]);
        }

        FillBitmaps(file.AsSpan(headerSize), glyphCount, height, bytesPerRow);
        table?.CopyTo(file, file.Length - table.Length);
        return file;
    }

    /// <summary>A PSF1 file of 256 or 512 glyphs.</summary>
    public static byte[] Version1(int height, byte mode, byte[]? table = null)
    {
        int glyphCount = (mode & 1) != 0 ? 512 : 256;
        byte[] file = [0x36, 0x04, mode, (byte)height, .. new byte[glyphCount * height], .. table ?? []];
        FillBitmaps(file.AsSpan(4), glyphCount, height, 1);
        return file;
    }

    /// <summary>Compressed by another implementation than the one under test.</summary>
    public static byte[] Gzip(byte[] content)
    {
        MemoryStream packed = new();
        using (GZipStream gzip = new(packed, CompressionLevel.SmallestSize))
        {
            gzip.Write(content);
        }

        return packed.ToArray();
    }

    public static byte Bits(int glyph, int row, int column) => (byte)(glyph * 31 + row * 7 + column * 101 + 1);

    private static void FillBitmaps(Span<byte> bitmaps, int glyphCount, int height, int bytesPerRow)
    {
        for (int glyph = 0; glyph < glyphCount; glyph++)
        {
            for (int row = 0; row < height; row++)
            {
                for (int column = 0; column < bytesPerRow; column++)
                {
                    bitmaps[(glyph * height + row) * bytesPerRow + column] = Bits(glyph, row, column);
                }
            }
        }
    }
}
