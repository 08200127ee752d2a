using System.Text;
using Xenbus.Linux.Interop;
using Xenbus.Wire;
using XenFbFront.Backend;
using XenFbFront.Content;
using XenFbFront.Loopback;
using Xunit;

namespace XenFbFront.Tests.EndToEnd;

/// <summary>Hypervisor and backend in this process, the frontend as processes of its own, and a record of what it delivered.</summary>
internal sealed class RunningSystem : IDisposable
{
    /// <summary>Longer than anything takes on a busy machine; a test that waits for it has failed.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly List<string> _log = [];
    private readonly List<DeviceStateChange> _changes = [];
    private readonly List<string> _typed = [];
    private readonly string _program;

    public RunningSystem(string frontendPath, IEnumerable<string> arguments, BackendOptions? options = null, string? directory = null, bool isRecorded = true)
    {
        _program = frontendPath;
        Directory = directory ?? Path.Combine(Path.GetTempPath(), $"xenfbfront-test-{Guid.NewGuid():N}");
        Session = new LoopbackSession(Directory, options ?? new BackendOptions(), line =>
        {
            lock (_log)
            {
                _log.Add(line);
            }
        });
        Session.Backend.DeviceStateChanged += change =>
        {
            lock (_changes)
            {
                _changes.Add(change);
            }
        };
        Frontend = FrontendProcess.Start(frontendPath, ["--loopback", Session.GuestDirectory, .. isRecorded ? ["--sink", $"record:{RecordFile}"] : Array.Empty<string>(), "--log", "warning", .. arguments]);
    }

    public string Directory { get; }

    public LoopbackSession Session { get; }

    public FrontendProcess Frontend { get; }

    public string RecordFile => Path.Combine(Directory, "record");

    /// <summary>Lines of the record without the marks between deliveries, as <c>keyboard 1 30 1</c>.</summary>
    public string[] Record()
    {
        if (!File.Exists(RecordFile))
        {
            return [];
        }

        using FileStream file = new(RecordFile, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using StreamReader reader = new(file, Encoding.ASCII);
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    public void WaitConnected() => Assert.True(Session.WaitConnected(Patience), "not connected; " + Log);

    public string Log
    {
        get
        {
            lock (_log)
            {
                return string.Join("; ", _log);
            }
        }
    }

    /// <summary>Backend states seen so far after the first Connected of each device.</summary>
    public bool BackendsLeftConnected
    {
        get
        {
            HashSet<string> connected = [];
            lock (_changes)
            {
                foreach (DeviceStateChange change in _changes)
                {
                    if (change.Backend == XenbusState.Connected)
                    {
                        connected.Add(change.Type);
                    }
                    else if (connected.Contains(change.Type))
                    {
                        return true;
                    }
                }
            }

            return false;
        }
    }

    public static void WaitFor(Func<bool> condition, Func<string> what)
    {
        long started = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < Patience, what());
            Thread.Sleep(1);
        }
    }

    /// <summary>Types a key and waits until it and all that were typed by this before are recorded, each once, in order, and nothing else.</summary>
    public void TypeAndExpect() => TypeAndExpectMany(1);

    /// <summary>The same with several keys at once.</summary>
    public void TypeAndExpectMany(int count)
    {
        for (int i = 0; i < count; i++)
        {
            Type();
        }

        InputTests.WaitForLines(this, _typed.Count);
        Assert.Equal(_typed, Record());
    }

    private void Type()
    {
        int code = 16 + _typed.Count / 4 % 20;
        foreach (int value in (ReadOnlySpan<int>)[1, 0])
        {
            Session.Input.Key((uint)code, value == 1);
            _typed.AddRange([$"keyboard 1 {code} {value}", "keyboard 0 0 0"]);
        }
    }

    /// <summary>Waits until the screen shows what the function says, pixel by pixel, under a mask.</summary>
    /// <param name="width">Pixels.</param>
    /// <param name="height">Pixels.</param>
    /// <param name="expected">The colour at a place.</param>
    /// <param name="mask">Bits of it that are compared.</param>
    /// <param name="more">What else is told of a picture that does not come, from its pixels.</param>
    public void WaitForPicture(int width, int height, Func<int, int, uint> expected, uint mask = 0xffffff, Func<uint[], string>? more = null)
    {
        string difference = string.Empty;
        WaitFor(() => (difference = Difference(width, height, expected, mask)).Length == 0, () => more is null ? difference : $"{difference}\n{more(Picture())}");
    }

    private uint[] Picture()
    {
        lock (Session.Screen.Gate)
        {
            return Session.Screen.Pixels.ToArray();
        }
    }

    public void WaitForPattern(int width, int height, uint mask = 0xffffff) =>
        WaitForPicture(width, height, (x, y) => PatternSource.PixelAt(x, y, width, height), mask);

    private string Difference(int width, int height, Func<int, int, uint> expected, uint mask)
    {
        BackendScreen screen = Session.Screen;
        lock (screen.Gate)
        {
            if ((screen.Width, screen.Height) != (width, height))
            {
                return $"screen is {screen.Width}x{screen.Height}, not {width}x{height}";
            }

            ReadOnlySpan<uint> pixels = screen.Pixels;
            for (int y = 0; y < height; y++)
            {
                for (int x = 0; x < width; x++)
                {
                    uint want = expected(x, y) & mask, have = pixels[y * width + x] & mask;
                    if (want != have)
                    {
                        return $"pixel {x},{y} is {have:x6}, not {want:x6}";
                    }
                }
            }
        }

        return string.Empty;
    }

    /// <summary>Kills worker after worker, each at a moment between not started yet and long at work.</summary>
    /// <param name="kills">How many.</param>
    /// <param name="random">Chooses the moments.</param>
    /// <param name="maxDelayMs">Longest life that a worker is left after it was seen, milliseconds; on a slow machine as long as it needs to be at work every other time.</param>
    public void KillWorkers(int kills, Random random, int maxDelayMs)
    {
        // Else the holder would pause ever longer, as for a program that cannot work.
        maxDelayMs = Math.Max(maxDelayMs, 2 * KillAndTimeTheNextMs());
        HashSet<int> killed = [];
        while (killed.Count < kills)
        {
            Assert.False(Frontend.HasExited(out int status), $"the holder ended with {status}");
            int worker = Frontend.Workers.FirstOrDefault(id => !killed.Contains(id));
            if (worker == 0)
            {
                continue;
            }

            Thread.Sleep(random.Next(maxDelayMs));
            Libc.Kill(worker, Libc.SIGKILL);
            killed.Add(worker);
        }
    }

    /// <summary>Kills the worker, and waits until several after it have ended by themselves, as something that they need is missing.</summary>
    public void KillAndExpectWorkersToFail()
    {
        Libc.Kill(Frontend.Workers.Single(), Libc.SIGKILL);
        HashSet<int> seen = [];
        WaitFor(
            () =>
            {
                seen.UnionWith(Frontend.Workers);
                return seen.Count > 4;
            },
            () => $"workers {string.Join(' ', seen)}; the holder has ended: {Frontend.HasExited(out int status)}, {status}");
        Assert.False(Frontend.HasExited(out _));
    }

    /// <summary>Milliseconds from a worker's death until its successor has everything connected.</summary>
    private int KillAndTimeTheNextMs()
    {
        int worker = Frontend.Workers.Single();
        Libc.Kill(worker, Libc.SIGKILL);
        long started = TimeProvider.System.GetTimestamp();
        string answer = string.Empty;
        WaitFor(
            () =>
            {
                (_, answer, _) = FrontendCommands.Ask(this, _program, "ctl", "program");
                return answer.EndsWith("\nconnected\n", StringComparison.Ordinal) && !answer.Contains($"process {worker}\n", StringComparison.Ordinal);
            },
            () => $"no other worker is at work: {answer}");
        return (int)TimeProvider.System.GetElapsedTime(started).TotalMilliseconds;
    }

    /// <summary>Ends the frontend in order and checks that nothing of it is left.</summary>
    public void StopInOrder()
    {
        Frontend.Terminate();
        Assert.True(Frontend.WaitExited(Patience, out int status), "the frontend does not end");
        Assert.Equal(0, status);
        ExpectNothingLeft();
    }

    /// <summary>Of the frontend nothing is left: what is open is the backend's, and what must stay open after restores.</summary>
    public void ExpectNothingLeft() => WaitFor(
        () => Session.Census is { Pages: 0, ForeignMappedPages: 0, FreedWhileMapped: 0, Ports: 0, GrantAllocatorFiles: 0, XenstoreFiles: 1, KernelBugs: 0 },
        () => $"left in the hypervisor: {Session.Census}");

    public void Dispose()
    {
        Frontend.Kill();
        Frontend.WaitExited(Patience, out _);
        Session.Dispose();
    }
}
