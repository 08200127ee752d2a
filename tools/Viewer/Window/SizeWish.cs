namespace XenFbFront.Viewer;

/// <summary>Decides when a window's size is asked of the guest: when a person has stopped dragging.</summary>
/// <remarks>Each size can cost the guest another framebuffer, so the many sizes on the way are not asked for. Not thread-safe.</remarks>
internal sealed class SizeWish(TimeProvider clock)
{
    /// <summary>How long the size must stay.</summary>
    public static readonly TimeSpan SettleTime = TimeSpan.FromMilliseconds(250);

    private (int Width, int Height)? _wish;
    private long _since;

    /// <summary>The window has this size from now on, pixels.</summary>
    public void Set(int width, int height)
    {
        if (width > 0 && height > 0 && _wish != (width, height))
        {
            (_wish, _since) = ((width, height), clock.GetTimestamp());
        }
    }

    /// <summary>Forgets a size that was not asked for yet.</summary>
    public void Clear() => _wish = null;

    /// <summary>Time until <see cref="TryTake"/> has something; null when nothing is wished.</summary>
    public TimeSpan? Remaining
    {
        get
        {
            TimeSpan remaining = SettleTime - clock.GetElapsedTime(_since);
            return _wish is null ? null : remaining > TimeSpan.Zero ? remaining : TimeSpan.Zero;
        }
    }

    /// <summary>The size to ask for, once.</summary>
    public bool TryTake(out (int Width, int Height) size)
    {
        size = _wish ?? default;
        if (Remaining != TimeSpan.Zero)
        {
            return false;
        }

        _wish = null;
        return true;
    }
}
