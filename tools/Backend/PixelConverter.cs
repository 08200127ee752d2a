using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace XenFbFront.Backend;

/// <summary>Turns pixels of a guest's framebuffer into <c>0x00RRGGBB</c>.</summary>
internal static class PixelConverter
{
    private const uint ColourBits = 0x00ffffff;
    private static readonly uint[] s_of8Bits = MakeTable(static value => FromParts(value >> 5, 3, (value >> 2) & 7, 3, value & 3, 2), 256);
    private static readonly uint[] s_of16Bits = MakeTable(static value => FromParts(value >> 11, 5, (value >> 5) & 63, 6, value & 31, 5), 65536);

    /// <summary>Converts pixels that lie side by side.</summary>
    /// <param name="source">At least <c>target.Length * depth / 8</c> bytes, aligned or not.</param>
    /// <param name="depth">
    /// 32: blue, green, red, unused byte. 24: blue, green, red. 16: 5 bits red, 6 green, 5 blue, little-endian. 8: 3 bits red, 3 green, 2 blue.
    /// </param>
    /// <param name="target">Filled.</param>
    /// <exception cref="ArgumentOutOfRangeException">Another depth.</exception>
    public static void Convert(ReadOnlySpan<byte> source, int depth, Span<uint> target)
    {
        source = source[..(target.Length * (depth / 8))];
        switch (depth)
        {
            case 32:
                Convert32(source, target);
                break;
            case 24:
                for (int i = 0; i < target.Length; i++)
                {
                    target[i] = source[3 * i] | ((uint)source[3 * i + 1] << 8) | ((uint)source[3 * i + 2] << 16);
                }

                break;
            case 16:
                for (int i = 0; i < target.Length; i++)
                {
                    target[i] = s_of16Bits[BinaryPrimitives.ReadUInt16LittleEndian(source[(2 * i)..])];
                }

                break;
            case 8:
                for (int i = 0; i < target.Length; i++)
                {
                    target[i] = s_of8Bits[source[i]];
                }

                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(depth));
        }
    }

    private static void Convert32(ReadOnlySpan<byte> source, Span<uint> target)
    {
        ReadOnlySpan<uint> pixels = MemoryMarshal.Cast<byte, uint>(source);
        Vector<uint> mask = new(ColourBits);
        int i = 0;
        for (; i <= target.Length - Vector<uint>.Count; i += Vector<uint>.Count)
        {
            (new Vector<uint>(pixels[i..]) & mask).CopyTo(target[i..]);
        }

        for (; i < target.Length; i++)
        {
            target[i] = pixels[i] & ColourBits;
        }
    }

    private static uint[] MakeTable(Func<uint, uint> colourOf, int count)
    {
        uint[] table = new uint[count];
        for (uint value = 0; value < table.Length; value++)
        {
            table[value] = colourOf(value);
        }

        return table;
    }

    private static uint FromParts(uint red, int redBits, uint green, int greenBits, uint blue, int blueBits) =>
        (Widen(red, redBits) << 16) | (Widen(green, greenBits) << 8) | Widen(blue, blueBits);

    /// <summary>Repeats the bits downwards, so that the largest value becomes 255 and the steps are even.</summary>
    private static uint Widen(uint value, int bits)
    {
        uint widened = 0;
        for (int shift = 8 - bits; shift > -bits; shift -= bits)
        {
            widened |= shift >= 0 ? value << shift : value >> -shift;
        }

        return widened;
    }
}
