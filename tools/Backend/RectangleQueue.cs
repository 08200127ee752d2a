namespace XenFbFront.Backend;

/// <summary>What has to be shown at the next refresh.</summary>
/// <remarks>
/// As long as QEMU's: 8 rectangles, a ninth makes it the whole screen (UP_QUEUE in hw/display/xenfb.c). QEMU's other rule, that a full-width
/// rectangle over half the height is the whole screen, is left out: it would hide rectangles that a frontend has cut too small.
/// </remarks>
internal sealed class RectangleQueue
{
    /// <summary>Rectangles held.</summary>
    public const int Capacity = 8;

    private readonly ScreenRectangle[] _rectangles = new ScreenRectangle[Capacity];
    private int _count;

    /// <summary>Everything is to be shown.</summary>
    public bool IsWhole { get; private set; }

    /// <summary>Nothing is to be shown.</summary>
    public bool IsEmpty => _count == 0 && !IsWhole;

    /// <summary>The rectangles; of no meaning while <see cref="IsWhole"/>.</summary>
    public ReadOnlySpan<ScreenRectangle> Rectangles => _rectangles.AsSpan(0, _count);

    /// <summary>Adds a rectangle.</summary>
    /// <returns>False when it was the one too many.</returns>
    public bool Add(ScreenRectangle rectangle)
    {
        if (IsWhole)
        {
            return true;
        }

        if (_count == Capacity)
        {
            AddWhole();
            return false;
        }

        _rectangles[_count++] = rectangle;
        return true;
    }

    /// <summary>Adds the whole screen.</summary>
    public void AddWhole() => IsWhole = true;

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        _count = 0;
        IsWhole = false;
    }

    /// <summary>The part of a rectangle that lies on the screen; empty when there is none, whatever the numbers are.</summary>
    public static ScreenRectangle Clip(int x, int y, int width, int height, ScreenRectangle screen)
    {
        // In 64 bits: x + width of a hostile frontend overflows 32.
        long left = Math.Max(x, screen.X), right = Math.Min((long)x + width, (long)screen.X + screen.Width);
        long top = Math.Max(y, screen.Y), bottom = Math.Min((long)y + height, (long)screen.Y + screen.Height);
        return right <= left || bottom <= top ? default : new((int)left, (int)top, (int)(right - left), (int)(bottom - top));
    }
}
