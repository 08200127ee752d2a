namespace XenFbFront.Vfb;

/// <summary>The size that a backend goes by, and those that it was told of since and has not taken.</summary>
/// <remarks>What it was told counts from when it has consumed the event. Allocation-free.</remarks>
internal sealed class ToldSizes
{
    /// <summary>While there are so many the next waits for the backend's notification, as with a full ring.</summary>
    private const int Capacity = 4;

    private readonly (uint End, ScreenSize Size)[] _sizes = new (uint, ScreenSize)[Capacity];
    private int _count = 1;

    /// <summary>The size that the backend goes by, as of the last <see cref="Follow"/>.</summary>
    public ScreenSize Taken => _sizes[0].Size;

    /// <summary>Whether the backend was told of a size that it had not taken at the last <see cref="Follow"/>.</summary>
    public bool IsAnyOpen => _count > 1;

    /// <summary>Whether it may be told of another one.</summary>
    public bool HasRoom => _count < Capacity;

    /// <summary>A connection begins, or is taken over, with this size.</summary>
    public void Begin(ScreenSize size) => (_sizes[0], _count) = ((0, size), 1);

    /// <summary>The backend is told of another size. Only while <see cref="HasRoom"/>.</summary>
    /// <param name="size">The size.</param>
    /// <param name="end">Ring index behind the event.</param>
    public void Add(ScreenSize size, uint end) => _sizes[_count++] = (end, size);

    /// <summary>Forgets what was before the size that the backend has taken last.</summary>
    /// <param name="consumed">The backend's ring index.</param>
    public void Follow(uint consumed)
    {
        while (_count > 1 && (int)(consumed - _sizes[1].End) >= 0)
        {
            _sizes.AsSpan(1, --_count).CopyTo(_sizes);
        }
    }
}
