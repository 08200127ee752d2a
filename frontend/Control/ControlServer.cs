using Microsoft.Extensions.Logging;
using Xenbus.Devices;
using Xenbus.Linux.Interop;
using Xenbus.Loop;

namespace XenFbFront.Control;

/// <summary>The worker's side of <c>xenfbfront ctl</c>: a socket that root and the user of the program may ask.</summary>
/// <remarks>The socket is kept by the holder, so a client that comes while a worker is replaced is answered by the next one.</remarks>
internal sealed class ControlServer : IDisposable
{
    private const string Name = "control";

    /// <summary>Clients at a time. As many more are told so; any beyond that are not heard at all.</summary>
    private const int MaxRequests = 16;

    private readonly EventLoop _loop;
    private readonly ILogger _logger;
    private readonly Action<ControlRequest> _serve;
    private readonly string _path;
    private readonly Descriptor? _socket;
    private readonly LoopWatch? _watch;
    private readonly List<ControlRequest> _requests = [];

    /// <summary>Begins to listen. Where that cannot be, it is said and the program works without.</summary>
    /// <param name="path">Of the socket.</param>
    /// <param name="loop">Where to wait.</param>
    /// <param name="descriptors">Where the socket is kept for the next worker.</param>
    /// <param name="logger">What it says for people.</param>
    /// <param name="serve">Answers a request, at once or later.</param>
    public ControlServer(string path, EventLoop loop, IDescriptorStore descriptors, ILogger logger, Action<ControlRequest> serve)
    {
        (_path, _loop, _logger, _serve) = (path, loop, logger, serve);
        _socket = descriptors.Take(Name);
        if (_socket is null)
        {
            // Of a program that was killed: who serves this guest has the lock.
            Libc.Unlink(path);
            int result = Libc.Listen(path, Libc.SequencedPacket);
            if (result < 0)
            {
                Log.NoControl(logger, path, Errno.Text(-result));
                return;
            }

            _socket = new(result);
            descriptors.Keep(Name, _socket);
        }

        _watch = loop.Watch(_socket.Number, LoopInterest.Readable, Accept);
    }

    /// <summary>Nobody will listen any more: removes the socket's name.</summary>
    public void Remove()
    {
        if (_socket is not null)
        {
            Libc.Unlink(_path);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _watch?.Dispose();
        foreach (ControlRequest request in _requests.ToArray())
        {
            request.Dispose();
        }

        _socket?.Dispose();
    }

    private void Accept()
    {
        int result = Libc.Accept(_socket!.Number);
        if (result < 0)
        {
            return;
        }

        Descriptor socket = new(result);
        if (_requests.Count == 2 * MaxRequests)
        {
            socket.Dispose();
            return;
        }

        string? refusal = null;
        if (Libc.PeerUser(result, out uint user) < 0 || (user != 0 && user != Libc.EffectiveUser()))
        {
            Log.ControlRefused(_logger, user);
            refusal = "only root and the user of the running xenfbfront may ask it";
        }
        else if (_requests.Count >= MaxRequests)
        {
            refusal = $"{MaxRequests} requests are being answered already; end one of them first";
        }

        // A reason can only be read when the words have been: a connection that is closed before is reset.
        ControlRequest request = new(_loop, socket, refusal is null ? _serve : turnedAway => turnedAway.Fail(refusal));
        _requests.Add(request);
        request.Ended += () => _requests.Remove(request);
    }
}
