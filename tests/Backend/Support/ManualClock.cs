namespace XenFbFront.Tests.Backend.Support;

/// <summary>A clock that stands still until it is advanced.</summary>
internal sealed class ManualClock : TimeProvider
{
    private long _ticks = TimeSpan.FromDays(1).Ticks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => _ticks;

    public void Advance(double milliseconds) => _ticks += TimeSpan.FromMilliseconds(milliseconds).Ticks;
}
