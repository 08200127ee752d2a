namespace Xenbus.Loop;

/// <summary>A descriptor under watch by an <see cref="EventLoop"/>, until disposed.</summary>
public sealed class LoopWatch : IDisposable
{
    private EventLoop? _loop;

    internal LoopWatch(EventLoop loop, int descriptor, int slot, Action callback)
    {
        _loop = loop;
        Descriptor = descriptor;
        Slot = slot;
        Callback = callback;
    }

    internal bool IsDisposed => _loop is null;

    internal int Descriptor { get; }

    internal int Slot { get; }

    internal Action Callback { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        _loop?.Remove(this);
        _loop = null;
    }
}
