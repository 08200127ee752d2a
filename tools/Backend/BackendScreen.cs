namespace XenFbFront.Backend;

/// <summary>A rectangle of a <see cref="BackendScreen"/>, pixels, origin top left.</summary>
public readonly record struct ScreenRectangle(int X, int Y, int Width, int Height)
{
    /// <summary>Whether no pixel lies inside.</summary>
    public bool IsEmpty => Width <= 0 || Height <= 0;

    /// <summary>The smallest rectangle that holds both; an empty one adds nothing.</summary>
    public ScreenRectangle Union(ScreenRectangle other)
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
        return new(left, top, Math.Max(X + Width, other.X + other.Width) - left, Math.Max(Y + Height, other.Y + other.Height) - top);
    }
}

/// <summary>What the backend shows: the guest's picture as the reader of the framebuffer understood it, for any number of viewers.</summary>
/// <remarks>
/// Pixels are <c>0x00RRGGBB</c>, row after row, <c>Width * Height</c> of them. The backend's thread writes, viewers on other threads read;
/// both hold <see cref="Gate"/> while they touch the pixels or the size. <see cref="Changed"/> is raised outside the gate, on the writer's
/// thread; a handler must be short (set a flag, release a semaphore).
/// </remarks>
public sealed class BackendScreen
{
    /// <summary>Longest side, pixels.</summary>
    public const int MaxSide = 16384;

    private uint[] _pixels = [];

    /// <summary>Lock for pixels and size.</summary>
    public Lock Gate { get; } = new();

    /// <summary>Width in pixels, 0 while nothing is connected. Read under <see cref="Gate"/>.</summary>
    public int Width { get; private set; }

    /// <summary>Height in pixels, 0 while nothing is connected. Read under <see cref="Gate"/>.</summary>
    public int Height { get; private set; }

    /// <summary>The pixels, <c>Width * Height</c> long. Read and written under <see cref="Gate"/>.</summary>
    public Span<uint> Pixels => _pixels;

    /// <summary>Counts calls of <see cref="Publish"/>, so that a viewer can tell whether it has seen the newest picture.</summary>
    public long Version { get; private set; }

    /// <summary>A part of the picture changed, or (with <c>resized</c>) the size did and everything with it.</summary>
    public event Action<ScreenRectangle, bool>? Changed;

    /// <summary>Gives the screen another size, all black. Call under <see cref="Gate"/>, then <see cref="Publish"/> with <c>resized</c>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A side is negative or over <see cref="MaxSide"/>.</exception>
    public void Resize(int width, int height)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(width);
        ArgumentOutOfRangeException.ThrowIfNegative(height);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(width, MaxSide);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(height, MaxSide);
        Width = width;
        Height = height;
        _pixels = new uint[width * height];
    }

    /// <summary>Tells the viewers. Call after leaving <see cref="Gate"/>.</summary>
    public void Publish(ScreenRectangle changed, bool resized = false)
    {
        lock (Gate)
        {
            Version++;
        }

        Changed?.Invoke(changed, resized);
    }
}
