using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using Xenbus.Linux.Interop;
using XenFbFront.Control;
using XenFbFront.Holder;
using Xunit;

namespace XenFbFront.Tests.EndToEnd;

[Collection(ProcessCollection.Name)]
public sealed class TraceTests
{
    private const string Live = "that is where everything is; from here on as it happens";

    [Theory]
    [InlineData(FrontendKind.Built)]
    [InlineData(FrontendKind.Native)]
    public void Trace_TellsWhereEverythingIsAndThenWhatPasses(FrontendKind kind)
    {
        string program = Frontends.Path(kind);
        using RunningSystem system = new(program, ["--source", "keys", "--size", "640x480,320x200"]);
        system.WaitConnected();
        using Following hidden = new(program, system), shown = new(program, system, "--keys"), objects = new(program, system, "--json");
        foreach (Following following in (Following[])[hidden, shown])
        {
            following.WaitFor(Live);
            Assert.Contains(following.Lines, static line => line.EndsWith("Z vfb/0: frontend Connected, backend Connected: both are at work", StringComparison.Ordinal));
            Assert.Contains(following.Lines, static line => line.EndsWith("Z vfb/0 backend/request-update = 1", StringComparison.Ordinal));
            Assert.Contains(following.Lines, static line => line.EndsWith("Z vkbd/0 frontend/state = 4", StringComparison.Ordinal));
        }

        objects.WaitFor("\"event\":\"live\"");
        system.Session.Input.Key(30, true);
        system.Session.Input.Key(30, false);
        Assert.Equal(0, FrontendCommands.Ask(system, program, "ctl", "resize", "320x200").Status);
        shown.WaitFor(" vkbd/0 ← KEY 30 pressed, prod ");
        shown.WaitFor(" vkbd/0 ← KEY 30 released, prod ");
        hidden.WaitFor(" vkbd/0 ← KEY *** pressed, prod ");
        hidden.WaitFor(" vfb/0 frontend/xenfbfront-size = 320x200 (by the frontend)");
        hidden.WaitFor(" vfb/0 → RESIZE 320x200 stride 1280 depth 32 offset 0, prod ");
        hidden.WaitFor(" vfb/0 → UPDATE 0,0 320x200, prod ");
        hidden.WaitFor(" vfb/0 → notification, port ");
        hidden.WaitFor(" vkbd/0 ← notification, port ");
        objects.WaitFor("RESIZE 320x200");
        Assert.DoesNotContain(hidden.Lines, static line => line.Contains("KEY 30", StringComparison.Ordinal));
        foreach (string line in objects.Lines)
        {
            using JsonDocument document = JsonDocument.Parse(line);
            Assert.Equal(JsonValueKind.String, document.RootElement.GetProperty("time").ValueKind);
            Assert.DoesNotContain("KEY 30", line);
        }

        system.Frontend.Terminate();
        hidden.WaitFor(" vfb/0 frontend/state = 5 (by the frontend)");
        foreach (string device in (string[])["vfb", "vkbd"])
        {
            // To the last state, whichever device closes last.
            hidden.WaitFor($" {device}/0: frontend Closed, backend Closed: closed; the next connection begins");
        }

        hidden.WaitEnded("xenfbfront: the program that was traced has ended\n");
        objects.WaitEnded("xenfbfront: the program that was traced has ended\n");
        Assert.True(system.Frontend.WaitExited(RunningSystem.Patience, out int status));
        Assert.Equal(0, status);
        system.ExpectNothingLeft();
    }

    /// <summary>What a worker's death looks like is what a trace is read for.</summary>
    [Theory]
    [InlineData(FrontendKind.Built)]
    [InlineData(FrontendKind.Native)]
    public void Trace_GoesOnWithTheNextWorker(FrontendKind kind)
    {
        string program = Frontends.Path(kind);
        using RunningSystem system = new(program, ["--source", "pattern"]);
        system.WaitConnected();
        using Following trace = new(program, system, "--keys");
        trace.WaitFor(Live);
        Libc.Kill(system.Frontend.Workers.Single(), Libc.SIGKILL);
        RunningSystem.WaitFor(() => trace.Lines.Count(static line => line.EndsWith(Live, StringComparison.Ordinal)) == 2, () => $"traced only:\n{string.Join('\n', trace.Lines)}");
        system.TypeAndExpectMany(1);
        trace.WaitFor(" vkbd/0 ← KEY ");
        system.StopInOrder();
        trace.WaitEnded("xenfbfront: another worker has taken over, and goes on with the trace\nxenfbfront: the program that was traced has ended\n");
    }

    /// <summary>Who asks for a trace and does not read it loses lines, and is told how many; typing goes on.</summary>
    [Fact]
    public void SlowReader_IsToldWhatItLost_AndNothingWaitsForIt()
    {
        string program = Frontends.Path(FrontendKind.Built);
        using RunningSystem system = new(program, ["--source", "pattern"]);
        system.WaitConnected();
        using Descriptor socket = new(Libc.Connect(RuntimeFiles.Control(system.Session.GuestDirectory), Libc.SequencedPacket));
        Assert.Equal(0, Packets.Send(socket, ControlProtocol.Request, "trace\n--keys"));
        Assert.True(Packets.Receive(socket, out _, out string first, out _, wait: true) > 0);
        for (int i = 0; i < 12; i++)
        {
            // Each time until all are recorded: none is lost, and none waits.
            system.TypeAndExpectMany(500);
        }

        int told = 0, lost = 0;
        while (lost == 0)
        {
            Assert.True(Packets.Receive(socket, out _, out string text, out _, wait: true) > 0);
            foreach (string line in text.Split('\n'))
            {
                told += line.Contains("KEY", StringComparison.Ordinal) ? 1 : 0;
                lost = line.EndsWith(" lines lost, the reader is slow", StringComparison.Ordinal) ? int.Parse(line.Split(' ')[1]) : lost;
            }
        }

        Assert.InRange(told, 1000, 12_000);
        Assert.InRange(lost, 1, 60_000);
        // From here on it is told all again.
        system.TypeAndExpectMany(1);
        string next = string.Empty;
        while (!next.Contains("KEY", StringComparison.Ordinal))
        {
            Assert.True(Packets.Receive(socket, out _, out next, out _, wait: true) > 0);
        }

        system.StopInOrder();
    }

    [Fact]
    public void Trace_WrongWords_AreRefused()
    {
        string program = Frontends.Path(FrontendKind.Built);
        using RunningSystem system = new(program, ["--source", "pattern"]);
        system.WaitConnected();
        Assert.Equal((2, string.Empty, "xenfbfront: trace takes nothing but --json and --keys, which shows what is typed\n"), FrontendCommands.Ask(system, program, "ctl", "trace", "--all"));
        system.StopInOrder();
    }
}

/// <summary>A command that prints until it is ended.</summary>
internal sealed class Following : IDisposable
{
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _lines = [];
    private readonly Task<string> _errors;

    public Following(string program, RunningSystem system, params string[] words)
        : this(program, system, "trace", words)
    {
    }

    public Following(string program, RunningSystem system, string command, string[] words)
    {
        _process = Process.Start(new ProcessStartInfo(program, ["ctl", command, .. words, "--loopback", system.Session.GuestDirectory]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        _errors = _process.StandardError.ReadToEndAsync();
        _process.OutputDataReceived += (_, data) =>
        {
            if (data.Data is { } line)
            {
                _lines.Enqueue(line);
            }
        };
        _process.BeginOutputReadLine();
    }

    public string[] Lines => [.. _lines];

    public void WaitFor(string part) => RunningSystem.WaitFor(
        () => Lines.Any(line => line.Contains(part, StringComparison.Ordinal)), () => $"no line with '{part}' in:\n{string.Join('\n', Lines)}");

    /// <summary>Expects that it ends by itself, content, and what it says of that.</summary>
    public void WaitEnded(string errors)
    {
        Assert.True(_process.WaitForExit(RunningSystem.Patience), $"has not ended, said:\n{string.Join('\n', Lines)}");
        Assert.Equal((0, errors), (_process.ExitCode, _errors.Result));
    }

    public void Kill() => _process.Kill();

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }
}
