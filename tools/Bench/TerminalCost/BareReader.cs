using Xenbus.Linux.Interop;

namespace XenFbFront.Bench.TerminalCost;

/// <summary>The least that can be done with a program on a pseudo-terminal: a loop of poll and read. It shows nothing.</summary>
internal static class BareReader
{
    private const int PollMs = 1000;

    /// <summary>Measures <c>cat</c> of a file.</summary>
    /// <returns>Megabytes a second.</returns>
    public static double Measure(string file)
    {
        using Descriptor master = Descriptor.Own(Libc.OpenPseudoTerminal(out string name), "open", "/dev/ptmx");
        byte[] buffer = new byte[1 << 16];
        long started = TimeProvider.System.GetTimestamp();
        int process = Libc.SpawnOnTerminal("/bin/cat", ["cat", file], [], name);
        BenchException.ThrowUnless(process > 0, $"cat cannot be started: {Errno.Text(-process)}");
        long bytes = 0;
        while (true)
        {
            int count = Libc.Read(master.Number, buffer);
            if (count > 0)
            {
                bytes += count;
            }
            else if (count == -Errno.EAGAIN)
            {
                Libc.Poll(master.Number, PollEvents.POLLIN, PollMs);
            }
            else
            {
                // cat has ended, and with it the last who had the terminal open.
                break;
            }
        }

        TimeSpan elapsed = TimeProvider.System.GetElapsedTime(started);
        while (Libc.TryCollect(process, out _) == 0)
        {
            Thread.Sleep(1);
        }

        long size = new FileInfo(file).Length;
        BenchException.ThrowUnless(bytes >= size, $"{bytes} of {size} bytes came");
        return size / elapsed.TotalSeconds / 1e6;
    }
}
