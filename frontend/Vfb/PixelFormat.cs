using System.Buffers.Binary;

namespace XenFbFront.Vfb;

/// <summary>Turns XRGB8888 into the pixel formats that a backend reads, as QEMU's xenfb interprets them.</summary>
internal static class PixelFormat
{
    /// <summary>Converts a run of pixels.</summary>
    /// <param name="source">XRGB8888.</param>
    /// <param name="destination">Gets <c>source.Length * depth / 8</c> bytes: RGB332, RGB565 or packed B, G, R.</param>
    /// <param name="depth">8, 16 or 24.</param>
    public static void Convert(ReadOnlySpan<uint> source, Span<byte> destination, int depth)
    {
        switch (depth)
        {
            case 8:
                for (int i = 0; i < source.Length; i++)
                {
                    uint pixel = source[i];
                    destination[i] = (byte)(pixel >> 16 & 0xe0 | pixel >> 11 & 0x1c | pixel >> 6 & 0x03);
                }

                break;
            case 16:
                for (int i = 0; i < source.Length; i++)
                {
                    uint pixel = source[i];
                    BinaryPrimitives.WriteUInt16LittleEndian(destination[(2 * i)..], (ushort)(pixel >> 8 & 0xf800 | pixel >> 5 & 0x07e0 | pixel >> 3 & 0x001f));
                }

                break;
            case 24:
                for (int i = 0; i < source.Length; i++)
                {
                    uint pixel = source[i];
                    destination[3 * i] = (byte)pixel;
                    destination[3 * i + 1] = (byte)(pixel >> 8);
                    destination[3 * i + 2] = (byte)(pixel >> 16);
                }

                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(depth));
        }
    }
}
