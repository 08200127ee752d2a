using Xenbus.Loop;

namespace XenFbFront.Content;

/// <summary>The beat of what blinks. It wakes nobody while nothing does.</summary>
public sealed class BlinkClock : IDisposable
{
    private readonly TimeSpan _half;
    private readonly Action _onBeat;
    private readonly LoopTimer _timer;

    /// <summary>Creates a clock that stands still.</summary>
    /// <param name="loop">The loop on whose thread it beats.</param>
    /// <param name="halfMs">Milliseconds that something is to be seen, and then not; 0 for no blinking at all.</param>
    /// <param name="onBeat">Called after <see cref="IsDark"/> changed by itself.</param>
    public BlinkClock(EventLoop loop, int halfMs, Action onBeat)
    {
        _half = TimeSpan.FromMilliseconds(halfMs);
        _onBeat = onBeat;
        _timer = loop.CreateTimer(Beat);
    }

    /// <summary>Whether anything blinks at all.</summary>
    public bool IsEnabled => _half > TimeSpan.Zero;

    /// <summary>Whether what blinks is not to be seen now.</summary>
    public bool IsDark { get; private set; }

    /// <summary>Begins with a whole time of being seen: after a change a person wants to see where the cursor is.</summary>
    /// <param name="isNeeded">Whether there is something that blinks.</param>
    public void Restart(bool isNeeded)
    {
        IsDark = false;
        if (isNeeded && IsEnabled)
        {
            _timer.Start(_half);
        }
        else
        {
            _timer.Cancel();
        }
    }

    /// <summary>Goes on beating, or begins to; stands still and shows everything when there is nothing that blinks.</summary>
    /// <param name="isNeeded">Whether there is something that blinks.</param>
    public void Keep(bool isNeeded)
    {
        if (!isNeeded || !_timer.IsRunning)
        {
            Restart(isNeeded);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();

    private void Beat()
    {
        IsDark = !IsDark;
        _timer.Start(_half);
        _onBeat();
    }
}
