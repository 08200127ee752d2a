using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace XenFbFront.Tests.Xen;

/// <summary>Reads pictures as the viewer's <c>PngFile</c> writes them: 8 bits each of red, green and blue, not interlaced.</summary>
internal static class PngReader
{
    private const int SignatureBytes = 8, BytesPerPixel = 3;

    /// <summary>Reads one.</summary>
    /// <returns>Its size, and 0x00RRGGBB of each pixel, row after row.</returns>
    /// <exception cref="ExpectationException">It is no such picture, or not a whole one.</exception>
    public static (int Width, int Height, uint[] Pixels) Read(string path)
    {
        ReadOnlySpan<byte> file = File.ReadAllBytes(path);
        (int width, int height) = (0, 0);
        using MemoryStream packed = new();
        // Each chunk: length, four letters, content, checksum.
        for (int at = SignatureBytes; at + 12 <= file.Length;)
        {
            int length = BinaryPrimitives.ReadInt32BigEndian(file[at..]);
            string kind = Encoding.ASCII.GetString(file.Slice(at + 4, 4));
            if (length < 0 || at + 12 + length > file.Length)
            {
                break;
            }

            ReadOnlySpan<byte> content = file.Slice(at + 8, length);
            if (kind == "IHDR" && content[8..] is [8, 2, 0, 0, 0])
            {
                (width, height) = (BinaryPrimitives.ReadInt32BigEndian(content), BinaryPrimitives.ReadInt32BigEndian(content[4..]));
            }
            else if (kind == "IDAT")
            {
                packed.Write(content);
            }

            at += 12 + length;
        }

        packed.Position = 0;
        using ZLibStream unpacker = new(packed, CompressionMode.Decompress);
        byte[] rows = new byte[Math.Max(0, height) * (1 + width * BytesPerPixel)];
        if (width <= 0 || height <= 0 || unpacker.ReadAtLeast(rows, rows.Length, throwOnEndOfStream: false) != rows.Length)
        {
            throw new ExpectationException($"{path} is not a whole PNG picture of 8-bit red, green and blue");
        }

        return (width, height, Unfilter(rows, width, height));
    }

    private static uint[] Unfilter(byte[] rows, int width, int height)
    {
        int stride = width * BytesPerPixel;
        byte[] above = new byte[stride];
        uint[] pixels = new uint[width * height];
        for (int y = 0; y < height; y++)
        {
            int filter = rows[y * (stride + 1)];
            Span<byte> row = rows.AsSpan(y * (stride + 1) + 1, stride);
            for (int i = 0; i < stride; i++)
            {
                int left = i < BytesPerPixel ? 0 : row[i - BytesPerPixel], up = above[i], upLeft = i < BytesPerPixel ? 0 : above[i - BytesPerPixel];
                row[i] += (byte)(filter switch
                {
                    1 => left,
                    2 => up,
                    3 => (left + up) / 2,
                    4 => Paeth(left, up, upLeft),
                    _ => 0,
                });
            }

            row.CopyTo(above);
            for (int x = 0; x < width; x++)
            {
                pixels[y * width + x] = (uint)(row[x * BytesPerPixel] << 16 | row[x * BytesPerPixel + 1] << 8 | row[x * BytesPerPixel + 2]);
            }
        }

        return pixels;
    }

    /// <summary>Of three neighbours the one that is nearest to what they promise together.</summary>
    private static int Paeth(int left, int up, int upLeft)
    {
        int promise = left + up - upLeft;
        (int toLeft, int toUp, int toUpLeft) = (Math.Abs(promise - left), Math.Abs(promise - up), Math.Abs(promise - upLeft));
        return toLeft <= toUp && toLeft <= toUpLeft ? left : toUp <= toUpLeft ? up : upLeft;
    }
}
