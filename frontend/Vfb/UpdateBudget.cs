using XenFbFront.Content;

namespace XenFbFront.Vfb;

/// <summary>How many rectangles may be sent now, so that a backend never has more than eight to show at one refresh.</summary>
/// <remarks>
/// QEMU keeps eight rectangles between two refreshes and makes the ninth the whole screen. When it refreshes is not known, only how often; so
/// no more than eight are sent within any time of that length. Allocation-free.
/// </remarks>
public sealed class UpdateBudget(TimeProvider clock)
{
    /// <summary>Rectangles that a backend keeps between two refreshes. Source: UP_QUEUE in QEMU's hw/display/xenfb.c.</summary>
    public const int RectanglesPerRefresh = DamageRegion.Capacity;

    /// <summary>Taken when the backend gives no advice: QEMU's own timer.</summary>
    private const uint DefaultPeriodMs = 30;

    /// <summary>Advice below is not believed: nobody sees more pictures than that.</summary>
    private const uint MinPeriodMs = 8;

    /// <summary>Advice above is not advice: QEMU sends 13333 when its viewer gives no rate.</summary>
    private const uint MaxPeriodMs = 1000;

    // Each send has at least one rectangle, so no more sends than rectangles are remembered.
    private readonly long[] _sentAt = new long[RectanglesPerRefresh];
    private readonly int[] _sentCount = new int[RectanglesPerRefresh];
    private int _oldest;
    private int _sends;
    private int _rectangles;

    /// <summary>The backend says that nobody is looking.</summary>
    public bool IsNobodyLooking { get; private set; }

    /// <summary>Time between two refreshes as far as it is known.</summary>
    public TimeSpan Period { get; private set; } = TimeSpan.FromMilliseconds(DefaultPeriodMs);

    /// <summary>Another backend, which has given no advice and shown nothing.</summary>
    public void Reset()
    {
        IsNobodyLooking = false;
        Period = TimeSpan.FromMilliseconds(DefaultPeriodMs);
        _oldest = _sends = _rectangles = 0;
    }

    /// <summary>Takes the backend's advice.</summary>
    /// <param name="periodMs">Milliseconds, 0 for nobody looking.</param>
    public void Advise(uint periodMs)
    {
        IsNobodyLooking = periodMs == 0;
        Period = TimeSpan.FromMilliseconds(periodMs is 0 or > MaxPeriodMs ? DefaultPeriodMs : Math.Max(periodMs, MinPeriodMs));
    }

    /// <summary>Rectangles that may be sent now.</summary>
    public int Available()
    {
        while (_sends > 0 && clock.GetElapsedTime(_sentAt[_oldest]) >= Period)
        {
            _rectangles -= _sentCount[_oldest];
            _oldest = (_oldest + 1) % RectanglesPerRefresh;
            _sends--;
        }

        return RectanglesPerRefresh - _rectangles;
    }

    /// <summary>Notes that some were sent, at most <see cref="Available"/>.</summary>
    /// <returns>When, in timestamps of the clock.</returns>
    public long Spend(int rectangles)
    {
        int slot = (_oldest + _sends) % RectanglesPerRefresh;
        _sentAt[slot] = clock.GetTimestamp();
        _sentCount[slot] = rectangles;
        _sends++;
        _rectangles += rectangles;
        return _sentAt[slot];
    }

    /// <summary>Until more may be sent; zero when that is now.</summary>
    public TimeSpan TimeToMore()
    {
        if (_sends == 0)
        {
            return TimeSpan.Zero;
        }

        TimeSpan left = Period - clock.GetElapsedTime(_sentAt[_oldest]);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }
}
