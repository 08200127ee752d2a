using System.IO.Compression;

namespace XenFbFront.Viewer;

/// <summary>The ZRLE encoding: tiles of 64 by 64, each in the shortest of its forms, through one zlib stream. RFC 6143 §7.7.6.</summary>
/// <remarks>The stream lives as long as the connection, so one encoder belongs to one client. Not thread-safe.</remarks>
internal sealed class ZrleEncoder : IDisposable
{
    /// <summary>Side of a tile, pixels.</summary>
    public const int TileSide = 64;

    private const int PalettePackedMost = 16;
    private const int PaletteMost = 127;
    private const byte SubencodingRaw = 0;
    private const byte SubencodingSolid = 1;
    private const byte SubencodingPlainRle = 128;

    // Twice the largest palette and a power of two: the open-addressed table stays sparse and its mask cheap.
    private const int HashSlots = 256;

    private readonly MemoryStream _compressed = new();
    private readonly ZLibStream _zlib;
    private readonly uint[] _tile = new uint[TileSide * TileSide];
    private readonly uint[] _palette = new uint[PaletteMost];
    private readonly uint[] _hashColours = new uint[HashSlots];
    private readonly byte[] _hashIndices = new byte[HashSlots];
    // The longest form is raw with four bytes a pixel and the subencoding byte: a longer one is never chosen.
    private readonly byte[] _encoded = new byte[1 + TileSide * TileSide * 4];
    private int _paletteCount;

    /// <summary>Begins the connection's zlib stream.</summary>
    public ZrleEncoder() =>
        // The fastest level: tiles are already run-length coded, more effort costs several times the time for a few percent.
        _zlib = new ZLibStream(_compressed, CompressionLevel.Fastest, leaveOpen: true);

    /// <summary>Encodes a rectangle of client pixel values, <paramref name="width"/> times <paramref name="height"/>, row after row.</summary>
    /// <returns>The compressed bytes, valid until the next call.</returns>
    public ReadOnlySpan<byte> Encode(RfbPixelWriter writer, ReadOnlySpan<uint> values, int width, int height)
    {
        _compressed.SetLength(0);
        for (int top = 0; top < height; top += TileSide)
        {
            int tileHeight = Math.Min(TileSide, height - top);
            for (int left = 0; left < width; left += TileSide)
            {
                int tileWidth = Math.Min(TileSide, width - left);
                for (int row = 0; row < tileHeight; row++)
                {
                    values.Slice((top + row) * width + left, tileWidth).CopyTo(_tile.AsSpan(row * tileWidth));
                }

                int length = EncodeTile(writer, _tile.AsSpan(0, tileWidth * tileHeight), tileWidth);
                _zlib.Write(_encoded, 0, length);
            }
        }

        // A sync flush: the client can decode all of this rectangle, and the dictionary is kept for the next.
        _zlib.Flush();
        return _compressed.GetBuffer().AsSpan(0, (int)_compressed.Length);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _zlib.Dispose();
        _compressed.Dispose();
    }

    private int EncodeTile(RfbPixelWriter writer, ReadOnlySpan<uint> tile, int width)
    {
        int height = tile.Length / width;
        int pixelBytes = writer.CompactBytes;
        Measure(tile, out int runs, out int plainLengthBytes, out int paletteRunBytes);
        if (runs == 1)
        {
            _encoded[0] = SubencodingSolid;
            return 1 + writer.WriteCompact(tile[0], _encoded.AsSpan(1));
        }

        int best = tile.Length * pixelBytes;
        byte form = SubencodingRaw;
        Consider(SubencodingPlainRle, runs * pixelBytes + plainLengthBytes);
        if (_paletteCount is >= 2 and <= PaletteMost)
        {
            Consider((byte)(SubencodingPlainRle + _paletteCount), _paletteCount * pixelBytes + paletteRunBytes);
            if (_paletteCount <= PalettePackedMost)
            {
                Consider((byte)_paletteCount, _paletteCount * pixelBytes + height * PackedRowBytes(width, PackedBits));
            }
        }

        _encoded[0] = form;
        return form switch
        {
            SubencodingRaw => WriteRaw(writer, tile),
            SubencodingPlainRle => WritePlainRuns(writer, tile),
            > SubencodingPlainRle => WritePaletteRuns(writer, tile),
            _ => WritePacked(writer, tile, width),
        };

        void Consider(byte candidate, int bytes)
        {
            if (bytes < best)
            {
                (best, form) = (bytes, candidate);
            }
        }
    }

    private int PackedBits => _paletteCount switch
    {
        <= 2 => 1,
        <= 4 => 2,
        _ => 4,
    };

    private static int PackedRowBytes(int width, int bits) => (width * bits + 7) / 8;

    /// <summary>Counts the runs, what their lengths cost in both run-length forms, and collects the palette while it is small enough.</summary>
    private void Measure(ReadOnlySpan<uint> tile, out int runs, out int plainLengthBytes, out int paletteRunBytes)
    {
        Array.Clear(_hashIndices);
        _paletteCount = 0;
        (runs, plainLengthBytes, paletteRunBytes) = (0, 0, 0);
        for (int i = 0; i < tile.Length;)
        {
            int length = RunLength(tile, i);
            runs++;
            int lengthBytes = (length - 1) / 255 + 1;
            plainLengthBytes += lengthBytes;
            paletteRunBytes += length == 1 ? 1 : 1 + lengthBytes;
            if (_paletteCount <= PaletteMost)
            {
                AddColour(tile[i]);
            }

            i += length;
        }
    }

    private static int RunLength(ReadOnlySpan<uint> tile, int start)
    {
        int differs = tile[(start + 1)..].IndexOfAnyExcept(tile[start]);
        return differs < 0 ? tile.Length - start : differs + 1;
    }

    private void AddColour(uint colour)
    {
        int slot = FindSlot(colour);
        if (_hashIndices[slot] != 0)
        {
            return;
        }

        if (_paletteCount == PaletteMost)
        {
            // One colour too many: the count says so and the table is not asked again.
            _paletteCount++;
            return;
        }

        _hashColours[slot] = colour;
        _palette[_paletteCount++] = colour;
        // Stored plus one, so that zero means free.
        _hashIndices[slot] = (byte)_paletteCount;
    }

    private byte IndexOf(uint colour) => (byte)(_hashIndices[FindSlot(colour)] - 1);

    private int FindSlot(uint colour)
    {
        // Fibonacci hashing: the top bits of the product depend on every byte of the colour.
        int slot = (int)(colour * 2654435769u >> 24);
        while (_hashIndices[slot] != 0 && _hashColours[slot] != colour)
        {
            slot = (slot + 1) & (HashSlots - 1);
        }

        return slot;
    }

    private int WriteRaw(RfbPixelWriter writer, ReadOnlySpan<uint> tile)
    {
        int at = 1;
        foreach (uint value in tile)
        {
            at += writer.WriteCompact(value, _encoded.AsSpan(at));
        }

        return at;
    }

    private int WritePalette(RfbPixelWriter writer)
    {
        int at = 1;
        foreach (uint value in _palette.AsSpan(0, _paletteCount))
        {
            at += writer.WriteCompact(value, _encoded.AsSpan(at));
        }

        return at;
    }

    private int WritePacked(RfbPixelWriter writer, ReadOnlySpan<uint> tile, int width)
    {
        int at = WritePalette(writer);
        int bits = PackedBits;
        for (int row = 0; row < tile.Length; row += width)
        {
            // Each row begins at a byte of its own, the leftmost pixel in the highest bits.
            int free = 8;
            int packed = 0;
            for (int column = 0; column < width; column++)
            {
                free -= bits;
                packed |= IndexOf(tile[row + column]) << free;
                if (free == 0)
                {
                    _encoded[at++] = (byte)packed;
                    (free, packed) = (8, 0);
                }
            }

            if (free != 8)
            {
                _encoded[at++] = (byte)packed;
            }
        }

        return at;
    }

    private int WritePlainRuns(RfbPixelWriter writer, ReadOnlySpan<uint> tile)
    {
        int at = 1;
        for (int i = 0; i < tile.Length;)
        {
            int length = RunLength(tile, i);
            at += writer.WriteCompact(tile[i], _encoded.AsSpan(at));
            at = WriteLength(length, at);
            i += length;
        }

        return at;
    }

    private int WritePaletteRuns(RfbPixelWriter writer, ReadOnlySpan<uint> tile)
    {
        int at = WritePalette(writer);
        for (int i = 0; i < tile.Length;)
        {
            int length = RunLength(tile, i);
            byte index = IndexOf(tile[i]);
            if (length == 1)
            {
                _encoded[at++] = index;
            }
            else
            {
                _encoded[at++] = (byte)(index | 0x80);
                at = WriteLength(length, at);
            }

            i += length;
        }

        return at;
    }

    /// <summary>A run length: bytes that add up to the length less one, the last of them below 255.</summary>
    private int WriteLength(int length, int at)
    {
        length--;
        for (; length >= 255; length -= 255)
        {
            _encoded[at++] = 255;
        }

        _encoded[at++] = (byte)length;
        return at;
    }
}
