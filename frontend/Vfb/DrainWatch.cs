using Xenbus.Loop;
using Xenbus.Rings;

namespace XenFbFront.Vfb;

/// <summary>Notices a backend that takes nothing out of the ring although it was notified: its process hangs, is stopped, or is gone without xenstore knowing.</summary>
/// <remarks>
/// Nothing waits for such a backend and nothing is lost: what changes stays in the damage. Its timer runs only while something is in the ring, and
/// stops when it was said that the backend is silent; whatever is sent, and whatever the backend notifies us of, is another look. Allocation-free.
/// </remarks>
internal sealed class DrainWatch : IDisposable
{
    /// <summary>QEMU takes an update within milliseconds; one that is busy with a migration's last round within a second or two.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(4);

    /// <summary>Left to it after it was notified once more, so that a lost event is not taken for a silent backend.</summary>
    private static readonly TimeSpan s_lastChance = TimeSpan.FromSeconds(1);

    private readonly TimeProvider _clock;
    private readonly LoopTimer _timer;
    private readonly Action _look;
    private readonly Action _notify;
    private readonly Action<TimeSpan> _changed;
    private long _since;
    private uint _consumed;
    private bool _isWaiting;
    private bool _isReminded;

    /// <summary>Makes the timer.</summary>
    /// <param name="loop">Has the time.</param>
    /// <param name="look">Looks at the ring and calls <see cref="Follow"/>.</param>
    /// <param name="notify">Sends the backend an event.</param>
    /// <param name="changed">Called when the backend is found to be silent, and when it takes something after that: with how long it took nothing.</param>
    public DrainWatch(EventLoop loop, Action look, Action notify, Action<TimeSpan> changed)
    {
        (_clock, _look, _notify, _changed) = (loop.Clock, look, notify, changed);
        _timer = loop.CreateTimer(OnDue);
    }

    /// <summary>Timestamp since which a silent backend has taken nothing; 0 while it is not silent.</summary>
    public long SilentSince { get; private set; }

    /// <summary>How long a silent backend has taken nothing, or null.</summary>
    public TimeSpan? SilentFor => SilentSince == 0 ? null : _clock.GetElapsedTime(SilentSince);

    /// <summary>A connection begins, or is taken over.</summary>
    /// <param name="ring">What the backend drains.</param>
    /// <param name="silentSince">As a predecessor noted it, else 0.</param>
    public void Begin(EventRingWriter ring, long silentSince)
    {
        Stop();
        (_consumed, SilentSince) = (ring.Consumed, silentSince);
    }

    /// <summary>Another look at the ring was taken, and what was written is published.</summary>
    /// <param name="ring">What the backend drains.</param>
    /// <param name="isAnybodyLooking">False when the backend said that it shows nothing.</param>
    public void Follow(EventRingWriter ring, bool isAnybodyLooking)
    {
        bool hasTaken = ring.Consumed != _consumed;
        if (hasTaken && SilentFor is { } time)
        {
            SilentSince = 0;
            _changed(time);
        }

        if (ring.Consumed == ring.Produced || !isAnybodyLooking)
        {
            _timer.Cancel();
            _isWaiting = false;
        }
        else if (hasTaken || (!_isWaiting && SilentSince == 0))
        {
            _since = _clock.GetTimestamp();
            _timer.Start(s_patience);
            _isWaiting = true;
            _isReminded = false;
        }

        _consumed = ring.Consumed;
    }

    /// <summary>The connection ends.</summary>
    public void Stop()
    {
        _timer.Cancel();
        _isWaiting = false;
        SilentSince = 0;
    }

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();

    private void OnDue()
    {
        uint before = _consumed;
        _look();
        if (!_isWaiting || _consumed != before)
        {
            return;
        }

        if (!_isReminded)
        {
            _isReminded = true;
            _timer.Start(s_lastChance);
            _notify();
            return;
        }

        _isWaiting = false;
        SilentSince = _since;
        _changed(_clock.GetElapsedTime(_since));
    }
}
