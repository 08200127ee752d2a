using System.Globalization;

namespace XenFbFront.Control;

/// <summary>How latencies are told to people.</summary>
internal static class LatencyText
{
    /// <summary>The percentiles that are told.</summary>
    public static ReadOnlySpan<int> Percents => [50, 90, 99];

    /// <summary>A time in milliseconds with as many digits as matter, as in <c>0.05</c>, <c>1.2</c> and <c>340</c>.</summary>
    public static string Milliseconds(long us) => (us / 1e3).ToString(us < 1_000 ? "0.00" : us < 100_000 ? "0.0" : "0", CultureInfo.InvariantCulture);
}
