using XenFbFront.Content;
using XenFbFront.Tests.Content.Support;
using XenFbFront.Vfb;

namespace XenFbFront.Tests.Support;

/// <summary>Pictures as they must arrive at a backend.</summary>
internal static class Expected
{
    /// <summary>The test picture, as colours of 8 bits a channel.</summary>
    /// <param name="width">Pixels.</param>
    /// <param name="height">Pixels.</param>
    /// <param name="depth">Bits of a pixel on the way.</param>
    public static uint[] Pattern(int width, int height, int depth = 32)
    {
        ArrayCanvas canvas = new(width, height, extraStridePixels: 0);
        using PatternSource source = new();
        source.Attach(canvas);
        uint[] pixels = canvas.Copy();
        for (int i = 0; i < pixels.Length; i++)
        {
            pixels[i] = Reduce(pixels[i], depth);
        }

        return pixels;
    }

    /// <summary>The test picture of a size.</summary>
    public static uint[] Pattern(ScreenSize size) => Pattern(size.Width, size.Height);

    /// <summary>What a colour becomes that is sent with fewer bits: each channel loses its low bits, and is spread over 0 to 255 again.</summary>
    public static uint Reduce(uint colour, int depth)
    {
        (int red, int green, int blue) = depth switch
        {
            8 => (3, 3, 2),
            16 => (5, 6, 5),
            _ => (8, 8, 8),
        };
        return Channel(colour >> 16 & 255, red) << 16 | Channel(colour >> 8 & 255, green) << 8 | Channel(colour & 255, blue);
    }

    /// <summary>Repeating the bits of a value downwards is a multiplication; the bits that do not fit are cut off.</summary>
    private static uint Channel(uint value, int bits) => bits switch
    {
        2 => (value >> 6) * 0b1010101,
        3 => (value >> 5) * 0b1001001 >> 1,
        5 => (value >> 3) * 0b100001 >> 2,
        6 => (value >> 2) * 0b1000001 >> 4,
        _ => value,
    };
}
