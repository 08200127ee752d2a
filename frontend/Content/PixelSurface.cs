namespace XenFbFront.Content;

/// <summary>The pixels of a <see cref="Canvas"/> for the time of one drawing: its four properties are virtual, this reads them once.</summary>
/// <param name="canvas">Must not be detached while this is used.</param>
public readonly ref struct PixelSurface(Canvas canvas)
{
    /// <summary>All pixels, row after row, <c>StridePixels * Height</c> long, as 0x00RRGGBB.</summary>
    public Span<uint> Pixels { get; } = canvas.Pixels;

    /// <summary>Width, pixels.</summary>
    public int Width { get; } = canvas.Width;

    /// <summary>Height, pixels.</summary>
    public int Height { get; } = canvas.Height;

    /// <summary>Distance from a pixel to the one below it, pixels.</summary>
    public int StridePixels { get; } = canvas.StridePixels;

    /// <summary>Everything.</summary>
    public PixelRectangle Bounds => new(0, 0, Width, Height);

    /// <summary>Fills a rectangle, cut to the surface, with one colour.</summary>
    public void Fill(PixelRectangle area, uint colour)
    {
        area = area.Intersect(Bounds);
        if (area.IsEmpty)
        {
            return;
        }

        for (int y = area.Y; y < area.Bottom; y++)
        {
            Pixels.Slice(y * StridePixels + area.X, area.Width).Fill(colour);
        }
    }
}
