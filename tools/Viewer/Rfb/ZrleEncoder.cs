using System.Buffers.Binary;

namespace XenFbFront.Viewer;

/// <summary>The ZRLE encoding: tiles of 64 by 64, each in the shortest of its forms, through one zlib stream. RFC 6143 §7.7.6.</summary>
/// <remarks>The stream lives as long as the connection, so one encoder belongs to one client. Not thread-safe.</remarks>
internal sealed class ZrleEncoder : RfbEncoder
{
    /// <summary>Side of a tile, pixels.</summary>
    public const int TileSide = PartRows;

    private const int PalettePackedMost = 16;
    private const int PaletteMost = 127;
    private const byte SubencodingRaw = 0;
    private const byte SubencodingSolid = 1;
    private const byte SubencodingPlainRle = 128;
    private const int LengthBytes = 4;

    private readonly Deflater _stream;
    private readonly uint[] _tile = new uint[TileSide * TileSide];
    private readonly ColourTable _palette = new(PaletteMost);
    // The longest form is raw with four bytes a pixel and the subencoding byte: a longer one is never chosen.
    private readonly byte[] _encoded = new byte[1 + TileSide * TileSide * 4];
    private byte[] _bytes = [];

    /// <summary>Begins the connection's zlib stream.</summary>
    public ZrleEncoder(int level) => _stream = new(level);

    /// <inheritdoc/>
    public override int Encoding => RfbProtocol.Zrle;

    /// <inheritdoc/>
    public override int PartColumns => int.MaxValue;

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> Encode(RfbPixelWriter writer, ReadOnlySpan<uint> values, int width, int height)
    {
        _stream.Begin();
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
                _stream.Write(_encoded.AsSpan(0, length));
            }
        }

        ReadOnlySpan<byte> compressed = _stream.End();
        if (_bytes.Length < LengthBytes + compressed.Length)
        {
            _bytes = new byte[LengthBytes + compressed.Length];
        }

        BinaryPrimitives.WriteInt32BigEndian(_bytes, compressed.Length);
        compressed.CopyTo(_bytes.AsSpan(LengthBytes));
        return _bytes.AsSpan(0, LengthBytes + compressed.Length);
    }

    /// <inheritdoc/>
    public override void Dispose() => _stream.Dispose();

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
        if (_palette.Count is >= 2 and <= PaletteMost)
        {
            Consider((byte)(SubencodingPlainRle + _palette.Count), _palette.Count * pixelBytes + paletteRunBytes);
            if (_palette.Count <= PalettePackedMost)
            {
                Consider((byte)_palette.Count, _palette.Count * pixelBytes + height * PackedRowBytes(width, PackedBits));
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

    private int PackedBits => _palette.Count switch
    {
        <= 2 => 1,
        <= 4 => 2,
        _ => 4,
    };

    private static int PackedRowBytes(int width, int bits) => (width * bits + 7) / 8;

    /// <summary>Counts the runs, what their lengths cost in both run-length forms, and collects the palette while it is small enough.</summary>
    private void Measure(ReadOnlySpan<uint> tile, out int runs, out int plainLengthBytes, out int paletteRunBytes)
    {
        _palette.Clear();
        (runs, plainLengthBytes, paletteRunBytes) = (0, 0, 0);
        for (int i = 0; i < tile.Length;)
        {
            int length = RunLength(tile, i);
            runs++;
            int lengthBytes = (length - 1) / 255 + 1;
            plainLengthBytes += lengthBytes;
            paletteRunBytes += length == 1 ? 1 : 1 + lengthBytes;
            _palette.Add(tile[i]);
            i += length;
        }
    }

    private static int RunLength(ReadOnlySpan<uint> tile, int start)
    {
        int differs = tile[(start + 1)..].IndexOfAnyExcept(tile[start]);
        return differs < 0 ? tile.Length - start : differs + 1;
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
        foreach (uint value in _palette.Colours)
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
                packed |= _palette.IndexOf(tile[row + column]) << free;
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
            byte index = _palette.IndexOf(tile[i]);
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
