namespace XenFbFront.Holder;

/// <summary>Tells a person who does not want to wait from one request that came as several signals.</summary>
/// <remarks>A terminal's Ctrl-C, <c>timeout</c> and service managers signal a process and its group, so one wish may arrive twice at once.</remarks>
internal sealed class StopRequests(TimeProvider clock)
{
    /// <summary>A signal that comes sooner after the first belongs to it.</summary>
    private static readonly TimeSpan s_sameRequest = TimeSpan.FromSeconds(1);

    private long? _first;

    /// <summary>Notes a signal.</summary>
    public StopRequest Next()
    {
        if (_first is not { } first)
        {
            _first = clock.GetTimestamp();
            return StopRequest.First;
        }

        return clock.GetElapsedTime(first) < s_sameRequest ? StopRequest.Same : StopRequest.AtOnce;
    }
}

/// <summary>What a stop signal means.</summary>
internal enum StopRequest
{
    /// <summary>Close in order.</summary>
    First,

    /// <summary>The same wish again: nothing new.</summary>
    Same,

    /// <summary>End now, whatever that breaks.</summary>
    AtOnce,
}
