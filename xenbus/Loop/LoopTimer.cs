namespace Xenbus.Loop;

/// <summary>A one-shot timer of an <see cref="EventLoop"/>; starting and cancelling allocate nothing.</summary>
public sealed class LoopTimer : IDisposable
{
    private readonly EventLoop _loop;

    internal LoopTimer(EventLoop loop, Action callback)
    {
        _loop = loop;
        Callback = callback;
    }

    /// <summary>Whether it will fire.</summary>
    public bool IsRunning => Due is not null;

    internal Action Callback { get; }

    /// <summary>When it fires, in timestamps of the loop's clock.</summary>
    internal long? Due { get; private set; }

    /// <summary>Which start of any timer the last one was.</summary>
    internal long StartNumber { get; private set; }

    /// <summary>Fires once after this time from now, at the next turn when it is zero or less; an earlier start is forgotten.</summary>
    public void Start(TimeSpan after)
    {
        TimeProvider clock = _loop.Clock;
        long now = clock.GetTimestamp();
        double wait = Math.Max(0, after.TotalSeconds * clock.TimestampFrequency);
        // A time beyond what the clock can count means never.
        Due = wait < long.MaxValue - now ? now + (long)wait : long.MaxValue;
        StartNumber = _loop.CountTimerStart();
    }

    /// <summary>Does not fire any more.</summary>
    public void Cancel() => Due = null;

    /// <summary>Whether it is due before another running timer; the one started first when both are due at the same time.</summary>
    internal bool IsBefore(LoopTimer other) => Due != other.Due ? Due < other.Due : StartNumber < other.StartNumber;

    /// <inheritdoc/>
    public void Dispose()
    {
        Cancel();
        _loop.Remove(this);
    }
}
