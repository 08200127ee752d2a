using System.Text.Json;
using Xenbus.Devices;
using Xenbus.Domain;
using Xenbus.Wire;
using XenFbFront.Control;
using Xunit;

namespace XenFbFront.Tests.Control;

public sealed class WatchReportTests
{
    private readonly LatencyHistogram _draw = new(), _keyboard = new();

    [Fact]
    public void Rates_AreOfTheInterval_AndSoAreLatencies()
    {
        _draw.Add(TimeSpan.FromSeconds(9));
        List<DeviceSample> before = [Vfb(updates: 100, pixels: 1_000_000), Vkbd(events: 10)];
        _draw.Add(TimeSpan.FromMilliseconds(2));
        _keyboard.Add(TimeSpan.FromMicroseconds(50));
        WatchReport report = new(before, [Vfb(updates: 160, pixels: 1_000_000 + (2 << 20)), Vkbd(events: 15)], 2);
        Assert.Equal(
            [
                "vfb/0     30.0 updates/s     4.00 MiB/s    3 in the ring",
                "  draw 2.0/2.0/2.0/2.0",
                "vkbd/0     2.5 events/s                     1 in the ring",
                "  keyboard 0.05/0.05/0.05/0.05",
            ],
            report.Lines());
        Assert.Equal("vfb/0: 30.0 updates/s 4.00 MiB/s 3 in the ring, ms draw 2.0/2.0/2.0/2.0; vkbd/0: 2.5 events/s 1 in the ring, ms keyboard 0.05/0.05/0.05/0.05", report.Line());
        using JsonDocument document = JsonDocument.Parse(report.Json());
        JsonElement vfb = document.RootElement.GetProperty("devices")[0];
        Assert.Equal((2, 30, 4), (document.RootElement.GetProperty("seconds").GetDouble(), vfb.GetProperty("updates_per_second").GetDouble(), vfb.GetProperty("mib_per_second").GetDouble()));
        Assert.InRange(vfb.GetProperty("latency_us").GetProperty("draw").GetProperty("max").GetInt32(), 2000, 2250);
        Assert.Equal(2.5, document.RootElement.GetProperty("devices")[1].GetProperty("events_per_second").GetDouble());
    }

    /// <summary>Another worker counts from 0.</summary>
    [Fact]
    public void CountersThatBeganAnew_CountFromZero_NeverBackwards()
    {
        _draw.Add(TimeSpan.FromMilliseconds(2));
        _draw.Add(TimeSpan.FromMilliseconds(2));
        List<DeviceSample> before = [Vfb(updates: 100, pixels: 1_000_000)];
        LatencyHistogram anew = new();
        anew.Add(TimeSpan.FromMilliseconds(7));
        WatchReport report = new(before, [Sample("vfb", anew, new("updates", 5, IsCounter: true, ""), new("update_pixels", 0, IsCounter: true, ""), new("depth_bits", 32, IsCounter: false, ""))], 1);
        Assert.Equal(["vfb/0      5.0 updates/s     0.00 MiB/s    0 in the ring", "  draw 7.2/7.2/7.2/7.2"], report.Lines());
    }

    [Fact]
    public void DeviceThatHasJustCome_HasNoRates_AndNoDeviceIsSaid()
    {
        Assert.Equal(["vfb/0      0.0 updates/s     0.00 MiB/s    3 in the ring"], new WatchReport([], [Vfb(updates: 100, pixels: 1_000_000)], 1).Lines());
        Assert.Equal("there is no device yet", new WatchReport([], [], 1).Line());
    }

    [Fact]
    public void Page_TakesThePlaceOfTheOneBefore_AndFitsTheTerminal()
    {
        WatchReport report = new([], [Vfb(updates: 1, pixels: 1), Vkbd(events: 1)], 1);
        Assert.Equal("\x1b[Htitle\x1b[K\nvfb/0      0.0 upd\x1b[K\n\x1b[J", ControlWatch.Page("title", report, columns: 18, rows: 3));
    }

    [Theory]
    [InlineData("")]
    [InlineData("vfb/0")]
    [InlineData("vfb/0 1 updates updates= =5 draw: draw:= draw:5 draw:x=1 draw:99999999=1 draw:1=1=1,,")]
    public void WordsOfAnotherVersion_AreLeftOut(string line)
    {
        using JsonDocument document = JsonDocument.Parse(new WatchReport([], [DeviceSample.Read(line)], 1).Json());
        JsonElement device = document.RootElement.GetProperty("devices")[0];
        Assert.Equal(line.Split(' ')[0], device.GetProperty("device").GetString());
        Assert.False(device.TryGetProperty("updates_per_second", out _));
        Assert.All(device.GetProperty("latency_us").EnumerateObject(), static stage => Assert.Equal(0, stage.Value.GetProperty("count").GetInt32()));
    }

    private DeviceSample Vfb(long updates, long pixels) => Sample(
        "vfb", _draw, new("depth_bits", 32, IsCounter: false, ""), new("updates", updates, IsCounter: true, ""), new("update_pixels", pixels, IsCounter: true, ""), new("ring_events", 3, IsCounter: false, ""));

    private DeviceSample Vkbd(long events) => Sample("vkbd", _keyboard, new("events", events, IsCounter: true, ""), new("ring_events", 1, IsCounter: false, ""));

    private static DeviceSample Sample(string type, LatencyHistogram times, params DeviceFigure[] figures) => DeviceSample.Read(DeviceSample.Compose(new(
        new(type, 0, $"device/{type}/0", $"/local/domain/0/backend/{type}/1/0", DomainId.Zero), XenbusState.Connected, XenbusState.Connected, null, null,
        () => figures, () => [new(type == "vfb" ? "draw" : "keyboard", times, "")])));
}
