using Xenbus.Linux.Interop;
using XenFbFront.Content.Terminal;
using Xunit;
using static XenFbFront.Input.InputCodes;

namespace XenFbFront.Tests.Content.Terminal;

/// <summary>The worker dies, the program and its screen do not.</summary>
public class TakeOverTests
{
    private const ushort KeyEnter = 28, KeyA = 30, LeftShift = 42;

    [Fact]
    public void Killed_SuccessorHasTheScreenTheLinesAboveAndTheSameProcess()
    {
        using TerminalRun run = new("seq 1 100; printf '\\033[1;31mred\\033[0m $ '; read a; echo \"got $a by $$\"; sleep 100");
        run.UntilText("$");
        run.UntilQuiet();
        int process = run.Source.Session.ProcessId;
        string text = run.Terminal.Text();
        int above = run.Terminal.ScrollbackCount;
        uint[] picture = run.Canvas.Copy();

        run.KillWorker();
        run.StartWorker();
        run.UntilQuiet(50);
        Assert.Equal((process, text, above), (run.Source.Session.ProcessId, run.Terminal.Text(), run.Terminal.ScrollbackCount));
        Assert.Equal("1", run.Terminal.Row(-above));
        Assert.Equal(picture, run.Canvas.Copy());

        run.Press(KeyA);
        run.Press(KeyEnter);
        run.UntilText($"got a by {process}");
    }

    [Fact]
    public void Killed_WhatWasWrittenMeanwhileIsThere()
    {
        using TerminalRun run = new("echo ready; read a; sleep 0.2; echo written meanwhile; sleep 100");
        run.UntilText("ready");
        run.Press(KeyEnter);
        run.KillWorker();
        Thread.Sleep(300);
        run.StartWorker();
        run.UntilText("written meanwhile");
    }

    [Fact]
    public void Killed_ModifiersAreStillDown()
    {
        using TerminalRun run = new("stty -echo; read a; echo \"got $a\"; sleep 100");
        run.UntilQuiet(50);
        run.Keyboard.Write([new(EV_KEY, LeftShift, 1), new(EV_SYN, 0, 0)]);
        run.KillWorker();
        run.StartWorker();
        run.Press(KeyA);
        run.Keyboard.Write([new(EV_KEY, LeftShift, 0), new(EV_SYN, 0, 0)]);
        run.Press(KeyA);
        run.Press(KeyEnter);
        run.UntilText("got Aa");
    }

    [Fact]
    public void Killed_KeysThatTheProgramHasNotTakenAreThere()
    {
        using TerminalRun run = new("stty raw -echo; echo ready; sleep 1; head -c 20000 | tr -d a | wc -c; sleep 100");
        run.UntilText("ready");
        for (int i = 0; i < 20_000; i++)
        {
            int errno = run.Keyboard.Write([new(EV_KEY, KeyA, 1), new(EV_KEY, KeyA, 0), new(EV_SYN, 0, 0)]);
            if (errno != 0)
            {
                run.Until(() => run.Keyboard.Write([new(EV_KEY, KeyA, 1), new(EV_KEY, KeyA, 0), new(EV_SYN, 0, 0)]) == 0);
            }

            if (i == 10_000)
            {
                run.KillWorker();
                run.StartWorker();
            }
        }

        run.Until(() => run.Terminal.Row(1).Trim() == "0", "something else than 20000 keys came");
    }

    [Fact]
    public void Killed_AfterMoreOutputThanIsKept_ModesAreAsTheyWere()
    {
        // Like an editor that has drawn for hours.
        using TerminalRun run = new(
            "trap 'printf \"\\033[H\\033[2Jdrawn anew\"' WINCH; printf '\\033[?1049h\\033[?1h\\033[?1002h\\033[?25l';"
            + " i=0; while [ $i -lt 20000 ]; do printf '\\033[%d;1Hline %d of much text      ' $((i % 24 + 1)) $i; i=$((i+1)); done; echo; echo ready; while :; do sleep 0.05; done");
        run.UntilText("ready");
        Assert.True(20_000 * 25 > TerminalMemory.LogBytes);

        run.KillWorker();
        run.StartWorker();
        Assert.Equal((true, TerminalMouse.Drag, false), (run.Terminal.IsAlternate, run.Terminal.Mouse, run.Terminal.IsCursorVisible));
        run.UntilText("drawn anew");
        Assert.DoesNotContain("line", run.Terminal.Text());
    }

    [Fact]
    public void Killed_QuestionsOfThePastAreNotAnsweredAgain()
    {
        using TerminalRun run = new("stty raw -echo; printf '\\033[6nready'; head -c 6 | cat -v; read a; cat -v");
        run.UntilText("^[[1;1R");
        run.KillWorker();
        run.StartWorker();
        run.UntilQuiet();
        run.Type("\nx");
        run.UntilText("x");
        Assert.Equal("ready^[[1;1Rx", run.Terminal.Text().Replace("\n", "").Replace(" ", ""));
    }

    [Fact]
    public void Killed_AfterAnotherSize_SuccessorHasTheSameScreen()
    {
        using TerminalRun run = new("seq -s ' ' 1 60; read a; seq -s ' ' 1 60; read a; sleep 100");
        run.UntilText("60");
        run.Show(40, 24);
        run.Press(KeyEnter);
        run.UntilQuiet();
        string text = run.Terminal.Text();

        run.KillWorker();
        run.StartWorker();
        run.UntilQuiet();
        Assert.Equal((text, 40), (run.Terminal.Text(), run.Terminal.Columns));
    }

    [Fact]
    public void KilledByTheScreenItself_IsNotTriedForEver()
    {
        using TerminalRun run = new("echo ready; read a; echo \"got $a\"; sleep 100");
        run.UntilText("ready");
        run.KillWorker();
        // As three predecessors that died while they read the log have left it.
        NoteDeath(run, at: 1, diedAt: 1, deaths: 2);

        run.StartWorker();
        Assert.Equal(string.Empty, run.Terminal.Text());
        run.Press(KeyA);
        run.Press(KeyEnter);
        run.UntilText("got a");
        run.KillWorker();
        run.StartWorker();
        Assert.Contains("got a", run.Terminal.Text());
    }

    /// <summary>A worker that is killed while it reads the log, by whatever kills workers, takes nothing from the screen.</summary>
    [Theory]
    [InlineData(1, 0, 0)]
    [InlineData(1, 1, 1)]
    [InlineData(1025, 1, 2)]
    [InlineData(1, 1025, 2)]
    public void KilledWhileReadingTheLog_SuccessorHasTheScreen(ulong at, ulong diedAt, uint deaths)
    {
        using TerminalRun run = new("seq 1 500; sleep 100");
        run.UntilText("500");
        run.UntilQuiet();
        string text = run.Terminal.Text();
        int above = run.Terminal.ScrollbackCount;
        run.KillWorker();
        NoteDeath(run, at, diedAt, deaths);

        run.StartWorker();
        Assert.Equal((text, above), (run.Terminal.Text(), run.Terminal.ScrollbackCount));
        run.KillWorker();
        using TerminalMemory memory = run.Memory();
        Assert.Equal((0UL, 0UL, 0U), (memory.Record.Replaying, memory.Record.DiedAt, memory.Record.Deaths));
    }

    private static void NoteDeath(TerminalRun run, ulong at, ulong diedAt, uint deaths)
    {
        using TerminalMemory memory = run.Memory();
        (memory.Record.Replaying, memory.Record.DiedAt, memory.Record.Deaths) = (at, diedAt, deaths);
    }

    [Fact]
    public void KilledWhileStarting_ProgramIsStartedAnew()
    {
        using TerminalRun run = new("echo process $$; sleep 100");
        run.UntilText("process");
        int first = run.Source.Session.ProcessId;
        run.KillWorker();
        using (TerminalMemory memory = run.Memory())
        {
            memory.Record.Phase = (uint)TerminalPhase.Starting;
        }

        run.StartWorker();
        Assert.NotEqual(first, run.Source.Session.ProcessId);
        run.Until(() => Libc.TryCollect(first, out _) == first, "the first program did not end with its terminal");
        run.UntilText($"process {run.Source.Session.ProcessId}");
    }

    [Fact]
    public void Publish_DiedBeforeTheHeadMoved_SuccessorFindsTheBytes()
    {
        TerminalRequirement.Library();
        using VirtualTerminal terminal = new(20, 3, 10, static _ => { });
        TerminalMemory memory = TerminalMemory.Create();
        for (int i = 0; i < 40_000; i++)
        {
            "0123456789abcdef"u8.CopyTo(memory.Window());
            memory.Publish(16);
            if (i % 1000 == 0)
            {
                // At every place in the ring, also just before its end.
                Assert.True(memory.Window().Length > 0);
                Assert.Equal(-1, memory.Window().IndexOfAnyExcept((byte)0));
            }
        }

        "\r\nlast words"u8.CopyTo(memory.Window());
        using TerminalMemory successor = TerminalMemory.TryAdopt(memory.File.Duplicate())!;
        Assert.True(successor.TryReplay(terminal, TimeProvider.System));
        Assert.Equal("last words", terminal.Row(terminal.CursorRow));
        Assert.True(successor.IsCut);
        memory.Dispose();
    }

    [Fact]
    public void ClearLog_LeavesNothingInTheMemory()
    {
        using TerminalMemory memory = TerminalMemory.Create();
        "secret\e[?1049h"u8.CopyTo(memory.Window());
        memory.Publish(14);
        memory.ClearLog();
        byte[] content = new byte[TerminalMemory.LogBytes + TerminalMemory.InputBytes + 4096];
        Libc.ReadAllAt(memory.File.Number, content, 0);
        Assert.Equal(-1, content.AsSpan().IndexOf("secret"u8));
        Assert.Equal(0u, memory.Record.Modes.Changed);
        Assert.False(memory.IsCut);
    }

    [Fact]
    public void OrderlyEnd_ProgramIsHungUp()
    {
        string file = Path.GetTempFileName();
        TerminalRun run = new($"trap 'echo hung up > {file}; exit' HUP; echo ready; while :; do sleep 0.02; done");
        run.UntilText("ready");
        int process = run.Source.Session.ProcessId;
        // The worker and then the holder close the terminal.
        run.Source.Dispose();
        run.Kept.Dispose();
        long started = TimeProvider.System.GetTimestamp();
        while (Libc.TryCollect(process, out _) == 0)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started).TotalSeconds < 20, "it goes on");
            Thread.Sleep(5);
        }

        Assert.Equal("hung up\n", File.ReadAllText(file));
        File.Delete(file);
        run.Loop.Dispose();
    }
}
