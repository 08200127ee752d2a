using System.Globalization;
using Xenbus.Linux.Interop;

namespace XenFbFront.Holder;

/// <summary>How a holder becomes another program, or another version of this one, and hands it what it keeps.</summary>
/// <remarks>The process stays, and so do its descriptors; an environment variable says which is which, as <c>NUMBER=NAME;…</c>.</remarks>
internal static class Succession
{
    /// <summary>
    /// Raised whenever a worker could not go on with what a worker of the former version kept: with the layout of connection records or notes, the names of
    /// kept descriptors, or the messages between holder and worker. Programs of different numbers do not follow each other.
    /// </summary>
    public const int Format = 2;

    private const string KeptVariable = "XENFBFRONT_KEPT", ArgumentsVariable = "XENFBFRONT_FORMER_ARGUMENTS", Former = "former";

    private static Legacy? s_waiting = Read();

    /// <summary>Whether this process was another program before, and has been handed what that one kept.</summary>
    public static bool IsPending => s_waiting is not null;

    /// <summary>What the program kept that this process was before, once; null when it was none.</summary>
    public static Legacy? TakeUp()
    {
        Legacy? legacy = s_waiting;
        s_waiting = null;
        return legacy;
    }

    /// <summary>Becomes the program at a path, which may go back to this one. Returns only on failure.</summary>
    /// <returns>A negated errno.</returns>
    public static int Become(string path, List<(string Name, Descriptor File)> kept)
    {
        int program = Libc.Open(SelfProgram.Executable, OpenFlags.ReadOnly);
        using Descriptor? present = program >= 0 ? new(program) : null;
        return Hand(
            present is null ? kept : [.. kept, (Former, present)],
            [$"{ArgumentsVariable}={string.Join('\n', SelfProgram.Arguments)}"],
            environment => Libc.Execute(path, [path, .. SelfProgram.Arguments[1..]], environment));
    }

    /// <summary>Becomes the former program again. Returns only on failure, or when there is none.</summary>
    /// <param name="legacy">What this one was handed.</param>
    /// <param name="kept">What it keeps now.</param>
    /// <param name="say">Prints a line for people.</param>
    public static void GoBack(Legacy? legacy, List<(string Name, Descriptor File)> kept, Action<string> say)
    {
        if (legacy?.FormerProgram is { } former)
        {
            say($"{SelfProgram.Path} fails at once: going back to the program before it");
            int result = Hand(kept, [], environment => Libc.Execute(former, legacy.FormerArguments, environment));
            say($"that cannot be executed any more: {Errno.Text(-result)}");
        }
    }

    private static int Hand(List<(string Name, Descriptor File)> kept, string[] variables, Func<string[], int> execute)
    {
        List<string> entries = [];
        foreach ((string name, Descriptor file) in kept)
        {
            Libc.SetInherited(file.Number, true);
            entries.Add($"{file.Number}={name}");
        }

        int result = execute([.. SelfProgram.ReadEnvironment(), .. variables, $"{KeptVariable}={string.Join(';', entries)}"]);
        foreach ((_, Descriptor file) in kept)
        {
            Libc.SetInherited(file.Number, false);
        }

        return result;
    }

    private static Legacy? Read()
    {
        if (Environment.GetEnvironmentVariable(KeptVariable) is not { Length: > 0 } entries)
        {
            return null;
        }

        List<(string, Descriptor)> kept = [];
        Descriptor? former = null;
        foreach (string entry in entries.Split(';'))
        {
            int equals = entry.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0 || !int.TryParse(entry[..equals], NumberStyles.None, CultureInfo.InvariantCulture, out int number) || Libc.SetInherited(number, false) < 0)
            {
                continue;
            }

            if (entry[(equals + 1)..] == Former)
            {
                former = new(number);
            }
            else
            {
                kept.Add((entry[(equals + 1)..], new Descriptor(number)));
            }
        }

        string[] arguments = (Environment.GetEnvironmentVariable(ArgumentsVariable) ?? string.Empty).Split('\n');
        // Not for workers, and not for whoever comes after.
        Environment.SetEnvironmentVariable(KeptVariable, null);
        Environment.SetEnvironmentVariable(ArgumentsVariable, null);
        return new(kept, former, arguments);
    }
}

/// <summary>What a program finds that has been put in another one's place.</summary>
/// <param name="kept">Descriptors by name.</param>
/// <param name="formerProgram">The other one, or null where it could not be opened.</param>
/// <param name="formerArguments">What it was executed with.</param>
internal sealed class Legacy(List<(string Name, Descriptor File)> kept, Descriptor? formerProgram, string[] formerArguments)
{
    /// <summary>Descriptors by name.</summary>
    public List<(string Name, Descriptor File)> Kept => kept;

    /// <summary>The program to go back to, or null.</summary>
    public Descriptor? FormerProgram => formerProgram;

    /// <summary>What it was executed with, the name first.</summary>
    public string[] FormerArguments => formerArguments;
}
