using System.Text;
using Xenbus.Linux.Interop;

namespace XenFbFront.Holder;

/// <summary>The process that keeps files open until the machine ends, whatever becomes of the program that opened them.</summary>
internal static class FileKeeperProcess
{
    /// <summary>Its first argument by which it is executed: systemd spares processes whose name begins with @ when it kills all others at the end of a shutdown (killall.c).</summary>
    public const string Name = "@xenfbfront";

    /// <summary>For the program's own use.</summary>
    public const string Switch = "--keep-files";

    /// <summary>Ends only by SIGKILL: signals that ask are blocked since the program's start.</summary>
    public static int Run(bool isForRealXen)
    {
        using Descriptor socket = new(HolderProtocol.WorkerDescriptor);
        // Out of reach of what ends the program: its terminal, its name, its service's control group, and nobody waits for its output to end.
        Libc.StartSession();
        Detach();
        SelfProgram.SetName("xenfb-files");
        if (isForRealXen)
        {
            Write("/proc/self/oom_score_adj", "-1000");
            // Of the unified hierarchy or, in the older arrangement, systemd's. 0 stands for the writer.
            Write("/sys/fs/cgroup/cgroup.procs", "0");
            Write("/sys/fs/cgroup/systemd/cgroup.procs", "0");
        }

        List<Descriptor> files = [];
        while (Packets.Receive(socket, out _, out _, out Descriptor? file, wait: true) > 0)
        {
            if (file is not null)
            {
                files.Add(file);
                Packets.Send(socket, HolderProtocol.Ready);
            }
        }

        if (files.Count > 0)
        {
            Thread.Sleep(Timeout.Infinite);
        }

        GC.KeepAlive(files);
        return ExitStatus.Success;
    }

    private static void Detach()
    {
        for (int number = 0; number <= 2; number++)
        {
            Libc.Close(number);
            // Gets the number that was closed just now, the lowest one.
            _ = Libc.Open("/dev/null", OpenFlags.ReadWrite);
        }
    }

    private static void Write(string path, string text)
    {
        int file = Libc.Open(path, OpenFlags.WriteOnly);
        if (file >= 0)
        {
            Libc.Write(file, Encoding.ASCII.GetBytes(text));
            Libc.Close(file);
        }
    }
}
