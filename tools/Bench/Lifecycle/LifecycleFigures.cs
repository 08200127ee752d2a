using System.Diagnostics;
using System.Globalization;
using Xenbus.Linux.Interop;
using Xenbus.Loopback;
using XenFbFront.Backend;
using XenFbFront.Bench.Figures;
using XenFbFront.Content;

namespace XenFbFront.Bench.Lifecycle;

/// <summary>How long the person in front of the screen waits when something happens to the connection: the published daemon on a loopback, in real time.</summary>
/// <remarks>
/// Each time begins before this tool does its own part (hypervisor, toolstack, start of the next backend, start of a process) and ends when the last
/// pixel is right at the backend or the key stands in the daemon's record, seen by looking again and again.
/// </remarks>
internal sealed class LifecycleFigures(BenchOptions options)
{
    /// <summary>What a person notices begins about here; a guest on hardware should need no more.</summary>
    private const double MaxMs = 200;

    private const int Width = 800, Height = 600, OtherWidth = 640, OtherHeight = 400;
    private const int Kills = 20, Upgrades = 10, Resizes = 20, Growths = 6, Plugs = 6, Crashes = 6;

    /// <summary>The daemon leaves a backend alone that makes it begin anew more than ten times in a minute.</summary>
    private const int BackendRestarts = 8;

    /// <summary>The first ones are slower because this tool is still being compiled, which is no fault of the daemon's.</summary>
    private const int WarmUps = 2;

    private const uint Key = 30;

    /// <summary>A key every 2 ms or so.</summary>
    private const int LooksForEachKey = 6;

    private static readonly string[] s_types = ["vfb", "vkbd"];
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(20);

    private readonly uint[] _pattern = Pattern(Width, Height), _otherPattern = Pattern(OtherWidth, OtherHeight);
    private bool _isGood = true;

    /// <summary>Measures and prints.</summary>
    /// <returns>Whether all is within its limit.</returns>
    public bool Print()
    {
        if (!File.Exists(options.FrontendPath))
        {
            throw new FileNotFoundException($"{options.FrontendPath} is not there; make it with: dotnet publish frontend -c Release");
        }

        Console.WriteLine($"{"lifecycle",-58} {"value",18} {"limit",18}");
        MeasureOneDaemon(MeasureRestores, MeasureBackendRestarts, MeasureResizes, MeasureKills, MeasureUpgrades);
        MeasureOneDaemon(MeasureClosings);
        MeasureOneDaemon(MeasurePlugs);
        MeasureOneDaemon(MeasureGrowths);
        MeasureOneDaemon(MeasureCrashes);
        return _isGood;
    }

    private void MeasureOneDaemon(params ReadOnlySpan<Action<NativeSession>> situations)
    {
        using NativeSession native = new(
            options.FrontendPath, "--source", "pattern", "--size", $"{Width}x{Height}", "--max-size", $"{Width}x{Height}");
        AwaitPicture(native, _pattern, TimeProvider.System.GetTimestamp());
        foreach (Action<NativeSession> situation in situations)
        {
            situation(native);
        }
    }

    private static uint[] Pattern(int width, int height)
    {
        uint[] pixels = new uint[width * height];
        for (int i = 0; i < pixels.Length; i++)
        {
            pixels[i] = PatternSource.PixelAt(i % width, i / width, width, height);
        }

        return pixels;
    }

    private void MeasureRestores(NativeSession native) =>
        MeasureConnections(native, "restored", options.Restores, prepare: null, native.Session.RestoreGuest);

    private void MeasureBackendRestarts(NativeSession native) =>
        MeasureConnections(native, "backend killed and started", BackendRestarts - WarmUps, prepare: null, native.Session.RestartBackend);

    private void MeasureClosings(NativeSession native) => MeasureConnections(native, "backend closes in order", BackendRestarts - WarmUps, prepare: null, () =>
    {
        native.Session.OnBackend(backend =>
        {
            backend.FramebufferOf(native.Session.Guest)!.BeginClose();
            backend.KeyboardOf(native.Session.Guest)!.BeginClose();
            return 0;
        });
        AwaitNoScreen(native);
    });

    private void MeasurePlugs(NativeSession native) => MeasureConnections(native, "plugged", Plugs, () => Unplug(native), () =>
    {
        foreach (string type in s_types)
        {
            native.Session.Toolstack.AddDevice(type, native.Session.Guest, 0);
        }
    });

    private static void Unplug(NativeSession native)
    {
        LoopbackToolstack toolstack = native.Session.Toolstack;
        foreach (string type in s_types)
        {
            toolstack.RemoveDevice(type, native.Session.Guest, 0);
        }

        foreach (string type in s_types)
        {
            string path = $"{LoopbackToolstack.FrontendPath(type, native.Session.Guest, 0)}/state";
            for (long from = TimeProvider.System.GetTimestamp(); toolstack.Read(path) is not null;)
            {
                Await(from, $"{type} is not unplugged");
            }
        }
    }

    /// <summary>Holder and worker are killed together, and the program is started again at once.</summary>
    private void MeasureCrashes(NativeSession native) => MeasureConnections(native, "both killed and started", Crashes, prepare: null, () =>
    {
        native.Crash();
        native.Start();
        AwaitNoScreen(native);
    });

    private void MeasureConnections(NativeSession native, string name, int count, Action? prepare, Action happen)
    {
        List<double> pictures = [], keys = [];
        for (int i = -WarmUps; i < count; i++)
        {
            prepare?.Invoke();
            long length = RecordLength(native), started = TimeProvider.System.GetTimestamp();
            happen();
            double picture = AwaitPicture(native, _pattern, started), key = AwaitKey(native, length, started);
            if (i >= 0)
            {
                pictures.Add(picture);
                keys.Add(key);
            }

            BenchException.ThrowUnless(native.Session.WaitConnected(s_timeout), "not connected again");
        }

        Add($"{name}: every pixel", pictures);
        Add($"{name}: first key delivered", keys);
    }

    private void MeasureResizes(NativeSession native)
    {
        List<double> times = [];
        for (int i = -WarmUps; i < Resizes; i++)
        {
            bool isOther = (i & 1) == 0;
            long started = TimeProvider.System.GetTimestamp();
            native.Session.AskSize(isOther ? OtherWidth : Width, isOther ? OtherHeight : Height);
            double time = AwaitPicture(native, isOther ? _otherPattern : _pattern, started);
            if (i >= 0)
            {
                times.Add(time);
            }
        }

        Add("another size within the memory: every pixel", times);
    }

    private void MeasureGrowths(NativeSession native)
    {
        List<double> times = [];
        for (int i = 1; i <= Growths; i++)
        {
            int width = Width + 64 * i;
            uint[] expected = Pattern(width, Height);
            long started = TimeProvider.System.GetTimestamp();
            native.Session.AskSize(width, Height);
            times.Add(AwaitPicture(native, expected, started));
        }

        Add("another size beyond the memory: every pixel", times);
    }

    private void MeasureKills(NativeSession native)
    {
        List<double> times = [];
        for (int i = 0; i < Kills; i++)
        {
            int worker = native.Worker;
            long length = RecordLength(native), started = TimeProvider.System.GetTimestamp();
            Libc.Kill(worker, Libc.SIGKILL);
            times.Add(AwaitKey(native, length, started));
            for (long from = TimeProvider.System.GetTimestamp(); native.Worker == worker;)
            {
                Await(from, "no other worker");
            }

            // A worker that dies young, without having done anything, is followed by a pause.
            Thread.Sleep(350);
        }

        Add("worker killed: first key delivered", times);
    }

    private void MeasureUpgrades(NativeSession native)
    {
        List<double> gaps = [];
        for (int i = 0; i < Upgrades; i++)
        {
            using Process client = Process.Start(new ProcessStartInfo(options.FrontendPath, ["upgrade", "--loopback", native.Session.GuestDirectory])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            gaps.Add(LongestGap(native, client));
            BenchException.ThrowUnless(client.ExitCode == 0, $"upgrade ended with {client.ExitCode}: {client.StandardError.ReadToEnd()}");
        }

        Add("upgrade: longest wait for a key", gaps);
    }

    /// <summary>One key after another, each when the one before was delivered, until the process has ended.</summary>
    /// <returns>The longest of the times that they took, milliseconds.</returns>
    private static double LongestGap(NativeSession native, Process process)
    {
        double longest = 0;
        while (!process.HasExited)
        {
            long length = RecordLength(native), started = TimeProvider.System.GetTimestamp();
            longest = Math.Max(longest, AwaitKey(native, length, started));
        }

        return longest;
    }

    private static long RecordLength(NativeSession native) => new FileInfo(native.RecordPath).Length;

    /// <summary>Presses and releases a key again and again, as what comes before the keyboard is served is dropped, until one is delivered.</summary>
    /// <returns>Milliseconds from then until the first press stands in the record. Everything that was pressed stands there on return.</returns>
    private static double AwaitKey(NativeSession native, long lengthBefore, long started)
    {
        string down = $"keyboard 1 {Key} 1\n", up = $"keyboard 1 {Key} 0\n";
        double delivered = 0;
        while (delivered == 0)
        {
            native.Session.Input.Key(Key, pressed: true);
            native.Session.Input.Key(Key, pressed: false);
            for (int look = 0; look < LooksForEachKey && delivered == 0; look++)
            {
                Await(started, "no key is delivered");
                delivered = Added(native, lengthBefore).Contains(down, StringComparison.Ordinal) ? TimeProvider.System.GetElapsedTime(started).TotalMilliseconds : 0;
            }
        }

        for (long length = 0; !Added(native, lengthBefore).TrimEnd().EndsWith("0 0 0", StringComparison.Ordinal) || length != RecordLength(native);)
        {
            length = RecordLength(native);
            Thread.Sleep(20);
        }

        BenchException.ThrowUnless(Added(native, lengthBefore).Contains(up, StringComparison.Ordinal), "a key stays down");
        return delivered;
    }

    private static string Added(NativeSession native, long lengthBefore)
    {
        using FileStream file = new(native.RecordPath, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        file.Position = lengthBefore;
        using StreamReader reader = new(file);
        return reader.ReadToEnd();
    }

    /// <returns>Milliseconds from then until every pixel is as expected.</returns>
    private static double AwaitPicture(NativeSession native, uint[] expected, long started)
    {
        while (true)
        {
            BackendScreen screen = native.Session.Screen;
            lock (screen.Gate)
            {
                if (screen.Pixels.SequenceEqual(expected))
                {
                    return TimeProvider.System.GetElapsedTime(started).TotalMilliseconds;
                }
            }

            Await(started, "the picture does not come");
        }
    }

    /// <summary>The backend shows nothing any more of the connection that was.</summary>
    private static void AwaitNoScreen(NativeSession native)
    {
        for (long from = TimeProvider.System.GetTimestamp(); native.Session.Screen.Width > 0;)
        {
            Await(from, "the connection does not end");
        }
    }

    private static void Await(long started, string otherwise)
    {
        BenchException.ThrowUnless(TimeProvider.System.GetElapsedTime(started) < s_timeout, otherwise);
        Thread.Sleep(TimeSpan.FromMicroseconds(200));
    }

    private void Add(string name, List<double> milliseconds)
    {
        milliseconds.Sort();
        Figure worst = new($"{name}, worst of {milliseconds.Count.ToString(CultureInfo.InvariantCulture)}", milliseconds[^1], MaxMs, "ms");
        worst.Print();
        new Figure("  median", milliseconds[milliseconds.Count / 2], null, "ms").Print();
        _isGood &= worst.IsGood;
    }
}
