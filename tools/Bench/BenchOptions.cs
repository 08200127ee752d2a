using System.Globalization;
using System.Runtime.InteropServices;
using XenFbFront.Configuration;

namespace XenFbFront.Bench;

/// <summary>What a person can choose.</summary>
internal sealed class BenchOptions
{
    /// <summary>What <c>--help</c> prints.</summary>
    public const string Help = """
        Bench: what the daemon costs, measured

        usage: dotnet run -c Release --project tools/Bench -- [figures|console|terminal|lifecycle|micro|all] [OPTION...]

          figures            size, memory, start, allocations and idle wake-ups of the
                             published daemon against their limits (the default)
          console            what a mirrored text console costs, as ratios to something
                             bare, against their limits
          terminal           how fast the built-in terminal takes text, as ratios to a
                             loop that only reads it, against their limits
          lifecycle          how long picture and keys are away when the guest is
                             restored, a backend or a worker is killed, the program
                             upgraded, the screen resized, against 200 ms
          micro              times of single steps, as ratios to something bare
          all                everything
          --frontend PATH    the published daemon (default: where dotnet publish puts it)
          --idle-seconds N   how long to watch it idle, 1 to 3600 (default: 60)
          --restores N       how often the guest is restored, 1 to 1000 (default: 50)
          --samples N        of each latency, 100 to 100000 (default: 1000)
          --verbose          what BenchmarkDotNet says as well

        Exit status: 0 all within limits, 1 a limit was exceeded or a measurement failed,
        2 wrong option, 3 something is missing.

        """;

    /// <summary>Whether the figures are asked for.</summary>
    public bool HasFigures { get; private set; } = true;

    /// <summary>Whether the console's figures are asked for.</summary>
    public bool HasConsole { get; private set; }

    /// <summary>Whether the terminal's figures are asked for.</summary>
    public bool HasTerminal { get; private set; }

    /// <summary>Whether the times of the lifecycle are asked for.</summary>
    public bool HasLifecycle { get; private set; }

    /// <summary>Whether the single steps are asked for.</summary>
    public bool HasMicro { get; private set; }

    /// <summary>The published daemon.</summary>
    public string FrontendPath { get; private set; } = PublishedFrontend();

    /// <summary>How long the idle daemon is watched, seconds.</summary>
    public int IdleSeconds { get; private set; } = 60;

    /// <summary>How often the guest is restored.</summary>
    public int Restores { get; private set; } = 50;

    /// <summary>Samples of each latency distribution.</summary>
    public int Samples { get; private set; } = 1000;

    /// <summary>Whether BenchmarkDotNet's own output is shown.</summary>
    public bool IsVerbose { get; private set; }

    /// <summary>Reads the arguments.</summary>
    /// <exception cref="OptionException">One is wrong.</exception>
    public static BenchOptions Parse(string[] arguments)
    {
        BenchOptions options = new();
        for (int i = 0; i < arguments.Length; i++)
        {
            switch (arguments[i])
            {
                case "figures":
                case "console":
                case "terminal":
                case "lifecycle":
                case "micro":
                case "all":
                    options.Choose(arguments[i]);
                    break;
                case "--verbose":
                    options.IsVerbose = true;
                    break;
                case "--frontend":
                    options.FrontendPath = Path.GetFullPath(Value(arguments, ref i));
                    break;
                case "--idle-seconds":
                    options.IdleSeconds = Number(arguments, ref i, 1, 3600);
                    break;
                case "--restores":
                    options.Restores = Number(arguments, ref i, 1, 1000);
                    break;
                case "--samples":
                    options.Samples = Number(arguments, ref i, 100, 100_000);
                    break;
                default:
                    throw new OptionException($"unknown {arguments[i]}; --help lists the options");
            }
        }

        return options;
    }

    private void Choose(string part)
    {
        HasFigures = part is "figures" or "all";
        HasConsole = part is "console" or "all";
        HasTerminal = part is "terminal" or "all";
        HasLifecycle = part is "lifecycle" or "all";
        HasMicro = part is "micro" or "all";
    }

    private static string Value(string[] arguments, ref int index) =>
        index + 1 < arguments.Length ? arguments[++index] : throw new OptionException($"{arguments[index]} needs a value");

    private static int Number(string[] arguments, ref int index, int min, int max)
    {
        string name = arguments[index];
        return int.TryParse(Value(arguments, ref index), NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= min && number <= max
            ? number
            : throw new OptionException($"{name} must be {min} to {max}");
    }

    /// <summary>Where <c>dotnet publish frontend -c Release</c> puts it, in the tree that this tool was built in.</summary>
    private static string PublishedFrontend()
    {
        string? root = AppContext.BaseDirectory;
        while (root is not null && !File.Exists(Path.Combine(root, "XenFbFront.sln")))
        {
            root = Path.GetDirectoryName(root);
        }

        return Path.Combine(root ?? ".", "frontend/bin/Release/net10.0", RuntimeInformation.RuntimeIdentifier, "publish/xenfbfront");
    }
}
