using Microsoft.Extensions.Logging;

namespace XenFbFront;

/// <summary>
/// How many lines of a kind may be told of one device: a backend that breaks the protocol again and again, or a device that comes and goes, must not fill the
/// log. What is left out is counted and told with its last line, when the minute is over.
/// </summary>
/// <param name="clock">Of the program.</param>
internal sealed class LineBudget(TimeProvider clock)
{
    /// <summary>Lines of a kind and device within <see cref="Window"/>. Ten restarts of a connection, after which it is given up, tell at most two of a kind each.</summary>
    public const int Lines = 20;

    /// <summary>Kinds and devices at a time; those beyond share one budget. A guest has a handful of devices, with at most ten kinds each.</summary>
    private const int MaxKinds = 256;

    private static readonly (int Kind, string Subject) s_others = (-1, string.Empty);

    private readonly Dictionary<(int Kind, string Subject), Spending> _spendings = [];

    /// <summary>For how long the lines are counted.</summary>
    public static TimeSpan Window { get; } = TimeSpan.FromMinutes(1);

    /// <summary>Whether the line may be told; if not it is counted.</summary>
    /// <param name="kind">Id of the message.</param>
    /// <param name="subject">The device, or what else tells lines of one kind apart.</param>
    /// <param name="level">Of the line.</param>
    /// <param name="line">The line.</param>
    public bool TrySpend(int kind, string subject, LogLevel level, string line)
    {
        (int Kind, string Subject) key = (kind, subject);
        if (!_spendings.TryGetValue(key, out Spending? spending))
        {
            key = _spendings.Count < MaxKinds || RemoveOld() ? key : s_others;
            if (!_spendings.TryGetValue(key, out spending))
            {
                _spendings[key] = spending = new(clock.GetTimestamp());
            }
        }

        if (IsOver(spending) && spending.LeftOut == 0)
        {
            (spending.Begin, spending.Told) = (clock.GetTimestamp(), 0);
        }

        if (spending.Told < Lines)
        {
            spending.Told++;
            return true;
        }

        spending.LeftOut++;
        (spending.Level, spending.Last) = (level, line);
        return false;
    }

    /// <summary>Tells what was left out in times that are over.</summary>
    /// <param name="isLast">Whether the program ends, so that all times are.</param>
    /// <param name="tell">Takes the line and its level.</param>
    /// <returns>Whether something is still left out.</returns>
    public bool Settle(bool isLast, Action<LogLevel, string> tell)
    {
        bool isOpen = false;
        foreach (((int, string) key, Spending spending) in _spendings)
        {
            if (spending.LeftOut == 0)
            {
                continue;
            }

            if (!isLast && !IsOver(spending))
            {
                isOpen = true;
                continue;
            }

            _spendings.Remove(key);
            tell(spending.Level, $"{spending.LeftOut} more {(spending.LeftOut == 1 ? "line" : "lines")} like this {(spending.LeftOut == 1 ? "was" : "were")} left out: {spending.Last}");
        }

        return isOpen;
    }

    private bool IsOver(Spending spending) => clock.GetElapsedTime(spending.Begin) >= Window;

    private bool RemoveOld()
    {
        foreach (((int, string) key, Spending spending) in _spendings)
        {
            if (spending.LeftOut == 0 && IsOver(spending))
            {
                _spendings.Remove(key);
            }
        }

        return _spendings.Count < MaxKinds;
    }

    private sealed class Spending(long begin)
    {
        public long Begin { get; set; } = begin;

        public int Told { get; set; }

        public int LeftOut { get; set; }

        public LogLevel Level { get; set; }

        public string Last { get; set; } = string.Empty;
    }
}
