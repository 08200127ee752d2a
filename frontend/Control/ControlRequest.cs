using Xenbus.Linux.Interop;
using Xenbus.Loop;
using XenFbFront.Holder;

namespace XenFbFront.Control;

/// <summary>One question of a client, until it is answered or the client has gone.</summary>
/// <remarks>Nothing waits for the client: one that does not read its answer is left alone.</remarks>
internal sealed class ControlRequest : IDisposable
{
    /// <summary>As many characters as fit into a packet in any case: three bytes each, or four for two.</summary>
    public const int MaxTextLength = Packets.MaxTextBytes / 3;

    private readonly Descriptor _socket;
    private readonly LoopWatch _watch;
    private readonly Action<ControlRequest> _received;
    private Descriptor? _forRoom;

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
        while (line.Length > MaxTextLength)
        {
            string part = Beginning(line);
            Send(ControlProtocol.Part, part);
            line = line[part.Length..];
        }

        Send(ControlProtocol.Line, line);
    }

    /// <summary>Sends lines for the person if the client's socket has room for them.</summary>
    /// <param name="kind"><see cref="ControlProtocol.Line"/>, or <see cref="ControlProtocol.Part"/>.</param>
    /// <param name="text">At most <see cref="MaxTextLength"/> characters.</param>
    /// <returns>False when there is no room now, and nothing was sent.</returns>
    public bool TrySend(byte kind, string text)
    {
        int result = IsOver ? 0 : Packets.Send(_socket, kind, text, wait: false);
        if (result < 0 && result != -Errno.EAGAIN)
        {
            End();
        }

        return result != -Errno.EAGAIN;
    }

    /// <summary>Calls back when the client's socket has room again.</summary>
    /// <param name="loop">Where to wait.</param>
    /// <param name="called">May be called several times; until the result is disposed, at the latest when the request has ended.</param>
    public LoopWatch WatchRoom(EventLoop loop, Action called)
    {
        // The loop watches a descriptor for one thing.
        _forRoom ??= _socket.Duplicate();
        return loop.Watch(_forRoom.Number, LoopInterest.Writable, called);
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

    /// <summary>As much as a packet has room for, and no half of a character.</summary>
    private static string Beginning(string text) => text[..(char.IsHighSurrogate(text[MaxTextLength - 1]) ? MaxTextLength - 1 : MaxTextLength)];

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
            Packets.Send(_socket, kind, text.Length <= MaxTextLength ? text : Beginning(text), wait: false);
            End();
        }
    }

    private void End()
    {
        if (!IsOver)
        {
            IsOver = true;
            Ended?.Invoke();
            _watch.Dispose();
            _forRoom?.Dispose();
            _socket.Dispose();
        }
    }
}
