using Xenbus.Linux.Interop;
using Xunit;

namespace XenFbFront.Tests.EndToEnd;

[Collection(ProcessCollection.Name)]
public partial class KillTests
{
    [Theory]
    [InlineData(FrontendKind.Built, 15, 1)]
    [InlineData(FrontendKind.Native, 200, 2)]
    public void Worker_KilledAtRandomWhileTypingAndDrawing_NothingIsLostAndTheBackendNeverNotices(FrontendKind kind, int kills, int seed)
    {
        // The keys screen draws with every key, so the worker dies while drawing, sending, reading, delivering and starting.
        using RunningSystem system = new(Frontends.Path(kind), ["--source", "keys"]);
        system.WaitConnected();
        Random random = new(seed);
        using CancellationTokenSource done = new();
        List<string> expected = [];
        Thread typist = new(() =>
        {
            Random keys = new(seed + 1);
            while (!done.IsCancellationRequested)
            {
                uint code = (uint)keys.Next(1, 0xf8);
                foreach (int value in new[] { 1, 0 })
                {
                    system.Session.Input.Key(code, value == 1);
                    expected.Add($"keyboard 1 {code} {value}");
                    expected.Add("keyboard 0 0 0");
                }

                if (keys.Next(20) == 0)
                {
                    Thread.Sleep(1);
                }
            }
        });
        typist.Start();
        int pagesBefore = system.Session.Census.Pages, portsBefore = system.Session.Census.Ports;
        try
        {
            HashSet<int> killed = [];
            while (killed.Count < kills)
            {
                Assert.False(system.Frontend.HasExited(out int status), $"the holder ended with {status}");
                int worker = system.Frontend.Workers.FirstOrDefault(id => !killed.Contains(id));
                if (worker == 0)
                {
                    continue;
                }

                // From not started yet to long at work.
                Thread.Sleep(random.Next(kind == FrontendKind.Native ? 40 : 250));
                Libc.Kill(worker, Libc.SIGKILL);
                killed.Add(worker);
            }
        }
        finally
        {
            done.Cancel();
            typist.Join();
        }

        InputTests.WaitForLines(system, expected.Count);
        Assert.Equal(expected, system.Record());
        Assert.False(system.BackendsLeftConnected, $"seed {seed}: a backend left Connected; {system.Log}");
        RunningSystem.WaitFor(() => system.Frontend.Workers.Any(), () => "no worker");

        // The next key arrives and changes the picture.
        long version = system.Session.Screen.Version;
        system.Session.Input.Key(30, true);
        system.Session.Input.Key(30, false);
        RunningSystem.WaitFor(() => system.Session.Screen.Version > version, () => "the picture does not change any more");
        InputTests.WaitForLines(system, expected.Count + 4);

        Assert.Equal(pagesBefore, system.Session.Census.Pages);
        Assert.Equal(portsBefore, system.Session.Census.Ports);
        Assert.Equal(0, system.Session.Census.FreedWhileMapped);
        system.StopInOrder();
    }

    [Fact]
    public void Worker_KilledWhileThePatternIsShown_PictureStaysWhole()
    {
        using RunningSystem system = new(Frontends.Path(FrontendKind.Built), ["--source", "pattern"]);
        system.WaitConnected();
        system.WaitForPattern(800, 600);
        int worker = system.Frontend.Workers.Single();
        Libc.Kill(worker, Libc.SIGKILL);
        system.WaitForPattern(800, 600);
        RunningSystem.WaitFor(() => system.Frontend.Workers.Any(id => id != worker), () => "no new worker");
        long version = system.Session.Screen.Version;
        RunningSystem.WaitFor(() => system.Session.Screen.Version > version, () => "the new worker shows nothing");
        system.WaitForPattern(800, 600);
        system.StopInOrder();
    }

    [Fact]
    public void Holder_Killed_WorkerClosesInOrder()
    {
        using RunningSystem system = new(Frontends.Path(FrontendKind.Built), ["--source", "pattern"]);
        system.WaitConnected();
        system.Frontend.Kill();
        RunningSystem.WaitFor(() => system.Session.Census.Pages == 0, () => $"{system.Session.Census}");
        Assert.Equal(0, system.Session.Census.FreedWhileMapped);
    }
}
