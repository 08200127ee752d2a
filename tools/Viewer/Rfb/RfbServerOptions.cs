using System.Net;

namespace XenFbFront.Viewer;

/// <summary>How an <see cref="RfbServer"/> serves.</summary>
public sealed record RfbServerOptions
{
    /// <summary>Address and port to listen on, port 0 for any free one. Default: loopback, any port.</summary>
    /// <remarks>Whoever reaches the port sees the screen and types: there is no password. Another address than loopback is the caller's decision.</remarks>
    public IPEndPoint Listen { get; init; } = new(IPAddress.Loopback, 0);

    /// <summary>The desktop's name, which viewers show in their title.</summary>
    public string DesktopName { get; init; } = "XenFbFront";

    /// <summary>Most clients at a time; one more is turned away. Each costs two threads and a few megabytes.</summary>
    public int MaximumClients { get; init; } = 64;

    /// <summary>Most pixels that a client may ask the guest for.</summary>
    public int MaximumPixels { get; init; } = 64 << 20;

    /// <summary>How long a client may take for each of its handshake's messages, milliseconds.</summary>
    /// <remarks>Seconds are ample for a program; without a bound a port scanner would hold a place for ever.</remarks>
    public int HandshakeTimeoutMs { get; init; } = 10_000;

    /// <summary>How long a client may leave an update unread before it is closed, milliseconds.</summary>
    /// <remarks>A minute covers a stopped process that is continued; what it holds down would otherwise stay down.</remarks>
    public int StalledTimeoutMs { get; init; } = 60_000;

    /// <summary>What the viewers advise the guest while somebody looks: milliseconds between two looks.</summary>
    public uint RefreshPeriodMs { get; init; } = 16;

    /// <summary>Says whether a client that has connected may stay, or null when all may.</summary>
    public Func<System.Net.Sockets.Socket, bool>? MayJoin { get; init; }

    /// <summary>Asks the guest for a size in pixels that a client wants, on any thread; null when the guest cannot be asked. May wait, must not throw.</summary>
    public Action<int, int>? AskSize { get; init; }

    /// <summary>Gets one line for each client that comes, goes or is turned away, on any thread.</summary>
    public Action<string>? Log { get; init; }
}
