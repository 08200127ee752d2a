using System.Globalization;
using System.Text;
using Xenbus;
using Xenbus.Linux.Interop;
using XenFbFront.Configuration;

namespace XenFbFront.Control;

/// <summary><c>xenfbfront ctl watch</c>: asks again and again, and tells what happened in between.</summary>
/// <remarks>On a terminal each report takes the place of the one before; elsewhere it is a line. Ctrl-C ends it as it ends any program: nothing is to be put back.</remarks>
internal static class ControlWatch
{
    private const int ShortestMs = 100, LongestMs = 3_600_000;

    /// <summary>Runs until the program that serves this guest has ended, or nobody reads any more.</summary>
    /// <param name="path">Of its socket.</param>
    /// <param name="words">Behind <c>watch</c>.</param>
    /// <returns>The exit status.</returns>
    /// <exception cref="OptionException">The words are wrong.</exception>
    /// <exception cref="XenException">No program answers at the beginning.</exception>
    public static int Run(string path, List<string> words)
    {
        bool isJson = words.Remove("--json");
        int periodMs = 1000;
        if (words is not ([] or [_]) || (words is [{ } text] && !TryReadMilliseconds(text, out periodMs)))
        {
            throw new OptionException("watch takes seconds from 0.1 to 3600, as in watch 5, and --json");
        }

        TimeSpan period = TimeSpan.FromMilliseconds(periodMs);
        List<DeviceSample> before = [];
        if (ControlClient.Ask(path, ["watch"], line => before.Add(DeviceSample.Read(line))) is { } refusal)
        {
            return ControlClient.Refuse(refusal);
        }

        string title = $"xenfbfront: rates of {(words is [{ } said] ? said : "1")} s, latencies p50/p90/p99/max in ms; Ctrl-C ends";
        long began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            TimeSpan left = period - TimeProvider.System.GetElapsedTime(began);
            if (left > TimeSpan.Zero)
            {
                Thread.Sleep(left);
            }

            if (!TryAsk(path, out List<DeviceSample> now, out refusal))
            {
                return refusal is null ? TellEnd() : ControlClient.Refuse(refusal);
            }

            long asked = TimeProvider.System.GetTimestamp();
            WatchReport report = new(before, now, TimeProvider.System.GetElapsedTime(began, asked).TotalSeconds);
            bool isRead = isJson ? LineLogger.Write(1, report.Json() + "\n")
                : Libc.GetWindowSize(1, out int columns, out int rows) >= 0 ? LineLogger.Write(1, Page(title, report, columns, rows))
                : LineLogger.Write(1, report.Line() + "\n");
            if (!isRead)
            {
                return ExitStatus.Success;
            }

            (before, began) = (now, asked);
        }
    }

    /// <summary>A report from the upper left corner on, and nothing behind it.</summary>
    /// <param name="title">The first line.</param>
    /// <param name="report">What stands below it.</param>
    /// <param name="columns">Of the terminal; what is longer is cut. 0 when it does not say.</param>
    /// <param name="rows">Of the terminal; the last one is left to the cursor. 0 when it does not say.</param>
    public static string Page(string title, WatchReport report, int columns, int rows)
    {
        const string home = "\x1b[H", eraseLine = "\x1b[K", eraseBelow = "\x1b[J";
        StringBuilder page = new(home);
        int left = rows == 0 ? int.MaxValue : rows - 1;
        AddLine(title);
        foreach (string line in report.Lines())
        {
            AddLine(line);
        }

        return page.Append(eraseBelow).ToString();

        void AddLine(string line)
        {
            if (left-- > 0)
            {
                page.Append(columns > 0 && line.Length > columns ? line[..columns] : line).Append(eraseLine).Append('\n');
            }
        }
    }

    /// <summary>Looks at the devices; a worker that is being replaced is waited for.</summary>
    /// <returns>False when the program has ended, or does not want to answer.</returns>
    private static bool TryAsk(string path, out List<DeviceSample> samples, out string? refusal)
    {
        NextWorker next = new();
        while (true)
        {
            List<DeviceSample> answer = [];
            try
            {
                refusal = ControlClient.Ask(path, ["watch"], line => answer.Add(DeviceSample.Read(line)));
                samples = answer;
                return refusal is null;
            }
            catch (XenException exception)
            {
                if (!next.TryAwait(exception))
                {
                    (samples, refusal) = ([], null);
                    return false;
                }
            }
        }
    }

    /// <summary>Seconds with up to three digits behind the point, as <c>5</c> or <c>0.25</c>.</summary>
    /// <remarks>The base library's reader of such numbers is larger than all of this.</remarks>
    private static bool TryReadMilliseconds(string text, out int milliseconds)
    {
        int point = text.IndexOf('.', StringComparison.Ordinal);
        (string whole, string part) = point < 0 ? (text, string.Empty) : (text[..point], text[(point + 1)..]);
        milliseconds = 0;
        return part.Length <= 3 && whole.Length is > 0 and < 5
            && int.TryParse(whole + part.PadRight(3, '0'), NumberStyles.None, CultureInfo.InvariantCulture, out milliseconds)
            && milliseconds is >= ShortestMs and <= LongestMs;
    }

    private static int TellEnd()
    {
        LineLogger.Write(2, "xenfbfront: the program that was watched has ended\n");
        return ExitStatus.Success;
    }
}
