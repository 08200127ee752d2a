using System.Diagnostics;
using Xenbus.Linux.Interop;
using XenFbFront.Tests.Content.Support;
using XenFbFront.Tests.Content.Terminal;
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
        using Typist typist = new(system, seed + 1);
        int pagesBefore = system.Session.Census.Pages, portsBefore = system.Session.Census.Ports;
        system.KillWorkers(kills, random, kind == FrontendKind.Native ? 40 : 250);
        string[] expected = typist.Finish();
        InputTests.WaitForLines(system, expected.Length);
        Assert.Equal(expected, system.Record());
        Assert.False(system.BackendsLeftConnected, $"seed {seed}: a backend left Connected; {system.Log}");
        RunningSystem.WaitFor(() => system.Frontend.Workers.Any(), () => "no worker");

        // The next key arrives and changes the picture.
        long version = system.Session.Screen.Version;
        system.Session.Input.Key(30, true);
        system.Session.Input.Key(30, false);
        RunningSystem.WaitFor(() => system.Session.Screen.Version > version, () => "the picture does not change any more");
        InputTests.WaitForLines(system, expected.Length + 4);

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

    /// <summary>What the program was told is wrong by now. The first start would end; what is connected must not end with it.</summary>
    [Fact]
    public void Worker_KilledAndWhatItNeedsIsGone_ConnectionWaitsUntilThatIsBack()
    {
        TerminalRequirement.Library();
        string folder = Directory.CreateTempSubdirectory("xenfbfront-kill-").FullName, font = Path.Combine(folder, "font"), configuration = Path.Combine(folder, "conf");
        try
        {
            File.WriteAllBytes(font, FontFiles.Version1(16, 0));
            File.WriteAllText(configuration, $"source = term\nterm = cat\nfont = {font}\n");
            using RunningSystem system = new(Frontends.Path(FrontendKind.Built), ["--config", configuration]);
            system.WaitConnected();
            File.WriteAllText(configuration, "nonsense\n");
            File.Move(font, font + ".away");
            system.KillAndExpectWorkersToFail();
            system.Session.Input.Key(30, true);
            File.Move(font + ".away", font);
            InputTests.WaitForLines(system, 2);
            Assert.False(system.BackendsLeftConnected, system.Log);
            Assert.Equal(0, system.Session.Census.FreedWhileMapped);
            system.StopInOrder();
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>One device that will not connect does not make the pages of the other less mapped.</summary>
    [Fact]
    public void Worker_KilledAndWhatItNeedsIsGone_OnlyTheKeyboardIsConnected_ItWaitsAsWell()
    {
        TerminalRequirement.Library();
        string folder = Directory.CreateTempSubdirectory("xenfbfront-kill-").FullName, font = Path.Combine(folder, "font");
        try
        {
            File.WriteAllBytes(font, FontFiles.Version1(16, 0));
            using RunningSystem system = new(Frontends.Path(FrontendKind.Built), ["--term", "cat", "--font", font], new() { MaxScreenPixels = 1000 });
            RunningSystem.WaitFor(() => Status(system).Contains("vkbd/0: Connected (4)", StringComparison.Ordinal) && Status(system).Contains("given up", StringComparison.Ordinal), () => Status(system));
            system.TypeAndExpect();
            File.Move(font, font + ".away");
            system.KillAndExpectWorkersToFail();
            File.Move(font + ".away", font);
            system.TypeAndExpect();
            Assert.Equal(0, system.Session.Census.FreedWhileMapped);
            system.StopInOrder();
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        static string Status(RunningSystem system) => FrontendCommands.Ask(system, Frontends.Path(FrontendKind.Built), "ctl", "status").Output;
    }

    /// <summary>The holder can have too few descriptors, processes or memory for a new worker, for a while.</summary>
    [Theory]
    [InlineData(FrontendKind.Built)]
    [InlineData(FrontendKind.Native)]
    public void Worker_KilledAndNoOtherCanBeStarted_ConnectionWaitsUntilOneCan(FrontendKind kind)
    {
        using RunningSystem system = new(Frontends.Path(kind), ["--source", "pattern"]);
        system.WaitConnected();
        system.TypeAndExpect();
        LimitFiles(3);
        Libc.Kill(system.Frontend.Workers.Single(), Libc.SIGKILL);
        RunningSystem.WaitFor(() => !system.Frontend.Workers.Any(), () => "the worker does not die");
        system.Session.Input.Key(30, true);
        // Longer than it pauses between two tries.
        Thread.Sleep(3000);
        Assert.False(system.Frontend.HasExited(out int status), $"the holder has ended with {status}");
        Assert.Empty(system.Frontend.Workers);
        LimitFiles(1024);
        InputTests.WaitForLines(system, 6);
        Assert.False(system.BackendsLeftConnected, system.Log);
        Assert.Equal(0, system.Session.Census.FreedWhileMapped);
        system.WaitForPattern(800, 600);
        system.StopInOrder();

        void LimitFiles(int count)
        {
            using Process prlimit = Process.Start("prlimit", ["--pid", $"{system.Frontend.ProcessId}", $"--nofile={count}:1024"]);
            prlimit.WaitForExit();
            Assert.Equal(0, prlimit.ExitCode);
        }
    }

    [Fact]
    public void Holder_Killed_WorkerClosesInOrder()
    {
        using RunningSystem system = new(Frontends.Path(FrontendKind.Built), ["--source", "pattern"]);
        system.WaitConnected();
        system.WaitForPattern(800, 600);
        system.TypeAndExpect();
        system.Frontend.Kill();
        system.ExpectNothingLeft();
    }
}
