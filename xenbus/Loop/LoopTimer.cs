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

    /// <summary>Fires once after this time from now; an earlier start is forgotten.</summary>
    public void Start(TimeSpan after)
    {
        TimeProvider clock = _loop.Clock;
        Due = clock.GetTimestamp() + (long)(after.TotalSeconds * clock.TimestampFrequency);
    }

    /// <summary>Does not fire any more.</summary>
    public void Cancel() => Due = null;

    /// <inheritdoc/>
    public void Dispose()
    {
        Cancel();
        _loop.Remove(this);
    }
}
