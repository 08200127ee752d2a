using Xenbus.Linux.Interop;
using Xenbus.Loop;
using XenFbFront.Holder;

namespace XenFbFront.Control;

/// <summary>One question of a client, until it is answered or the client has gone.</summary>
/// <remarks>Nothing waits for the client: one that does not read its answer is left alone.</remarks>
internal sealed class ControlRequest : IDisposable
{
    private readonly Descriptor _socket;
    private readonly LoopWatch _watch;
    private readonly Action<ControlRequest> _received;

    /// <summary>Waits for the client's words.</summary>
    /// <param name="loop">Where to wait.</param>
    /// <param name="socket">The connection, from now on this object's.</param>
    /// <param name="received">Called once, when they have come.</param>
    public ControlRequest(EventLoop loop, Descriptor socket, Action<ControlRequest> received)
    {
        _socket = socket;
        _received = received;
        _watch = loop.Watch(socket.Number, LoopInterest.Readable, OnReadable);
    }

    /// <summary>The words, the command first; empty before they have come.</summary>
    public string[] Words { get; private set; } = [];

    /// <summary>Answered, or nobody is there to be answered.</summary>
    public bool IsOver { get; private set; }

    /// <summary>Called when <see cref="IsOver"/> becomes true.</summary>
    public event Action? Ended;

    /// <summary>Sends a line for the person to read.</summary>
    public void Say(string line)
    {
        // As many characters as fit in any case: three bytes each, or four for two.
        const int partLength = Packets.MaxTextBytes / 3;
        while (line.Length > partLength)
        {
            int length = char.IsHighSurrogate(line[partLength - 1]) ? partLength - 1 : partLength;
            Send(ControlProtocol.Part, line[..length]);
            line = line[length..];
        }

        Send(ControlProtocol.Line, line);
    }

    /// <summary>Hands a file over.</summary>
    /// <param name="what">What is in it, for the client.</param>
    /// <param name="file">Stays the caller's.</param>
    public void Give(string what, Descriptor file) => Send(ControlProtocol.File, what, file);

    /// <summary>Ends the request: what was asked for is done.</summary>
    public void Finish() => End(ControlProtocol.Done, string.Empty);

    /// <summary>Ends the request: what was asked for cannot be done.</summary>
    /// <param name="reason">Why, and the remedy.</param>
    public void Fail(string reason) => End(ControlProtocol.Failed, reason);

    /// <summary>Ends the request: the words are wrong.</summary>
    /// <param name="right">What is right.</param>
    public void Refuse(string right) => End(ControlProtocol.Wrong, right);

    /// <inheritdoc/>
    public void Dispose() => End();

    private void OnReadable()
    {
        int result = Packets.Receive(_socket, out byte kind, out string text, out Descriptor? surplus, wait: false);
        surplus?.Dispose();
        if (result == -Errno.EAGAIN)
        {
            return;
        }

        if (result <= 0 || kind != ControlProtocol.Request || Words.Length > 0)
        {
            End();
            return;
        }

        Words = text.Split(ControlProtocol.Separator);
        _received(this);
    }

    private void Send(byte kind, string text, Descriptor? file = null)
    {
        if (!IsOver && Packets.Send(_socket, kind, text, file, wait: false) < 0)
        {
            End();
        }
    }

    private void End(byte kind, string text)
    {
        if (!IsOver)
        {
            Packets.Send(_socket, kind, text, wait: false);
            End();
        }
    }

    private void End()
    {
        if (!IsOver)
        {
            IsOver = true;
            _watch.Dispose();
            _socket.Dispose();
            Ended?.Invoke();
        }
    }
}
