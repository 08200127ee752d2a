using System.Buffers.Binary;
using System.Numerics;

namespace XenFbFront.Viewer;

/// <summary>How a client wants its pixels. RFC 6143 §7.4, PIXEL_FORMAT.</summary>
internal readonly record struct RfbPixelFormat
{
    /// <summary>Length on the wire, bytes.</summary>
    public const int WireBytes = 16;

    /// <summary>The format the server offers: the screen's own, <c>0x00RRGGBB</c>, little endian.</summary>
    public static readonly RfbPixelFormat Native = new()
    {
        BitsPerPixel = 32,
        Depth = 24,
        IsTrueColour = true,
        RedMax = 255,
        GreenMax = 255,
        BlueMax = 255,
        RedShift = 16,
        GreenShift = 8,
        BlueShift = 0,
    };

    /// <summary>8, 16 or 32.</summary>
    public byte BitsPerPixel { get; private init; }

    /// <summary>Useful bits of those.</summary>
    public byte Depth { get; private init; }

    /// <summary>Most significant byte first.</summary>
    public bool IsBigEndian { get; private init; }

    /// <summary>False: a pixel is an index of the colour map.</summary>
    public bool IsTrueColour { get; private init; }

    /// <summary>Largest red value, and so on for the others.</summary>
    public ushort RedMax { get; private init; }

    /// <inheritdoc cref="RedMax"/>
    public ushort GreenMax { get; private init; }

    /// <inheritdoc cref="RedMax"/>
    public ushort BlueMax { get; private init; }

    /// <summary>Bits to shift left from the value to the pixel, and so on for the others.</summary>
    public byte RedShift { get; private init; }

    /// <inheritdoc cref="RedShift"/>
    public byte GreenShift { get; private init; }

    /// <inheritdoc cref="RedShift"/>
    public byte BlueShift { get; private init; }

    /// <summary>Bytes of a pixel: 1, 2 or 4.</summary>
    public int BytesPerPixel => BitsPerPixel / 8;

    /// <summary>The bits of a pixel that carry colour.</summary>
    public uint ColourMask => ((uint)RedMax << RedShift) | ((uint)GreenMax << GreenShift) | ((uint)BlueMax << BlueShift);

    /// <summary>Reads a client's format.</summary>
    /// <exception cref="RfbProtocolException">The format is none the protocol allows.</exception>
    public static RfbPixelFormat Parse(ReadOnlySpan<byte> wire)
    {
        RfbPixelFormat format = new()
        {
            BitsPerPixel = wire[0],
            Depth = wire[1],
            IsBigEndian = wire[2] != 0,
            IsTrueColour = wire[3] != 0,
            RedMax = BinaryPrimitives.ReadUInt16BigEndian(wire[4..]),
            GreenMax = BinaryPrimitives.ReadUInt16BigEndian(wire[6..]),
            BlueMax = BinaryPrimitives.ReadUInt16BigEndian(wire[8..]),
            RedShift = wire[10],
            GreenShift = wire[11],
            BlueShift = wire[12],
        };
        if (format.BitsPerPixel is not (8 or 16 or 32) || format.Depth == 0 || format.Depth > format.BitsPerPixel)
        {
            throw new RfbProtocolException($"pixel format of {format.BitsPerPixel} bits and depth {format.Depth}");
        }

        if (!format.IsTrueColour)
        {
            // The six colour fields mean nothing then; zero makes formats that are the same compare the same.
            return format.Depth >= RfbColourMap.Bits
                ? format with { RedMax = 0, GreenMax = 0, BlueMax = 0, RedShift = 0, GreenShift = 0, BlueShift = 0 }
                : throw new RfbProtocolException($"colour map of {format.Depth} bits; {RfbColourMap.Bits} are served");
        }

        format.CheckChannel("red", format.RedMax, format.RedShift);
        format.CheckChannel("green", format.GreenMax, format.GreenShift);
        format.CheckChannel("blue", format.BlueMax, format.BlueShift);
        return format;
    }

    /// <summary>Writes the format to 16 bytes.</summary>
    public void Write(Span<byte> wire)
    {
        wire[..WireBytes].Clear();
        wire[0] = BitsPerPixel;
        wire[1] = Depth;
        wire[2] = (byte)(IsBigEndian ? 1 : 0);
        wire[3] = (byte)(IsTrueColour ? 1 : 0);
        BinaryPrimitives.WriteUInt16BigEndian(wire[4..], RedMax);
        BinaryPrimitives.WriteUInt16BigEndian(wire[6..], GreenMax);
        BinaryPrimitives.WriteUInt16BigEndian(wire[8..], BlueMax);
        wire[10] = RedShift;
        wire[11] = GreenShift;
        wire[12] = BlueShift;
    }

    private void CheckChannel(string name, ushort max, byte shift)
    {
        if (shift >= BitsPerPixel || BitOperations.Log2(max) + 1 + shift > BitsPerPixel || max == 0)
        {
            throw new RfbProtocolException($"{name} of maximum {max} at bit {shift} does not fit a pixel of {BitsPerPixel} bits");
        }
    }
}
