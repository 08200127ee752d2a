using XenFbFront.Backend;

namespace XenFbFront.Loopback;

/// <summary>Counts pictures and keeps a copy of the last, which is gone from the screen when the devices have closed.</summary>
internal sealed class FrameCounter : IDisposable
{
    private readonly BackendScreen _screen;
    private readonly int _limit;
    private readonly CancellationTokenSource _stop;
    private int _count;

    /// <summary>Starts counting.</summary>
    /// <param name="screen">The screen.</param>
    /// <param name="limit">Pictures after which to stop and copy no more, 0 for no limit.</param>
    /// <param name="stop">Cancelled at the limit.</param>
    public FrameCounter(BackendScreen screen, int limit, CancellationTokenSource stop)
    {
        _screen = screen;
        _limit = limit;
        _stop = stop;
        screen.Changed += OnChanged;
    }

    /// <summary>As many pictures came as were asked for.</summary>
    public bool IsComplete => _limit > 0 && Volatile.Read(ref _count) >= _limit;

    /// <summary>The last picture, or null.</summary>
    public (int Width, int Height, uint[] Pixels)? Picture { get; private set; }

    /// <inheritdoc/>
    public void Dispose() => _screen.Changed -= OnChanged;

    private void OnChanged(ScreenRectangle changed, bool isResized)
    {
        if (changed.IsEmpty || (_limit > 0 && _count >= _limit))
        {
            return;
        }

        lock (_screen.Gate)
        {
            Picture = (_screen.Width, _screen.Height, _screen.Pixels.ToArray());
        }

        if (++_count == _limit)
        {
            _stop.Cancel();
        }
    }
}
