namespace Xenbus.Devices;

/// <summary>How long one stage of a driver's work takes, for people and for monitoring.</summary>
/// <param name="stage">A word in lower case, as in <c>draw</c>.</param>
/// <param name="times">What was measured since the start of this process; the driver goes on with it.</param>
/// <param name="help">From when to when, one sentence without a full stop.</param>
public sealed class DeviceLatency(string stage, LatencyHistogram times, string help)
{
    /// <summary>A word in lower case, as in <c>draw</c>.</summary>
    public string Stage => stage;

    /// <summary>What was measured since the start of this process.</summary>
    public LatencyHistogram Times => times;

    /// <summary>From when to when, one sentence without a full stop.</summary>
    public string Help => help;
}
