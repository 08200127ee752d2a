using XenFbFront.Content;

namespace XenFbFront.Bench.Figures;

/// <summary>Managed allocations of the drivers once connected: in this process, as only there the counter can be read; the code is the daemon's.</summary>
internal static class Allocations
{
    private const int WarmUp = 500;

    /// <summary>Longest wait for the backend's answer.</summary>
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Bytes allocated by frames of an 80x25 console: every second one a full redraw, the others one cell. A frame is reading, drawing, update
    /// events, notification, and taking the backend's answer.
    /// </summary>
    public static long OfFrames(int frames)
    {
        SteppedClock clock = new();
        MemoryGrid grid = new(80, 25);
        using InProcessFrontend frontend = new(clock, loop => new ConsoleSource(grid, new ConsoleSourceOptions(), loop));
        // From 1: the grid is made as with number 0.
        Draw(1, WarmUp);
        long eventsBefore = frontend.EventsReceived("vfb");
        long bytesBefore = GC.GetAllocatedBytesForCurrentThread();
        Draw(1 + WarmUp, frames);
        long bytes = GC.GetAllocatedBytesForCurrentThread() - bytesBefore;
        frontend.Settle();
        long events = frontend.EventsReceived("vfb") - eventsBefore;
        BenchException.ThrowUnless(events >= frames, $"{frames} frames, but only {events} update events came");
        return bytes;

        void Draw(int first, int count)
        {
            for (int frame = first; frame < first + count; frame++)
            {
                // Longer than a reading period and a refresh: nothing waits for a timer.
                clock.Advance(TimeSpan.FromMilliseconds(UpdateMs));
                frontend.RunPending();
                clock.Advance(TimeSpan.FromMilliseconds(UpdateMs));
                if ((frame & 1) == 0)
                {
                    grid.FillAll(frame);
                }
                else
                {
                    grid.FillOne(frame);
                }

                grid.Notify();
                // The backend's answer; a frame that sent nothing would wait here in vain.
                if (!frontend.RunOnce(s_timeout))
                {
                    throw new BenchException($"frame {frame} was not answered");
                }
            }
        }
    }

    /// <summary>Bytes allocated by input events, keys and pointer positions in turn, from the ring to the lines of the record.</summary>
    public static long OfEvents(int events)
    {
        long delivered = 0;
        CountingObserver observer = new();
        using InProcessFrontend frontend = new(TimeProvider.System, static _ => new PatternSource(), observer);
        long bytes = 0;
        foreach (int count in new[] { WarmUp, events })
        {
            long linesBefore = observer.InputEvents;
            // A key and its SYN_REPORT; X, Y and SYN_REPORT.
            long wanted = linesBefore + count / 2 * 2 + count / 2 * 3;
            Thread feeder = new(() => Feed(frontend, count)) { Name = "feeder" };
            feeder.Start();
            long bytesBefore = GC.GetAllocatedBytesForCurrentThread();
            while (observer.InputEvents < wanted && frontend.RunOnce(s_timeout))
            {
            }

            bytes = GC.GetAllocatedBytesForCurrentThread() - bytesBefore;
            feeder.Join();
            frontend.Settle();
            BenchException.ThrowUnless(observer.InputEvents == wanted, $"{wanted - linesBefore} input events expected, {observer.InputEvents - linesBefore} came");
            delivered = observer.InputEvents;
        }

        int lines = File.ReadLines(frontend.RecordPath).Count(static line => line.Length > 0);
        BenchException.ThrowUnless(lines == delivered, $"{delivered} events delivered, {lines} lines recorded");
        return bytes;
    }

    /// <summary>More than a reading period and QEMU's refresh period.</summary>
    private const int UpdateMs = 40;

    private static void Feed(InProcessFrontend frontend, int count)
    {
        for (int i = 0; i < count / 2; i++)
        {
            // Up and down in turn, over a few keys, so that each event changes something.
            frontend.Session.Input.Key((uint)(30 + i / 2 % 10), pressed: (i & 1) == 0);
            frontend.Session.Input.PointerAt(i % 640, i / 640 % 400);
        }
    }

    private sealed class CountingObserver : Input.IInputObserver
    {
        public long InputEvents { get; private set; }

        public void OnOpened(Input.InputDeviceSpec spec)
        {
        }

        public void OnDelivered(Input.InputRole role, ReadOnlySpan<Input.InputEvent> events) => InputEvents += events.Length;
    }
}
