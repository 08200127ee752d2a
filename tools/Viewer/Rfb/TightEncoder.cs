namespace XenFbFront.Viewer;

/// <summary>The Tight encoding without JPEG: one colour, palettes, or all pixels, through a zlib stream for each kind. rfbproto, "Tight Encoding".</summary>
internal sealed class TightEncoder : RfbEncoder
{
    // Compression control: the upper four bits. Numbers of streams are free; these are those of other servers.
    private const byte Fill = 0x80;
    private const byte ExplicitFilter = 0x40;
    private const byte PaletteFilter = 1;
    private const int FullColourStream = 0;
    private const int TwoColourStream = 1;
    private const int PaletteStream = 2;

    private const int PaletteMost = 256;

    // Shorter pieces are sent as they are.
    private const int CompressedLeastBytes = 12;

    // The head is a control byte, a filter, the palette's length and colours, and the length of what follows.
    private const int HeadMost = 3 + PaletteMost * 4 + 3;

    private readonly Deflater[] _streams;
    private readonly ColourTable _colours = new(PaletteMost);
    private byte[] _encoded = [];
    private byte[] _pixels = [];

    /// <summary>Begins the connection's zlib streams.</summary>
    public TightEncoder(int level) => _streams = [new(level), new(level), new(level)];

    /// <inheritdoc/>
    public override int Encoding => RfbProtocol.Tight;

    /// <inheritdoc/>
    /// <remarks>The encoding's own limit.</remarks>
    public override int PartColumns => 2048;

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> Encode(RfbPixelWriter writer, ReadOnlySpan<uint> values, int width, int height)
    {
        _colours.Clear();
        for (int i = 0; i < values.Length && !_colours.IsOverfull;)
        {
            _colours.Add(values[i]);
            int differs = values[i..].IndexOfAnyExcept(values[i]);
            i = differs < 0 ? values.Length : i + differs;
        }

        return _colours.Count switch
        {
            1 => EncodeFill(writer, values[0]),
            2 => EncodePalette(writer, TwoColourStream, PackBits(values, width, height)),
            <= PaletteMost => EncodePalette(writer, PaletteStream, Index(values)),
            _ => EncodeAll(writer, values),
        };
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        foreach (Deflater stream in _streams)
        {
            stream.Dispose();
        }
    }

    private ReadOnlySpan<byte> EncodeFill(RfbPixelWriter writer, uint value)
    {
        Reserve(ref _encoded, HeadMost)[0] = Fill;
        return _encoded.AsSpan(0, 1 + writer.WriteTight(value, _encoded.AsSpan(1)));
    }

    private ReadOnlySpan<byte> EncodePalette(RfbPixelWriter writer, int stream, ReadOnlySpan<byte> indices)
    {
        Span<byte> head = Reserve(ref _encoded, HeadMost);
        head[0] = (byte)(ExplicitFilter | stream << 4);
        head[1] = PaletteFilter;
        head[2] = (byte)(_colours.Count - 1);
        int at = 3;
        foreach (uint value in _colours.Colours)
        {
            at += writer.WriteTight(value, head[at..]);
        }

        return Append(at, stream, indices);
    }

    private ReadOnlySpan<byte> EncodeAll(RfbPixelWriter writer, ReadOnlySpan<uint> values)
    {
        Reserve(ref _encoded, HeadMost)[0] = FullColourStream << 4;
        Span<byte> bytes = Reserve(ref _pixels, values.Length * 4);
        int length = 0;
        foreach (uint value in values)
        {
            length += writer.WriteTight(value, bytes[length..]);
        }

        return Append(1, FullColourStream, bytes[..length]);
    }

    /// <summary>One bit a pixel, each row beginning at a byte of its own, the leftmost pixel in the highest bit.</summary>
    private ReadOnlySpan<byte> PackBits(ReadOnlySpan<uint> values, int width, int height)
    {
        int rowBytes = (width + 7) / 8;
        Span<byte> bits = Reserve(ref _pixels, rowBytes * height);
        bits.Clear();
        uint first = _colours.Colours[0];
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                if (values[y * width + x] != first)
                {
                    bits[y * rowBytes + x / 8] |= (byte)(0x80 >> (x % 8));
                }
            }
        }

        return bits;
    }

    private ReadOnlySpan<byte> Index(ReadOnlySpan<uint> values)
    {
        Span<byte> indices = Reserve(ref _pixels, values.Length);
        for (int i = 0; i < values.Length; i++)
        {
            indices[i] = _colours.IndexOf(values[i]);
        }

        return indices;
    }

    /// <summary>Puts a piece behind the first <paramref name="at"/> bytes, compressed with its length before it, unless it is too short for that.</summary>
    private ReadOnlySpan<byte> Append(int at, int stream, ReadOnlySpan<byte> piece)
    {
        if (piece.Length >= CompressedLeastBytes)
        {
            piece = _streams[stream].Compress(piece);
            // Seven bits a byte, the lowest first; the highest bit says that another byte follows. At most 2048 times 64 pixels of 4 bytes: 20 bits.
            int length = piece.Length;
            for (; length >= 0x80; length >>= 7)
            {
                _encoded[at++] = (byte)(length | 0x80);
            }

            _encoded[at++] = (byte)length;
        }

        if (_encoded.Length < at + piece.Length)
        {
            Array.Resize(ref _encoded, at + piece.Length);
        }

        piece.CopyTo(_encoded.AsSpan(at));
        return _encoded.AsSpan(0, at + piece.Length);
    }

    private static Span<byte> Reserve(ref byte[] array, int length)
    {
        if (array.Length < length)
        {
            array = new byte[length];
        }

        return array.AsSpan(0, length);
    }
}
