using System.Globalization;
using System.Text;
using Xenbus.Linux.Interop;

namespace XenFbFront.Holder;

/// <summary>The service manager that started the program, if it wants to hear of it: lines of NAME=value to the socket of an environment variable. Source: sd_notify(3).</summary>
/// <remarks>It listens to the service's main process only, which is the holder: workers have theirs pass it on.</remarks>
internal static class ServiceManager
{
    private const string SocketVariable = "NOTIFY_SOCKET", WatchdogVariable = "WATCHDOG_USEC";

    /// <summary>So many signs of life are due within the time after which the manager takes the service for hung.</summary>
    private const int SignsInTime = 8;

    /// <summary>Whether somebody wants to hear.</summary>
    public static bool Listens { get; } = Environment.GetEnvironmentVariable(SocketVariable) is { Length: > 0 };

    /// <summary>Time between two signs of life, or null when nobody waits for them.</summary>
    public static TimeSpan? SignPeriod { get; } =
        Listens && long.TryParse(Environment.GetEnvironmentVariable(WatchdogVariable), NumberStyles.None, CultureInfo.InvariantCulture, out long microseconds) && microseconds > 0
            ? TimeSpan.FromMicroseconds(microseconds) / SignsInTime : null;

    /// <summary>Tells it. A manager that is gone or has no time misses it.</summary>
    /// <param name="lines">NAME=value, with line feeds between.</param>
    public static void Tell(string lines)
    {
        if (!Listens || Environment.GetEnvironmentVariable(SocketVariable) is not { } path)
        {
            return;
        }

        int result = Libc.Connect(path[0] == '@' ? '\0' + path[1..] : path, Libc.Datagram);
        if (result >= 0)
        {
            using Descriptor socket = new(result);
            Libc.Send(socket.Number, Encoding.UTF8.GetBytes(lines), wait: false);
        }
    }
}
