namespace XenFbFront.Content;

/// <summary>What a screen source draws on: the pixels that the backend reads, and the way to say what changed.</summary>
/// <remarks>
/// Pixels are XRGB8888: <c>0x00RRGGBB</c> in a little-endian 32-bit word. A source draws, calls <see cref="Changed"/> for each rectangle it
/// touched, and <see cref="Flush()"/> when the picture is whole again. All on the event loop's thread; nothing here allocates.
/// </remarks>
public abstract class Canvas
{
    /// <summary>Width, pixels.</summary>
    public abstract int Width { get; }

    /// <summary>Height, pixels.</summary>
    public abstract int Height { get; }

    /// <summary>Distance from a pixel to the one below it, pixels; at least <see cref="Width"/>.</summary>
    public abstract int StridePixels { get; }

    /// <summary>All pixels, row after row, <c>StridePixels * Height</c> long. Valid until the source is detached.</summary>
    public abstract Span<uint> Pixels { get; }

    /// <summary>Everything.</summary>
    public PixelRectangle Bounds => new(0, 0, Width, Height);

    /// <summary>Adds a rectangle to what the backend will be told; what lies outside the screen is cut off.</summary>
    public abstract void Changed(PixelRectangle area);

    /// <summary>The picture is whole: send what changed, now or as soon as the backend can take it. Never blocks.</summary>
    public abstract void Flush();

    /// <summary>As <see cref="Flush()"/>, for a picture that may follow a change of what it shows.</summary>
    /// <param name="noticedAt">When the source noticed the change, the first of them if there are several; in timestamps of the loop's clock. Null when there was none.</param>
    public virtual void Flush(long? noticedAt) => Flush();

    /// <summary>Asks for another size; the source is detached and attached again when it comes true.</summary>
    /// <returns>False when the backend or the allocated memory does not allow it; the source then goes on with the present size.</returns>
    public abstract bool TryResize(int width, int height);

    /// <summary>Fills a rectangle (cut to the screen) with one colour, without reporting it changed.</summary>
    public void Fill(PixelRectangle area, uint colour)
    {
        area = area.Intersect(Bounds);
        if (area.IsEmpty)
        {
            // Its corner may lie beyond the last pixel.
            return;
        }

        Span<uint> pixels = Pixels;
        int stride = StridePixels;
        for (int y = area.Y; y < area.Bottom; y++)
        {
            pixels.Slice(y * stride + area.X, area.Width).Fill(colour);
        }
    }
}
