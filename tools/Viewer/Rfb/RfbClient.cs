using System.Net.Sockets;
using XenFbFront.Backend;

namespace XenFbFront.Viewer;

/// <summary>One connection of an <see cref="RfbServer"/>: its life. Handshake, messages and updates are in the other parts.</summary>
internal sealed partial class RfbClient
{
    // Shown while nothing is connected: the size of a text console, which is what most guests show first.
    private const int EmptyWidth = 640;
    private const int EmptyHeight = 400;

    private readonly Socket _socket;
    private readonly BackendScreen _screen;
    private readonly IGuestInput _guest;
    private readonly RfbServerOptions _options;
    private readonly RfbServer _server;
    private readonly string _name;
    private readonly RfbInput _in;
    private readonly RfbOutput _out;
    private readonly Thread _reader;
    private readonly Thread _writer;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    // A plain object, not a Lock: the writer waits on it. Taken before the screen's gate where both are needed.
    private readonly object _gate = new();
    private bool _isClosing;
    // The first reason is the true one; what fails afterwards fails because of it.
    private string? _reason;

    /// <summary>Takes over an accepted socket, which is disposed with the connection.</summary>
    public RfbClient(Socket socket, BackendScreen screen, IGuestInput guest, RfbServerOptions options, RfbServer server)
    {
        (_socket, _screen, _guest, _options, _server) = (socket, screen, guest, options, server);
        _name = $"client {socket.RemoteEndPoint}";
        socket.NoDelay = true;
        socket.SendTimeout = options.StalledTimeoutMs;
        // A machine that is gone says nothing: half a minute later what its person held is let go.
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 15);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 5);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 3);
        _in = new RfbInput(socket);
        _out = new RfbOutput(socket);
        _reader = new Thread(Read) { IsBackground = true, Name = "rfb reader" };
        _writer = new Thread(Write) { IsBackground = true, Name = "rfb writer" };
    }

    /// <summary>Completes when both threads are done and nothing is held down any more.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Starts the handshake on the client's thread.</summary>
    public void Start() => _reader.Start();

    /// <summary>Ends the connection from any thread; returns at once.</summary>
    public void Close() => Close("closed by the server");

    private void Close(string reason)
    {
        lock (_gate)
        {
            if (_isClosing)
            {
                return;
            }

            _isClosing = true;
            _reason = reason;
            Monitor.PulseAll(_gate);
            try
            {
                // Wakes both threads out of their socket calls. The descriptor is closed only when neither can use it any more.
                _socket.Shutdown(SocketShutdown.Both);
            }
            catch (SocketException error) when (error.SocketErrorCode == SocketError.NotConnected)
            {
                // The peer has reset the connection, which wakes the threads just as well.
            }
        }
    }

    /// <summary>The reader's thread, which is the connection's: it begins with the handshake and ends with the cleaning up.</summary>
    private void Read()
    {
        bool isReady = false;
        try
        {
            _socket.ReceiveTimeout = _options.HandshakeTimeoutMs;
            Handshake();
            // From here on silence is normal: a person may just look.
            _socket.ReceiveTimeout = 0;
            _writer.Start();
            isReady = true;
            _options.Log?.Invoke($"{_name}: connected");
            _server.OnClientReady();
            ReadMessages();
        }
        catch (RfbProtocolException error)
        {
            Close(error.Message);
        }
        catch (EndOfStreamException)
        {
            Close("closed by the client");
        }
        catch (SocketException error)
        {
            Close(error.Message);
        }
        catch (OutOfMemoryException)
        {
            Close("turned away, this machine has no thread left for it");
        }

        if (isReady)
        {
            _writer.Join();
        }

        _socket.Dispose();
        // Whatever this client held would stay down in the guest for ever: nobody else knows of it.
        while (_held.TryTakeLast(out uint keycode))
        {
            _guest.Key(keycode, pressed: false);
        }

        _server.OnClientEnded(this, isReady);
        _options.Log?.Invoke($"{_name}: {_reason}");
        _ended.SetResult();
    }

    /// <summary>The writer's thread.</summary>
    private void Write()
    {
        try
        {
            SendUpdates();
        }
        catch (SocketException error)
        {
            Close(error.SocketErrorCode is SocketError.TimedOut or SocketError.WouldBlock ? "does not read its updates" : error.Message);
        }
        finally
        {
            foreach (RfbEncoder encoder in _encoders)
            {
                encoder.Dispose();
            }
        }
    }
}
