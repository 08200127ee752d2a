namespace XenFbFront.Content;

/// <summary>A rectangle of pixels, origin top left.</summary>
public readonly record struct PixelRectangle(int X, int Y, int Width, int Height)
{
    /// <summary>First column to the right of it.</summary>
    public int Right => X + Width;

    /// <summary>First row below it.</summary>
    public int Bottom => Y + Height;

    /// <summary>Whether no pixel lies inside.</summary>
    public bool IsEmpty => Width <= 0 || Height <= 0;

    /// <summary>Pixels inside.</summary>
    public long Area => IsEmpty ? 0 : (long)Width * Height;

    /// <summary>The smallest rectangle that holds both; an empty one adds nothing.</summary>
    public PixelRectangle Union(PixelRectangle other)
    {
        if (IsEmpty)
        {
            return other;
        }

        if (other.IsEmpty)
        {
            return this;
        }

        int left = Math.Min(X, other.X), top = Math.Min(Y, other.Y);
        return new(left, top, Math.Max(Right, other.Right) - left, Math.Max(Bottom, other.Bottom) - top);
    }

    /// <summary>What lies in both; empty where they do not meet.</summary>
    public PixelRectangle Intersect(PixelRectangle other)
    {
        int left = Math.Max(X, other.X), top = Math.Max(Y, other.Y);
        return new(left, top, Math.Max(0, Math.Min(Right, other.Right) - left), Math.Max(0, Math.Min(Bottom, other.Bottom) - top));
    }

    /// <summary>Whether the other lies wholly inside.</summary>
    public bool Contains(PixelRectangle other) =>
        other.IsEmpty || (other.X >= X && other.Y >= Y && other.Right <= Right && other.Bottom <= Bottom);
}
