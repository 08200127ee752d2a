using System.Numerics;

namespace Xenbus.Devices;

/// <summary>How long something took, of each time it was measured: counts in buckets that are an eighth of a power of two wide, so that a percentile is at most an eighth too high.</summary>
/// <remarks>Of fixed size, 200 counts; <see cref="Add"/> is allocation-free. From 1 µs to 134 s; what took longer is in the last bucket.</remarks>
public sealed class LatencyHistogram
{
    /// <summary>Number of buckets.</summary>
    public const int BucketCount = (LargestBit - BucketBits + 2) << BucketBits;

    /// <summary>Buckets of a power of two, as a power of two.</summary>
    private const int BucketBits = 3;

    /// <summary>2^27 µs are 134 s.</summary>
    private const int LargestBit = 26;

    private readonly long[] _buckets = new long[BucketCount];

    /// <summary>Times measured.</summary>
    public long Count { get; private set; }

    /// <summary>All of them together, microseconds.</summary>
    public long TotalUs { get; private set; }

    /// <summary>The longest, microseconds.</summary>
    public long MaxUs { get; private set; }

    /// <summary>How many times are in each bucket, <see cref="BucketCount"/> of them; their edges are <see cref="UpperEdgeUs"/>.</summary>
    public ReadOnlySpan<long> Buckets => _buckets;

    /// <summary>The time that all of a bucket are below, microseconds; the last one has no such edge, but is named by it.</summary>
    /// <param name="bucket">0 to <see cref="BucketCount"/> - 1.</param>
    public static long UpperEdgeUs(int bucket)
    {
        const int perPower = 1 << BucketBits;
        return bucket < perPower ? bucket + 1 : (perPower + bucket % perPower + 1L) << (bucket / perPower - 1);
    }

    /// <summary>The time that this part of all times are not above, microseconds, rounded up to the edge of its bucket; 0 when there are none.</summary>
    /// <param name="buckets">As in <see cref="Buckets"/>.</param>
    /// <param name="percent">1 to 100.</param>
    public static long PercentileUs(ReadOnlySpan<long> buckets, int percent)
    {
        long count = 0, seen = 0;
        foreach (long inBucket in buckets)
        {
            count += inBucket;
        }

        for (int bucket = 0; bucket < buckets.Length; bucket++)
        {
            seen += buckets[bucket];
            if (seen > 0 && seen * 100 >= count * percent)
            {
                return UpperEdgeUs(bucket);
            }
        }

        return 0;
    }

    /// <summary>Notes a time.</summary>
    /// <param name="time">What is below zero counts as zero.</param>
    public void Add(TimeSpan time)
    {
        long us = Math.Max(0, time.Ticks / TimeSpan.TicksPerMicrosecond);
        _buckets[BucketOf(us)]++;
        Count++;
        TotalUs += us;
        MaxUs = Math.Max(MaxUs, us);
    }

    /// <inheritdoc cref="PercentileUs(ReadOnlySpan{long}, int)"/>
    public long PercentileUs(int percent) => Math.Min(PercentileUs(_buckets, percent), MaxUs);

    /// <summary>How many took less than a power of two.</summary>
    /// <param name="bit">Of 2^bit microseconds: 3 to 27.</param>
    public long CountBelow(int bit)
    {
        long count = 0;
        foreach (long inBucket in _buckets.AsSpan(0, (bit - BucketBits + 1) << BucketBits))
        {
            count += inBucket;
        }

        return count;
    }

    private static int BucketOf(long us)
    {
        int bit = BitOperations.Log2((ulong)us | 1);
        return bit > LargestBit ? BucketCount - 1
            : bit < BucketBits ? (int)us
            : ((bit - BucketBits + 1) << BucketBits) + (int)(us >> (bit - BucketBits) & ((1 << BucketBits) - 1));
    }
}
