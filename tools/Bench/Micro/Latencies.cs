using XenFbFront.Content;
using XenFbFront.Input;

namespace XenFbFront.Bench.Micro;

/// <summary>Latencies across threads, sample by sample in turn with something bare, so that both meet the same noise.</summary>
internal sealed class Latencies(int samples)
{
    private const string PingPongName = "of an eventfd ping-pong";
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(5);

    /// <summary>A key that a viewer presses until its line is in the record: queue, backend's thread, ring, hypervisor's thread, frontend's thread, write.</summary>
    public void PrintKeys()
    {
        StampingObserver observer = new();
        using InProcessFrontend frontend = new(TimeProvider.System, static _ => new PatternSource(), observer);
        frontend.StartThread();
        using PingPong pingPong = new();
        Distribution keys = new(samples), bare = new(samples);
        const int warmUp = 200;
        for (int i = -warmUp; i < samples; i++)
        {
            long lengthBefore = RecordLength(frontend);
            long deliveries = observer.Deliveries;
            long from = Now();
            frontend.Session.Input.Key(30, pressed: (i & 1) == 0);
            BenchException.ThrowUnless(observer.Delivered.Wait(s_timeout) && observer.Deliveries == deliveries + 1, "the key was not recorded");
            BenchException.ThrowUnless(RecordLength(frontend) > lengthBefore, "the record did not grow");
            // The first lets the backend take the frontend's answer meanwhile.
            pingPong.Exchange();
            long bareFrom = Now();
            pingPong.Exchange();
            long bareTo = Now();
            if (i >= 0)
            {
                keys.Add(from, observer.DeliveredAt);
                bare.Add(bareFrom, bareTo);
            }
        }

        keys.PrintAgainst(bare, "key event to record line", PingPongName);
    }

    /// <summary>A cell that changes until its update is in the ring and the backend notified, on one thread.</summary>
    public void PrintCells()
    {
        const int warmUp = 200, periodMs = 40;
        SteppedClock clock = new();
        MemoryGrid grid = new(80, 25);
        StampedSource source = null!;
        using InProcessFrontend frontend = new(clock, loop => source = new(new ConsoleSource(grid, new ConsoleSourceOptions(), loop)));
        using PingPong pingPong = new();
        Distribution cells = new(samples), bare = new(samples);
        long eventsBefore = frontend.EventsReceived("vfb");
        for (int i = -warmUp; i < samples; i++)
        {
            // The turn after the last change brings nothing, and the console is watched again; then comes quiet.
            clock.Advance(TimeSpan.FromMilliseconds(periodMs));
            frontend.RunPending();
            clock.Advance(TimeSpan.FromMilliseconds(periodMs));
            long flushes = source.Flushes;
            long from = Now();
            grid.FillOne(i + warmUp + 1);
            grid.Notify();
            BenchException.ThrowUnless(source.Flushes == flushes + 1, "the cell was not drawn");
            BenchException.ThrowUnless(frontend.RunOnce(s_timeout), "the update was not answered");
            pingPong.Exchange();
            long bareFrom = Now();
            pingPong.Exchange();
            long bareTo = Now();
            if (i >= 0)
            {
                cells.Add(from, source.FlushedAt);
                bare.Add(bareFrom, bareTo);
            }
        }

        frontend.Settle();
        long events = frontend.EventsReceived("vfb") - eventsBefore;
        BenchException.ThrowUnless(events == samples + warmUp, $"{samples + warmUp} updates expected, {events} came");
        cells.PrintAgainst(bare, "cell change to UPDATE in the ring, notified", PingPongName);
    }

    /// <summary>Text written to a real console until its update is in the ring and the backend notified, against the bare poll and read of another.</summary>
    public void PrintTerminal()
    {
        const string name = "text on a real console to UPDATE in the ring";
        if (TerminalLatency.TryMeasure(samples, out Distribution? mirrored, out Distribution? bare, out string reason))
        {
            mirrored.PrintAgainst(bare, name, "of bare write, POLLPRI, read of the grid");
        }
        else
        {
            Console.WriteLine($"{name}: skipped: {reason}");
        }
    }

    private static long Now() => TimeProvider.System.GetTimestamp();

    private static long RecordLength(InProcessFrontend frontend) => new FileInfo(frontend.RecordPath).Length;

    /// <summary>Stamps what has just been written.</summary>
    private sealed class StampingObserver : IInputObserver
    {
        private long _deliveredAt;
        private long _deliveries;

        public SemaphoreSlim Delivered { get; } = new(0);

        public long DeliveredAt => Volatile.Read(ref _deliveredAt);

        public long Deliveries => Volatile.Read(ref _deliveries);

        public void OnOpened(InputDeviceSpec spec)
        {
        }

        public void OnDelivered(InputRole role, ReadOnlySpan<InputEvent> events)
        {
            Volatile.Write(ref _deliveredAt, TimeProvider.System.GetTimestamp());
            Volatile.Write(ref _deliveries, _deliveries + 1);
            Delivered.Release();
        }
    }
}
