using System.Diagnostics;
using Xenbus.Linux.Interop;

namespace Xenbus.Loop;

/// <summary>One thread that waits for descriptors and timers and calls who is concerned.</summary>
/// <remarks>
/// Everything of a frontend runs on the thread that calls <see cref="Run"/>. In steady state it allocates nothing and sleeps until a descriptor
/// or the earliest timer is due. The clock is a <see cref="TimeProvider"/>, so a simulation advances time and calls <see cref="RunOnce"/>.
/// </remarks>
public sealed class EventLoop : IDisposable
{
    /// <summary>Ready descriptors taken from the kernel at once; more are taken at the next turn.</summary>
    private const int BatchSize = 32;

    private readonly TimeProvider _clock;
    private readonly Descriptor _epoll = Descriptor.Own(Libc.EpollCreate(), "create", "epoll");
    private readonly EpollEvents _ready = new(BatchSize);
    private readonly List<LoopWatch?> _watches = [];
    private readonly List<LoopTimer> _timers = [];
    private readonly Queue<Action> _posted = [];
    private long _timerStarts;
    private bool _stopped;

    /// <summary>Creates a loop on a clock.</summary>
    public EventLoop(TimeProvider clock) => _clock = clock;

    /// <summary>Times the loop woke from waiting, for measurements.</summary>
    public long WakeUps { get; private set; }

    /// <summary>The loop's clock.</summary>
    public TimeProvider Clock => _clock;

    /// <summary>Calls back whenever the descriptor is ready; dispose the result before closing the descriptor.</summary>
    /// <param name="descriptor">Stays the caller's.</param>
    /// <param name="interest">What to wait for.</param>
    /// <param name="callback">Called on the loop's thread.</param>
    public LoopWatch Watch(int descriptor, LoopInterest interest, Action callback)
    {
        int slot = _watches.IndexOf(null);
        if (slot < 0)
        {
            slot = _watches.Count;
            _watches.Add(null);
        }

        int result = Libc.EpollControl(_epoll.Number, 1, descriptor, (uint)interest, (ulong)slot);
        if (result < 0)
        {
            throw new XenException("watch", $"descriptor {descriptor}", -result);
        }

        LoopWatch watch = new(this, descriptor, slot, callback);
        _watches[slot] = watch;
        return watch;
    }

    /// <summary>A timer, not running yet.</summary>
    public LoopTimer CreateTimer(Action callback)
    {
        LoopTimer timer = new(this, callback);
        _timers.Add(timer);
        return timer;
    }

    /// <summary>Calls back at the next turn of the loop. For work that must not run inside the present callback.</summary>
    public void Post(Action callback) => _posted.Enqueue(callback);

    /// <summary>Runs until <see cref="Stop"/>, also one that came before.</summary>
    public void Run()
    {
        while (!_stopped)
        {
            RunOnce(Timeout.InfiniteTimeSpan);
        }

        _stopped = false;
    }

    /// <summary>Makes <see cref="Run"/> return after the present turn, or at once when it is not running yet.</summary>
    public void Stop() => _stopped = true;

    /// <summary>Waits at most this long for something to do, and does what is there.</summary>
    /// <returns>Whether anything was called.</returns>
    public bool RunOnce(TimeSpan maxWait)
    {
        int timeoutMs = maxWait == Timeout.InfiniteTimeSpan ? -1 : (int)Math.Ceiling(maxWait.TotalMilliseconds);
        timeoutMs = _posted.Count > 0 ? 0 : Earlier(timeoutMs, MillisecondsToNextTimer());
        int count = Libc.EpollWait(_epoll.Number, _ready, BatchSize, timeoutMs);
        WakeUps++;
        Debug.Assert(count >= 0 || count == -Errno.EINTR, "epoll_wait failed");

        bool didWork = false;
        for (int posted = _posted.Count; posted > 0; posted--)
        {
            _posted.Dequeue()();
            didWork = true;
        }

        for (int i = 0; i < count; i++)
        {
            // A callback earlier in this batch may have removed the watch; its slot may even serve another descriptor by now, which then
            // gets a call for nothing. Callbacks read without blocking, so that is harmless.
            if (_watches[(int)_ready[i]] is { } watch)
            {
                watch.Callback();
                didWork = true;
            }
        }

        return RunDueTimers() | didWork;
    }

    /// <inheritdoc/>
    public void Dispose() => _epoll.Dispose();

    internal void Remove(LoopWatch watch)
    {
        Libc.EpollControl(_epoll.Number, 2, watch.Descriptor, 0, 0);
        _watches[watch.Slot] = null;
    }

    internal void Remove(LoopTimer timer) => _timers.Remove(timer);

    /// <summary>Numbers the starts of timers, so that those of the present turn can be told from earlier ones.</summary>
    internal long CountTimerStart() => ++_timerStarts;

    /// <summary>Time until the earliest running timer is due; null when none runs.</summary>
    public TimeSpan? TimeToNextTimer()
    {
        long? due = null;
        foreach (LoopTimer timer in _timers)
        {
            if (timer.Due is { } candidate && !(candidate >= due))
            {
                due = candidate;
            }
        }

        return due is { } timestamp ? _clock.GetElapsedTime(_clock.GetTimestamp(), timestamp) : null;
    }

    private int MillisecondsToNextTimer() =>
        TimeToNextTimer() is { } wait ? (int)Math.Clamp(Math.Ceiling(wait.TotalMilliseconds), 0, int.MaxValue) : -1;

    /// <summary>Calls the timers that were due when this began, the earliest first; one that is started again meanwhile waits for the next turn.</summary>
    private bool RunDueTimers()
    {
        bool didWork = false;
        long now = _clock.GetTimestamp();
        long lastStart = _timerStarts;
        // Searched anew each time, as a callback may start, cancel, make or dispose any timer. There are about a dozen.
        while (EarliestDue(now, lastStart) is { } timer)
        {
            timer.Cancel();
            timer.Callback();
            didWork = true;
        }

        return didWork;
    }

    private LoopTimer? EarliestDue(long now, long lastStart)
    {
        LoopTimer? earliest = null;
        foreach (LoopTimer timer in _timers)
        {
            if (timer.Due <= now && timer.StartNumber <= lastStart && (earliest is null || timer.IsBefore(earliest)))
            {
                earliest = timer;
            }
        }

        return earliest;
    }

    private static int Earlier(int firstMs, int secondMs) => firstMs < 0 ? secondMs : secondMs < 0 ? firstMs : Math.Min(firstMs, secondMs);
}
