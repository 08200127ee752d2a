namespace XenFbFront.Bench;

/// <summary>A clock that stands still until it is moved, so that the pace of frames is not what is measured.</summary>
internal sealed class SteppedClock : TimeProvider
{
    private long _now = 1;

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <inheritdoc/>
    public override long GetTimestamp() => _now;

    /// <summary>Moves on.</summary>
    public void Advance(TimeSpan time) => _now += time.Ticks;
}
