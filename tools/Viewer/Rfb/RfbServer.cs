using System.Net;
using System.Net.Sockets;
using XenFbFront.Backend;

namespace XenFbFront.Viewer;

/// <summary>Shows a <see cref="BackendScreen"/> to VNC clients and passes on their keys and pointers. RFC 6143, protocol 3.3, 3.7 and 3.8.</summary>
/// <remarks>
/// Every client has a thread that reads and a thread that writes, because both directions may stand still for their own reason: a full input
/// queue stops the reading, a slow client stops the writing, and neither may stop the other or another client. Both sleep in the kernel while
/// nothing happens.
/// </remarks>
public sealed class RfbServer : IAsyncDisposable
{
    // Enough for a thread to leave a socket call that was shut down under it, even on a busy machine.
    private static readonly TimeSpan s_shutdownLimit = TimeSpan.FromSeconds(5);

    // A refused accept is a lack of descriptors, memory or threads; trying again at once would spin.
    private static readonly TimeSpan s_acceptRetry = TimeSpan.FromSeconds(1);

    private readonly BackendScreen _screen;
    private readonly IGuestInput _input;
    private readonly RfbServerOptions _options;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _clientsGate = new();
    private readonly Lock _refreshGate = new();
    // Replaced as a whole under the gate, so that the writer's thread walks it without a lock.
    private volatile RfbClient[] _clients = [];
    private int _readyCount;
    private uint _advisedPeriodMs;
    private Socket? _listener;
    private Task? _accepting;

    /// <summary>Makes a server that does nothing until <see cref="Start"/>.</summary>
    public RfbServer(BackendScreen screen, IGuestInput input, RfbServerOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.MaximumClients);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.HandshakeTimeoutMs);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.StalledTimeoutMs);
        (_screen, _input, _options) = (screen, input, options);
    }

    /// <summary>Where it really listens.</summary>
    /// <exception cref="InvalidOperationException">Not started.</exception>
    public IPEndPoint EndPoint =>
        (IPEndPoint)(_listener?.LocalEndPoint ?? throw new InvalidOperationException("The RFB server is not started."));

    /// <summary>Clients that are through their handshake.</summary>
    public int ClientCount => Volatile.Read(ref _readyCount);

    /// <summary>Begins to listen.</summary>
    /// <exception cref="SocketException">The address is taken or not ours.</exception>
    /// <exception cref="InvalidOperationException">Started already.</exception>
    public void Start()
    {
        ObjectDisposedException.ThrowIf(_stop.IsCancellationRequested, this);
        if (_listener is not null)
        {
            throw new InvalidOperationException("The RFB server is started already.");
        }

        Socket listener = new(_options.Listen.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            listener.Bind(_options.Listen);
            listener.Listen();
        }
        catch
        {
            listener.Dispose();
            throw;
        }

        _listener = listener;
        _screen.Changed += OnScreenChanged;
        _accepting = AcceptAsync(listener);
    }

    /// <summary>Stops listening, closes every client and lets go of what they hold.</summary>
    /// <remarks>A client whose input call is still blocked after five seconds is left behind and said so in the log.</remarks>
    public async ValueTask DisposeAsync()
    {
        if (_stop.IsCancellationRequested)
        {
            return;
        }

        await _stop.CancelAsync();
        if (_accepting is not null)
        {
            await _accepting;
        }

        _screen.Changed -= OnScreenChanged;
        RfbClient[] clients = _clients;
        foreach (RfbClient client in clients)
        {
            client.Close();
        }

        try
        {
            await Task.WhenAll(clients.Select(client => client.Ended)).WaitAsync(s_shutdownLimit);
        }
        catch (TimeoutException)
        {
            _options.Log?.Invoke($"{_clients.Length} client(s) still wait for the guest to take their input");
        }

        _listener?.Dispose();
        _stop.Dispose();
    }

    private async Task AcceptAsync(Socket listener)
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                Admit(await listener.AcceptAsync(_stop.Token));
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (Exception error) when (error is SocketException or IOException or UnauthorizedAccessException or OutOfMemoryException)
            {
                _options.Log?.Invoke($"cannot accept a client: {error.Message}");
                await Task.Delay(s_acceptRetry, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private void Admit(Socket socket)
    {
        try
        {
            AdmitOrTurnAway(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private void AdmitOrTurnAway(Socket socket)
    {
        if (_options.MayJoin?.Invoke(socket) == false)
        {
            _options.Log?.Invoke($"client {socket.RemoteEndPoint}: turned away, it is another user's");
            socket.Dispose();
            return;
        }

        RfbClient client;
        lock (_clientsGate)
        {
            if (_clients.Length >= _options.MaximumClients)
            {
                _options.Log?.Invoke($"client {socket.RemoteEndPoint}: turned away, {_clients.Length} are there already");
                socket.Dispose();
                return;
            }

            client = new RfbClient(socket, _screen, _input, _options, this);
            _clients = [.. _clients, client];
        }

        try
        {
            client.Start();
        }
        catch
        {
            Remove(client);
            throw;
        }
    }

    /// <summary>A client is through its handshake.</summary>
    internal void OnClientReady()
    {
        Interlocked.Increment(ref _readyCount);
        AdviseRefresh();
    }

    /// <summary>A client is gone; <paramref name="wasReady"/> when <see cref="OnClientReady"/> was called for it.</summary>
    internal void OnClientEnded(RfbClient client, bool wasReady)
    {
        Remove(client);
        if (wasReady)
        {
            Interlocked.Decrement(ref _readyCount);
            AdviseRefresh();
        }
    }

    private void Remove(RfbClient client)
    {
        lock (_clientsGate)
        {
            _clients = [.. _clients.Where(other => other != client)];
        }
    }

    /// <summary>Tells the guest when the first client comes and when the last one leaves.</summary>
    private void AdviseRefresh()
    {
        // The wanted period is worked out inside the lock: whoever comes last sees the final count, so the guest's last advice is right.
        lock (_refreshGate)
        {
            uint periodMs = ClientCount > 0 ? _options.RefreshPeriodMs : 0;
            if (periodMs != _advisedPeriodMs)
            {
                _advisedPeriodMs = periodMs;
                _input.RefreshPeriod(periodMs);
            }
        }
    }

    private void OnScreenChanged(ScreenRectangle changed, bool resized)
    {
        foreach (RfbClient client in _clients)
        {
            client.ScreenChanged(changed, resized);
        }
    }
}
