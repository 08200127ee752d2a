namespace XenFbFront.Configuration;

/// <summary>One option: a row of <see cref="OptionTable"/>.</summary>
/// <param name="Name">Without the dashes.</param>
/// <param name="Value">What stands behind it in the help; empty when it stands alone.</param>
/// <param name="Help">A line, or two.</param>
internal sealed record Option(string Name, string Value, string Help)
{
    /// <summary>Takes the value; null for an option that says what to do instead of how.</summary>
    /// <remarks>Throws <see cref="OptionException"/> when the value is wrong.</remarks>
    public Action<DaemonOptions, string>? Set { get; init; }

    /// <summary>Looks at the value again when everything is set: sizes depend on the depth, which may be given behind them. Throws like <see cref="Set"/>.</summary>
    public Action<DaemonOptions, string>? Check { get; init; }

    /// <summary>What holds when nothing is said, in words or as a value; null for nothing.</summary>
    public string? Default { get; init; }

    /// <summary>The value that it has on the command line when it stands alone; null when it needs one, or has none.</summary>
    public string? Alone { get; init; }

    /// <summary>Values that are fixed words, for shells to complete. One that ends with <c>:</c> wants more.</summary>
    public string[] Words { get; init; } = [];

    /// <summary>Whether <c>N=</c> in front of the value makes it that of vfb/N alone, so that it may be said once for each.</summary>
    public bool IsNumbered { get; init; }

    /// <summary>Left out of <c>--help</c>.</summary>
    public bool IsRare { get; init; }

    /// <summary>Not for the configuration file.</summary>
    public bool IsForCommandLine { get; init; }

    /// <summary>Whether it takes no value.</summary>
    public bool IsBare => Value.Length == 0 && Alone is null;

    /// <summary>Two settings with the same key exclude each other: the later one holds.</summary>
    public string KeyOf(string value)
    {
        int equals = IsNumbered ? value.IndexOf('=', StringComparison.Ordinal) : -1;
        return equals < 0 ? Name : $"{Name} {value[..equals]}";
    }
}
