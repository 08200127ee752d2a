using System.Globalization;

namespace XenFbFront.Bench.Micro;

/// <summary>Latencies of many samples.</summary>
/// <param name="count">Samples that will be added.</param>
internal sealed class Distribution(int count)
{
    private readonly double[] _microseconds = new double[count];
    private int _count;

    /// <summary>Adds the time between two time stamps of the system's clock.</summary>
    public void Add(long from, long to)
    {
        BenchException.ThrowUnless(to > from, "an end before its beginning");
        _microseconds[_count++] = TimeProvider.System.GetElapsedTime(from, to).TotalMicroseconds;
    }

    /// <summary>What this part of the samples is not above, microseconds.</summary>
    public double Percentile(int percent)
    {
        BenchException.ThrowUnless(_count == _microseconds.Length, $"{_count} samples of {_microseconds.Length}");
        double[] sorted = [.. _microseconds];
        Array.Sort(sorted);
        return sorted[(int)((long)(sorted.Length - 1) * percent / 100)];
    }

    /// <summary>Prints ratios to another distribution of the same run first, then both.</summary>
    public void PrintAgainst(Distribution bare, string name, string bareName)
    {
        foreach (int percent in new[] { 50, 99 })
        {
            double own = Percentile(percent), other = bare.Percentile(percent);
            Ratio.Print($"{name}, p{percent}", own / other, bareName, string.Create(CultureInfo.InvariantCulture, $"{own:0.00} us / {other:0.00} us"));
        }
    }
}
