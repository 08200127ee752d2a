using Xenbus.Devices;

namespace XenFbFront.Vfb;

/// <summary>How long a change of the picture takes on its way to the backend.</summary>
/// <remarks>
/// Nothing is waited for and nobody is woken to measure. One picture is followed through the ring at a time, and what the backend consumed counts only
/// when it said so itself, by a notification: what is found at a look of our own may have been consumed long before. Allocation-free.
/// </remarks>
/// <param name="clock">The loop's.</param>
internal sealed class FramebufferLatency(TimeProvider clock)
{
    private readonly LatencyHistogram _draw = new(), _ring = new(), _consumed = new();
    private long? _drawnAt, _publishedAt;
    private uint _published;

    /// <summary>The stages, in their order.</summary>
    public IReadOnlyList<DeviceLatency> Stages =>
    [
        new("draw", _draw, "Time from a change being noticed by the source to its picture being drawn"),
        new("ring", _ring, "Time from a picture being drawn to the backend being told in the ring, with what it waits for the backend's pace or for room"),
        new("consumed", _consumed, "Time from a picture being told in the ring to the backend's notification that it has consumed that, one picture at a time"),
    ];

    /// <summary>A picture is drawn.</summary>
    /// <param name="noticedAt">When its change was noticed, in timestamps of the clock.</param>
    public void Drawn(long noticedAt)
    {
        long now = clock.GetTimestamp();
        _draw.Add(clock.GetElapsedTime(noticedAt, now));
        _drawnAt ??= now;
    }

    /// <summary>All that was drawn is told.</summary>
    /// <param name="now">In timestamps of the clock.</param>
    /// <param name="produced">The ring index behind it.</param>
    public void Told(long now, uint produced)
    {
        if (_drawnAt is not { } drawnAt)
        {
            return;
        }

        _ring.Add(clock.GetElapsedTime(drawnAt, now));
        _drawnAt = null;
        if (_publishedAt is null)
        {
            (_publishedAt, _published) = (now, produced);
        }
    }

    /// <summary>A look at the ring was taken.</summary>
    /// <param name="consumed">The backend's index.</param>
    /// <param name="isNotified">Whether the backend's notification is why.</param>
    public void Looked(uint consumed, bool isNotified)
    {
        if (_publishedAt is not { } publishedAt || (int)(consumed - _published) < 0)
        {
            return;
        }

        if (isNotified)
        {
            _consumed.Add(clock.GetElapsedTime(publishedAt));
        }

        _publishedAt = null;
    }

    /// <summary>Nobody looks at the picture, so what is drawn waits for no one.</summary>
    public void Pause() => _drawnAt = null;

    /// <summary>The connection ends.</summary>
    public void Stop() => _drawnAt = _publishedAt = null;
}
