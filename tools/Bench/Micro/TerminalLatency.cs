using System.Diagnostics.CodeAnalysis;
using Xenbus.Linux.Interop;
using XenFbFront.Content;

namespace XenFbFront.Bench.Micro;

/// <summary>Text written to a real console until its update is in the ring and the backend notified, sample by sample in turn with the bare poll and read of another.</summary>
internal static class TerminalLatency
{
    private const int MirroredNumber = 62, BareNumber = 63, WarmUp = 20;

    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(5);

    /// <summary>Measures.</summary>
    /// <param name="samples">Of each.</param>
    /// <param name="mirrored">Times through the console source and the driver.</param>
    /// <param name="bare">Times of the least that can be done: write, POLLPRI, read of the grid.</param>
    /// <param name="reason">When the result is false, what is missing.</param>
    public static bool TryMeasure(int samples, [NotNullWhen(true)] out Distribution? mirrored, [NotNullWhen(true)] out Distribution? bare, out string reason)
    {
        (mirrored, bare) = (null, null);
        if (!VcsTextGrid.TryOpen(MirroredNumber, out VcsTextGrid? grid, out reason) || !BareTerminal.TryOpen(BareNumber, out BareTerminal? bareTerminal, out reason))
        {
            grid?.Dispose();
            return false;
        }

        using (BareTerminal reader = bareTerminal!)
        using (Descriptor terminal = BareTerminal.OpenTerminal(MirroredNumber))
        {
            StampedSource source = null!;
            using InProcessFrontend frontend = new(TimeProvider.System, loop => source = new(new ConsoleSource(grid!, new ConsoleSourceOptions(), loop)));
            frontend.StartThread();
            (mirrored, bare) = (new(samples), new(samples));
            for (int i = -WarmUp; i < samples; i++)
            {
                long flushes = source.Flushes;
                long from = TimeProvider.System.GetTimestamp();
                BareTerminal.Write(terminal, i);
                Pause();
                WaitFor(() => source.Flushes != flushes, "the text was not mirrored");
                long to = source.FlushedAt;

                long readings = reader.Readings;
                long bareFrom = TimeProvider.System.GetTimestamp();
                BareTerminal.Write(reader.Terminal, i);
                Pause();
                WaitFor(() => reader.Readings != readings, "the text was not read");
                if (i >= 0)
                {
                    mirrored.Add(from, to);
                    bare.Add(bareFrom, reader.ReadAt);
                }
            }
        }

        BareTerminal.Release(MirroredNumber);
        BareTerminal.Release(BareNumber);
        return true;

        // Longer than the source's pause between readings: each sample is a first change after quiet.
        static void Pause() => Thread.Sleep(ConsoleSource.ReadPeriodMs + 2);
    }

    private static void WaitFor(Func<bool> isThere, string otherwise)
    {
        for (long started = TimeProvider.System.GetTimestamp(); !isThere();)
        {
            BenchException.ThrowUnless(TimeProvider.System.GetElapsedTime(started) < s_timeout, otherwise);
            // Sleeps, as the samples carry their own stamps and a thread that spins would take a processor from those that are measured.
            Thread.Sleep(1);
        }
    }
}
