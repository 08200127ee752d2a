using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace XenFbFront.Viewer;

/// <summary>Turns the screen's pixels into a client's: first to its values, then to its bytes.</summary>
/// <remarks>Two steps because ZRLE counts colours as the client sees them: two that fall together in 16 bits are one.</remarks>
internal sealed class RfbPixelWriter
{
    private readonly uint[] _red = new uint[256];
    private readonly uint[] _green = new uint[256];
    private readonly uint[] _blue = new uint[256];
    private readonly bool _isNative;
    private readonly int _compactShift;
    private readonly bool _isTightShort;

    /// <summary>Makes the tables for a format.</summary>
    public RfbPixelWriter(RfbPixelFormat format)
    {
        Format = format;
        for (int i = 0; i < 256; i++)
        {
            (_red[i], _green[i], _blue[i]) = format.IsTrueColour
                ? (Scale(i, format.RedMax) << format.RedShift,
                   Scale(i, format.GreenMax) << format.GreenShift,
                   Scale(i, format.BlueMax) << format.BlueShift)
                : (Scale(i, 7) << RfbColourMap.RedShift, Scale(i, 7) << RfbColourMap.GreenShift, Scale(i, 3));
        }

        _isNative = format.IsTrueColour && (format.RedMax, format.GreenMax, format.BlueMax) == (255, 255, 255)
            && (format.RedShift, format.GreenShift, format.BlueShift) == (16, 8, 0) && format.BitsPerPixel == 32;

        // rfbproto, "Tight Encoding": TPIXEL.
        _isTightShort = format is { IsTrueColour: true, BitsPerPixel: 32, Depth: 24, RedMax: 255, GreenMax: 255, BlueMax: 255 };

        // RFC 6143 §7.7.5: 32-bit true colour of depth 24 or less whose colour bits lie in the three low or the three high bytes loses
        // the fourth byte. Where both hold, clients take the low ones.
        CompactBytes = format.BytesPerPixel;
        if (format is { IsTrueColour: true, BitsPerPixel: 32, Depth: <= 24 })
        {
            if (format.ColourMask <= 0x00ffffff)
            {
                CompactBytes = 3;
            }
            else if ((format.ColourMask & 0xff) == 0)
            {
                (CompactBytes, _compactShift) = (3, 8);
            }
        }
    }

    /// <summary>The client's format.</summary>
    public RfbPixelFormat Format { get; }

    /// <summary>Bytes of a CPIXEL, ZRLE's pixel: 1, 2, 3 or 4. RFC 6143 §7.7.5.</summary>
    public int CompactBytes { get; }

    /// <summary>Screen pixels to the client's pixel values; both spans have the same length and may be the same memory.</summary>
    public void Translate(ReadOnlySpan<uint> pixels, Span<uint> values)
    {
        if (_isNative)
        {
            pixels.CopyTo(values);
            return;
        }

        for (int i = 0; i < pixels.Length; i++)
        {
            uint pixel = pixels[i];
            values[i] = _red[(byte)(pixel >> 16)] | _green[(byte)(pixel >> 8)] | _blue[(byte)pixel];
        }
    }

    /// <summary>Pixel values to bytes as Raw has them, <see cref="RfbPixelFormat.BytesPerPixel"/> each.</summary>
    public void Write(ReadOnlySpan<uint> values, Span<byte> bytes)
    {
        switch (Format.BytesPerPixel)
        {
            case 1:
                for (int i = 0; i < values.Length; i++)
                {
                    bytes[i] = (byte)values[i];
                }

                break;
            case 2:
                Span<ushort> halves = MemoryMarshal.Cast<byte, ushort>(bytes);
                for (int i = 0; i < values.Length; i++)
                {
                    halves[i] = (ushort)values[i];
                }

                if (Format.IsBigEndian == BitConverter.IsLittleEndian)
                {
                    BinaryPrimitives.ReverseEndianness(halves[..values.Length], halves);
                }

                break;
            default:
                Span<uint> words = MemoryMarshal.Cast<byte, uint>(bytes);
                values.CopyTo(words);
                if (Format.IsBigEndian == BitConverter.IsLittleEndian)
                {
                    BinaryPrimitives.ReverseEndianness(words[..values.Length], words);
                }

                break;
        }
    }

    /// <summary>One pixel value as a CPIXEL. Returns its length.</summary>
    public int WriteCompact(uint value, Span<byte> bytes)
    {
        value >>= _compactShift;
        int count = CompactBytes;
        if (Format.IsBigEndian)
        {
            for (int i = 0; i < count; i++)
            {
                bytes[i] = (byte)(value >> (8 * (count - 1 - i)));
            }
        }
        else
        {
            for (int i = 0; i < count; i++)
            {
                bytes[i] = (byte)(value >> (8 * i));
            }
        }

        return count;
    }

    /// <summary>One pixel value as a TPIXEL, Tight's pixel: red, green, blue, or as Raw has it. Returns its length, 1 to 4.</summary>
    public int WriteTight(uint value, Span<byte> bytes)
    {
        if (!_isTightShort)
        {
            int length = Format.BytesPerPixel;
            for (int i = 0; i < length; i++)
            {
                bytes[i] = (byte)(value >> (8 * (Format.IsBigEndian ? length - 1 - i : i)));
            }

            return length;
        }

        bytes[0] = (byte)(value >> Format.RedShift);
        bytes[1] = (byte)(value >> Format.GreenShift);
        bytes[2] = (byte)(value >> Format.BlueShift);
        return 3;
    }

    /// <summary>A channel of the screen, 0 to 255, to 0 to <paramref name="max"/>, rounded.</summary>
    internal static uint Scale(int channel, uint max) => ((uint)channel * max + 127) / 255;
}
