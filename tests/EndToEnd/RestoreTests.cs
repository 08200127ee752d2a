using System.Text;
using Xenbus.Linux.Interop;
using Xenbus.Wire;
using XenFbFront.Backend;
using XenFbFront.Loopback;
using Xunit;

namespace XenFbFront.Tests.EndToEnd;

/// <summary>The guest is saved and restored while the real processes run: the file with the dead ports outlives all of them but one.</summary>
[Collection(ProcessCollection.Name)]
public sealed class RestoreTests
{
    /// <summary>C: SIGSTOP in asm-generic/signal.h.</summary>
    private const int SignalStop = 19;

    [Theory]
    [InlineData(FrontendKind.Built)]
    [InlineData(FrontendKind.Native)]
    public void Restored_ConnectsAnew_WorkerKilled_Stopped_NextProgramConnects_FileStaysOpen(FrontendKind kind)
    {
        using RunningSystem system = new(Frontends.Path(kind), ["--source", "pattern"]);
        using Keepers keepers = new(system.Directory);
        system.WaitConnected();
        system.WaitForPattern(800, 600);
        system.Session.Input.Key(30, true);
        InputTests.WaitForLines(system, 2);
        for (int restore = 1; restore <= 3; restore++)
        {
            system.Session.RestoreGuest();
            system.WaitConnected();
            system.WaitForPattern(800, 600);
        }

        InputTests.WaitForLines(system, 4);
        system.Session.Input.Key(31, true);
        system.Session.Input.Key(31, false);
        InputTests.WaitForLines(system, 8);
        Assert.Equal(["1 30 1", "1 30 0", "1 31 1", "1 31 0"], system.Record().Where(line => !line.EndsWith(" 0 0 0", StringComparison.Ordinal)).Select(line => line["keyboard ".Length..]));
        int keeper = Assert.Single(keepers.Ids);

        int worker = system.Frontend.Workers.First(id => id != keeper);
        Libc.Kill(worker, Libc.SIGKILL);
        RunningSystem.WaitFor(() => system.Frontend.Workers.Any(id => id != keeper && id != worker), () => "no new worker");
        system.WaitForPattern(800, 600);
        system.StopInOrder();
        AssertFileIsOpen(system, keepers, 3);

        FrontendProcess next = FrontendProcess.Start(Frontends.Path(kind), ["--loopback", system.Session.GuestDirectory, "--sink", "none", "--source", "pattern"]);
        system.WaitConnected();
        system.WaitForPattern(800, 600);
        next.Terminate();
        Assert.True(next.WaitExited(RunningSystem.Patience, out int status));
        Assert.Equal(0, status);
        AssertFileIsOpen(system, keepers, 3);
    }

    [Fact]
    public void WithoutHolder_Restored_ConnectsAnew_FileStaysOpenAfterTheEnd()
    {
        using RunningSystem system = new(Frontends.Path(FrontendKind.Built), ["--source", "pattern", "--no-holder"]);
        using Keepers keepers = new(system.Directory);
        system.WaitConnected();
        system.Session.RestoreGuest();
        system.WaitConnected();
        system.WaitForPattern(800, 600);
        system.StopInOrder();
        AssertFileIsOpen(system, keepers, 1);
    }

    /// <summary>Holder and worker die at once; nothing of theirs runs any more.</summary>
    [Fact]
    public void Restored_AllKilled_FileStaysOpen()
    {
        using RunningSystem system = new(Frontends.Path(FrontendKind.Built), ["--source", "pattern"]);
        using Keepers keepers = new(system.Directory);
        system.WaitConnected();
        system.Session.RestoreGuest();
        system.WaitConnected();
        int keeper = Assert.Single(keepers.Ids);
        int worker = system.Frontend.Workers.First(id => id != keeper);
        Libc.Kill(system.Frontend.ProcessId, Libc.SIGKILL);
        Libc.Kill(worker, Libc.SIGKILL);
        RunningSystem.WaitFor(() => system.Session.Census.XenstoreFiles == 1, () => $"{system.Session.Census}");
        AssertFileIsOpen(system, keepers, 1);
    }

    /// <summary>
    /// Between the restore and the end of all no worker looks: one stands still, and its successor does not reach xenstore, or a person does not wait for it.
    /// Whoever closed the file then would meet a port that is dead.
    /// </summary>
    [Theory]
    [InlineData("the first start fails, then the stop")]
    [InlineData("the stop fails")]
    [InlineData("stopped at once")]
    public void Restored_NobodySawIt_HolderEnds_FileStaysOpen(string kind)
    {
        // A backend that does not accept: ports are bound and pages published, and no worker has been at work.
        BackendOptions options = new() { HoldAt = kind == "the first start fails, then the stop" ? XenbusState.InitWait : null };
        using RunningSystem system = new(Frontends.Path(FrontendKind.Built), ["--source", "pattern"], options);
        using Keepers keepers = new(system.Directory);
        RunningSystem.WaitFor(() => system.Session.Census is { Ports: >= 2, Pages: > 5 }, () => $"nothing published: {system.Session.Census}");
        if (options.HoldAt is null)
        {
            system.WaitConnected();
        }

        int worker = system.Frontend.Workers.Single();
        Libc.Kill(worker, SignalStop);
        system.Session.RestoreGuest();
        if (options.HoldAt is null)
        {
            system.Frontend.Terminate();
        }

        if (kind == "stopped at once")
        {
            // Sooner it would belong to the first.
            Thread.Sleep(1200);
            system.Frontend.Terminate();
        }
        else
        {
            File.Move(Path.Combine(system.Session.GuestDirectory, "xenbus"), Path.Combine(system.Directory, "xenbus"));
            Libc.Kill(worker, Libc.SIGKILL);
        }

        if (options.HoldAt is not null)
        {
            // The pages may be mapped at any time, so the holder stays for as long as nobody wants its end.
            Assert.False(system.Frontend.WaitExited(TimeSpan.FromSeconds(1), out _), "the holder has ended");
            system.Frontend.Terminate();
        }

        if (kind != "stopped at once")
        {
            // Nor does it end with pages that nobody could close, until it is told once more.
            Assert.False(system.Frontend.WaitExited(TimeSpan.FromSeconds(1.5), out _), "the holder has ended");
            system.Frontend.Terminate();
        }

        Assert.True(system.Frontend.WaitExited(RunningSystem.Patience, out int status), "the holder does not end");
        Assert.Equal(ExitStatus.Interrupted, status);
        AssertFileIsOpen(system, keepers, 1);
    }

    /// <summary>Nothing was restored: a stop at once leaves no process behind.</summary>
    [Fact]
    public void StoppedAtOnce_WithoutARestore_NothingIsKept()
    {
        using RunningSystem system = new(Frontends.Path(FrontendKind.Built), ["--source", "pattern"]);
        using Keepers keepers = new(system.Directory);
        system.WaitConnected();
        Libc.Kill(system.Frontend.Workers.Single(), SignalStop);
        system.Frontend.Terminate();
        Thread.Sleep(1200);
        system.Frontend.Terminate();
        Assert.True(system.Frontend.WaitExited(RunningSystem.Patience, out int status), "the holder does not end");
        Assert.Equal(ExitStatus.Interrupted, status);
        RunningSystem.WaitFor(() => system.Session.Census is { EventChannelFiles: 1, GrantAllocatorFiles: 0, XenstoreFiles: 1 }, () => $"{system.Session.Census}");
        Assert.Empty(keepers.Ids);
    }

    private static void AssertFileIsOpen(RunningSystem system, Keepers keepers, int files)
    {
        int keeper = Assert.Single(keepers.Ids);
        // What ends everything else does not end this one.
        foreach (int signal in (ReadOnlySpan<int>)[Libc.SIGTERM, Libc.SIGINT, Libc.SIGHUP])
        {
            Libc.Kill(keeper, signal);
        }

        RunningSystem.WaitFor(
            () => system.Session.Census.EventChannelFiles == files + 1,
            () => $"the backend's file and {files} of before are to be open: {system.Session.Census}");
        Assert.Equal(0, system.Session.Census.KernelBugs);
        Assert.Equal(keeper, Assert.Single(keepers.Ids));
    }

    /// <summary>Processes that keep files for a system, ended with the test.</summary>
    private sealed class Keepers(string directory) : IDisposable
    {
        public List<int> Ids
        {
            get
            {
                List<int> ids = [];
                foreach (string folder in Directory.GetDirectories("/proc"))
                {
                    if (!int.TryParse(Path.GetFileName(folder), out int id))
                    {
                        continue;
                    }

                    try
                    {
                        string[] arguments = Encoding.UTF8.GetString(File.ReadAllBytes($"{folder}/cmdline")).Split('\0');
                        if (arguments[0] == "@xenfbfront" && arguments.Any(argument => argument.StartsWith(directory, StringComparison.Ordinal)))
                        {
                            ids.Add(id);
                        }
                    }
                    catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
                    {
                        // It has ended while we looked.
                    }
                }

                return ids;
            }
        }

        public void Dispose()
        {
            foreach (int id in Ids)
            {
                Libc.Kill(id, Libc.SIGKILL);
            }
        }
    }
}
