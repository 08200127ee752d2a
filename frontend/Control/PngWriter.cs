using System.Buffers.Binary;
using Xenbus.Linux.Interop;
using XenFbFront.Content;

namespace XenFbFront.Control;

/// <summary>Writes a picture as PNG, row by row: 8 bits each of red, green and blue. Source: RFC 2083.</summary>
/// <remarks>A large picture has no place on the small managed heap, so no more than a row of it is there.</remarks>
internal static unsafe class PngWriter
{
    private const int BufferBytes = 32 * 1024, BytesPerPixel = 3;

    private static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', (byte)'\r', (byte)'\n', 0x1a, (byte)'\n'];

    /// <summary>Writes a picture.</summary>
    /// <param name="file">Where to, open for writing.</param>
    /// <param name="width">Pixels, at least 1.</param>
    /// <param name="height">Pixels, at least 1.</param>
    /// <param name="readRow">Reads the pixels of a row, each 0x00RRGGBB.</param>
    /// <returns>0, or the errno with which writing failed.</returns>
    public static int Write(Descriptor file, int width, int height, Action<int, Span<uint>> readRow)
    {
        Span<byte> header = stackalloc byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], height);
        // 8 bits, RGB; the rest is 0: the only compression and filtering that there are, no interlacing.
        (header[8], header[9]) = (8, 2);
        int errno = WriteAll(file, Signature);
        errno = errno != 0 ? errno : WriteChunk(file, "IHDR"u8, header);
        errno = errno != 0 ? errno : WriteRows(file, width, height, readRow);
        return errno != 0 ? errno : WriteChunk(file, "IEND"u8, []);
    }

    private static int WriteRows(Descriptor file, int width, int height, Action<int, Span<uint>> readRow)
    {
        uint[] pixels = new uint[width];
        // Each row begins with its filter: 0 for none.
        byte[] row = new byte[1 + width * BytesPerPixel], packed = new byte[BufferBytes];
        ZlibStream stream = default;
        if (Zlib.DeflateInit(&stream) != Zlib.Z_OK)
        {
            return Errno.ENOMEM;
        }

        try
        {
            fixed (byte* input = row, output = packed)
            {
                stream.NextOut = output;
                stream.AvailableOut = BufferBytes;
                for (int y = 0; y <= height; y++)
                {
                    bool isLast = y == height;
                    if (!isLast)
                    {
                        readRow(y, pixels);
                        for (int x = 0; x < width; x++)
                        {
                            int at = 1 + x * BytesPerPixel;
                            (row[at], row[at + 1], row[at + 2]) = ((byte)(pixels[x] >> 16), (byte)(pixels[x] >> 8), (byte)pixels[x]);
                        }
                    }

                    stream.NextIn = input;
                    stream.AvailableIn = isLast ? 0 : (uint)row.Length;
                    int result;
                    do
                    {
                        result = Zlib.Deflate(&stream, isLast);
                        if (stream.AvailableOut == 0 || result == Zlib.Z_STREAM_END)
                        {
                            int errno = WriteChunk(file, "IDAT"u8, new ReadOnlySpan<byte>(output, BufferBytes - (int)stream.AvailableOut));
                            if (errno != 0)
                            {
                                return errno;
                            }

                            stream.NextOut = output;
                            stream.AvailableOut = BufferBytes;
                        }
                    }
                    while (isLast ? result == Zlib.Z_OK : stream.AvailableIn > 0);
                }
            }
        }
        finally
        {
            Zlib.DeflateEnd(&stream);
        }

        return 0;
    }

    private static int WriteChunk(Descriptor file, ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        Span<byte> head = stackalloc byte[8], checksum = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(head, data.Length);
        type.CopyTo(head[4..]);
        BinaryPrimitives.WriteUInt32BigEndian(checksum, Zlib.Crc32(Zlib.Crc32(0, type), data));
        int errno = WriteAll(file, head);
        errno = errno != 0 ? errno : WriteAll(file, data);
        return errno != 0 ? errno : WriteAll(file, checksum);
    }

    private static int WriteAll(Descriptor file, ReadOnlySpan<byte> bytes)
    {
        for (int written; bytes.Length > 0; bytes = bytes[written..])
        {
            written = Libc.Write(file.Number, bytes);
            if (written <= 0)
            {
                return written == 0 ? Errno.EIO : -written;
            }
        }

        return 0;
    }
}
