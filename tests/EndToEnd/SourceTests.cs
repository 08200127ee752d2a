using XenFbFront.Content;
using XenFbFront.Tests.Content.Support;
using Xunit;

namespace XenFbFront.Tests.EndToEnd;

[Collection(ProcessCollection.Name)]
public sealed class SourceTests
{
    private const uint KeysTitle = 0x1f4e79;
    private const uint A = 30, B = 48, C = 46, Enter = 28, Shift = 42;

    /// <summary>Another source, a worker that is killed, and the first source again: the backend sees neither, and each key arrives once.</summary>
    [Theory]
    [InlineData(FrontendKind.Built)]
    [InlineData(FrontendKind.Native)]
    public void Source_IsShownAtOnce_AndByTheNextWorker(FrontendKind kind)
    {
        string program = Frontends.Path(kind);
        using RunningSystem system = new(program, ["--source", "pattern", "--size", "640x480"]);
        system.WaitConnected();
        system.WaitForPattern(640, 480);
        system.TypeAndExpect();
        Assert.Equal((0, "vfb/0: keyboard, pointer and touch test, chosen by ctl source\n", string.Empty), FrontendCommands.Ask(system, program, "ctl", "source", "keys"));
        WaitForKeys(system);
        system.TypeAndExpect();
        system.KillWorkers(2, new(1), 50);
        WaitForProgram(system, program);
        Assert.StartsWith("vfb/0: keyboard, pointer and touch test, chosen by ctl source\nthere are console, ", FrontendCommands.Ask(system, program, "ctl", "source").Output);
        system.TypeAndExpect();
        WaitForKeys(system);
        Assert.Equal(0, FrontendCommands.Ask(system, program, "ctl", "source", "0", "pattern").Status);
        system.WaitForPattern(640, 480);
        system.TypeAndExpect();
        Assert.False(system.BackendsLeftConnected, system.Log);
        system.StopInOrder();
    }

    /// <summary>Without a size that somebody named, each source has its own, as at a start with it, where the connection has room.</summary>
    [Fact]
    public void Source_HasTheSizeThatItBeginsWith()
    {
        string program = Frontends.Path(FrontendKind.Built);
        using RunningSystem system = new(program, ["--source", "keys", "--max-size", "1280x1024"]);
        system.WaitConnected();
        WaitForKeys(system);
        Assert.Equal(0, FrontendCommands.Ask(system, program, "ctl", "source", "pattern").Status);
        (int width, int height) = new PatternSource().PreferredSize;
        system.WaitForPattern(width, height);
        Assert.False(system.BackendsLeftConnected, system.Log);
        system.StopInOrder();
    }

    [Theory]
    [InlineData(2, "nonsense is no source: it must be console, console:1 to console:63, term, term:COMMAND, keys or pattern", "nonsense")]
    [InlineData(2, "source takes the number of a vfb and a source, as in source keys, or source 1 term:top (in quotes if it has blanks)", "0", "keys", "pattern")]
    [InlineData(3, "there is no vfb/7; xenfbfront ctl sizes lists them", "7", "keys")]
    [InlineData(3, "show the text console: ", "console:63")]
    public void Source_Wrong_TheOldOneStays(int status, string message, params string[] words)
    {
        Assert.SkipWhen(words is ["console:63"] && TextConsoles.Has(63, out _), "there is such a console");
        string program = Frontends.Path(FrontendKind.Built);
        using RunningSystem system = new(program, ["--source", "pattern", "--size", "320x200"]);
        system.WaitConnected();
        (int actual, string output, string error) = FrontendCommands.Ask(system, program, ["ctl", "source", .. words]);
        Assert.Equal((status, string.Empty), (actual, output));
        Assert.StartsWith($"xenfbfront: {message}", error);
        system.WaitForPattern(320, 200);
        system.TypeAndExpect();
        system.StopInOrder();
    }

    /// <summary>What is typed goes to the terminal while it is shown and not while another source is; its program runs on, also when the worker is killed meanwhile. A held key is released where it was pressed.</summary>
    [Theory]
    [InlineData(FrontendKind.Built)]
    [InlineData(FrontendKind.Native)]
    public void Terminal_RunsOnBehindAnotherSource_AndIsTypedIntoOnlyWhileShown(FrontendKind kind)
    {
        string program = Frontends.Path(kind), file = Path.Combine(Path.GetTempPath(), $"xenfbfront-{Guid.NewGuid():N}");
        using RunningSystem system = new(program, ["--term", $"echo $$ > {file}.pid; exec cat > {file}", "--size", "640x480"], isRecorded: false);
        system.WaitConnected();
        RunningSystem.WaitFor(() => File.Exists(file), () => "the program has not started");
        Type(system, A, Enter);
        WaitForText("a\n");
        system.Session.Input.Key(Shift, true);
        Assert.Equal(0, FrontendCommands.Ask(system, program, "ctl", "source", "pattern").Status);
        system.WaitForPattern(640, 480);
        Type(system, B, Enter);
        system.KillWorkers(1, new(1), 50);
        WaitForProgram(system, program);
        Type(system, B, Enter);
        system.Session.Input.Key(Shift, false);
        Assert.Equal(0, FrontendCommands.Ask(system, program, "ctl", "source", "term").Status);
        Type(system, C, Enter);
        WaitForText("a\nc\n");
        // A program that was chosen ends when it is not any more.
        Assert.Equal(0, FrontendCommands.Ask(system, program, "ctl", "source", $"term:echo $$ > {file}.other; exec cat").Status);
        RunningSystem.WaitFor(() => File.Exists(file + ".other") && File.ReadAllText(file + ".other").EndsWith('\n'), () => "the other program has not started");
        string other = File.ReadAllText(file + ".other").Trim();
        Assert.True(Directory.Exists($"/proc/{other}"));
        Assert.Equal(0, FrontendCommands.Ask(system, program, "ctl", "source", "term").Status);
        RunningSystem.WaitFor(() => !Directory.Exists($"/proc/{other}"), () => $"process {other} still runs");
        Assert.True(Directory.Exists($"/proc/{File.ReadAllText(file + ".pid").Trim()}"));
        Assert.False(system.BackendsLeftConnected, system.Log);
        system.StopInOrder();
        File.Delete(file);
        File.Delete(file + ".pid");
        File.Delete(file + ".other");

        void WaitForText(string text) => RunningSystem.WaitFor(() => File.ReadAllText(file) == text, () => $"the program has read '{File.ReadAllText(file)}', not '{text}'");
    }

    /// <summary>The keys are shown while the command runs; the former source comes back when it is killed, and when the worker is.</summary>
    [Theory]
    [InlineData(FrontendKind.Built)]
    [InlineData(FrontendKind.Native)]
    public void Keys_AreShownWhileTheCommandRuns(FrontendKind kind)
    {
        string program = Frontends.Path(kind);
        using RunningSystem system = new(program, ["--source", "pattern", "--size", "640x480"]);
        system.WaitConnected();
        system.TypeAndExpect();
        using (Following keys = new(program, system, "keys", []))
        {
            keys.WaitFor("vfb/0 shows what is typed and pointed at, until Ctrl-C here");
            WaitForKeys(system);
            system.TypeAndExpect();
            Assert.Equal(
                (3, string.Empty, "xenfbfront: change vfb/0: xenfbfront ctl keys runs there; end that first\n"), FrontendCommands.Ask(system, program, "ctl", "source", "term"));
        }

        system.WaitForPattern(640, 480);
        system.TypeAndExpect();
        using (Following keys = new(program, system, "keys", ["0"]))
        {
            keys.WaitFor("vfb/0 shows");
            WaitForKeys(system);
            system.KillWorkers(1, new(1), 1);
            system.WaitForPattern(640, 480);
        }

        system.TypeAndExpect();
        Assert.Equal((2, string.Empty, "xenfbfront: keys takes nothing but the number of a vfb, as in keys 1\n"), FrontendCommands.Ask(system, program, "ctl", "keys", "all"));
        Assert.False(system.BackendsLeftConnected, system.Log);
        system.StopInOrder();
    }

    private static void Type(RunningSystem system, params uint[] keys)
    {
        foreach (uint key in keys)
        {
            system.Session.Input.Key(key, true);
            system.Session.Input.Key(key, false);
        }
    }

    private static void WaitForProgram(RunningSystem system, string program) =>
        RunningSystem.WaitFor(() => FrontendCommands.Ask(system, program, "ctl", "program").Output.EndsWith("\nconnected\n", StringComparison.Ordinal), () => "not connected again");

    private static void WaitForKeys(RunningSystem system) => RunningSystem.WaitFor(
        () =>
        {
            lock (system.Session.Screen.Gate)
            {
                return system.Session.Screen.Pixels is [{ } first, ..] && (first & 0xffffff) == KeysTitle;
            }
        },
        () => "the keys are not shown");
}
