using XenFbFront.Content;

namespace XenFbFront.Tests.Content.Support;

/// <summary>A canvas in plain memory that records what is reported. Its stride is larger than its width, to find code that confuses them.</summary>
internal sealed class ArrayCanvas : Canvas
{
    /// <summary>Colour of the pixels that nobody may touch, right of each row.</summary>
    public const uint Guard = 0xdeadbeef;

    private readonly PixelRectangle[] _changed = new PixelRectangle[4096];
    private readonly uint[] _pixels;

    public ArrayCanvas(int width, int height, int extraStridePixels = 3)
    {
        Width = width;
        Height = height;
        StridePixels = width + extraStridePixels;
        _pixels = new uint[StridePixels * height];
        _pixels.AsSpan().Fill(Guard);
    }

    public override int Width { get; }

    public override int Height { get; }

    public override int StridePixels { get; }

    public override Span<uint> Pixels => _pixels;

    /// <summary>Rectangles reported since <see cref="Forget"/>, in order, cut to the screen.</summary>
    public ReadOnlySpan<PixelRectangle> ChangedAreas => _changed.AsSpan(0, Math.Min(ChangedCount, _changed.Length));

    public int ChangedCount { get; private set; }

    public int FlushCount { get; private set; }

    /// <summary>Sizes asked for.</summary>
    public List<(int Width, int Height)> ResizeRequests { get; } = [];

    /// <summary>What a request for another size does; refuses by default.</summary>
    public Func<int, int, bool> OnResize { get; set; } = static (_, _) => false;

    public uint this[int x, int y] => _pixels[y * StridePixels + x];

    public override void Changed(PixelRectangle area)
    {
        area = area.Intersect(Bounds);
        if (!area.IsEmpty && ChangedCount++ < _changed.Length)
        {
            _changed[ChangedCount - 1] = area;
        }
    }

    public override void Flush() => FlushCount++;

    public override bool TryResize(int width, int height)
    {
        ResizeRequests.Add((width, height));
        return OnResize(width, height);
    }

    public void Forget() => (ChangedCount, FlushCount) = (0, 0);

    /// <summary>Whether the pixels right of each row are as they were.</summary>
    public bool GuardIsIntact()
    {
        for (int y = 0; y < Height; y++)
        {
            if (_pixels.AsSpan(y * StridePixels + Width, StridePixels - Width).ContainsAnyExcept(Guard))
            {
                return false;
            }
        }

        return true;
    }

    public uint[] Copy() => [.. _pixels];

    /// <summary>Whether every pixel that differs from an earlier copy lies in a reported rectangle. Changes the copy.</summary>
    public bool ReportsCoverDifferences(uint[] earlier)
    {
        foreach (PixelRectangle area in ChangedAreas)
        {
            for (int y = area.Y; y < area.Bottom; y++)
            {
                Pixels.Slice(y * StridePixels + area.X, area.Width).CopyTo(earlier.AsSpan(y * StridePixels + area.X));
            }
        }

        return Pixels.SequenceEqual(earlier);
    }
}
