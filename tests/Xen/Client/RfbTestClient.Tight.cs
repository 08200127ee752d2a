using System.IO.Compression;

namespace XenFbFront.Tests.Xen;

/// <summary>The Tight encoding, written from the community's rfbproto document.</summary>
internal sealed partial class RfbTestClient
{
    private readonly ZlibFeed[] _tightFeeds = [new(), new(), new(), new()];
    private readonly ZLibStream?[] _tightStreams = new ZLibStream?[4];

    /// <summary>What Tight rectangles were: <c>fill</c>, <c>copy</c>, or <c>palette N</c>.</summary>
    public HashSet<string> TightKinds { get; } = [];

    private bool IsTightPixelShort => Pixels is { TrueColour: true, Bits: 32, Depth: 24, Red: 255, Green: 255, Blue: 255 };

    private void ReadTight(Rectangle rectangle)
    {
        if (rectangle.Width > 2048)
        {
            throw new InvalidDataException($"a Tight rectangle is {rectangle.Width} wide");
        }

        byte control = Read(1)[0];
        CompressedBytes++;
        for (int i = 0; i < 4; i++)
        {
            if ((control & 1 << i) != 0)
            {
                _tightStreams[i]?.Dispose();
                _tightStreams[i] = null;
            }
        }

        int count = rectangle.Width * rectangle.Height;
        uint[] values = new uint[count];
        switch (control >> 4)
        {
            case 8:
                TightKinds.Add("fill");
                Array.Fill(values, ReadTightPixels(1)[0]);
                break;
            case < 8:
                int stream = control >> 4 & 3;
                int filter = (control & 0x40) != 0 ? Counted(1)[0] : 0;
                values = filter switch
                {
                    0 => TightCopy(stream, count),
                    1 => TightPalette(stream, rectangle.Width, rectangle.Height),
                    _ => throw new InvalidDataException($"Tight filter {filter}"),
                };
                break;
            default:
                throw new InvalidDataException($"Tight control byte {control:x2}");
        }

        Place(rectangle.X, rectangle.Y, rectangle.Width, rectangle.Height, values);
    }

    private uint[] TightCopy(int stream, int count)
    {
        TightKinds.Add("copy");
        return ParseTightPixels(ReadTightPiece(stream, count * (IsTightPixelShort ? 3 : Pixels.Bits / 8)));
    }

    private uint[] TightPalette(int stream, int width, int height)
    {
        int colours = Counted(1)[0] + 1;
        TightKinds.Add($"palette {colours}");
        uint[] palette = ReadTightPixels(colours);
        int rowBytes = colours == 2 ? (width + 7) / 8 : width;
        byte[] piece = ReadTightPiece(stream, rowBytes * height);
        uint[] values = new uint[width * height];
        for (int i = 0; i < values.Length; i++)
        {
            int x = i % width, y = i / width;
            values[i] = palette[colours == 2 ? piece[y * rowBytes + x / 8] >> (7 - x % 8) & 1 : piece[i]];
        }

        return values;
    }

    private byte[] ReadTightPiece(int stream, int length)
    {
        if (length < 12)
        {
            return Counted(length);
        }

        int compressed = 0;
        for (int i = 0; ; i++)
        {
            byte next = Counted(1)[0];
            compressed |= (i < 2 ? next & 127 : next) << (7 * i);
            if (i == 2 || next < 128)
            {
                break;
            }
        }

        _tightFeeds[stream].Append(Counted(compressed));
        _tightStreams[stream] ??= new ZLibStream(_tightFeeds[stream], CompressionMode.Decompress);
        byte[] piece = new byte[length];
        _tightStreams[stream]!.ReadExactly(piece);
        if (!_tightFeeds[stream].IsEmpty)
        {
            throw new InvalidDataException("compressed bytes were left over");
        }

        return piece;
    }

    private uint[] ReadTightPixels(int count) => ParseTightPixels(Counted(count * (IsTightPixelShort ? 3 : Pixels.Bits / 8)));

    private uint[] ParseTightPixels(byte[] bytes)
    {
        if (!IsTightPixelShort)
        {
            return ParsePixels(bytes, Pixels.Bits / 8, 0);
        }

        uint[] values = new uint[bytes.Length / 3];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = (uint)bytes[3 * i] << Pixels.RedShift | (uint)bytes[3 * i + 1] << Pixels.GreenShift | (uint)bytes[3 * i + 2] << Pixels.BlueShift;
        }

        return values;
    }

    private byte[] Counted(int count)
    {
        CompressedBytes += count;
        return Read(count);
    }
}
