using System.IO.Compression;

namespace XenFbFront.Viewer;

/// <summary>Turns parts of the picture into bytes for one client. What is compressed goes on from one part to the next, so the order counts.</summary>
/// <remarks>Memory does not grow with what the guest draws. Not thread-safe.</remarks>
internal abstract class RfbEncoder : IDisposable
{
    /// <summary>Its number in SetEncodings and in a rectangle's head.</summary>
    public abstract int Encoding { get; }

    /// <summary>Widest part that it takes, pixels. A part is at most <see cref="PartRows"/> high.</summary>
    public abstract int PartColumns { get; }

    /// <summary>Highest part, pixels: as high as ZRLE's tiles, so that a part of a rectangle is a whole row of them.</summary>
    public const int PartRows = 64;

    /// <summary>Makes one that this server has.</summary>
    /// <param name="encoding">Its number.</param>
    /// <param name="level">How much effort, 0 to 9.</param>
    public static RfbEncoder Make(int encoding, int level) => encoding switch
    {
        RfbProtocol.Zrle => new ZrleEncoder(level),
        RfbProtocol.Tight => new TightEncoder(level),
        _ => throw new ArgumentOutOfRangeException(nameof(encoding), encoding, "not compressed here"),
    };

    /// <summary>Encodes client pixel values, <paramref name="width"/> times <paramref name="height"/>, row after row.</summary>
    /// <returns>What follows the rectangle's head, valid until the next call.</returns>
    public abstract ReadOnlySpan<byte> Encode(RfbPixelWriter writer, ReadOnlySpan<uint> values, int width, int height);

    /// <inheritdoc/>
    public abstract void Dispose();

    /// <summary>One zlib stream that lives as long as the connection.</summary>
    private protected sealed class Deflater(int level) : IDisposable
    {
        private readonly MemoryStream _compressed = new();
        private ZLibStream? _zlib;

        /// <summary>Compresses the next piece; valid until the next call.</summary>
        public ReadOnlySpan<byte> Compress(ReadOnlySpan<byte> bytes)
        {
            Begin();
            Write(bytes);
            return End();
        }

        /// <summary>Begins a piece.</summary>
        public void Begin()
        {
            _zlib ??= new ZLibStream(_compressed, new ZLibCompressionOptions { CompressionLevel = level }, leaveOpen: true);
            _compressed.SetLength(0);
        }

        /// <summary>Adds to the piece.</summary>
        public void Write(ReadOnlySpan<byte> bytes) => _zlib!.Write(bytes);

        /// <summary>Ends the piece: the client can decode all of it, and the dictionary is kept for the next.</summary>
        public ReadOnlySpan<byte> End()
        {
            _zlib!.Flush();
            return _compressed.GetBuffer().AsSpan(0, (int)_compressed.Length);
        }

        /// <inheritdoc/>
        public void Dispose()
        {
            _zlib?.Dispose();
            _compressed.Dispose();
        }
    }
}
