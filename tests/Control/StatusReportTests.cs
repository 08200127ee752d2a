using System.Text.Json;
using Xenbus.Devices;
using Xenbus.Domain;
using Xenbus.Wire;
using XenFbFront.Control;
using Xunit;

namespace XenFbFront.Tests.Control;

public sealed class StatusReportTests
{
    private static readonly LatencyHistogram s_times = new();

    private static readonly DeviceStatus[] s_devices =
    [
        new(
            new("vfb", 0, "device/vfb/0", "/local/domain/0/backend/vfb/1/0", DomainId.Zero), XenbusState.Connected, XenbusState.Connected, null, null,
            static () => [new("updates", 7, IsCounter: true, "Rectangles"), new("ring_events", 2, IsCounter: false, "Waiting")], static () => [new("draw", s_times, "Time to draw")]),
        new(
            new("vfb", 1, "device/vfb/1", "/local/domain/0/backend/vfb/1/1", DomainId.Zero), XenbusState.Closed, XenbusState.Closed, "impossible \"index\"\n\x1b[31m", null,
            static () => [new("updates", 0, IsCounter: true, "Rectangles"), new("ring_events", 0, IsCounter: false, "Waiting")], static () => [new("draw", new(), "Time to draw")]),
        new(
            new("vkbd", 0, "device/vkbd/0", "/local/domain/0/backend/vkbd/1/0", DomainId.Zero), XenbusState.Connected, XenbusState.Connected, null, new("vkbd", null, "xenkbd_init"),
            static () => [], static () => []),
    ];

    static StatusReportTests()
    {
        foreach (int us in (ReadOnlySpan<int>)[100, 100, 100, 100, 100, 100, 100, 100, 1500, 2_000_000])
        {
            s_times.Add(TimeSpan.FromMicroseconds(us));
        }
    }

    [Fact]
    public void Text_BothEnds_TheReason_AndTheNumbers_OnPlainLines() => Assert.Equal(
        [
            "vfb/0: Connected (4), its backend /local/domain/0/backend/vfb/1/0 is Connected (4)",
            "  updates 7, ring events 2",
            "  latency in ms, p50/p90/p99/max (how often): draw 0.10/1.5/2000/2000 (10)",
            "vfb/1: Closed (6), its backend /local/domain/0/backend/vfb/1/1 is Closed (6)",
            "  given up: impossible \"index\"\\x0a\\x1b[31m",
            "  updates 0, ring events 0",
            "vkbd/0: Connected (4), its backend /local/domain/0/backend/vkbd/1/0 is Connected (4)",
            "  the kernel's driver vkbd holds it",
        ],
        StatusReport.Text(s_devices));

    [Fact]
    public void Text_NoDevice_SaysSo() => Assert.Equal(["there is no device yet"], StatusReport.Text([]));

    [Fact]
    public void Json_IsReadBack()
    {
        using JsonDocument document = JsonDocument.Parse(string.Join('\n', StatusReport.Json(s_devices)));
        JsonElement all = document.RootElement;
        Assert.Equal(3, all.GetArrayLength());
        Assert.Equal(("vfb/0", 4, 7), (all[0].GetProperty("device").GetString(), all[0].GetProperty("state").GetInt32(), all[0].GetProperty("updates").GetInt32()));
        JsonElement draw = all[0].GetProperty("latency_us").GetProperty("draw");
        Assert.Equal((10, 104, 2_000_000), (draw.GetProperty("count").GetInt32(), draw.GetProperty("p50").GetInt32(), draw.GetProperty("max").GetInt32()));
        Assert.Equal(0, all[1].GetProperty("latency_us").GetProperty("draw").GetProperty("p99").GetInt32());
        Assert.Empty(all[2].GetProperty("latency_us").EnumerateObject());
        Assert.Equal("impossible \"index\"\n\x1b[31m", all[1].GetProperty("failure").GetString());
        Assert.Equal("vkbd", all[2].GetProperty("held_by").GetString());
        Assert.Equal("[]", string.Join('\n', StatusReport.Json([])));
    }

    [Fact]
    public void Metrics_HelpAndTypeOnceForEachFamily_ThenItsDevices() => Assert.Equal(
        """
        # HELP xenfbfront_connected Whether both ends are connected
        # TYPE xenfbfront_connected gauge
        xenfbfront_connected{device="vfb/0"} 1
        xenfbfront_connected{device="vfb/1"} 0
        xenfbfront_connected{device="vkbd/0"} 0
        # HELP xenfbfront_given_up Whether the device is not served any more, for a reason that is in the log
        # TYPE xenfbfront_given_up gauge
        xenfbfront_given_up{device="vfb/0"} 0
        xenfbfront_given_up{device="vfb/1"} 1
        xenfbfront_given_up{device="vkbd/0"} 0
        # HELP xenfbfront_vfb_updates_total Rectangles
        # TYPE xenfbfront_vfb_updates_total counter
        xenfbfront_vfb_updates_total{device="vfb/0"} 7
        xenfbfront_vfb_updates_total{device="vfb/1"} 0
        # HELP xenfbfront_vfb_ring_events Waiting
        # TYPE xenfbfront_vfb_ring_events gauge
        xenfbfront_vfb_ring_events{device="vfb/0"} 2
        xenfbfront_vfb_ring_events{device="vfb/1"} 0
        # HELP xenfbfront_vfb_latency_draw_seconds Time to draw
        # TYPE xenfbfront_vfb_latency_draw_seconds histogram

        """,
        string.Join('\n', StatusReport.Metrics(s_devices).Select(static family => family.Split("xenfbfront_vfb_latency_draw_seconds_bucket")[0])));

    [Fact]
    public void Metrics_Latency_IsAHistogramOfPowersOfTwo()
    {
        string[] lines = [.. string.Join('\n', StatusReport.Metrics(s_devices)).Split('\n').Where(static line => line.StartsWith("xenfbfront_vfb_latency_draw_seconds", StringComparison.Ordinal) && line.Contains("vfb/0", StringComparison.Ordinal))];
        Assert.Equal("xenfbfront_vfb_latency_draw_seconds_bucket{device=\"vfb/0\",le=\"0.000128\"} 8", lines[0]);
        Assert.Equal("xenfbfront_vfb_latency_draw_seconds_bucket{device=\"vfb/0\",le=\"0.001024\"} 8", lines[3]);
        Assert.Equal("xenfbfront_vfb_latency_draw_seconds_bucket{device=\"vfb/0\",le=\"0.002048\"} 9", lines[4]);
        Assert.Equal(
            [
                "xenfbfront_vfb_latency_draw_seconds_bucket{device=\"vfb/0\",le=\"1.048576\"} 9",
                "xenfbfront_vfb_latency_draw_seconds_bucket{device=\"vfb/0\",le=\"+Inf\"} 10",
                "xenfbfront_vfb_latency_draw_seconds_sum{device=\"vfb/0\"} 2.0023",
                "xenfbfront_vfb_latency_draw_seconds_count{device=\"vfb/0\"} 10",
            ],
            lines[^4..]);
    }
}
