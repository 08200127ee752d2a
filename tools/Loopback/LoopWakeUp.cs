using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using Xenbus.Linux.Interop;
using Xenbus.Loop;

namespace XenFbFront.Loopback;

/// <summary>Lets other threads run something on an event loop's thread.</summary>
internal sealed class LoopWakeUp : IDisposable
{
    private readonly Descriptor _event = Descriptor.Own(Libc.EventFile(), "create", "an eventfd");
    private readonly ConcurrentQueue<Action> _work = new();
    private readonly LoopWatch _watch;

    /// <summary>Joins a loop. Call before the loop runs.</summary>
    public LoopWakeUp(EventLoop loop) => _watch = loop.Watch(_event.Number, LoopInterest.Readable, OnWake);

    /// <summary>Runs something there and waits for its result; what it throws is thrown here.</summary>
    public T Invoke<T>(Func<T> work)
    {
        T? result = default;
        ExceptionDispatchInfo? failure = null;
        using ManualResetEventSlim done = new();
        _work.Enqueue(() =>
        {
            try
            {
                result = work();
            }
            catch (Exception exception)
            {
                failure = ExceptionDispatchInfo.Capture(exception);
            }

            done.Set();
        });
        Span<byte> one = stackalloc byte[8];
        one[0] = 1;
        Libc.Write(_event.Number, one);
        done.Wait();
        failure?.Throw();
        return result!;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _watch.Dispose();
        _event.Dispose();
    }

    private void OnWake()
    {
        Span<byte> count = stackalloc byte[8];
        Libc.Read(_event.Number, count);
        while (_work.TryDequeue(out Action? work))
        {
            work();
        }
    }
}
