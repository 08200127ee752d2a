using Xenbus.Devices;
using XenFbFront.Tests.Content.Support;
using Xunit;

namespace XenFbFront.Tests.Devices;

public sealed class LatencyHistogramTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Percentiles_OfTimesOfAllLengths_AreNeverTooLow_AndAtMostAnEighthTooHigh(int seed)
    {
        Random random = new(seed);
        LatencyHistogram histogram = new();
        long[] times = [.. Enumerable.Range(0, 5000).Select(_ => (long)Math.Pow(2, random.NextDouble() * 26.9))];
        foreach (long us in times)
        {
            histogram.Add(TimeSpan.FromMicroseconds(us));
        }

        Array.Sort(times);
        foreach (int percent in (ReadOnlySpan<int>)[1, 50, 90, 99, 100])
        {
            long exact = times[times.Length * percent / 100 - 1], told = histogram.PercentileUs(percent);
            Assert.InRange(told, exact, exact + exact / 8 + 1);
        }

        Assert.Equal((times.Length, times.Sum(), times[^1]), (histogram.Count, histogram.TotalUs, histogram.MaxUs));
        for (int bit = 3; bit <= 27; bit++)
        {
            Assert.Equal(times.Count(us => us < 1L << bit), histogram.CountBelow(bit));
        }
    }

    [Fact]
    public void Edges_Rise_AndEachTimeIsBelowThatOfItsBucket()
    {
        for (int bucket = 0; bucket < LatencyHistogram.BucketCount - 1; bucket++)
        {
            LatencyHistogram histogram = new();
            histogram.Add(TimeSpan.FromMicroseconds(LatencyHistogram.UpperEdgeUs(bucket) - 1));
            histogram.Add(TimeSpan.FromMicroseconds(LatencyHistogram.UpperEdgeUs(bucket)));
            Assert.Equal((1, 1), (histogram.Buckets[bucket], histogram.Buckets[bucket + 1]));
        }

        Assert.Equal(1 << 27, LatencyHistogram.UpperEdgeUs(LatencyHistogram.BucketCount - 1));
    }

    [Fact]
    public void NoTime_BelowZero_AndBeyondTheLastBucket()
    {
        LatencyHistogram histogram = new();
        Assert.Equal(0, histogram.PercentileUs(99));
        histogram.Add(TimeSpan.FromSeconds(-1));
        Assert.Equal((1, 0), (histogram.Buckets[0], histogram.MaxUs));
        histogram.Add(TimeSpan.FromDays(2));
        Assert.Equal((1, 2L * 86400 * 1_000_000), (histogram.Buckets[^1], histogram.MaxUs));
    }

    [Fact]
    public void Add_AllocatesNothing()
    {
        LatencyHistogram histogram = new();
        AllocationMeter.AssertNone(() => histogram.Add(TimeSpan.FromMilliseconds(3)));
    }
}
