using XenFbFront.Backend;

namespace XenFbFront.Viewer;

/// <summary>What changed since a viewer was last told: at most <see cref="Capacity"/> rectangles.</summary>
/// <remarks>
/// A rectangle that does not fit any more is merged with the one whose union adds the fewest pixels, so the list covers at least
/// what changed and its size does not depend on what the guest does. Not thread-safe.
/// </remarks>
internal sealed class DamageList
{
    /// <summary>A text console changes in a few lines and a cursor, a desktop in a few windows; beyond that, more rectangles cost more than the
    /// unchanged pixels between them.</summary>
    public const int Capacity = 16;

    // One more than the capacity: the newcomer sits in the list while the cheapest merge is looked for.
    private readonly ScreenRectangle[] _rectangles = new ScreenRectangle[Capacity + 1];

    /// <summary>How many rectangles there are.</summary>
    public int Count { get; private set; }

    /// <summary>The rectangles.</summary>
    public ReadOnlySpan<ScreenRectangle> Rectangles => _rectangles.AsSpan(0, Count);

    /// <summary>Forgets everything.</summary>
    public void Clear() => Count = 0;

    /// <summary>Adds a rectangle; an empty one adds nothing.</summary>
    public void Add(ScreenRectangle rectangle)
    {
        if (rectangle.IsEmpty)
        {
            return;
        }

        for (int i = Count - 1; i >= 0; i--)
        {
            ScreenRectangle other = _rectangles[i];
            ScreenRectangle union = other.Union(rectangle);

            // The union wastes nothing when one holds the other or both share a whole side; an overlap that wastes little is merged too,
            // because the shared part would be sent twice.
            if (Area(union) <= Area(other) + Area(rectangle))
            {
                rectangle = union;
                RemoveAt(i);
                i = Count;
            }
        }

        _rectangles[Count++] = rectangle;
        if (Count > Capacity)
        {
            MergeCheapestPair();
        }
    }

    /// <summary>Whether any of it lies in an area.</summary>
    public bool Touches(ScreenRectangle area)
    {
        foreach (ScreenRectangle rectangle in Rectangles)
        {
            if (!Intersect(rectangle, area).IsEmpty)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Moves what lies in an area to <paramref name="taken"/>; the rest stays.</summary>
    public void TakeInside(ScreenRectangle area, List<ScreenRectangle> taken)
    {
        Span<ScreenRectangle> before = stackalloc ScreenRectangle[Capacity];
        int count = Count;
        Rectangles.CopyTo(before);
        Clear();
        foreach (ScreenRectangle rectangle in before[..count])
        {
            ScreenRectangle inside = Intersect(rectangle, area);
            if (inside.IsEmpty)
            {
                Add(rectangle);
                continue;
            }

            taken.Add(inside);
            int right = inside.X + inside.Width, bottom = inside.Y + inside.Height;
            Add(rectangle with { Height = inside.Y - rectangle.Y });
            Add(rectangle with { Y = bottom, Height = rectangle.Y + rectangle.Height - bottom });
            Add(new(rectangle.X, inside.Y, inside.X - rectangle.X, inside.Height));
            Add(new(right, inside.Y, rectangle.X + rectangle.Width - right, inside.Height));
        }
    }

    /// <summary>The pixels that both hold; empty when there are none.</summary>
    public static ScreenRectangle Intersect(ScreenRectangle a, ScreenRectangle b)
    {
        // Sums are taken in 64 bits: a peer may name an edge at the end of the range.
        long left = Math.Max(a.X, b.X), top = Math.Max(a.Y, b.Y);
        long right = Math.Min((long)a.X + a.Width, (long)b.X + b.Width), bottom = Math.Min((long)a.Y + a.Height, (long)b.Y + b.Height);
        return right <= left || bottom <= top ? default : new((int)left, (int)top, (int)(right - left), (int)(bottom - top));
    }

    private static long Area(ScreenRectangle rectangle) => (long)rectangle.Width * rectangle.Height;

    private void RemoveAt(int index) => _rectangles[index] = _rectangles[--Count];

    private void MergeCheapestPair()
    {
        (int first, int second, long waste) = (0, 1, long.MaxValue);
        for (int i = 0; i < Count; i++)
        {
            for (int j = i + 1; j < Count; j++)
            {
                long cost = Area(_rectangles[i].Union(_rectangles[j])) - Area(_rectangles[i]) - Area(_rectangles[j]);
                if (cost < waste)
                {
                    (first, second, waste) = (i, j, cost);
                }
            }
        }

        ScreenRectangle union = _rectangles[first].Union(_rectangles[second]);
        RemoveAt(second);
        RemoveAt(first);
        Add(union);
    }
}
