using System.Runtime.InteropServices;

namespace XenFbFront.Content;

/// <summary>What is used of zlib. The published program contains it; elsewhere it is the system's.</summary>
internal static unsafe partial class Zlib
{
    /// <summary>No flush in particular. C: Z_NO_FLUSH in zlib.h.</summary>
    public const int Z_NO_FLUSH = 0;

    /// <summary>Progress was made. C: Z_OK.</summary>
    public const int Z_OK = 0;

    /// <summary>The end of a compressed stream was reached. C: Z_STREAM_END.</summary>
    public const int Z_STREAM_END = 1;

    /// <summary>No progress without more input or output. C: Z_BUF_ERROR.</summary>
    public const int Z_BUF_ERROR = -5;

    /// <summary>Window of 32 KiB, and gzip's header and checksum: <c>15 + 16</c>, as inflateInit2's comment in zlib.h says.</summary>
    public const int GzipWindowBits = 15 + 16;

    private const string Library = "libz.so.1";

    /// <summary>Starts unpacking. C: the macro inflateInit2.</summary>
    /// <returns>Z_OK, or negative: no memory, or another version of zlib.</returns>
    public static int InflateInit2(ZlibStream* stream, int windowBits)
    {
        // Only the first character counts: a library of another major version refuses.
        fixed (byte* version = "1"u8)
        {
            return inflateInit2_(stream, windowBits, version, sizeof(ZlibStream));
        }
    }

    /// <summary>Unpacks what fits. C: inflate.</summary>
    public static int Inflate(ZlibStream* stream) => inflate(stream, Z_NO_FLUSH);

    /// <summary>Makes ready for another stream. C: inflateReset.</summary>
    public static int InflateReset(ZlibStream* stream) => inflateReset(stream);

    /// <summary>Frees what <see cref="InflateInit2"/> took. C: inflateEnd.</summary>
    public static void InflateEnd(ZlibStream* stream) => _ = inflateEnd(stream);

    [LibraryImport(Library)]
    private static partial int inflateInit2_(ZlibStream* stream, int windowBits, byte* version, int streamBytes);

    [LibraryImport(Library)]
    private static partial int inflate(ZlibStream* stream, int flush);

    [LibraryImport(Library)]
    private static partial int inflateReset(ZlibStream* stream);

    [LibraryImport(Library)]
    private static partial int inflateEnd(ZlibStream* stream);
}
