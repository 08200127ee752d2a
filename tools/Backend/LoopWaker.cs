using System.IO.Pipes;
using Xenbus.Loop;

namespace XenFbFront.Backend;

/// <summary>Lets other threads call the event loop.</summary>
/// <remarks>
/// A pipe of the base library, as the loop itself takes no calls from other threads; a flag keeps at most one byte in it, so neither end ever
/// blocks for longer than the other needs from the flag to the byte.
/// </remarks>
internal sealed class LoopWaker : IDisposable
{
    private readonly AnonymousPipeServerStream _reading = new(PipeDirection.In);
    private readonly AnonymousPipeClientStream _writing;
    private readonly LoopWatch _watch;
    private readonly Action _woken;
    private int _isSignalled;
    private int _loopThread = Environment.CurrentManagedThreadId;

    /// <summary>Calls back on the loop's thread after each <see cref="Wake"/>; several may be told by one call.</summary>
    public LoopWaker(EventLoop loop, Action woken)
    {
        _woken = woken;
        _writing = new(PipeDirection.Out, _reading.ClientSafePipeHandle);
        _watch = loop.Watch((int)_reading.SafePipeHandle.DangerousGetHandle(), LoopInterest.Readable, OnReadable);
    }

    /// <summary>Whether the caller is the loop, as far as is known: the thread that was called last.</summary>
    public bool IsLoopThread => Volatile.Read(ref _loopThread) == Environment.CurrentManagedThreadId;

    /// <summary>Remembers which thread the loop runs on.</summary>
    public void NoteLoopThread() => Volatile.Write(ref _loopThread, Environment.CurrentManagedThreadId);

    /// <summary>Has the callback called. From any thread, until disposed.</summary>
    public void Wake()
    {
        if (Interlocked.Exchange(ref _isSignalled, 1) == 0)
        {
            _writing.WriteByte(0);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _watch.Dispose();
        _writing.Dispose();
        _reading.Dispose();
    }

    private void OnReadable()
    {
        NoteLoopThread();
        // The loop may call for nothing, and reading would block then.
        if (Volatile.Read(ref _isSignalled) == 0)
        {
            return;
        }

        _reading.ReadByte();
        // Before the work: what comes from here on wakes once more.
        Interlocked.Exchange(ref _isSignalled, 0);
        _woken();
    }
}
