using XenFbFront.Content;

namespace XenFbFront.Bench.Micro;

/// <summary>A canvas in plain memory that adds up what is reported.</summary>
internal sealed class MemoryCanvas(int width, int height) : Canvas
{
    private readonly uint[] _pixels = new uint[width * height];

    /// <summary>Area of the rectangles reported since <see cref="Forget"/>.</summary>
    public long ChangedPixels { get; private set; }

    public override int Width => width;

    public override int Height => height;

    public override int StridePixels => width;

    public override Span<uint> Pixels => _pixels;

    public override void Changed(PixelRectangle area) => ChangedPixels += area.Area;

    public override void Flush()
    {
    }

    public override bool TryResize(int newWidth, int newHeight) => false;

    public void Forget() => ChangedPixels = 0;
}
