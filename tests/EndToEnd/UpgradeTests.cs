using System.Diagnostics;
using Xenbus.Linux.Interop;
using XenFbFront.Holder;
using Xunit;

namespace XenFbFront.Tests.EndToEnd;

[Collection(ProcessCollection.Name)]
public sealed class UpgradeTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("xenfbfront-upgrade-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("keys")]
    [InlineData("pattern")]
    public void Upgrade_AgainAndAgainWhileTyping_EachKeyArrivesOnceAndTheBackendNeverNotices(string source)
    {
        string[] programs = [Copy("first"), Copy("second")];
        using RunningSystem system = new(programs[0], ["--source", source]);
        system.WaitConnected();
        int pages = system.Session.Census.Pages, ports = system.Session.Census.Ports;
        using Typist typist = new(system);
        for (int i = 1; i <= 10; i++)
        {
            string program = programs[i % 2];
            (int status, string output, string error) = FrontendCommands.Ask(system, program, "upgrade");
            Assert.True(status == 0, error);
            Assert.StartsWith($"upgraded: {program}, process ", output);
            Assert.All(system.Frontend.Workers, worker => Assert.Equal(program, Libc.ReadLink($"/proc/{worker}/exe")));
        }

        string[] expected = typist.Finish();
        InputTests.WaitForLines(system, expected.Length);
        Assert.Equal(expected, system.Record());
        Assert.False(system.BackendsLeftConnected, system.Log);
        Assert.Equal(pages, system.Session.Census.Pages);
        Assert.Equal(ports, system.Session.Census.Ports);
        Assert.Equal(0, system.Session.Census.FreedWhileMapped);
        if (source == "pattern")
        {
            long version = system.Session.Screen.Version;
            Libc.Kill(system.Frontend.Workers.Single(), Libc.SIGKILL);
            RunningSystem.WaitFor(() => system.Session.Screen.Version > version, () => "the next worker shows nothing");
            system.WaitForPattern(800, 600);
        }

        system.StopInOrder();
    }

    /// <summary>As a package does it: the file is replaced first, and a worker may die before the upgrade.</summary>
    [Fact]
    public void File_Replaced_WorkersStayOfTheOldVersionUntilTheUpgrade()
    {
        string program = Copy("program"), replacement = Copy("replacement");
        using RunningSystem system = new(program, ["--source", "pattern"]);
        system.WaitConnected();
        File.Move(replacement, program, overwrite: true);
        int first = system.Frontend.Workers.Single();
        Libc.Kill(first, Libc.SIGKILL);
        RunningSystem.WaitFor(() => system.Frontend.Workers.Any(id => id != first), () => "no new worker");
        Assert.EndsWith(" (deleted)", Libc.ReadLink($"/proc/{system.Frontend.Workers.Single()}/exe"));

        (int status, string output, string error) = FrontendCommands.Ask(system, program, "upgrade");
        Assert.True(status == 0, error);
        Assert.StartsWith($"upgraded: {program}, ", output);
        Assert.Equal(program, Libc.ReadLink($"/proc/{system.Frontend.Workers.Single()}/exe"));
        Assert.False(system.BackendsLeftConnected, system.Log);
        system.WaitForPattern(800, 600);
        system.StopInOrder();
    }

    /// <summary>The program refuses the arguments of the running one; a holder that ended with that would take the picture with it.</summary>
    [Theory]
    [InlineData("--nonsense")]
    [InlineData("--font=/nonexistent")]
    public void Upgrade_NewProgramFails_FormerGoesOn(string argument)
    {
        // A copy, so that it may be executed.
        string program = Copy("program"), failing = Copy("failing");
        File.WriteAllText(failing, $"#!/bin/sh\nexec {program} \"$@\" {argument}\n");
        using RunningSystem system = new(program, ["--source", argument.Contains("font", StringComparison.Ordinal) ? "keys" : "pattern"]);
        system.WaitConnected();
        int worker = system.Frontend.Workers.Single();
        using (Descriptor socket = Descriptor.Own(Libc.Connect(RuntimeFiles.Control(system.Session.GuestDirectory), Libc.SequencedPacket), "connect", "control"))
        {
            Packets.Send(socket, (byte)'Q', $"upgrade\n{failing}\n{Succession.Format}");
            Packets.Receive(socket, out byte kind, out string text, out _, wait: true);
            Assert.Equal(("O", string.Empty), (((char)kind).ToString(), text));
        }

        RunningSystem.WaitFor(() => system.Frontend.Workers.Any(id => id != worker && Libc.ReadLink($"/proc/{id}/exe") == program), () => "no worker of the former program");
        RunningSystem.WaitFor(() => FrontendCommands.Ask(system, program, "ctl", "program").Output.Contains("\nconnected", StringComparison.Ordinal), () => "not connected");
        Assert.False(system.BackendsLeftConnected, system.Log);
        system.Session.Input.Key(30, true);
        InputTests.WaitForLines(system, 2);
        system.StopInOrder();
    }

    [Fact]
    public void SecondProgram_IsRefusedByTheNumberOfTheFirst()
    {
        string program = Frontends.Path(FrontendKind.Built);
        using RunningSystem system = new(program, ["--source", "pattern"]);
        system.WaitConnected();
        (int status, _, string error) = FrontendCommands.Run(program, ["--source", "pattern", "--loopback", system.Session.GuestDirectory]);
        Assert.Equal(3, status);
        Assert.EndsWith($"another xenfbfront does so already, process {system.Frontend.ProcessId}; stop that one first (kill {system.Frontend.ProcessId})\n", error);
        Assert.False(system.BackendsLeftConnected, system.Log);
        system.WaitForPattern(800, 600);
        system.TypeAndExpect();
        system.StopInOrder();
    }

    /// <summary>What a service manager does when the main process dies: it starts the next one while the old worker is still closing.</summary>
    [Fact]
    public void Holder_Killed_NextStartWaitsForItsWorkerAndServes()
    {
        string program = Frontends.Path(FrontendKind.Built);
        using RunningSystem system = new(program, ["--source", "pattern"]);
        system.WaitConnected();
        system.TypeAndExpect();
        system.Frontend.Kill();
        using Process next = Process.Start(program, ["--source", "pattern", "--sink", $"record:{system.RecordFile}", "--log", "warning", "--loopback", system.Session.GuestDirectory]);
        try
        {
            RunningSystem.WaitFor(() => FrontendCommands.Ask(system, program, "ctl", "program").Output.Contains("\nconnected", StringComparison.Ordinal), () => "not connected");
            system.WaitForPattern(800, 600);
            system.TypeAndExpect();
        }
        finally
        {
            Libc.Kill(next.Id, Libc.SIGTERM);
            Assert.True(next.WaitForExit(RunningSystem.Patience), "the second program does not end");
        }

        system.ExpectNothingLeft();
    }

    private string Copy(string name)
    {
        string path = Path.Combine(_folder, name);
        File.Copy(Frontends.Path(FrontendKind.Native), path);
        return path;
    }
}
