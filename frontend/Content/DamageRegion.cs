namespace XenFbFront.Content;

/// <summary>What changed on the screen, as at most <see cref="Capacity"/> rectangles; never allocates after construction.</summary>
/// <remarks>
/// It may cover more than was added, never less, and nothing outside the bounding box of what was added. Coordinates are those of a screen:
/// sums of an edge and a size stay within an <see cref="int"/>.
/// </remarks>
public sealed class DamageRegion
{
    /// <summary>The most rectangles held. QEMU's xenfb queues 8 updates a refresh; the ninth turns the refresh into one of the full screen.</summary>
    public const int Capacity = 8;

    /// <summary>Pixels that a merge of two rectangles may add without need: two cells of 8x16, less work than one more event to the backend.</summary>
    private const int SlackPixels = 256;

    // One place more than the capacity: the ninth waits there while the best pair to merge is looked for.
    private readonly PixelRectangle[] _rectangles = new PixelRectangle[Capacity + 1];

    /// <summary>Number of rectangles, 0 to <see cref="Capacity"/>.</summary>
    public int Count { get; private set; }

    /// <summary>Whether nothing changed.</summary>
    public bool IsEmpty => Count == 0;

    /// <summary>The smallest rectangle that holds all; empty when nothing changed.</summary>
    public PixelRectangle Bounds
    {
        get
        {
            PixelRectangle bounds = default;
            for (int i = 0; i < Count; i++)
            {
                bounds = bounds.Union(_rectangles[i]);
            }

            return bounds;
        }
    }

    /// <summary>One of the rectangles, in no particular order.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The index is not below <see cref="Count"/>.</exception>
    public PixelRectangle this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(index);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
            return _rectangles[index];
        }
    }

    /// <summary>Adds a rectangle; an empty one adds nothing.</summary>
    public void Add(PixelRectangle area)
    {
        if (area.IsEmpty)
        {
            return;
        }

        Place(area);
        if (Count > Capacity)
        {
            // Merging two of nine leaves seven to compare with, and placing the union adds at most one.
            PixelRectangle union = TakeCheapestPair();
            Place(union);
        }
    }

    /// <summary>Forgets everything.</summary>
    public void Clear() => Count = 0;

    /// <summary>Puts a rectangle beside the others, after swallowing those that it covers or nearly touches.</summary>
    private void Place(PixelRectangle area)
    {
        // Each time a rectangle is swallowed the area may have grown towards those already passed, so the search starts again. Every restart
        // removes one rectangle, so there are at most Capacity of them.
        for (int i = 0; i < Count;)
        {
            if (_rectangles[i].Contains(area))
            {
                return;
            }

            if (Waste(_rectangles[i], area) <= SlackPixels)
            {
                area = area.Union(_rectangles[i]);
                RemoveAt(i);
                i = 0;
            }
            else
            {
                i++;
            }
        }

        _rectangles[Count++] = area;
    }

    private PixelRectangle TakeCheapestPair()
    {
        int first = 0, second = 1;
        long least = long.MaxValue;
        for (int i = 0; i < Count; i++)
        {
            for (int j = i + 1; j < Count; j++)
            {
                long waste = Waste(_rectangles[i], _rectangles[j]);
                if (waste < least)
                {
                    (first, second, least) = (i, j, waste);
                }
            }
        }

        PixelRectangle union = _rectangles[first].Union(_rectangles[second]);
        RemoveAt(second);
        RemoveAt(first);
        return union;
    }

    private void RemoveAt(int index) => _rectangles[index] = _rectangles[--Count];

    /// <summary>Pixels of the union that lie in neither. What lies in both counts once, or overlapping rectangles would seem to save space.</summary>
    private static long Waste(PixelRectangle first, PixelRectangle second) =>
        first.Union(second).Area - (first.Area + second.Area - first.Intersect(second).Area);
}
