namespace Xenbus.Linux.Interop;

/// <summary>What .NET's file streams do not offer on a bare descriptor.</summary>
internal static unsafe partial class Libc
{
    /// <summary>Cuts a file open for writing to a length, bytes.</summary>
    public static int Truncate(int descriptor, long lengthBytes) => Result(ftruncate(descriptor, lengthBytes));

    /// <summary>Reads at an offset until the buffer is full or the file ends.</summary>
    /// <returns>Bytes read, which may be fewer than asked for; negative: the errno.</returns>
    public static int ReadAllAt(int descriptor, Span<byte> buffer, long offset)
    {
        int done = 0;
        while (done < buffer.Length)
        {
            int result = ReadAt(descriptor, buffer[done..], offset + done);
            if (result <= 0)
            {
                return result < 0 ? result : done;
            }

            done += result;
        }

        return done;
    }
}
