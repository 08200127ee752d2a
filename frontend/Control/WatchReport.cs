using System.Globalization;
using System.Text;
using Xenbus.Devices;

namespace XenFbFront.Control;

/// <summary>What happened between two looks at the devices.</summary>
/// <param name="before">The look before.</param>
/// <param name="now">The look after it.</param>
/// <param name="seconds">The time between them, above 0.</param>
internal sealed class WatchReport(List<DeviceSample> before, List<DeviceSample> now, double seconds)
{
    private const double BytesPerMib = 1 << 20;

    /// <summary>For a terminal: two lines for each device, of at most 80 columns while numbers are usual.</summary>
    public IEnumerable<string> Lines()
    {
        foreach (DeviceSample device in now)
        {
            yield return $"{device.Device,-8}{Rates(device)}";
            if (Latencies(device) is { Length: > 0 } latencies)
            {
                yield return "  " + latencies;
            }
        }

        if (now.Count == 0)
        {
            yield return "there is no device yet";
        }
    }

    /// <summary>For a file or a pipe: one line.</summary>
    public string Line()
    {
        StringBuilder line = new();
        foreach (DeviceSample device in now)
        {
            line.Append(line.Length > 0 ? "; " : string.Empty).Append(device.Device).Append(": ").AppendJoin(' ', Rates(device).Split(' ', StringSplitOptions.RemoveEmptyEntries));
            if (Latencies(device) is { Length: > 0 } latencies)
            {
                line.Append(", ms ").Append(latencies);
            }
        }

        return now.Count == 0 ? "there is no device yet" : line.ToString();
    }

    /// <summary>For programs: one object.</summary>
    public string Json()
    {
        StringBuilder line = new($"{{\"seconds\":{Decimal(seconds, "0.000")},\"devices\":[");
        foreach (DeviceSample device in now)
        {
            line.Append(line[^1] == '[' ? "{\"device\":" : ",{\"device\":").AppendJson(device.Device).Append(",\"connected\":").Append(device.IsConnected ? "true" : "false");
            AppendNumber(line, "updates_per_second", Rate(device, "updates"), "0.0");
            AppendNumber(line, "mib_per_second", MibRate(device), "0.00");
            AppendNumber(line, "events_per_second", Rate(device, "events"), "0.0");
            AppendNumber(line, "ring_events", device.Figure("ring_events"), "0");
            line.Append(",\"latency_us\":{");
            foreach ((string stage, long[] buckets) in Intervals(device))
            {
                line.Append(line[^1] == '{' ? "\"" : ",\"").Append(stage).Append("\":{\"count\":").Append(Decimal(Count(buckets), "0"));
                foreach (int percent in LatencyText.Percents)
                {
                    AppendNumber(line, $"p{percent}", LatencyHistogram.PercentileUs(buckets, percent), "0");
                }

                AppendNumber(line, "max", LatencyHistogram.PercentileUs(buckets, 100), "0");
                line.Append('}');
            }

            line.Append("}}");
        }

        return line.Append("]}").ToString();
    }

    private static void AppendNumber(StringBuilder line, string name, double? value, string format)
    {
        if (value is { } number)
        {
            line.Append(",\"").Append(name).Append("\":").Append(Decimal(number, format));
        }
    }

    private string Rates(DeviceSample device)
    {
        if (!device.IsConnected)
        {
            return "not connected";
        }

        string ring = Decimal(device.Figure("ring_events") ?? 0, "0");
        return Rate(device, "updates") is { } updates && MibRate(device) is { } mib
            ? $"{Decimal(updates, "0.0"),6} updates/s {Decimal(mib, "0.00"),8} MiB/s {ring,4} in the ring"
            : $"{Decimal(Rate(device, "events") ?? 0, "0.0"),6} events/s {string.Empty,16} {ring,4} in the ring";
    }

    private string Latencies(DeviceSample device)
    {
        StringBuilder text = new();
        foreach ((string stage, long[] buckets) in Intervals(device))
        {
            if (Count(buckets) > 0)
            {
                text.Append(text.Length > 0 ? "  " : string.Empty).Append(stage).Append(' ');
                foreach (int percent in LatencyText.Percents)
                {
                    text.Append(LatencyText.Milliseconds(LatencyHistogram.PercentileUs(buckets, percent))).Append('/');
                }

                text.Append(LatencyText.Milliseconds(LatencyHistogram.PercentileUs(buckets, 100)));
            }
        }

        return text.ToString();
    }

    /// <summary>Pixels told of, as the bytes that they are in the pages.</summary>
    private double? MibRate(DeviceSample device) => Rate(device, "update_pixels") * ((device.Figure("depth_bits") + 7) / 8) / BytesPerMib;

    /// <summary>A counter's growth in a second; null when the device has no such counter.</summary>
    private double? Rate(DeviceSample device, string counter) => device.Figure(counter) is { } value ? Growth(value, Before(device)?.Figure(counter) ?? value) / seconds : null;

    private IEnumerable<(string Stage, long[] Buckets)> Intervals(DeviceSample device)
    {
        DeviceSample? earlier = Before(device);
        foreach ((string stage, long[] buckets) in device.Stages)
        {
            long[]? then = earlier?.Stages.Find(candidate => candidate.Name == stage).Buckets;
            bool isAnew = then is not null && Count(buckets) < Count(then);
            long[] interval = new long[buckets.Length];
            for (int i = 0; i < interval.Length; i++)
            {
                interval[i] = isAnew ? buckets[i] : Math.Max(0, buckets[i] - (then is null ? buckets[i] : then[i]));
            }

            yield return (stage, interval);
        }
    }

    /// <summary>A counter that is lower than before began anew, with another worker.</summary>
    private static long Growth(long value, long earlier) => value < earlier ? value : value - earlier;

    private DeviceSample? Before(DeviceSample device) => before.Find(earlier => earlier.Device == device.Device);

    private static long Count(long[] buckets)
    {
        long count = 0;
        foreach (long inBucket in buckets)
        {
            count += inBucket;
        }

        return count;
    }

    private static string Decimal(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
