using Microsoft.Extensions.Logging;

namespace XenFbFront.Tests.Support;

/// <summary>Collects messages; without the per-event ones it costs nothing in steady state.</summary>
internal sealed class ListLogger : ILogger
{
    public List<string> Lines { get; } = [];

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Debug;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Lines.Add($"{logLevel}: {formatter(state, exception)}");
}
