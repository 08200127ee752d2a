using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace XenFbFront.Bench.Figures;

/// <summary>Counts the system calls of processes that have nothing to do, with strace.</summary>
/// <remarks>
/// A thread that sleeps is inside a call; each call that returns is a wake-up. Attaching itself makes sleeping calls return once, so what happens
/// in the first two seconds does not count; lines carry the time of the call or, for one that slept, of its return.
/// </remarks>
internal static partial class IdleWatch
{
    private const int SettleSeconds = 2;

    /// <summary>Whether strace is here.</summary>
    public static bool IsAvailable =>
        (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(':').Any(static folder => File.Exists(Path.Combine(folder, "strace")));

    /// <summary>Watches several groups of processes at the same time.</summary>
    /// <param name="groups">Process ids.</param>
    /// <param name="seconds">For how long.</param>
    /// <returns>For each group the calls that returned in this time.</returns>
    public static List<string>[] Watch(int[][] groups, int seconds)
    {
        string[] files = [.. groups.Select(static _ => Path.GetTempFileName())];
        Process[] tracers = [.. groups.Select((group, i) => Start(files[i], group))];
        try
        {
            Thread.Sleep(TimeSpan.FromSeconds(SettleSeconds));
            double from = Now();
            Thread.Sleep(TimeSpan.FromSeconds(seconds));
            double until = Now();
            foreach (Process tracer in tracers)
            {
                BenchException.ThrowUnless(!tracer.HasExited, "strace ended by itself; is tracing forbidden here?");
                Xenbus.Linux.Interop.Libc.Kill(tracer.Id, Xenbus.Linux.Interop.Libc.SIGINT);
                tracer.WaitForExit();
            }

            return [.. files.Select(file => Returned(File.ReadLines(file), from, until))];
        }
        finally
        {
            foreach (Process tracer in tracers)
            {
                tracer.Dispose();
            }

            foreach (string file in files)
            {
                File.Delete(file);
            }
        }
    }

    /// <summary>Lines of <c>strace -ttt</c> that tell of a call's return within a time.</summary>
    internal static List<string> Returned(IEnumerable<string> lines, double from, double until)
    {
        List<string> returned = [];
        bool isAttached = false;
        foreach (string line in lines)
        {
            // Without a line of the time before, nothing was traced and nothing is proved.
            Match time = LineTime().Match(line);
            BenchException.ThrowUnless(time.Success, $"strace said: {line}");
            isAttached = true;
            double at = double.Parse(time.Groups[1].Value, CultureInfo.InvariantCulture);
            if (at >= from && at <= until && line.Contains(" = ", StringComparison.Ordinal) && !line.EndsWith("<unfinished ...>", StringComparison.Ordinal))
            {
                returned.Add(line);
            }
        }

        BenchException.ThrowUnless(isAttached, "strace saw no call at all, not even those that attaching interrupts");
        return returned;
    }

    private static Process Start(string file, int[] processes)
    {
        ProcessStartInfo start = new("strace") { RedirectStandardError = true };
        string[] arguments = ["-f", "-q", "-ttt", "-o", file, .. processes.SelectMany(static process => new[] { "-p", process.ToString(CultureInfo.InvariantCulture) })];
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        return Process.Start(start) ?? throw new BenchException("strace cannot be started");
    }

    private static double Now() => (DateTimeOffset.UtcNow - DateTimeOffset.UnixEpoch).TotalSeconds;

    [GeneratedRegex(@"^\d+ +(\d+\.\d+) ")]
    private static partial Regex LineTime();
}
