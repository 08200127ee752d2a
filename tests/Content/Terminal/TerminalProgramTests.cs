using XenFbFront.Content.Terminal;
using Xunit;

namespace XenFbFront.Tests.Content.Terminal;

public class TerminalProgramTests
{
    private static readonly string[] s_everything =
    [
        "/bin/sh", "/bin/bash", "/sbin/agetty", "/usr/sbin/agetty", "/bin/agetty", "/usr/bin/agetty", "/sbin/getty", "/usr/sbin/getty", "/bin/getty", "/usr/bin/getty",
        "/bin/login", "/usr/bin/login",
    ];

    [Fact]
    public void Find_Command_IsTheShells()
    {
        TerminalProgram program = Find("vim \"a b\"", isRoot: true, s_everything)!;

        Assert.Equal(("/bin/sh", false, "vim \"a b\""), (program.Path, program.IsLogin, program.Description));
        Assert.Equal(["sh", "-c", "vim \"a b\""], program.Arguments);
    }

    [Fact]
    public void Find_CommandWithoutAShell_IsRunWordByWord()
    {
        TerminalProgram program = Find("/opt/show  -v file ", isRoot: true)!;

        Assert.Equal(("/opt/show", "/opt/show"), (program.Path, program.Description));
        Assert.Equal(["/opt/show", "-v", "file"], program.Arguments);
    }

    [Theory]
    [InlineData("/bin/bash", "/bin/bash")]
    [InlineData("/bin/gone", "/bin/sh")]
    [InlineData("bash", "/bin/sh")]
    [InlineData("", "/bin/sh")]
    [InlineData(null, "/bin/sh")]
    public void Find_OrdinaryUser_HasTheOwnShellElseSh(string? shell, string path)
    {
        TerminalProgram program = Find(null, isRoot: false, s_everything, shell)!;

        Assert.Equal((path, false, path), (program.Path, program.IsLogin, program.Description));
        Assert.Equal([path], program.Arguments);
    }

    [Fact]
    public void Find_OrdinaryUserWithoutAShell_IsToldWhatToDo()
    {
        Assert.Null(TerminalProgram.Find(null, false, static _ => false, "/bin/gone", out string reason));
        Assert.Equal("neither the shell that SHELL names nor /bin/sh is there: --term COMMAND says what to run", reason);
    }

    // What is there, best first: each is chosen when nothing before it is there.
    [Theory]
    [InlineData(0, "/sbin/agetty", "agetty", "-", VirtualTerminal.TermName)]
    [InlineData(1, "/sbin/getty", "getty", "-L", "0", "-", VirtualTerminal.TermName)]
    [InlineData(2, "/usr/sbin/agetty", "agetty", "-", VirtualTerminal.TermName)]
    [InlineData(3, "/usr/sbin/getty", "getty", "-L", "0", "-", VirtualTerminal.TermName)]
    [InlineData(4, "/bin/agetty", "agetty", "-", VirtualTerminal.TermName)]
    [InlineData(5, "/bin/getty", "getty", "-L", "0", "-", VirtualTerminal.TermName)]
    [InlineData(6, "/usr/bin/agetty", "agetty", "-", VirtualTerminal.TermName)]
    [InlineData(7, "/usr/bin/getty", "getty", "-L", "0", "-", VirtualTerminal.TermName)]
    [InlineData(8, "/bin/login", "login")]
    [InlineData(9, "/usr/bin/login", "login")]
    public void Find_Root_AsksWhoIsThere(int better, string path, params string[] arguments)
    {
        string[] order =
        [
            "/sbin/agetty", "/sbin/getty", "/usr/sbin/agetty", "/usr/sbin/getty", "/bin/agetty", "/bin/getty", "/usr/bin/agetty", "/usr/bin/getty", "/bin/login", "/usr/bin/login",
        ];
        TerminalProgram program = Find(null, isRoot: true, [.. order[better..], "/bin/sh", "/bin/bash"], "/bin/bash")!;

        Assert.Equal((path, true, path), (program.Path, program.IsLogin, program.Description));
        Assert.Equal(arguments, program.Arguments);
    }

    [Fact]
    public void Find_RootWithoutALogin_GetsNoShell()
    {
        Assert.Null(TerminalProgram.Find(null, true, static path => path is "/bin/sh" or "/bin/bash", "/bin/bash", out string reason));
        Assert.Contains("--term COMMAND runs something else, as root", reason);
    }

    [Fact]
    public void Environment_HasWhatAUserNeedsAndNothingElse()
    {
        Dictionary<string, string> own = new() { ["HOME"] = "/root", ["LC_ALL"] = "de_DE.UTF-8", ["PATH"] = "/opt", ["NOTIFY_SOCKET"] = "/run/notify", ["TERM"] = "linux" };

        Assert.Equal(["TERM=xterm-256color", "COLORTERM=truecolor", "COLORFGBG=7;0", "HOME=/root", "PATH=/opt", "LC_ALL=de_DE.UTF-8"], TerminalProgram.Environment(own.GetValueOrDefault));
        Assert.Equal(
            ["TERM=xterm-256color", "COLORTERM=truecolor", "COLORFGBG=7;0", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8"],
            TerminalProgram.Environment(static _ => null));
    }

    private static TerminalProgram? Find(string? command, bool isRoot, string[]? there = null, string? shell = null) =>
        TerminalProgram.Find(command, isRoot, path => there is not null && there.Contains(path), shell, out _);
}
