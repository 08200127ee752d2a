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

    /// <summary>What <c>--source pattern</c> draws at a size.</summary>
    public static uint[] Pattern(int width, int height)
    {
        MemoryCanvas canvas = new(width, height);
        using PatternSource source = new();
        source.Attach(canvas);
        return canvas._pixels;
    }
}
