using System.Diagnostics;
using System.Text.Json;
using StbImageSharp;
using Xenbus.Linux.Interop;
using XenFbFront.Control;
using XenFbFront.Holder;
using XenFbFront.Tests.Support;
using Xunit;

namespace XenFbFront.Tests.EndToEnd;

[Collection(ProcessCollection.Name)]
public sealed class ControlTests
{
    [Fact]
    public void Ctl_WithoutProgramOrWithWrongWords_SaysWhatIsRight()
    {
        string program = Frontends.Path(FrontendKind.Built), folder = Path.Combine(Path.GetTempPath(), "xenfbfront-that-does-not-run");
        (int status, _, string error) = FrontendCommands.Run(program, ["ctl", "program", "--loopback", folder]);
        Assert.Equal((3, $"xenfbfront: reach xenfbfront at {folder}/frontend.sock: no such file or directory: no xenfbfront runs there, or not yet: `xenfbfront doctor` says what is in the way; without Xen, --loopback DIR with the directory that tools/Loopback prints\n"), (status, error));
        using RunningSystem system = new(program, ["--source", "pattern"]);
        system.WaitConnected();
        (status, _, error) = FrontendCommands.Ask(system, program, "ctl", "nonsense");
        Assert.Equal((2, "xenfbfront: unknown command nonsense; xenfbfront ctl help lists them\n"), (status, error));
        (status, _, error) = FrontendCommands.Ask(system, program, "ctl", "upgrade", "/bin/true");
        Assert.Equal((2, "xenfbfront: upgrade takes no arguments: run the new program, as in NEW-PROGRAM upgrade\n"), (status, error));
        (status, _, error) = FrontendCommands.Run(program, ["ctl", "upgrade", "--loopback"]);
        Assert.Equal((2, "xenfbfront: --loopback needs a value: --loopback DIR\n"), (status, error));
        (status, string output, _) = FrontendCommands.Ask(system, program, "ctl", "program");
        Assert.Equal((0, $"{program}\nprocess {system.Frontend.Workers.Single()}\nconnected\n"), (status, output));
    }

    /// <summary>What was pasted by mistake must not end the worker: neither what fits into a request and not into its answer, nor what does not fit at all.</summary>
    [Fact]
    public void WordOfThousandsOfCharacters_IsRefused_AndTheWorkerLives()
    {
        string program = Frontends.Path(FrontendKind.Built);
        using RunningSystem system = new(program, ["--source", "pattern"]);
        system.WaitConnected();
        int worker = system.Frontend.Workers.Single();
        foreach (string word in (string[])[new('x', 4000), new('€', 1300), "/" + new string('y', 4000)])
        {
            (int status, _, string error) = FrontendCommands.Ask(system, program, "ctl", "source", word);
            Assert.Equal(2, status);
            Assert.StartsWith($"xenfbfront: {word[..1000]}", error);
        }

        Assert.Equal(
            (2, string.Empty, "xenfbfront: that is longer than 4096 bytes; xenfbfront ctl help lists what can be asked\n"), FrontendCommands.Ask(system, program, "ctl", "source", new('x', 5000)));
        Assert.Equal(worker, system.Frontend.Workers.Single());
        system.StopInOrder();
    }

    [Theory]
    [InlineData(FrontendKind.Built)]
    [InlineData(FrontendKind.Native)]
    public void StatusMetricsAndScreenshot_TellWhatIs(FrontendKind kind)
    {
        string program = Frontends.Path(kind), file = Path.Combine(Path.GetTempPath(), $"xenfbfront-{Guid.NewGuid():N}.png");
        using RunningSystem system = new(program, ["--source", "pattern", "--size", "320x200"]);
        system.WaitConnected();
        system.WaitForPattern(320, 200);
        (int status, string output, string error) = FrontendCommands.Ask(system, program, "ctl", "status");
        Assert.Equal((0, string.Empty), (status, error));
        Assert.Contains("vfb/0: Connected (4), its backend /local/domain/0/backend/vfb/1/0 is Connected (4)\n  width pixels 320, height pixels 200, depth bits 32, updates 1, update pixels 64000, ring events 0,", output);
        (status, output, _) = FrontendCommands.Ask(system, program, "ctl", "status", "--json");
        using JsonDocument document = JsonDocument.Parse(output);
        Assert.Equal((0, 2, 320), (status, document.RootElement.GetArrayLength(), document.RootElement[0].GetProperty("width_pixels").GetInt32()));
        (status, output, _) = FrontendCommands.Ask(system, program, "ctl", "metrics");
        Assert.Equal(0, status);
        Assert.Contains("\nxenfbfront_connected{device=\"vkbd/0\"} 1\n", output);
        Assert.Contains("\nxenfbfront_vfb_update_pixels_total{device=\"vfb/0\"} 64000\n", output);

        Assert.Equal((0, string.Empty, string.Empty), FrontendCommands.Ask(system, program, "ctl", "screenshot", file));
        ImageResult image = ImageResult.FromMemory(File.ReadAllBytes(file), ColorComponents.RedGreenBlue);
        File.Delete(file);
        uint[] pattern = Expected.Pattern(new(320, 200));
        Assert.Equal(pattern, Enumerable.Range(0, pattern.Length).Select(i => (uint)(image.Data[3 * i] << 16 | image.Data[3 * i + 1] << 8 | image.Data[3 * i + 2])));
        (status, _, error) = FrontendCommands.Ask(system, program, "ctl", "screenshot", "1", file);
        Assert.Equal((3, "xenfbfront: there is no vfb/1; xenfbfront ctl sizes lists them\n"), (status, error));
        (status, _, error) = FrontendCommands.Ask(system, program, "ctl", "screenshot", "/nowhere/a.png");
        Assert.Equal((3, "xenfbfront: open /nowhere/a.png: no such file or directory\n"), (status, error));
        (status, _, error) = FrontendCommands.Ask(system, program, "ctl", "screenshot");
        Assert.Equal((2, "xenfbfront: screenshot needs a file, as in screenshot FILE.png, or screenshot 1 FILE.png for vfb/1; - is standard output\n"), (status, error));
        system.StopInOrder();
    }

    /// <summary>Each key is a change of the keys screen, so all stages are gone through.</summary>
    [Theory]
    [InlineData(FrontendKind.Built)]
    [InlineData(FrontendKind.Native)]
    public void LatenciesAndWatch_WhileSomebodyTypes_ArePlausible(FrontendKind kind)
    {
        string program = Frontends.Path(kind), folder = Directory.CreateTempSubdirectory("xenfbfront").FullName, file = Path.Combine(folder, "xen.prom");
        using RunningSystem system = new(program, ["--source", "keys", "--size", "640x480"]);
        system.WaitConnected();
        long started = Stopwatch.GetTimestamp();
        for (int i = 0; i < 20; i++)
        {
            system.TypeAndExpect();
        }

        RunningSystem.WaitFor(() => Status("vfb/0", "consumed").Count > 0, () => FrontendCommands.Ask(system, program, "ctl", "status").Output);
        double typedUs = Stopwatch.GetElapsedTime(started).TotalMicroseconds;
        foreach ((string device, string stage, int least) in ((string, string, int)[])[("vkbd/0", "keyboard", 20), ("vfb/0", "draw", 1), ("vfb/0", "ring", 1), ("vfb/0", "consumed", 1)])
        {
            (long count, long[] times) = Status(device, stage);
            Assert.InRange(count, least, 1000);
            Assert.Equal(times.Order(), times);
            Assert.InRange(times[^1], 1, typedUs);
        }

        Assert.Equal(0, Status("vkbd/0", "pointer").Count);
        File.WriteAllText(file, "the one before");
        Assert.Equal((0, string.Empty, string.Empty), FrontendCommands.Ask(system, program, "ctl", "metrics", file));
        Assert.Contains("\nxenfbfront_vkbd_latency_keyboard_seconds_bucket{device=\"vkbd/0\",le=\"+Inf\"} 40\n", File.ReadAllText(file));
        Assert.Equal([file], Directory.GetFiles(folder));
        (int status, _, string error) = FrontendCommands.Ask(system, program, "ctl", "metrics", "/nowhere/xen.prom");
        Assert.Equal(3, status);
        Assert.StartsWith("xenfbfront: create /nowhere/xen.prom.", error);
        Directory.Delete(folder, recursive: true);

        using Process watch = Process.Start(new ProcessStartInfo(program, ["ctl", "watch", "0.2", "--json", "--loopback", system.Session.GuestDirectory]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        double events = 0;
        for (int i = 0; i < 100 && events == 0; i++)
        {
            system.TypeAndExpect();
            using JsonDocument report = JsonDocument.Parse(watch.StandardOutput.ReadLine()!);
            events = report.RootElement.GetProperty("devices").EnumerateArray().Single(static device => device.GetProperty("device").GetString() == "vkbd/0").GetProperty("events_per_second").GetDouble();
        }

        Assert.InRange(events, 0.1, 100_000);
        (status, _, error) = FrontendCommands.Ask(system, program, "ctl", "watch", "soon");
        Assert.Equal((2, "xenfbfront: watch takes seconds from 0.1 to 3600, as in watch 5, and --json\n"), (status, error));
        system.StopInOrder();
        Assert.Equal("xenfbfront: the program that was watched has ended\n", watch.StandardError.ReadToEnd());
        Assert.True(watch.WaitForExit(RunningSystem.Patience));
        Assert.Equal(0, watch.ExitCode);

        (long Count, long[] Times) Status(string device, string stage)
        {
            using JsonDocument document = JsonDocument.Parse(FrontendCommands.Ask(system, program, "ctl", "status", "--json").Output);
            JsonElement latency = document.RootElement.EnumerateArray().Single(entry => entry.GetProperty("device").GetString() == device).GetProperty("latency_us").GetProperty(stage);
            return (latency.GetProperty("count").GetInt64(), [.. ((string[])["p50", "p90", "p99", "max"]).Select(name => latency.GetProperty(name).GetInt64())]);
        }
    }

    [Theory]
    [InlineData(FrontendKind.Built)]
    [InlineData(FrontendKind.Native)]
    public void Resize_AnswersWhenTheBackendHasThePicture(FrontendKind kind)
    {
        string program = Frontends.Path(kind);
        using RunningSystem system = new(program, ["--source", "pattern", "--size", "640x480,320x200", "--max-size", "1024x768"]);
        system.WaitConnected();
        Assert.Equal((0, "vfb/0: 640x480\n* 640x480\n  320x200\n", ""), FrontendCommands.Ask(system, program, "ctl", "sizes"));
        foreach (string size in new[] { "320x200", "1024x768", "801x601", "801x601" })
        {
            (int status, string output, string error) = FrontendCommands.Ask(system, program, "ctl", "resize", size);
            Assert.True(status == 0, error);
            Assert.StartsWith(output, $"vfb/0: {size}\n");
            string[] sides = size.Split('x');
            system.WaitForPattern(int.Parse(sides[0]), int.Parse(sides[1]));
        }

        Assert.False(system.BackendsLeftConnected, system.Log);
        (int done, string way, string why) = FrontendCommands.Ask(system, program, "ctl", "resize", "0", "1600x1200");
        Assert.True(done == 0, why);
        Assert.Equal("vfb/0: 1600x1200, in another connection: it needed more memory; viewers of QEMU see it on another console (Ctrl-Alt-2)\n", way);
        system.WaitForPattern(1600, 1200);
        Assert.Equal(0, system.Session.Census.FreedWhileMapped);
        system.StopInOrder();
    }

    [Theory]
    [InlineData(2, "resize needs a size in pixels, as in resize 1920x1080, or resize 1 1920x1080 for vfb/1", "resize")]
    [InlineData(2, "resize needs a size in pixels, as in resize 1920x1080, or resize 1 1920x1080 for vfb/1", "resize", "large")]
    [InlineData(2, "resize needs a size in pixels, as in resize 1920x1080, or resize 1 1920x1080 for vfb/1", "resize", "one", "64x64")]
    [InlineData(3, "there is no vfb/7; xenfbfront ctl sizes lists them", "resize", "7", "64x64")]
    [InlineData(3, "use size 8x8: 8x8 is outside 16x16 to 16384x16384", "resize", "8x8")]
    public void Resize_Wrong_SaysWhatIsRight(int status, string message, params string[] words)
    {
        string program = Frontends.Path(FrontendKind.Built);
        using RunningSystem system = new(program, ["--source", "pattern"]);
        system.WaitConnected();
        Assert.Equal((status, string.Empty, $"xenfbfront: {message}\n"), FrontendCommands.Ask(system, program, ["ctl", .. words]));
        system.StopInOrder();
    }

    [Fact]
    public void Help_FitsAScreen()
    {
        string[] lines = ControlCommands.Help.TrimEnd('\n').Split('\n');
        Assert.InRange(lines.Length, 3, 24);
        Assert.All(lines, static line => Assert.InRange(line.Length, 0, 80));
    }

    /// <summary>A client that asks and does not read, and one that says nothing, hold up nobody.</summary>
    [Fact]
    public void ClientsThatHang_HoldUpNobody()
    {
        string program = Frontends.Path(FrontendKind.Built);
        using RunningSystem system = new(program, ["--source", "pattern"]);
        system.WaitConnected();
        string path = RuntimeFiles.Control(system.Session.GuestDirectory);
        List<Descriptor> clients = [];
        for (int i = 0; i < 16; i++)
        {
            clients.Add(new(Libc.Connect(path, Libc.SequencedPacket)));
        }

        (int status, _, string error) = FrontendCommands.Ask(system, program, "ctl", "program");
        Assert.Equal((3, "xenfbfront: 16 requests are being answered already; end one of them first\n"), (status, error));
        clients.ForEach(static client => client.Dispose());
        Assert.Equal(0, FrontendCommands.Ask(system, program, "ctl", "program").Status);
        system.StopInOrder();
    }
}
