using System.Globalization;
using System.Text;
using Xenbus.Devices;
using Xenbus.Domain;
using Xenbus.Loop;

namespace XenFbFront.Control;

/// <summary>What one client of <c>xenfbfront ctl trace</c> is told: where everything is, and then all that passes.</summary>
/// <remarks>Which keys are typed may be a password, so it is only told to who asks for it. Nor is a node told that is not of the protocol, as the backend's directory holds the viewer's password.</remarks>
internal sealed class TraceStream : IFrontendTrace
{
    /// <summary>Of a longer value the beginning is told; xenstored takes no longer ones than 4096 bytes.</summary>
    private const int MaxValueLength = 200;

    private readonly FrontendHost _host;
    private readonly TimeProvider _clock;
    private readonly bool _isJson, _showsKeys;
    private readonly LineStream _lines;
    private readonly Dictionary<string, string?> _nodes = [];
    private bool _isSnapshot;

    /// <summary>Nothing is told before <see cref="Begin(TraceHub)"/>.</summary>
    /// <param name="host">Whose devices.</param>
    /// <param name="loop">Where to wait for the client.</param>
    /// <param name="request">The client.</param>
    /// <param name="isJson">Whether each line is an object of JSON.</param>
    /// <param name="showsKeys">Whether it is told which keys are typed.</param>
    public TraceStream(FrontendHost host, EventLoop loop, ControlRequest request, bool isJson, bool showsKeys)
    {
        (_host, _clock, _isJson, _showsKeys) = (host, loop.Clock, isJson, showsKeys);
        _lines = new(loop, request, count => isJson ? Object("lost").Append(",\"lines\":").Append(Number(count)).Append('}').ToString() : $"{Time()} {Number(count)} lines lost, the reader is slow");
    }

    /// <summary>Tells where everything is, and from then on what passes.</summary>
    public void Begin(TraceHub hub)
    {
        hub.Add(this);
        _isSnapshot = true;
        foreach (DeviceStatus device in _host.Devices)
        {
            OnStates(device);
            TellFigures(device);
            _host.ReadNodes(device.Identity.FrontendPath, static _ => true);
            _host.ReadNodes(device.Identity.BackendPath, IsOfProtocol);
        }

        _isSnapshot = false;
        _lines.Say(_isJson ? Object("live").Append('}').ToString() : $"{Time()} that is where everything is; from here on as it happens");
    }

    /// <summary>The client has gone.</summary>
    public void End(TraceHub hub)
    {
        hub.Remove(this);
        _lines.End();
    }

    /// <inheritdoc/>
    public void OnRead(string path, string? value)
    {
        if (_nodes.TryGetValue(path, out string? known) ? known != value : value is not null)
        {
            TellNode(path, value, isOurs: false);
        }

        _nodes[path] = value;
    }

    /// <inheritdoc/>
    public void OnWritten(string path, string? value)
    {
        TellNode(path, value, isOurs: true);
        _nodes[path] = value;
    }

    /// <inheritdoc/>
    public void OnStates(DeviceStatus device) => _lines.Say(_isJson
        ? Object("states", device.Identity).Append(",\"frontend\":").AppendJson(device.State.ToString()).Append(",\"backend\":").AppendJson(device.BackendState.ToString())
            .Append(",\"wait\":").AppendJson(StateWords.Of(device)).Append('}').ToString()
        : $"{Time()} {device.Identity.Name}: frontend {device.State}, backend {device.BackendState}: {StateWords.Of(device)}");

    /// <inheritdoc/>
    public void OnMessage(DeviceIdentity device, bool isOut, ReadOnlySpan<byte> slot, uint produced, uint consumed)
    {
        string words = RingWords.Of(device.Type, isOut, slot, _showsKeys);
        _lines.Say(_isJson
            ? Object("message", device).Append(",\"direction\":").AppendJson(isOut ? "out" : "in").Append(",\"message\":").AppendJson(words)
                .Append(",\"prod\":").Append(Number(produced)).Append(",\"cons\":").Append(Number(consumed)).Append('}').ToString()
            : $"{Time()} {device.Name} {Arrow(isOut)} {words}, prod {Number(produced)} cons {Number(consumed)}");
    }

    /// <inheritdoc/>
    public void OnNotification(DeviceIdentity device, bool isOut, EventChannelPort port) => _lines.Say(_isJson
        ? Object("notification", device).Append(",\"direction\":").AppendJson(isOut ? "out" : "in").Append(",\"port\":").Append(port.ToString()).Append('}').ToString()
        : $"{Time()} {device.Name} {Arrow(isOut)} notification, port {port}");

    private static char Arrow(bool isOut) => isOut ? '→' : '←';

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    /// <summary>What the protocols have in a backend's directory, and no more of what a toolstack keeps there.</summary>
    private static bool IsOfProtocol(string node) =>
        node is "state" or "online" or "width" or "height" or "videoram" || node.StartsWith("feature-", StringComparison.Ordinal)
        || node.StartsWith("request-", StringComparison.Ordinal) || node.StartsWith("multi-touch-", StringComparison.Ordinal);

    private void TellFigures(DeviceStatus device)
    {
        StringBuilder line = _isJson ? Object("figures", device.Identity) : new($"{Time()} {device.Identity.Name}:");
        string separator = " ";
        foreach (DeviceFigure figure in device.ReadFigures())
        {
            if (_isJson)
            {
                line.Append(',').AppendJson(figure.Name).Append(':');
            }
            else
            {
                line.Append(separator).Append(figure.Name.Replace('_', ' ')).Append(' ');
                separator = ", ";
            }

            line.Append(Number(figure.Value));
        }

        _lines.Say(_isJson ? line.Append('}').ToString() : line.ToString());
    }

    private void TellNode(string path, string? value, bool isOurs)
    {
        (DeviceIdentity? device, string side, string node) = Find(path);
        // Xenstore does not say who wrote a node, only what this program has not written itself.
        string? by = _isSnapshot ? null : isOurs ? "frontend" : side == "backend" ? "backend" : "another";
        string? told = value is null ? null : PlainText.Of(value.Length <= MaxValueLength ? value : $"{value.AsSpan(0, MaxValueLength)}… ({value.Length} characters)");
        _lines.Say(_isJson
            ? Object("node", device).Append(",\"side\":").AppendJson(side).Append(",\"node\":").AppendJson(node).Append(",\"value\":").AppendJson(told).Append(",\"by\":").AppendJson(by).Append('}').ToString()
            : $"{Time()} {device?.Name ?? "xenstore"} {side}{(side.Length > 0 ? "/" : string.Empty)}{PlainText.Of(node)} {(told is null ? "is gone" : $"= {told}")}{by switch { null => string.Empty, "another" => " (by another program)", _ => $" (by the {by})" }}");
    }

    private (DeviceIdentity? Device, string Side, string Node) Find(string path)
    {
        foreach (DeviceStatus device in _host.Devices)
        {
            DeviceIdentity identity = device.Identity;
            if (IsBelow(path, identity.FrontendPath))
            {
                return (identity, "frontend", path[(identity.FrontendPath.Length + 1)..]);
            }

            if (IsBelow(path, identity.BackendPath))
            {
                return (identity, "backend", path[(identity.BackendPath.Length + 1)..]);
            }
        }

        return (null, string.Empty, path);
    }

    private static bool IsBelow(string path, string directory) =>
        path.Length > directory.Length && path[directory.Length] == '/' && path.StartsWith(directory, StringComparison.Ordinal);

    /// <summary>Of the day, by UTC, microseconds.</summary>
    private string Time() => AppendTime(new(), _clock.GetUtcNow().UtcDateTime).ToString();

    /// <summary>Digit by digit: the base library's formats of dates would make the program a quarter of a megabyte larger.</summary>
    private static StringBuilder AppendTime(StringBuilder text, DateTime time)
    {
        AppendDigits(text, time.Hour, 2).Append(':');
        AppendDigits(text, time.Minute, 2).Append(':');
        AppendDigits(text, time.Second, 2).Append('.');
        return AppendDigits(text, (int)(time.Ticks % TimeSpan.TicksPerSecond / TimeSpan.TicksPerMicrosecond), 6).Append('Z');
    }

    private static StringBuilder AppendDigits(StringBuilder text, int number, int count)
    {
        int start = text.Length;
        for (; count > 0; count--, number /= 10)
        {
            text.Insert(start, (char)('0' + number % 10));
        }

        return text;
    }

    private StringBuilder Object(string what, DeviceIdentity? device = null)
    {
        DateTime time = _clock.GetUtcNow().UtcDateTime;
        StringBuilder text = new("{\"time\":\"");
        AppendDigits(text, time.Year, 4).Append('-');
        AppendDigits(text, time.Month, 2).Append('-');
        AppendDigits(text, time.Day, 2).Append('T');
        return AppendTime(text, time).Append("\",\"event\":").AppendJson(what).Append(",\"device\":").AppendJson(device?.Name);
    }
}
