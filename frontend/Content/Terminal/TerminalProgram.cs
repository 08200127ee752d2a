using Xenbus.Linux.Interop;

namespace XenFbFront.Content.Terminal;

/// <summary>What runs on the terminal.</summary>
/// <param name="Path">Absolute path.</param>
/// <param name="Arguments">The name first.</param>
/// <param name="IsLogin">Whether it asks who is there: then nothing of one session may be seen in the next.</param>
internal sealed record TerminalProgram(string Path, string[] Arguments, bool IsLogin)
{
    private const string ShellPath = "/bin/sh";

    /// <summary>Variables of this process that the program gets too; the others are a service's own affair.</summary>
    private static readonly string[] s_inherited = ["HOME", "PATH", "LANG", "LC_ALL", "LC_CTYPE", "SHELL", "USER", "LOGNAME", "TZ"];

    /// <summary>For people, as in <c>/sbin/agetty</c>.</summary>
    public string Description => Arguments is [_, "-c", string command] ? command : Path;

    /// <summary>Finds what to run.</summary>
    /// <param name="command">What was asked for, or null.</param>
    /// <param name="isRoot">Whether this process may do everything: then nobody gets a shell without a login.</param>
    /// <param name="exists">Whether a file is there.</param>
    /// <param name="shell">The user's shell, or null.</param>
    /// <param name="reason">When there is nothing, what to do; else empty.</param>
    public static TerminalProgram? Find(string? command, bool isRoot, Func<string, bool> exists, string? shell, out string reason)
    {
        reason = string.Empty;
        if (command is not null)
        {
            // A system without a shell runs it all the same, word by word.
            return exists(ShellPath) ? new(ShellPath, ["sh", "-c", command], false) : ByWords(command);
        }

        if (!isRoot)
        {
            string path = shell is not null && shell.StartsWith('/') && exists(shell) ? shell : ShellPath;
            reason = exists(path) ? string.Empty : $"neither the shell that SHELL names nor {ShellPath} is there: --term COMMAND says what to run";
            return reason.Length == 0 ? new(path, [path], false) : null;
        }

        foreach (string folder in (string[])["/sbin/", "/usr/sbin/", "/bin/", "/usr/bin/"])
        {
            // It waits for a name without end, where login would give up after a minute and be started again.
            if (exists(folder + "agetty"))
            {
                return new(folder + "agetty", ["agetty", "-", VirtualTerminal.TermName], true);
            }

            // Busybox's: its first argument is a speed, 0 leaves it alone; the second is standard input.
            if (exists(folder + "getty"))
            {
                return new(folder + "getty", ["getty", "-L", "0", "-", VirtualTerminal.TermName], true);
            }
        }

        foreach (string login in (string[])["/bin/login", "/usr/bin/login"])
        {
            if (exists(login))
            {
                return new(login, ["login"], true);
            }
        }

        reason = "neither agetty, getty nor login is there to ask who sits at the screen: --term COMMAND runs something else, as root";
        return null;
    }

    /// <summary>The program's environment, as <c>NAME=value</c>.</summary>
    public static string[] Environment(Func<string, string?> read)
    {
        // Grey on black: vim and others that would ask (OSC 11) and get no answer take their colours by it.
        List<string> variables = [$"TERM={VirtualTerminal.TermName}", "COLORTERM=truecolor", "COLORFGBG=7;0"];
        foreach (string name in s_inherited)
        {
            if (read(name) is { } value)
            {
                variables.Add($"{name}={value}");
            }
        }

        if (read("PATH") is null)
        {
            variables.Add("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
        }

        if (read("LANG") is null && read("LC_ALL") is null)
        {
            // The terminal speaks UTF-8, programs should know.
            variables.Add("LANG=C.UTF-8");
        }

        return [.. variables];
    }

    /// <summary>Starts it on a terminal.</summary>
    /// <returns>The process id, or a negated errno.</returns>
    public int Start(string terminal) => Libc.SpawnOnTerminal(Path, Arguments, Environment(System.Environment.GetEnvironmentVariable), terminal);

    private static TerminalProgram? ByWords(string command)
    {
        string[] words = command.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return words.Length == 0 ? null : new(words[0], words, false);
    }
}
