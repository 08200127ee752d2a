using System.Globalization;
using Xenbus;
using Xenbus.Domain;
using Xenbus.Wire;
using Xenbus.Xenstore;

namespace XenFbFront.Backend;

/// <summary>Our end of one device: follows the frontend's state, maps its page, binds its port.</summary>
/// <remarks>
/// Level-triggered: at any sign of change all nodes are read again. The states go as in QEMU (xen_be_check_state in
/// hw/xen/xen-legacy-backend.c); our own state is the one in memory, the node is only written. Everything runs on the loop's thread. Whatever
/// goes wrong costs this device: it is Closed and the reason stands in <c>error/backend/TYPE/DOMAIN/ID/error</c> of the backend's domain.
/// </remarks>
public abstract class BackendDevice
{
    /// <summary>Nothing goes on for longer in one check: Closed, Initialising, InitWait, Connected, and something to spare.</summary>
    private const int MaxStepsPerCheck = 8;

    /// <summary>States remembered; a guest can make more.</summary>
    private const int MaxHistory = 1024;

    /// <summary>Lines that a device may log in <see cref="s_logWindow"/>; a guest can provoke them without end.</summary>
    private const int MaxLogLines = 50;

    /// <summary>EINVAL: what the error node begins with when the frontend's page or ring is at fault.</summary>
    private const int InvalidArgument = 22;

    private static readonly TimeSpan s_logWindow = TimeSpan.FromSeconds(10);

    private readonly BackendContext _context;
    private readonly List<XenbusState> _history = [];
    private XenstoreWatch? _frontendWatch;
    private EventChannelPort _port;
    private string? _refused;
    private long _logWindowStart;
    private int _logLines;

    private protected BackendDevice(BackendContext context, string type, DomainId domain, int id)
    {
        _context = context;
        Type = type;
        Domain = domain;
        Id = id;
        Path = $"/local/domain/{context.Options.OwnDomain}/backend/{type}/{domain}/{id}";
        FrontendPath = $"/local/domain/{domain}/device/{type}/{id}";
        _logWindowStart = context.Loop.Clock.GetTimestamp();
    }

    /// <summary><c>vfb</c> or <c>vkbd</c>.</summary>
    public string Type { get; }

    /// <summary>The guest.</summary>
    public DomainId Domain { get; }

    /// <summary>Number of the device in the guest.</summary>
    public int Id { get; }

    /// <summary>Our directory in xenstore.</summary>
    public string Path { get; }

    /// <summary>The guest's directory in xenstore.</summary>
    public string FrontendPath { get; }

    /// <summary>Our state, as written last; <see cref="XenbusState.Unknown"/> before we have taken the device on.</summary>
    public XenbusState State { get; private set; }

    /// <summary>The guest's state, as read last.</summary>
    public XenbusState FrontendState { get; private set; }

    /// <summary>Each state that we wrote, in order, repeats included; the last 1024.</summary>
    public IReadOnlyList<XenbusState> StateHistory => _history;

    /// <summary>Whether the frontend's page is mapped and its rings are served.</summary>
    public bool IsServing { get; private set; }

    /// <summary>Why this device was closed or refused last, or null.</summary>
    public string? LastError { get; private set; }

    /// <summary>What was done so far.</summary>
    public BackendCounters Counters { get; } = new();

    /// <summary>What the devices of the host share.</summary>
    private protected BackendContext Context => _context;

    /// <summary>The shared page, mapped as long as there is a connection.</summary>
    private protected SharedPages? Page { get; private set; }

    /// <summary>Whether the rings are looked at; see <see cref="StopDraining"/>.</summary>
    private protected bool IsDraining { get; private set; } = true;

    /// <summary>Asks the frontend to let go, as a toolstack does on unplugging: Closing, then Closed after the frontend is.</summary>
    public void BeginClose()
    {
        if (State is XenbusState.Connected)
        {
            AtBoundary(() => SetState(XenbusState.Closing));
        }
    }

    /// <summary>For tests: lets go and writes Closed at once, without Closing and without being asked.</summary>
    public void CloseAbruptly()
    {
        Disconnect();
        AtBoundary(() => SetState(XenbusState.Closed));
    }

    /// <summary>For tests: writes our state once more, so that the frontend's watch fires with nothing new.</summary>
    public void RepeatState() => AtBoundary(() => SetState(State));

    /// <summary>For tests: writes a node of our directory, whatever it is.</summary>
    /// <param name="name">Relative to <see cref="Path"/>.</param>
    /// <param name="value">The text.</param>
    public void WriteNode(string name, string value) => AtBoundary(() => _context.Xenstore.Write($"{Path}/{name}", value));

    /// <summary>For tests: takes and puts nothing any more and answers no notification, as a backend that hangs.</summary>
    public void StopDraining() => IsDraining = false;

    /// <summary>Ends <see cref="StopDraining"/> and looks at the rings at once.</summary>
    public void ResumeDraining()
    {
        IsDraining = true;
        if (IsServing)
        {
            ServeAfterPause();
        }
    }

    /// <summary>For tests: stores a wrong producer's index in the ring to the frontend and notifies; the next event puts it right.</summary>
    /// <param name="ahead">By how much it is wrong.</param>
    /// <exception cref="InvalidOperationException">Not connected.</exception>
    public void CorruptProducerIndex(uint ahead)
    {
        WriterOrThrow().Corrupt(Page!.Bytes, ahead);
        Notify();
    }

    /// <summary>For tests: stores a wrong consumer's index in the ring from the frontend; the next event that is taken puts it right.</summary>
    /// <param name="ahead">By how much it is wrong.</param>
    /// <exception cref="InvalidOperationException">Not connected.</exception>
    public void CorruptConsumerIndex(uint ahead) => ReaderOrThrow().Corrupt(Page!.Bytes, ahead);

    /// <summary>For tests: as if so many events of the frontend had been taken since the connection began; only while no frontend runs and its ring is empty.</summary>
    /// <exception cref="InvalidOperationException">Not connected.</exception>
    public void PretendTaken(uint count) => ReaderOrThrow().Skip(Page!.Bytes, count);

    /// <summary>For tests: moves both indices of the ring to the frontend, its own as well; only while no frontend runs.</summary>
    /// <exception cref="InvalidOperationException">Not connected.</exception>
    public void MoveInputRing(uint by) => WriterOrThrow().Move(Page!.Bytes, by);

    /// <summary>For tests: puts any 40 bytes into the ring to the frontend and notifies.</summary>
    /// <param name="slot">One slot, 40 bytes.</param>
    /// <returns>False when the ring is full.</returns>
    /// <exception cref="ArgumentException">Not 40 bytes.</exception>
    /// <exception cref="InvalidOperationException">Not connected.</exception>
    public bool SendRaw(ReadOnlySpan<byte> slot)
    {
        if (slot.Length != SlotRing.SlotBytes)
        {
            throw new ArgumentException($"a slot has {SlotRing.SlotBytes} bytes", nameof(slot));
        }

        SlotWriter writer = WriterOrThrow();
        Span<byte> page = Page!.Bytes;
        if (writer.Poll(page) <= 0)
        {
            return false;
        }

        writer.Put(page, slot);
        writer.Publish(page);
        Counters.EventsSent++;
        Notify();
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Type} {Domain}/{Id}";

    /// <summary>Reads everything again and does what follows.</summary>
    internal void Check() => AtBoundary(CheckNodes);

    /// <summary>The frontend has notified, or the port is unmasked after that.</summary>
    /// <param name="isFresh">A notification came; else only what arrived while the port was masked is looked for.</param>
    internal void OnPortEvent(bool isFresh)
    {
        if (isFresh)
        {
            Counters.NotificationsReceived++;
        }

        if (IsServing && IsDraining)
        {
            try
            {
                Serve(isFresh);
            }
            catch (XenException exception)
            {
                Fail(exception.Message, exception.ErrorNumber);
            }
        }
    }

    /// <summary>The toolstack has removed our directory: lets go and writes nothing, as that would make it again.</summary>
    internal void Remove()
    {
        Disconnect();
        AtBoundary(() => _frontendWatch?.Dispose());
        _frontendWatch = null;
        Retire();
    }

    /// <summary>The host ends: lets go, and says so.</summary>
    internal void Close()
    {
        bool isTakenOn = State is XenbusState.Initialising or XenbusState.InitWait or XenbusState.Connected or XenbusState.Closing;
        if (isTakenOn)
        {
            AtBoundary(() =>
            {
                SetState(XenbusState.Closing);
                Disconnect();
                SetState(XenbusState.Closed);
            });
        }

        Remove();
    }

    /// <summary>The writer of the ring to the frontend; null when not connected.</summary>
    private protected abstract SlotWriter? Writer { get; }

    /// <summary>The reader of the ring from the frontend; null when not connected.</summary>
    private protected abstract SlotReader? Reader { get; }

    /// <summary>Writes the nodes that a frontend reads after InitWait.</summary>
    /// <param name="write">Writes a node of our directory.</param>
    private protected abstract void PublishFeatures(Action<string, string> write);

    /// <summary>The page is mapped and the port bound: looks whether the frontend can be served.</summary>
    /// <returns>Null, or why not.</returns>
    private protected abstract string? Configure();

    /// <summary>We are Connected, and something in xenstore has changed since; also called right after connecting.</summary>
    private protected abstract void OnConnectedCheck();

    /// <summary>Connected has been written: begins.</summary>
    private protected abstract void Start();

    /// <summary>Does what the rings ask for, once.</summary>
    private protected abstract void Serve(bool isFresh);

    /// <summary>The same after <see cref="StopDraining"/>.</summary>
    private protected virtual void ServeAfterPause() => Serve(isFresh: true);

    /// <summary>Lets go of everything made by <see cref="Configure"/> and <see cref="Start"/>; may be called at any time.</summary>
    private protected abstract void Stop();

    /// <summary>The device is gone for good.</summary>
    private protected abstract void Retire();

    /// <summary>Writes our state and remembers it. Nothing is written once our directory is gone.</summary>
    private protected void SetState(XenbusState state)
    {
        _context.Xenstore.Transact(transaction =>
        {
            if (transaction.Read(Path + "/frontend") is null)
            {
                return false;
            }

            transaction.Write(Path + "/state", XenbusStates.Print(state));
            return true;
        });
        State = state;
        if (_history.Count == MaxHistory)
        {
            _history.RemoveAt(0);
        }

        _history.Add(state);
        _context.Host.Report(this);
    }

    /// <summary>Closes this device, writes down why, and never throws.</summary>
    /// <param name="reason">For a person.</param>
    /// <param name="errno">Linux error number.</param>
    private protected void Fail(string reason, int errno = InvalidArgument)
    {
        LastError = reason;
        Log(reason);
        Disconnect();
        try
        {
            _context.Xenstore.Write(ErrorPath, $"{errno} {reason}");
            SetState(XenbusState.Closed);
        }
        catch (XenException exception)
        {
            // Not even that can be said; as far as we are concerned it is closed.
            State = XenbusState.Closed;
            Log(exception.Message);
        }
    }

    /// <summary>Sends an event.</summary>
    private protected void Notify()
    {
        if (Page is not null)
        {
            _context.Channels.Notify(_port);
            Counters.NotificationsSent++;
        }
    }

    /// <summary>Logs a line, as long as they do not come too fast.</summary>
    private protected void Log(string line)
    {
        long now = _context.Loop.Clock.GetTimestamp();
        if (_context.Loop.Clock.GetElapsedTime(_logWindowStart, now) > s_logWindow)
        {
            _logWindowStart = now;
            _logLines = 0;
        }

        if (++_logLines <= MaxLogLines)
        {
            _context.Log(_logLines < MaxLogLines ? $"{this}: {line}" : $"{this}: {line} (further lines are left out for a while)");
        }
    }

    private string ErrorPath => $"/local/domain/{_context.Options.OwnDomain}/error/backend/{Type}/{Domain}/{Id}/error";

    private void AtBoundary(Action action)
    {
        try
        {
            action();
        }
        catch (XenException exception)
        {
            Fail(exception.Message, exception.ErrorNumber);
        }
    }

    private void CheckNodes()
    {
        XenstoreClient xenstore = _context.Xenstore;
        if (State is not (XenbusState.Unknown or XenbusState.Initialising)
            && xenstore.ReadState(Path + "/state") == XenbusState.Initialising)
        {
            // Only a toolstack writes that: it has made both directories anew, between two looks of ours.
            Log("made anew by the toolstack");
            Disconnect();
            State = XenbusState.Unknown;
        }

        if (State == XenbusState.Unknown && !TrySetUp())
        {
            return;
        }

        XenbusState frontend = xenstore.ReadState(FrontendPath + "/state");
        if (frontend != FrontendState)
        {
            FrontendState = frontend;
            _context.Host.Report(this);
        }

        long? online = xenstore.ReadNumber(Path + "/online");
        if (frontend is XenbusState.Closing or XenbusState.Closed)
        {
            Disconnect();
            if (State != frontend)
            {
                SetState(frontend);
            }
        }
        else if (online == 0)
        {
            Unplug();
        }
        else
        {
            for (int step = 0; step < MaxStepsPerCheck && TryAdvance(isOnline: online is not null); step++)
            {
            }
        }
    }

    /// <summary>Takes the device on when the toolstack has made it ready.</summary>
    /// <remarks>QEMU wants Initialising here. Closed is taken too: an earlier run of this program has left it, and the frontend can reset it.</remarks>
    private bool TrySetUp()
    {
        XenstoreClient xenstore = _context.Xenstore;
        XenbusState found = xenstore.ReadState(Path + "/state");
        string? frontend = xenstore.Read(Path + "/frontend");
        string? refused = found is not (XenbusState.Initialising or XenbusState.Closed)
            ? $"state is {(int)found} before we came, the toolstack has to write 1"
            : frontend != FrontendPath ? "the frontend node does not name the device of the same number"
            : null;
        if (refused is not null)
        {
            // Half-made directories pass by here as well, so it is said once for each reason.
            if (refused != _refused && frontend is not null)
            {
                Log(refused);
            }

            _refused = refused;
            LastError = refused;
            return false;
        }

        _frontendWatch ??= xenstore.Watch(FrontendPath, Check);
        if (found == XenbusState.Initialising)
        {
            SetState(XenbusState.Initialising);
        }
        else
        {
            State = found;
        }

        return true;
    }

    private bool TryAdvance(bool isOnline)
    {
        XenbusState? hold = _context.Host.HoldAt;
        switch (State)
        {
            case XenbusState.Initialising when isOnline && hold != XenbusState.Initialising:
                _context.Xenstore.Transact(transaction =>
                {
                    if (transaction.Read(Path + "/frontend") is null)
                    {
                        return false;
                    }

                    PublishFeatures((name, value) => transaction.Write($"{Path}/{name}", value));
                    transaction.Write(Path + "/hotplug-status", "connected");
                    return true;
                });
                SetState(XenbusState.InitWait);
                return true;
            case XenbusState.InitWait
                when FrontendState is XenbusState.Initialised or XenbusState.Connected
                    && hold is not (XenbusState.Initialising or XenbusState.InitWait):
                return TryConnect();
            case XenbusState.Connected:
                OnConnectedCheck();
                return false;
            case XenbusState.Closed when FrontendState == XenbusState.Initialising && isOnline:
                SetState(XenbusState.Initialising);
                return true;
            default:
                return false;
        }
    }

    private bool TryConnect()
    {
        string? reason;
        int errno = InvalidArgument;
        try
        {
            reason = MapAndBind() ?? Configure();
        }
        catch (XenException exception)
        {
            reason = exception.Message;
            errno = exception.ErrorNumber;
        }

        if (reason is null)
        {
            _context.Xenstore.Remove(ErrorPath);
            LastError = null;
            IsServing = true;
            SetState(XenbusState.Connected);
            Start();
            return true;
        }

        if (_context.Options.StaysInInitWaitOnFailure)
        {
            LastError = reason;
            Log(reason);
        }
        else
        {
            Fail(reason, errno);
        }

        return false;
    }

    private string? MapAndBind()
    {
        if (Page is not null)
        {
            // Left from a try that failed: QEMU does not look at the nodes again either.
            return null;
        }

        XenstoreClient xenstore = _context.Xenstore;
        if (!ulong.TryParse(xenstore.Read(FrontendPath + "/page-ref"), NumberStyles.None, CultureInfo.InvariantCulture, out ulong frame))
        {
            return "page-ref is missing or not a number";
        }

        if (!uint.TryParse(xenstore.Read(FrontendPath + "/event-channel"), NumberStyles.None, CultureInfo.InvariantCulture, out uint remotePort))
        {
            return "event-channel is missing or not a number";
        }

        SharedPages page = _context.Memory.MapFrames(Domain, [new(frame)], isWritable: true);
        try
        {
            _port = _context.Channels.BindInterdomain(Domain, new(remotePort));
        }
        catch
        {
            page.Dispose();
            throw;
        }

        _context.Ports[_port] = this;
        Page = page;
        return null;
    }

    private void Disconnect()
    {
        IsServing = false;
        Stop();
        if (Page is { } page)
        {
            _context.Ports.Remove(_port);
            _context.Channels.Unbind(_port);
            page.Dispose();
            Page = null;
        }
    }

    private void Unplug()
    {
        if (Page is not null && State is XenbusState.Connected)
        {
            // The frontend answers with Closed, and keeps its pages until then.
            SetState(XenbusState.Closing);
        }
        else if (State is XenbusState.Initialising or XenbusState.InitWait)
        {
            Disconnect();
            SetState(XenbusState.Closed);
        }
    }

    private SlotReader ReaderOrThrow() => Reader ?? throw new InvalidOperationException($"{this} is not connected");

    private SlotWriter WriterOrThrow() => Writer ?? throw new InvalidOperationException($"{this} is not connected");
}
