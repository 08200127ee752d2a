using XenFbFront.Content;

namespace XenFbFront.Tests.Xen;

/// <summary>A canvas in plain memory, for drawing what a guest should show.</summary>
internal sealed class MemoryCanvas(int width, int height) : Canvas
{
    private readonly uint[] _pixels = new uint[width * height];

    public override int Width => width;

    public override int Height => height;

    public override int StridePixels => width;

    public override Span<uint> Pixels => _pixels;

    public override void Changed(PixelRectangle area)
    {
    }

    public override void Flush()
    {
    }

    public override bool TryResize(int width, int height) => false;

    /// <summary>What a VNC client of QEMU sees of <c>--source pattern</c> at a size and a depth.</summary>
    /// <param name="width">Pixels a row.</param>
    /// <param name="height">Rows.</param>
    /// <param name="depth">8, 16, 24 or 32, as in <c>--depth</c>.</param>
    public static uint[] Pattern(int width, int height, int depth)
    {
        MemoryCanvas canvas = new(width, height);
        using PatternSource source = new();
        source.Attach(canvas);
        for (int i = 0; depth < 24 && i < canvas._pixels.Length; i++)
        {
            canvas._pixels[i] = Coarse(canvas._pixels[i], depth);
        }

        return canvas._pixels;
    }

    /// <summary>The top left part of a picture.</summary>
    /// <param name="pixels">Row after row.</param>
    /// <param name="pixelsWidth">Pixels in each of its rows.</param>
    /// <param name="width">Pixels a row of the part, at most <paramref name="pixelsWidth"/>.</param>
    /// <param name="height">Rows of the part.</param>
    public static uint[] Part(uint[] pixels, int pixelsWidth, int width, int height)
    {
        uint[] part = new uint[width * height];
        for (int y = 0; y < height; y++)
        {
            pixels.AsSpan(y * pixelsWidth, width).CopyTo(part.AsSpan(y * width));
        }

        return part;
    }

    /// <summary>What is left of a colour that went through 8 or 16 bits and back.</summary>
    /// <remarks>
    /// Of 16 bits pixman makes 32 for QEMU's VNC server, and fills the low bits of a channel with its high ones. Of 8 bits QEMU's xenfb does, and leaves
    /// the low bits zero, so that white is no longer white. C: BLT in hw/display/xenfb.c.
    /// </remarks>
    public static uint Coarse(uint colour, int depth)
    {
        uint red = colour >> 16 & 0xff, green = colour >> 8 & 0xff, blue = colour & 0xff;
        (red, green, blue) = depth == 8
            ? (red & 0xe0, green & 0xe0, blue & 0xc0)
            : (red & 0xf8 | red >> 5, green & 0xfc | green >> 6, blue & 0xf8 | blue >> 5);
        return red << 16 | green << 8 | blue;
    }
}
