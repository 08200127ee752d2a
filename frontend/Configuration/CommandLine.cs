namespace XenFbFront.Configuration;

/// <summary>From arguments and the configuration file to what the program is to do; the arguments win.</summary>
internal static class CommandLine
{
    /// <summary>Read when it is there and no other is named.</summary>
    public const string DefaultConfigurationFile = "/etc/xenfbfront.conf";

    /// <summary>What makes a process a worker. Only a holder says it, so no help has it.</summary>
    private const string Worker = "--worker";

    /// <summary>Reads both.</summary>
    /// <param name="arguments">Without the program's name.</param>
    /// <param name="readFile">Content of a file, or null when there is none; throws <see cref="OptionException"/> when it cannot be read.</param>
    /// <param name="warn">Takes lines about what a person may not have meant; null for nobody.</param>
    /// <exception cref="OptionException">Something is wrong; one line says what and what is right.</exception>
    public static DaemonOptions Parse(ReadOnlySpan<string> arguments, Func<string, string?> readFile, Action<string>? warn = null)
    {
        Settings settings = Read(arguments, readFile);
        switch (settings.Mistakes)
        {
            case [string only]:
                throw new OptionException(only);
            case [string first, ..]:
                int more = settings.Mistakes.Count - 1;
                throw new OptionException($"{first}; {more} more {(more == 1 ? "mistake is" : "mistakes are")} listed by xenfbfront --check-config");
        }

        foreach (string warning in settings.Warnings)
        {
            warn?.Invoke(warning);
        }

        return settings.Options;
    }

    /// <summary>Reads both, and keeps what is wrong: all mistakes of the file, and those of the arguments up to a word that is no option, as what follows may be its value.</summary>
    /// <param name="arguments">Without the program's name.</param>
    /// <param name="readFile">As in <see cref="Parse"/>.</param>
    /// <exception cref="OptionException">The file cannot be read.</exception>
    public static Settings Read(ReadOnlySpan<string> arguments, Func<string, string?> readFile)
    {
        Settings settings = new();
        string? named = ValueOf(arguments, "--config");
        string file = named ?? DefaultConfigurationFile;
        if (readFile(file) is { } text)
        {
            ReadFile(settings, file, text);
        }
        else if (named is not null)
        {
            settings.Mistakes.Add($"--config {named}: no such file");
        }

        try
        {
            ReadArguments(settings, arguments);
        }
        catch (OptionException exception)
        {
            settings.Mistakes.Add(exception.Message);
        }

        settings.Complete();
        return settings;
    }

    private static void ReadArguments(Settings settings, ReadOnlySpan<string> arguments)
    {
        for (int i = 0; i < arguments.Length; i++)
        {
            string argument = arguments[i];
            if (argument == Worker)
            {
                settings.Options.IsWorker = true;
                continue;
            }

            int equals = argument.IndexOf('=', StringComparison.Ordinal);
            string name = equals < 0 ? argument : argument[..equals];
            if (!name.StartsWith("--", StringComparison.Ordinal) || OptionTable.Find(name[2..]) is not { } option)
            {
                string meant = name.StartsWith('-') && OptionTable.Nearest(name) is { } nearest ? $"did you mean --{nearest}? " : string.Empty;
                throw new OptionException($"unknown option {argument}; {meant}xenfbfront --help-all lists them");
            }

            if (option.IsBare)
            {
                if (equals >= 0 || option.Set is null)
                {
                    throw new OptionException(equals >= 0 ? $"{name} takes no value" : $"{name} stands alone, or with xenfbfront itself");
                }

                Set(option, string.Empty);
                continue;
            }

            string? value = equals >= 0 ? argument[(equals + 1)..] : option.Alone ?? (++i < arguments.Length ? arguments[i] : null);
            if (string.IsNullOrEmpty(value))
            {
                throw new OptionException($"{name} needs a value: {name} {option.Alone ?? option.Value}");
            }

            Set(option, value);
        }

        void Set(Option option, string value)
        {
            try
            {
                settings.Set(option, value, Settings.FromCommandLine);
            }
            catch (OptionException exception)
            {
                settings.Mistakes.Add(exception.Message);
            }
        }
    }

    private static void ReadFile(Settings settings, string file, string text)
    {
        int number = 0;
        foreach (string line in text.TrimStart('\uFEFF').Split('\n'))
        {
            string place = $"{file}:{++number}";
            try
            {
                if (ConfigurationLine.TryParse(line, out string name, out string value))
                {
                    settings.Set(FindForFile(name, value), value, place);
                }
            }
            catch (OptionException exception)
            {
                settings.Mistakes.Add($"{place}: {exception.Message}");
            }
        }
    }

    private static Option FindForFile(string name, string value)
    {
        if (OptionTable.Find(name) is not { } option)
        {
            string meant = OptionTable.Nearest(name) is { } nearest && OptionTable.Find(nearest)!.IsForCommandLine == false ? $"did you mean {nearest}? " : string.Empty;
            throw new OptionException($"there is no `{name}`; {meant}xenfbfront --help-all lists the names");
        }

        if (option.IsForCommandLine)
        {
            throw new OptionException($"{name} is for the command line only");
        }

        return value.Length > 0 ? option : throw new OptionException($"{name} needs a value: {name} = {option.Alone ?? option.Value}");
    }

    private static string? ValueOf(ReadOnlySpan<string> arguments, string name)
    {
        for (int i = 0; i < arguments.Length; i++)
        {
            if (arguments[i] == name && i + 1 < arguments.Length)
            {
                return arguments[i + 1];
            }

            if (arguments[i].StartsWith(name + "=", StringComparison.Ordinal))
            {
                return arguments[i][(name.Length + 1)..];
            }
        }

        return null;
    }
}
