using System.Text;
using Xenbus;
using Xenbus.Linux.Interop;
using XenFbFront.Configuration;
using XenFbFront.Holder;
using XenFbFront.Vfb;

namespace XenFbFront.Control;

/// <summary>The other side: <c>xenfbfront ctl COMMAND</c> and <c>xenfbfront upgrade</c>.</summary>
internal static class ControlProgram
{
    /// <summary>Exit status of a program that does not run, or of a request that cannot be carried out.</summary>
    private const int Refused = ExitStatus.Environment;

    /// <summary>How long an upgrade may take: two generations of workers connect within milliseconds; the machine may be busy.</summary>
    private static readonly TimeSpan s_upgrade = TimeSpan.FromSeconds(20), s_pause = TimeSpan.FromMilliseconds(20);

    /// <summary>Runs a command against the program that serves this guest.</summary>
    /// <param name="arguments">As given, <c>ctl</c> or <c>upgrade</c> first.</param>
    /// <returns>The exit status.</returns>
    /// <exception cref="OptionException">The words are wrong.</exception>
    /// <exception cref="XenException">No program answers.</exception>
    public static int Run(ReadOnlySpan<string> arguments)
    {
        string? loopback = null;
        List<string> words = [];
        for (int i = arguments[0] == "ctl" ? 1 : 0; i < arguments.Length; i++)
        {
            if (arguments[i] != "--loopback")
            {
                words.Add(arguments[i]);
            }
            else if (++i < arguments.Length)
            {
                loopback = arguments[i];
            }
            else
            {
                throw new OptionException("--loopback needs a value: --loopback DIR");
            }
        }

        if (words is [] or ["help", ..] || words.Contains("--help") || words.Contains("-h"))
        {
            LineLogger.Write(1, ControlCommands.Help);
            return words is [] ? ExitStatus.Usage : ExitStatus.Success;
        }

        // Before anybody is asked: whoever mistypes is not told that no program runs.
        if (!ControlCommands.IsCommand(words[0]))
        {
            throw new OptionException(ControlCommands.Unknown(words[0]));
        }

        string path = RuntimeFiles.Control(loopback);
        return words switch
        {
            ["upgrade"] => Upgrade(path),
            ["screenshot", .. { } others] => TakeScreenshot(path, others),
            ["watch", .. { } others] => ControlWatch.Run(path, others),
            ["metrics", { } file] when !file.StartsWith('-') => WriteMetrics(path, file),
            ["trace", ..] => ControlTrace.Run(path, words),
            _ => Ask(path, words, static line => LineLogger.Write(1, line + "\n")),
        };
    }

    /// <summary>The worker hands over the pixels; the file is this process' and its user's.</summary>
    private static int TakeScreenshot(string path, List<string> words)
    {
        if (words is not ([_] or [_, _]))
        {
            throw new OptionException("screenshot needs a file, as in screenshot FILE.png, or screenshot 1 FILE.png for vfb/1; - is standard output");
        }

        List<string> request = ["screenshot", .. words[..^1]];
        return Ask(path, request, static line => LineLogger.Write(2, line + "\n"), (text, pixels) => Screenshot.Write(pixels, ScreenSize.TryParse(text, out ScreenSize size) ? size : throw new XenException("read", "the picture's size", 0), words[^1]));
    }

    /// <summary>As the screenshot, the file is this process' and its user's.</summary>
    private static int WriteMetrics(string path, string file)
    {
        StringBuilder text = new();
        int status = Ask(path, ["metrics"], line => text.Append(line).Append('\n'));
        if (status == ExitStatus.Success)
        {
            MetricsFile.Write(file, text.ToString());
        }

        return status;
    }

    /// <summary>Lets the running program become this one, and waits until this one does the work.</summary>
    private static int Upgrade(string path)
    {
        List<string> before = [], after = [];
        int status = Ask(path, ["program"], before.Add);
        if (status != ExitStatus.Success)
        {
            return status;
        }

        status = Ask(path, ["upgrade", SelfProgram.Path, $"{Succession.Format}"], static _ => { });
        if (status != ExitStatus.Success)
        {
            return status;
        }

        long started = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(started) < s_upgrade)
        {
            Thread.Sleep(s_pause);
            after.Clear();
            // The worker's process is another one, and it has said that everything is connected.
            if (TryAsk(path, ["program"], after.Add) && after.Count == before.Count && after[1] != before[1] && after[2] == before[2])
            {
                bool isOurs = after[0] == SelfProgram.Path;
                LineLogger.Write(isOurs ? 1 : 2, isOurs ? $"upgraded: {after[0]}, {after[1]}\n" : $"xenfbfront: {SelfProgram.Path} failed, the program before it goes on; its log says why\n");
                return isOurs ? ExitStatus.Success : Refused;
            }
        }

        LineLogger.Write(2, "xenfbfront: the upgraded program is not at work yet; its log says why\n");
        return Refused;
    }

    private static bool TryAsk(string path, List<string> words, Action<string> say)
    {
        try
        {
            return Ask(path, words, say) == ExitStatus.Success;
        }
        catch (XenException)
        {
            // Between two workers.
            return false;
        }
    }

    private static int Ask(string path, List<string> words, Action<string> say, Action<string, Descriptor>? take = null) =>
        ControlClient.Ask(path, words, say, take) is { } refusal ? ControlClient.Refuse(refusal) : ExitStatus.Success;
}
