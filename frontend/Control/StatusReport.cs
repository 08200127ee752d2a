using System.Globalization;
using System.Text;
using Xenbus.Devices;
using Xenbus.Wire;

namespace XenFbFront.Control;

/// <summary>What the devices are at, for a person, for programs and for monitoring.</summary>
internal static class StatusReport
{
    private const string Prefix = "xenfbfront_";

    /// <summary>Bounds of the buckets that Prometheus gets: powers of two from 128 µs to 1 s.</summary>
    private const int FirstBound = 7, LastBound = 20;

    /// <summary>For a person: a line for each device, below it why it is not served and its numbers.</summary>
    public static IEnumerable<string> Text(IEnumerable<DeviceStatus> devices)
    {
        bool hasDevice = false;
        foreach (DeviceStatus device in devices)
        {
            hasDevice = true;
            yield return $"{device.Identity.Name}: {device.State} ({(int)device.State}), its backend {device.Identity.BackendPath} is {device.BackendState} ({(int)device.BackendState})";
            if (device.HeldBy is { } driver)
            {
                yield return $"  the kernel's driver {driver.Name} holds it";
            }

            if (device.Failure is { } failure)
            {
                yield return $"  given up: {PlainText.Of(failure)}";
            }

            StringBuilder figures = new(" ");
            foreach (DeviceFigure figure in device.ReadFigures())
            {
                figures.Append(figures.Length > 1 ? ", " : " ").Append(figure.Name.Replace('_', ' ')).Append(' ').Append(Number(figure.Value));
            }

            if (figures.Length > 1)
            {
                yield return figures.ToString();
            }

            if (Latencies(device.ReadLatencies()) is { Length: > 0 } latencies)
            {
                yield return "  latency in ms, p50/p90/p99/max (how often):" + latencies;
            }
        }

        if (!hasDevice)
        {
            yield return "there is no device yet";
        }
    }

    /// <summary>For programs: an array with an object for each device, a line each.</summary>
    public static IEnumerable<string> Json(IEnumerable<DeviceStatus> devices)
    {
        string separator = "[";
        foreach (DeviceStatus device in devices)
        {
            StringBuilder line = new(separator);
            line.Append("{\"device\":").AppendJson(device.Identity.Name)
                .Append(",\"state\":").Append(Number((int)device.State))
                .Append(",\"backend\":").AppendJson(device.Identity.BackendPath)
                .Append(",\"backend_state\":").Append(Number((int)device.BackendState))
                .Append(",\"failure\":").AppendJson(device.Failure)
                .Append(",\"held_by\":").AppendJson(device.HeldBy?.Name);
            foreach (DeviceFigure figure in device.ReadFigures())
            {
                line.Append(",\"").Append(figure.Name).Append("\":").Append(Number(figure.Value));
            }

            line.Append(",\"latency_us\":{");
            foreach (DeviceLatency latency in device.ReadLatencies())
            {
                LatencyHistogram times = latency.Times;
                line.Append(line[^1] == '{' ? "\"" : ",\"").Append(latency.Stage).Append("\":{\"count\":").Append(Number(times.Count));
                foreach (int percent in LatencyText.Percents)
                {
                    line.Append(",\"p").Append(Number(percent)).Append("\":").Append(Number(times.PercentileUs(percent)));
                }

                line.Append(",\"max\":").Append(Number(times.MaxUs)).Append('}');
            }

            yield return line.Append("}}").ToString();
            separator = ",";
        }

        yield return separator == "[" ? "[]" : "]";
    }

    /// <summary>For Prometheus, in its text format: each number with its help and type, then its value for each device.</summary>
    /// <remarks>Source: "Exposition formats" of Prometheus' documentation, version 0.0.4. Counters begin anew with each worker, which Prometheus takes for a restart.</remarks>
    public static IEnumerable<string> Metrics(IEnumerable<DeviceStatus> devices)
    {
        List<(string Name, StringBuilder Lines)> families = [];
        foreach (DeviceStatus device in devices)
        {
            string label = $"{{device=\"{device.Identity.Name}\"}} ";
            Add("connected", "gauge", "Whether both ends are connected", label + (device is { State: XenbusState.Connected, BackendState: XenbusState.Connected, HeldBy: null } ? "1" : "0"));
            Add("given_up", "gauge", "Whether the device is not served any more, for a reason that is in the log", label + (device.Failure is null ? "0" : "1"));
            string type = device.Identity.Type + "_";
            foreach (DeviceFigure figure in device.ReadFigures())
            {
                Add(type + figure.Name + (figure.IsCounter ? "_total" : string.Empty), figure.IsCounter ? "counter" : "gauge", figure.Help, label + Number(figure.Value));
            }

            foreach (DeviceLatency latency in device.ReadLatencies())
            {
                AddHistogram(type + "latency_" + latency.Stage + "_seconds", latency, $"device=\"{device.Identity.Name}\"");
            }
        }

        foreach ((_, StringBuilder lines) in families)
        {
            // One message for each: the client's socket has room for some dozens.
            yield return lines.ToString();
        }

        void Add(string name, string type, string help, string value) => Family(name, type, help).Append($"\n{Prefix}{name}{value}");

        StringBuilder Family(string name, string type, string help)
        {
            StringBuilder? lines = families.Find(family => family.Name == name).Lines;
            if (lines is null)
            {
                lines = new($"# HELP {Prefix}{name} {help}\n# TYPE {Prefix}{name} {type}");
                families.Add((name, lines));
            }

            return lines;
        }

        void AddHistogram(string name, DeviceLatency latency, string label)
        {
            LatencyHistogram times = latency.Times;
            StringBuilder lines = Family(name, "histogram", latency.Help);
            for (int bit = FirstBound; bit <= LastBound; bit++)
            {
                AddBucket(Seconds(1L << bit), times.CountBelow(bit));
            }

            AddBucket("+Inf", times.Count);
            lines.Append($"\n{Prefix}{name}_sum{{{label}}} {Seconds(times.TotalUs)}\n{Prefix}{name}_count{{{label}}} {Number(times.Count)}");

            void AddBucket(string bound, long count) => lines.Append($"\n{Prefix}{name}_bucket{{{label},le=\"{bound}\"}} {Number(count)}");
        }
    }

    private static string Latencies(IReadOnlyList<DeviceLatency> latencies)
    {
        StringBuilder text = new();
        foreach (DeviceLatency latency in latencies)
        {
            LatencyHistogram times = latency.Times;
            if (times.Count > 0)
            {
                text.Append(text.Length == 0 ? " " : ", ").Append(latency.Stage).Append(' ');
                foreach (int percent in LatencyText.Percents)
                {
                    text.Append(LatencyText.Milliseconds(times.PercentileUs(percent))).Append('/');
                }

                text.Append(LatencyText.Milliseconds(times.MaxUs)).Append(" (").Append(Number(times.Count)).Append(')');
            }
        }

        return text.ToString();
    }

    private static string Seconds(long us) => (us / 1e6).ToString("0.######", CultureInfo.InvariantCulture);

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}
