using Xenbus.Domain;
using Xenbus.Linux.Interop;
using Xenbus.Loop;

namespace Xenbus.Loopback;

/// <summary>An open xenstore file: moves bytes between the socket and the client's <see cref="XenstoreConnection"/>.</summary>
internal sealed class XenstoreFile : HypervisorFile
{
    /// <summary>Longest piece when messages come in pieces: often less than a header, sometimes more than a message.</summary>
    private const int MaxPieceBytes = 48;

    private readonly XenstoreConnection _connection;
    private readonly Random _random;
    private byte[] _output = new byte[4096];
    private int _outputStart;
    private int _outputEnd;
    private bool _isBlocked;
    private bool _isHopeless;

    /// <summary>Takes over a socket.</summary>
    public XenstoreFile(Hypervisor hypervisor, DomainId domain, Descriptor socket, Random random)
        : base(hypervisor, domain, LoopbackFileKind.Xenstore, socket)
    {
        _random = random;
        _connection = new(hypervisor.Xenstore, domain, random, Enqueue);
    }

    /// <summary>Sends the next piece, for files that were put off to another turn.</summary>
    public void SendNextPiece()
    {
        if (!IsClosed && !_isBlocked)
        {
            Flush();
        }
    }

    /// <inheritdoc/>
    protected override void OnReady()
    {
        if (_isBlocked)
        {
            Flush();
            return;
        }

        int length = Libc.Receive(Socket.Number, _connection.Input, default, out _, wait: false);
        if (length == -Errno.EAGAIN)
        {
            return;
        }

        string? reason = length > 0 ? _connection.Received(length) : null;
        if (length <= 0 || reason is not null)
        {
            Hypervisor.Close(this, reason);
        }
    }

    /// <inheritdoc/>
    protected override void Release() => _connection.Close();

    private void Enqueue(byte[] message)
    {
        if (IsClosed || _isHopeless)
        {
            return;
        }

        if (_outputEnd - _outputStart + message.Length > Hypervisor.Options.MaxOutputBytes)
        {
            // Later, because this may be in the middle of telling all watches.
            GiveUp("it does not read its messages");
            return;
        }

        bool wasEmpty = _outputStart == _outputEnd;
        MakeRoom(message.Length);
        message.CopyTo(_output, _outputEnd);
        _outputEnd += message.Length;
        if (wasEmpty)
        {
            Flush();
        }
    }

    private void MakeRoom(int count)
    {
        int used = _outputEnd - _outputStart;
        if (_outputEnd + count <= _output.Length)
        {
            return;
        }

        byte[] target = used + count <= _output.Length ? _output : new byte[Math.Max(2 * _output.Length, used + count)];
        _output.AsSpan(_outputStart, used).CopyTo(target);
        (_output, _outputStart, _outputEnd) = (target, 0, used);
    }

    private void Flush()
    {
        while (_outputStart < _outputEnd)
        {
            int length = _outputEnd - _outputStart;
            bool isInPieces = Hypervisor.Options.FragmentReplies;
            int piece = isInPieces ? Math.Min(length, _random.Next(1, MaxPieceBytes + 1)) : length;
            int result = Libc.Send(Socket.Number, _output.AsSpan(_outputStart, piece), wait: false);
            if (result == -Errno.EAGAIN)
            {
                Block(true);
                return;
            }

            if (result < 0)
            {
                GiveUp(null);
                return;
            }

            _outputStart += result;
            if (isInPieces && _outputStart < _outputEnd)
            {
                Block(false);
                Hypervisor.PutOff(this);
                return;
            }
        }

        Block(false);
    }

    private void GiveUp(string? reason)
    {
        _isHopeless = true;
        Hypervisor.Loop.Post(() => Hypervisor.Close(this, reason));
    }

    /// <summary>Takes no requests from a client that does not take its replies, as a full ring stops xenstored.</summary>
    private void Block(bool isBlocked)
    {
        if (isBlocked != _isBlocked)
        {
            _isBlocked = isBlocked;
            WatchFor(isBlocked ? LoopInterest.Writable : LoopInterest.Readable);
        }
    }
}
