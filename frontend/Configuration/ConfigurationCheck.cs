namespace XenFbFront.Configuration;

/// <summary><c>xenfbfront --check-config</c>: what the command line and the configuration file say, and all that is wrong with it.</summary>
internal static class ConfigurationCheck
{
    /// <summary>The option that asks for it.</summary>
    public const string Switch = "--check-config";

    /// <summary>Prints the settings on standard output, mistakes and warnings on standard error.</summary>
    /// <param name="arguments">As given.</param>
    /// <param name="readFile">As in <see cref="CommandLine.Parse"/>.</param>
    /// <param name="write">Takes a descriptor, 1 or 2, and whole lines.</param>
    /// <returns>The exit status: whether xenfbfront would start with it.</returns>
    /// <exception cref="OptionException">The file cannot be read.</exception>
    public static int Run(ReadOnlySpan<string> arguments, Func<string, string?> readFile, Action<int, string> write)
    {
        List<string> others = [];
        foreach (string argument in arguments)
        {
            if (argument != Switch)
            {
                others.Add(argument);
            }
        }

        Settings settings = CommandLine.Read([.. others], readFile);
        foreach (string line in (ReadOnlySpan<string>)[.. settings.Mistakes, .. settings.Warnings])
        {
            write(2, $"xenfbfront: {PlainText.Of(line)}\n");
        }

        if (settings.Mistakes.Count > 0)
        {
            return ExitStatus.Usage;
        }

        write(1, settings.Print());
        return ExitStatus.Success;
    }
}
