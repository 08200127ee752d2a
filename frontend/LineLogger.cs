using System.Text;
using Microsoft.Extensions.Logging;
using Xenbus.Linux.Interop;

namespace XenFbFront;

/// <summary>Writes one line a message to standard error, straight to the descriptor: no console, no thread, no buffer.</summary>
/// <remarks>
/// A line is plain text (<see cref="PlainText"/>), and lines that somebody else can cause have a limit (<see cref="LineBudget"/>); those of level debug, which a
/// person asks for to see everything, have none.
/// </remarks>
/// <param name="minimum">Messages below it are dropped.</param>
/// <param name="isForJournal">Whether lines carry the level as <c>&lt;N&gt;</c>, which journald reads, instead of the program's name.</param>
/// <param name="clock">For the limit.</param>
/// <param name="write">Takes a whole line with its end.</param>
internal sealed class LineLogger(LogLevel minimum, bool isForJournal, TimeProvider clock, Action<string> write) : ILogger
{
    private readonly LineBudget _budget = new(clock);

    /// <summary>Called when a line was left out: <see cref="Settle"/> should be called after <see cref="LineBudget.Window"/>.</summary>
    public Action? LeavesOut { get; set; }

    /// <summary>Writes to standard error.</summary>
    /// <param name="minimum">Messages below it are dropped.</param>
    public static LineLogger ForStandardError(LogLevel minimum) =>
        new(minimum, JournalStream.Is(Environment.GetEnvironmentVariable(JournalStream.Variable), 2), TimeProvider.System, static line => Write(2, line));

    /// <inheritdoc/>
    public bool IsEnabled(LogLevel logLevel) => logLevel >= minimum;

    /// <inheritdoc/>
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    /// <inheritdoc/>
    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
        {
            Tell(logLevel, eventId.Id, DeviceOf(state), formatter(state, exception));
        }
    }

    /// <summary>Writes a line whatever its level, unless it was told too often.</summary>
    public void Say(LogLevel level, string line) => Tell(level, 0, line, line);

    /// <summary>Writes a line whatever its level.</summary>
    public void WriteLine(LogLevel level, string message) => write((isForJournal ? Priority(level) : "xenfbfront: ") + PlainText.Of(message) + "\n");

    /// <summary>Tells how many lines were left out.</summary>
    /// <param name="isLast">Whether the program ends; else only what is a minute old is told.</param>
    public void Settle(bool isLast = false)
    {
        if (_budget.Settle(isLast, WriteLine))
        {
            LeavesOut?.Invoke();
        }
    }

    /// <summary>Writes text to a descriptor.</summary>
    /// <returns>Whether all of it was written: not when its reader is gone.</returns>
    public static bool Write(int descriptor, string text) => TryWrite(descriptor, Encoding.UTF8.GetBytes(text)) == 0;

    /// <summary>Writes bytes to a descriptor.</summary>
    /// <returns>0 when all of them are written, else a negated errno.</returns>
    public static int TryWrite(int descriptor, ReadOnlySpan<byte> bytes)
    {
        for (int written; bytes.Length > 0; bytes = bytes[written..])
        {
            written = Libc.Write(descriptor, bytes);
            if (written <= 0)
            {
                return written == 0 ? -Errno.EIO : written;
            }
        }

        return 0;
    }

    private void Tell(LogLevel level, int kind, string subject, string line)
    {
        _budget.Settle(isLast: false, WriteLine);
        if (level <= LogLevel.Debug || _budget.TrySpend(kind, subject, level, line))
        {
            WriteLine(level, line);
        }
        else
        {
            LeavesOut?.Invoke();
        }
    }

    /// <summary>Messages about a device name it as <c>{Device}</c>.</summary>
    private static string DeviceOf<TState>(TState state)
    {
        if (state is IReadOnlyList<KeyValuePair<string, object?>> values)
        {
            for (int i = 0; i < values.Count; i++)
            {
                if (values[i] is { Key: "Device", Value: string device })
                {
                    return device;
                }
            }
        }

        return string.Empty;
    }

    private static string Priority(LogLevel level) => level switch
    {
        LogLevel.Critical or LogLevel.Error => "<3>",
        LogLevel.Warning => "<4>",
        LogLevel.Information => "<6>",
        _ => "<7>",
    };
}
