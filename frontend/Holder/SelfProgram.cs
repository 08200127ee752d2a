using System.Collections;
using System.Text;
using Xenbus;
using Xenbus.Linux.Interop;

namespace XenFbFront.Holder;

/// <summary>How to execute this program again: also without /proc, as in an empty root.</summary>
internal static class SelfProgram
{
    /// <summary>What the program listens to; blocked in all its threads, see <see cref="ExecuteAgainWithBlockedSignals"/>.</summary>
    public static int[] Signals { get; } = [Libc.SIGHUP, Libc.SIGINT, Libc.SIGTERM, Libc.SIGCHLD];

    /// <summary>Absolute path of the file that was executed.</summary>
    public static string Path { get; } = Libc.ReadLink("/proc/self/exe") ?? Libc.ExecutedPath() ?? Environment.GetCommandLineArgs()[0];

    /// <summary>
    /// What to execute to get this very program: a package may have put another version in the place of its file, and holder and worker must be of one.
    /// </summary>
    public static string Executable => IsReplaced ? "/proc/self/exe" : Path;

    /// <summary>Whether the file is no longer what was executed.</summary>
    private static bool IsReplaced => Libc.ReadLink("/proc/self/exe")?.EndsWith(" (deleted)", StringComparison.Ordinal) == true;

    /// <summary>The arguments it was executed with, the name first.</summary>
    public static string[] Arguments { get; } = ReadArguments();

    /// <summary>The environment, as <c>NAME=value</c>.</summary>
    public static string[] ReadEnvironment()
    {
        List<string> variables = [];
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
        {
            variables.Add($"{variable.Key}={variable.Value}");
        }

        return [.. variables];
    }

    /// <summary>Gives the process its name; executed by way of a descriptor or of /proc it has none that a person knows.</summary>
    /// <param name="name">At most 15 bytes.</param>
    public static void SetName(string name)
    {
        int file = Libc.Open("/proc/self/comm", OpenFlags.WriteOnly);
        if (file >= 0)
        {
            Libc.Write(file, Encoding.ASCII.GetBytes(name));
            Libc.Close(file);
        }
    }

    /// <summary>
    /// Makes sure that the signals are blocked in every thread: the runtime starts threads before the program's first line, so they are blocked
    /// here and the program is executed once more, which inherits that. Returns at once the second time.
    /// </summary>
    /// <exception cref="XenException">The program's file cannot be executed.</exception>
    public static void ExecuteAgainWithBlockedSignals()
    {
        if (!Array.TrueForAll(Signals, Libc.IsSignalBlocked))
        {
            Libc.Block(Signals);
            int result = Libc.Execute(Executable, Arguments, ReadEnvironment());
            throw new XenException("execute", Path, -result);
        }
    }

    /// <summary>What the kernel has: a host program such as <c>dotnet</c> is part of it, which the runtime leaves out.</summary>
    private static string[] ReadArguments()
    {
        int file = Libc.Open("/proc/self/cmdline", OpenFlags.ReadOnly);
        if (file < 0)
        {
            return Environment.GetCommandLineArgs();
        }

        using Descriptor owner = new(file);
        List<byte> bytes = [];
        Span<byte> buffer = stackalloc byte[4096];
        for (int count; (count = Libc.Read(file, buffer)) > 0;)
        {
            bytes.AddRange(buffer[..count]);
        }

        return Encoding.UTF8.GetString([.. bytes]).TrimEnd('\0').Split('\0');
    }
}
