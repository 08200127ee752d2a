using System.Globalization;
using System.Text;
using Xenbus.Devices;
using Xenbus.Wire;

namespace XenFbFront.Control;

/// <summary>A device's numbers at one time, as the worker tells them to <c>xenfbfront ctl watch</c>.</summary>
/// <remarks>
/// A line of words: the name, 1 if both ends are connected, else 0, then <c>figure=value</c> for each number and <c>stage:bucket=count,…</c> for each latency, with the
/// buckets of <see cref="LatencyHistogram"/> that are not empty.
/// </remarks>
internal sealed class DeviceSample
{
    private readonly string[] _words;

    private DeviceSample(string[] words) => _words = words;

    /// <summary>Its name, as in <c>vfb/0</c>.</summary>
    public string Device => _words[0];

    /// <summary>Whether both ends are.</summary>
    public bool IsConnected => _words is [_, "1", ..];

    /// <summary>Its latencies' stages with their counts, <see cref="LatencyHistogram.BucketCount"/> of them.</summary>
    public List<(string Name, long[] Buckets)> Stages { get; } = [];

    /// <summary>The line.</summary>
    public static string Compose(DeviceStatus device)
    {
        StringBuilder line = new(device.Identity.Name);
        line.Append(device is { State: XenbusState.Connected, BackendState: XenbusState.Connected, HeldBy: null } ? " 1" : " 0");
        foreach (DeviceFigure figure in device.ReadFigures())
        {
            line.Append(' ').Append(figure.Name).Append('=').Append(Number(figure.Value));
        }

        foreach (DeviceLatency latency in device.ReadLatencies())
        {
            line.Append(' ').Append(latency.Stage).Append(':');
            ReadOnlySpan<long> buckets = latency.Times.Buckets;
            string separator = string.Empty;
            for (int i = 0; i < buckets.Length; i++)
            {
                if (buckets[i] > 0)
                {
                    line.Append(separator).Append(Number(i)).Append('=').Append(Number(buckets[i]));
                    separator = ",";
                }
            }
        }

        return line.ToString();
    }

    /// <summary>Reads a line; what cannot be read, as another version may say more, is left out.</summary>
    public static DeviceSample Read(string line)
    {
        DeviceSample sample = new(line.Split(' '));
        foreach (string word in sample._words)
        {
            int colon = word.IndexOf(':', StringComparison.Ordinal);
            if (colon < 0)
            {
                continue;
            }

            long[] buckets = new long[LatencyHistogram.BucketCount];
            foreach (string pair in word[(colon + 1)..].Split(',', StringSplitOptions.RemoveEmptyEntries))
            {
                if (TryReadPair(pair, out string bucket, out long count) && int.TryParse(bucket, NumberStyles.None, CultureInfo.InvariantCulture, out int index) && index < buckets.Length)
                {
                    buckets[index] = count;
                }
            }

            sample.Stages.Add((word[..colon], buckets));
        }

        return sample;
    }

    /// <summary>A number by its name; null when the device has none.</summary>
    public long? Figure(string name)
    {
        foreach (string word in _words)
        {
            if (TryReadPair(word, out string candidate, out long value) && candidate == name)
            {
                return value;
            }
        }

        return null;
    }

    private static bool TryReadPair(string pair, out string name, out long value)
    {
        int equals = pair.IndexOf('=', StringComparison.Ordinal);
        name = equals < 0 ? pair : pair[..equals];
        value = 0;
        return equals > 0 && long.TryParse(pair.AsSpan(equals + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);
    }

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}
