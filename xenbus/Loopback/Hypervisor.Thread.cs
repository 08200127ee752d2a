using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using Xenbus.Linux.Interop;
using Xenbus.Loop;

namespace Xenbus.Loopback;

/// <summary>The hypervisor on a thread of its own, and calls into it from other threads.</summary>
public sealed partial class Hypervisor
{
    private readonly Descriptor _wakeFile;
    private readonly LoopWatch _wakeWatch;
    private readonly Lock _callsLock = new();
    private readonly Queue<Call> _calls = [];
    private Thread? _thread;
    private bool _isStopping;

    private bool IsElsewhere => _thread is { } thread && thread != Thread.CurrentThread;

    /// <summary>Goes on on a thread of its own.</summary>
    internal void StartThread()
    {
        _isStopping = false;
        Thread thread = new(RunThread) { Name = "loopback hypervisor", IsBackground = true };
        // Before the thread runs, or its first steps would be taken for somebody else's.
        _thread = thread;
        thread.Start();
    }

    /// <summary>Ends that thread, if there is one; from then on the caller's thread runs it.</summary>
    internal void StopThread()
    {
        if (_thread is { } thread)
        {
            Invoke(() => _isStopping = true);
            thread.Join();
            _thread = null;
        }
    }

    /// <summary>Runs something where the hypervisor runs, and waits for it.</summary>
    /// <exception cref="XenException">The hypervisor is stuck. Exceptions of the call itself come through.</exception>
    internal T Invoke<T>(Func<T> function)
    {
        T result = default!;
        Invoke(() => { result = function(); });
        return result;
    }

    /// <inheritdoc cref="Invoke{T}"/>
    internal void Invoke(Action action)
    {
        if (!IsElsewhere)
        {
            action();
            return;
        }

        Call call = new(action);
        lock (_callsLock)
        {
            _calls.Enqueue(call);
        }

        ulong one = 1;
        Libc.Write(_wakeFile.Number, MemoryMarshal.AsBytes(new ReadOnlySpan<ulong>(in one)));
        if (!call.Done.Wait(LoopbackProtocol.DeadlineMs))
        {
            throw new XenException("call", "the loopback hypervisor", Errno.ETIMEDOUT);
        }

        call.Failure?.Throw();
    }

    private void RunThread()
    {
        while (!_isStopping)
        {
            // Calls are made between the turns, not in a callback, because some of them take turns themselves.
            RunCalls();
            SendPutOff();
            if (!_isStopping)
            {
                Loop.RunOnce(_putOff.Count > 0 ? TimeSpan.Zero : Timeout.InfiniteTimeSpan);
            }
        }
    }

    private void RunCalls()
    {
        while (true)
        {
            Call? call;
            lock (_callsLock)
            {
                if (!_calls.TryDequeue(out call))
                {
                    return;
                }
            }

            try
            {
                call.Action();
            }
            catch (Exception exception)
            {
                // Belongs to the caller, who waits on the other thread.
                call.Failure = ExceptionDispatchInfo.Capture(exception);
            }

            call.Done.Set();
        }
    }

    private void TakeWake()
    {
        ulong count = 0;
        Libc.Read(_wakeFile.Number, MemoryMarshal.AsBytes(new Span<ulong>(ref count)));
    }

    private sealed class Call(Action action)
    {
        public Action Action => action;

        public ManualResetEventSlim Done { get; } = new();

        public ExceptionDispatchInfo? Failure { get; set; }
    }
}
