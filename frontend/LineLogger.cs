using System.Text;
using Microsoft.Extensions.Logging;
using Xenbus.Linux.Interop;

namespace XenFbFront;

/// <summary>Writes one line a message to standard error, straight to the descriptor: no console, no thread, no buffer.</summary>
/// <param name="minimum">Messages below it are dropped.</param>
/// <param name="isForJournal">Whether lines carry the level as <c>&lt;N&gt;</c>, which journald reads, instead of the program's name.</param>
internal sealed class LineLogger(LogLevel minimum, bool isForJournal) : ILogger
{
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
            WriteLine(logLevel, formatter(state, exception));
        }
    }

    /// <summary>Writes a line to standard error whatever the level.</summary>
    public void WriteLine(LogLevel level, string message) => Write(2, (isForJournal ? Priority(level) : "xenfbfront: ") + message + "\n");

    /// <summary>Writes text to a descriptor, all of it if the reader lives.</summary>
    public static void Write(int descriptor, string text)
    {
        ReadOnlySpan<byte> bytes = Encoding.UTF8.GetBytes(text);
        for (int written; bytes.Length > 0; bytes = bytes[written..])
        {
            written = Libc.Write(descriptor, bytes);
            if (written <= 0)
            {
                return;
            }
        }
    }

    private static string Priority(LogLevel level) => level switch
    {
        LogLevel.Critical or LogLevel.Error => "<3>",
        LogLevel.Warning => "<4>",
        LogLevel.Information => "<6>",
        _ => "<7>",
    };
}
