using System.Globalization;
using Xenbus.Linux.Interop;
using XenFbFront.Holder;

namespace XenFbFront.Bench.Figures;

/// <summary>The figures that have limits, one line each.</summary>
internal sealed class SystemFigures(BenchOptions options)
{
    private const int Starts = 20;

    /// <summary>The first starts are slower because this tool's backend is still being compiled, which is no fault of the daemon's.</summary>
    private const int WarmUpStarts = 3;

    private const int Frames = 10_000;
    private const int Events = 100_000;
    private const double MaxBytes = 3_500_000;
    private const double MaxResidentBytes = 8_000_000;
    private const double MaxConnectMs = 20;

    /// <summary>So many times the start of a program that does nothing, on a machine whose memory is slow to come: there are three starts, two runtimes and their pages in it.</summary>
    private const double MaxConnectStarts = 12;

    private const string Nothing = "/bin/true";

    /// <summary>The console that is shown; no getty starts on one so high.</summary>
    private const int UnusedTerminal = 61;

    private bool _isGood = true;

    /// <summary>Measures and prints.</summary>
    /// <returns>Whether all is within its limit.</returns>
    public bool Print()
    {
        if (!File.Exists(options.FrontendPath))
        {
            throw new FileNotFoundException($"{options.FrontendPath} is not there; make it with: dotnet publish frontend -c Release");
        }

        Console.WriteLine($"{"figure",-58} {"value",18} {"limit",18}");
        Add("size of the program", new FileInfo(options.FrontendPath).Length, MaxBytes, "B");
        Add("interpreters in its ELF headers (0 is static)", ElfFile.CountInterpreters(options.FrontendPath), 0, string.Empty);
        MeasureStart();
        MeasureMemory();
        MeasureAllocations();
        MeasureIdle();
        return _isGood;
    }

    private void MeasureStart()
    {
        double[] times = new double[Starts], bare = new double[Starts];
        for (int i = -WarmUpStarts; i < Starts; i++)
        {
            double start = StartNothing();
            using NativeSession session = new(options.FrontendPath, "--source", "pattern");
            if (i >= 0)
            {
                times[i] = session.TimeToConnect.TotalMilliseconds;
                bare[i] = start;
            }
        }

        Array.Sort(times);
        Array.Sort(bare);
        double limit = Math.Max(MaxConnectMs, MaxConnectStarts * bare[Starts / 2]);
        Add($"exec to both devices Connected, median of {Starts}", times[Starts / 2], limit, "ms");
        Add($"  exec of {Nothing} to its end, median of {Starts}", bare[Starts / 2], null, "ms");
        Add($"exec to both devices Connected, worst of {Starts}", times[^1], null, "ms");
    }

    /// <summary>Milliseconds from the start of a program that does nothing to its end.</summary>
    private static double StartNothing()
    {
        long started = TimeProvider.System.GetTimestamp();
        int process = Libc.Spawn(Nothing, [Nothing], SelfProgram.ReadEnvironment(), inherited: 2, inheritedAs: 2, isNewGroup: true);
        BenchException.ThrowUnless(process > 0, $"{Nothing} cannot be started");
        while (Libc.TryCollect(process, out _) == 0)
        {
            Thread.SpinWait(20);
        }

        return TimeProvider.System.GetElapsedTime(started).TotalMilliseconds;
    }

    private void MeasureMemory()
    {
        foreach (string source in new[] { "pattern", "keys" })
        {
            using NativeSession session = new(options.FrontendPath, "--source", source);
            // Only then what the start needed is given back.
            Thread.Sleep(2000);
            // What is used for the first time with the first events is in use for good.
            for (int i = 0; i < 1000; i++)
            {
                session.Session.Input.Key((uint)(30 + i / 2 % 10), pressed: (i & 1) == 0);
                session.Session.Input.PointerAt(i % 640, i % 400);
            }

            Thread.Sleep(500);
            int[] processes = session.Processes;
            BenchException.ThrowUnless(processes.Length == 2, $"a holder and a worker expected, {processes.Length} processes found");
            ResidentMemory memory = ResidentMemory.Of(processes);
            BenchException.ThrowUnless(memory.Granted > 0, "no granted pages found in the processes' maps");
            Add($"holder + worker, Rss without granted pages, {source}", memory.Own, MaxResidentBytes, "B");
            Add($"  the same as Pss: pages that both map count once", memory.Proportional, null, "B");
            Add($"  granted pages, subtracted", memory.Granted, null, "B");
        }
    }

    private void MeasureAllocations()
    {
        Add($"allocated in {Frames.ToString("#,0", CultureInfo.InvariantCulture)} frames", Allocations.OfFrames(Frames), 0, "B");
        Add($"allocated in {Events.ToString("#,0", CultureInfo.InvariantCulture)} input events", Allocations.OfEvents(Events), 0, "B");
    }

    private void MeasureIdle()
    {
        string name = $"calls that return in {options.IdleSeconds} s idle";
        if (!IdleWatch.IsAvailable)
        {
            Figure.PrintSkipped(name, "strace is missing: apt-get install strace");
            return;
        }

        bool hasTerminals = File.Exists("/dev/tty0");
        using NativeSession keys = new(options.FrontendPath, "--source", "keys");
        using NativeSession? console = hasTerminals
            ? new(options.FrontendPath, "--source", "console", "--vt", UnusedTerminal.ToString(CultureInfo.InvariantCulture))
            : null;
        List<string>[] calls = IdleWatch.Watch(console is null ? [keys.Processes] : [keys.Processes, console.Processes], options.IdleSeconds);
        Add($"{name}, keys", calls[0].Count, 0, string.Empty);
        if (hasTerminals)
        {
            Add($"{name}, console", calls[1].Count, 0, string.Empty);
        }
        else
        {
            Figure.PrintSkipped($"{name}, console", "this kernel has no virtual terminals");
        }

        foreach (string call in calls.SelectMany(static call => call).Take(10))
        {
            Console.WriteLine($"    {call}");
        }
    }

    private void Add(string name, double value, double? limit, string unit)
    {
        Figure figure = new(name, value, limit, unit);
        figure.Print();
        _isGood &= figure.IsGood;
    }
}
