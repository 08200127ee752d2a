using System.Text;

namespace XenFbFront.Configuration;

/// <summary>What was said, by whom, and what is wrong with it.</summary>
internal sealed class Settings
{
    /// <summary>Where a setting of the arguments comes from.</summary>
    public const string FromCommandLine = "command line";

    /// <summary>What holds, each with its key, the value as it was given, and where: <c>FILE:LINE</c> or <see cref="FromCommandLine"/>.</summary>
    private readonly List<(string Key, Option Option, string Value, string Place)> _holding = [];

    /// <summary>What comes of it.</summary>
    public DaemonOptions Options { get; } = new();

    /// <summary>With one of these the program does not start. A line each.</summary>
    public List<string> Mistakes { get; } = [];

    /// <summary>What a person may not have meant. A line each.</summary>
    public List<string> Warnings { get; } = [];

    /// <summary>Takes a setting; a later one wins.</summary>
    /// <exception cref="OptionException">The value is wrong.</exception>
    public void Set(Option option, string value, string place)
    {
        option.Set?.Invoke(Options, value);
        string key = option.KeyOf(value);
        int index = _holding.FindIndex(setting => setting.Key == key);
        if (index >= 0)
        {
            if (place != FromCommandLine)
            {
                Warnings.Add($"{place}: {key} is said again; what {_holding[index].Place} says does not count");
            }

            _holding.RemoveAt(index);
        }

        _holding.Add((key, option, value, place));
    }

    /// <summary>Everything was said.</summary>
    public void Complete()
    {
        if (Options.TerminalCommand is not null && Options.Source == SourceKind.Automatic)
        {
            Options.Source = SourceKind.Terminal;
        }

        foreach ((_, Option option, string value, string place) in _holding)
        {
            try
            {
                option.Check?.Invoke(Options, value);
            }
            catch (OptionException exception)
            {
                Mistakes.Add(place == FromCommandLine ? exception.Message : $"{place}: {exception.Message}");
            }
        }
    }

    /// <summary>A line for each setting and where it comes from, then the defaults as comments: a configuration file that says the same.</summary>
    public string Print()
    {
        StringBuilder text = new();
        foreach (Option option in OptionTable.All)
        {
            bool isSaid = false;
            foreach ((_, Option said, string value, string place) in _holding)
            {
                if (said == option)
                {
                    isSaid = true;
                    string line = option.IsBare ? $"# --{option.Name}" : option.IsForCommandLine ? $"# --{option.Name} {value}" : $"{option.Name} = {ConfigurationLine.Quote(value)}";
                    text.Append(line.PadRight(39)).Append(" # ").Append(place).Append('\n');
                }
            }

            if (!isSaid && !option.IsForCommandLine)
            {
                string reason = option.Name == "source" && Options.Source == SourceKind.Terminal ? "term, as term is said" : option.Default is { } value ? $"{value} (default)" : "not set";
                text.Append($"# {option.Name}: {reason}\n");
            }
        }

        return text.ToString();
    }
}
