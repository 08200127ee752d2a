using System.Runtime.InteropServices;

namespace XenFbFront.Content;

/// <summary>What is used of zlib. The published program contains it; elsewhere it is the system's.</summary>
internal static unsafe partial class Zlib
{
    /// <summary>No flush in particular. C: Z_NO_FLUSH in zlib.h.</summary>
    public const int Z_NO_FLUSH = 0;

    /// <summary>All input is there. C: Z_FINISH.</summary>
    private const int Z_FINISH = 4;

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

    /// <summary>Starts packing with the usual effort. C: the macro deflateInit with Z_DEFAULT_COMPRESSION.</summary>
    /// <returns>Z_OK, or negative: no memory, or another version of zlib.</returns>
    public static int DeflateInit(ZlibStream* stream)
    {
        const int defaultCompression = -1;
        fixed (byte* version = "1"u8)
        {
            return deflateInit_(stream, defaultCompression, version, sizeof(ZlibStream));
        }
    }

    /// <summary>Packs what there is room for. C: deflate.</summary>
    /// <param name="stream">The state.</param>
    /// <param name="isLast">Whether no more input comes; then it is called until Z_STREAM_END.</param>
    public static int Deflate(ZlibStream* stream, bool isLast) => deflate(stream, isLast ? Z_FINISH : Z_NO_FLUSH);

    /// <summary>Frees what <see cref="DeflateInit"/> took. C: deflateEnd.</summary>
    public static void DeflateEnd(ZlibStream* stream) => _ = deflateEnd(stream);

    /// <summary>Goes on with a checksum of bytes; 0 begins one. C: crc32.</summary>
    public static uint Crc32(uint before, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes)
        {
            // Null would begin anew.
            return start == null ? before : (uint)crc32(before, start, (uint)bytes.Length);
        }
    }

    [LibraryImport(Library)]
    private static partial int deflateInit_(ZlibStream* stream, int level, byte* version, int streamBytes);

    [LibraryImport(Library)]
    private static partial int deflate(ZlibStream* stream, int flush);

    [LibraryImport(Library)]
    private static partial int deflateEnd(ZlibStream* stream);

    [LibraryImport(Library)]
    private static partial nuint crc32(nuint before, byte* bytes, uint length);

    [LibraryImport(Library)]
    private static partial int inflateInit2_(ZlibStream* stream, int windowBits, byte* version, int streamBytes);

    [LibraryImport(Library)]
    private static partial int inflate(ZlibStream* stream, int flush);

    [LibraryImport(Library)]
    private static partial int inflateReset(ZlibStream* stream);

    [LibraryImport(Library)]
    private static partial int inflateEnd(ZlibStream* stream);
}
