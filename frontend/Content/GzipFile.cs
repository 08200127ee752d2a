namespace XenFbFront.Content;

/// <summary>Unpacks gzip, whose format is RFC 1952.</summary>
internal static class GzipFile
{
    /// <summary>Whether a file starts like one of gzip.</summary>
    public static bool IsGzip(ReadOnlySpan<byte> file) => file.StartsWith((ReadOnlySpan<byte>)[0x1f, 0x8b]);

    /// <summary>Unpacks a whole file.</summary>
    /// <param name="file">The file.</param>
    /// <param name="maximumBytes">Most that may come out: a few kilobytes can unpack to gigabytes.</param>
    /// <param name="why">When the result is null, what is wrong.</param>
    /// <returns>The content, or null.</returns>
    public static unsafe byte[]? TryUnpack(ReadOnlySpan<byte> file, int maximumBytes, out string why)
    {
        why = string.Empty;
        // Fonts become a third; the last four bytes of a file claim its length, but anything may stand there.
        // One byte more than allowed tells a file that ends there from one that goes on.
        int capacity = maximumBytes + 1;
        byte[] content = new byte[Math.Min(capacity, Math.Max(4096, 4 * file.Length))];
        int length = 0;
        ZlibStream stream = default;
        if (Zlib.InflateInit2(&stream, Zlib.GzipWindowBits) != Zlib.Z_OK)
        {
            why = "zlib does not start";
            return null;
        }

        try
        {
            fixed (byte* input = file)
            {
                stream.NextIn = input;
                stream.AvailableIn = (uint)file.Length;
                // Each turn fills the buffer, ends a member or is the last.
                while (true)
                {
                    int result;
                    fixed (byte* output = content)
                    {
                        stream.NextOut = output + length;
                        stream.AvailableOut = (uint)(content.Length - length);
                        result = Zlib.Inflate(&stream);
                        length = content.Length - (int)stream.AvailableOut;
                    }

                    switch (result)
                    {
                        case Zlib.Z_STREAM_END when stream.AvailableIn >= 2 && IsGzip(file[^(int)stream.AvailableIn..]):
                            // A file may consist of several members. What is not one, such as padding, is left alone as gzip does.
                            Zlib.InflateReset(&stream);
                            break;
                        case Zlib.Z_STREAM_END when length <= maximumBytes:
                            return content.AsSpan(0, length).ToArray();
                        case Zlib.Z_OK or Zlib.Z_BUF_ERROR when stream.AvailableOut == 0 && content.Length < capacity:
                            Array.Resize(ref content, Math.Min(capacity, 2 * content.Length));
                            break;
                        case Zlib.Z_STREAM_END or Zlib.Z_OK or Zlib.Z_BUF_ERROR:
                            why = stream.AvailableOut == 0 ? $"it unpacks to more than {maximumBytes} bytes" : "it ends within its compressed data";
                            return null;
                        default:
                            why = "its compressed data are damaged";
                            return null;
                    }
                }
            }
        }
        finally
        {
            Zlib.InflateEnd(&stream);
        }
    }
}
