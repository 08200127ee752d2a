using Xenbus.Linux.Interop;
using Xenbus.Loop;
using Xenbus.Wire;
using Xenbus.Xenstore;

namespace Xenbus.Devices;

/// <summary>Carries out what <see cref="TransitionTable"/> decides for one device.</summary>
internal sealed class DeviceSession : IDisposable
{
    /// <summary>Actions in a row before the next change is waited for. The longest chain of the table has 4.</summary>
    private const int MaxActionsPerStep = 12;

    /// <summary>Times that a device is started over within <see cref="s_restartWindow"/> before the backend is left alone.</summary>
    private const int MaxRestarts = 10;

    /// <summary>A backend that has not accepted our details by then never will (QEMU stays silent when it dislikes the geometry).</summary>
    private static readonly TimeSpan s_acceptTimeout = TimeSpan.FromSeconds(10);

    /// <summary>How long each step of closing may take; QEMU answers in milliseconds.</summary>
    private static readonly TimeSpan s_closeTimeout = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan s_restartWindow = TimeSpan.FromMinutes(1);

    private readonly FrontendServices _services;
    private readonly DeviceResources _resources;
    private readonly FrontendDevice _device;
    private readonly DeviceContext _context;
    private readonly LoopTimer _deadline;
    private readonly List<XenstoreWatch> _watches = [];
    private readonly Queue<long> _restarts = [];
    private readonly Action<DeviceSession> _changed;
    private IDisposable? _registration;
    private DeviceGoal _goal = DeviceGoal.Run;
    private XenbusState _lastOurs;
    private bool _isDriverConnected;
    private bool _isStepping;
    private bool _hasBackendGivenUp;

    public DeviceSession(FrontendServices services, IFrontendDriver driver, DeviceIdentity identity, Action<DeviceSession> changed)
    {
        _services = services;
        Identity = identity;
        _changed = changed;
        _resources = new(services.Allocator, services.Channels, services.Memory, identity.Type, identity.Id, identity.Backend);
        _deadline = services.Loop.CreateTimer(OnDeadline);
        _context = new(this, identity, _resources, services);
        _device = driver.Create(_context);
        if (_resources.ArePublished)
        {
            TakeOver();
        }
        else
        {
            _resources.Release();
        }

        _watches.Add(services.Xenstore.Watch(identity.FrontendPath, Step));
        _watches.Add(services.Xenstore.Watch(identity.BackendPath, Step));
    }

    /// <summary>The device.</summary>
    public DeviceIdentity Identity { get; }

    /// <summary>Our state at the last look.</summary>
    public XenbusState State => _lastOurs;

    /// <summary>The backend's state at the last look.</summary>
    public XenbusState BackendState { get; private set; }

    /// <summary>Why the device was given up, or null.</summary>
    public string? Failure { get; private set; }

    /// <summary>Stopped, with nothing of it left.</summary>
    public bool IsDone { get; private set; }

    /// <summary>Stopped as far as we can: the backend did not answer, so its pages must outlive us.</summary>
    public bool IsParked => _hasBackendGivenUp && _resources.ArePublished;

    /// <summary>Closes in order.</summary>
    public void Stop()
    {
        _goal = DeviceGoal.Stop;
        Step();
    }

    /// <summary>The backend broke the protocol.</summary>
    public void Fail(string reason)
    {
        if (Failure is not null)
        {
            return;
        }

        Failure = reason;
        Log.DeviceFailed(_services.Logger, Identity.Name, reason);
        StopDriver();
        WriteError(reason);
        // Not from inside the driver's callback: closing frees what the callback is still using.
        _services.Loop.Post(Step);
    }

    /// <summary>Looks at both ends and does what is due.</summary>
    public void Step()
    {
        if (_isStepping || IsDone)
        {
            return;
        }

        _isStepping = true;
        try
        {
            for (int i = 0; i < MaxActionsPerStep && StepOnce(); i++)
            {
            }
        }
        catch (XenException exception)
        {
            Fail(exception.Message);
        }
        finally
        {
            _isStepping = false;
        }

        _changed(this);
    }

    /// <summary>The toolstack has removed the device's directory, or the process ends: unmaps, and frees if nobody can be using the pages.</summary>
    public void Dispose()
    {
        StopDriver();
        _deadline.Dispose();
        foreach (XenstoreWatch watch in _watches)
        {
            watch.Dispose();
        }

        _device.Dispose();
        _resources.UnmapAll();
    }

    /// <summary>The directory is gone: nothing can be negotiated any more. The toolstack removes it only after the backend has closed or was killed.</summary>
    public void Vanish()
    {
        Log.DeviceRemoved(_services.Logger, Identity.Name);
        StopDriver();
        _resources.Release();
        _resources.Forget();
        IsDone = true;
    }

    private bool StepOnce()
    {
        if (!ReadEnds(out XenbusState ours, out XenbusState theirs, out bool isOnline))
        {
            // The host notices the missing directory too and removes this session.
            return false;
        }

        DeviceGoal goal = Failure is null ? _goal : DeviceGoal.Stop;
        if (Failure is not null && _goal == DeviceGoal.Run && theirs == XenbusState.Initialising && !_resources.ArePublished)
        {
            // A new backend deserves a new chance.
            Failure = null;
            goal = _goal;
        }

        DeviceAction action = TransitionTable.Decide(goal, ours, theirs, CurrentPublication(), isOnline);
        switch (action)
        {
            case DeviceAction.Wait:
                SetDeadline(goal, ours, theirs);
                return false;
            case DeviceAction.Publish:
                return Publish();
            case DeviceAction.Connect:
                SwitchState(XenbusState.Connected);
                return true;
            case DeviceAction.Refresh:
                _deadline.Cancel();
                StartOrRefreshDriver();
                return false;
            case DeviceAction.BeginClose:
                StopDriver();
                SwitchState(XenbusState.Closing);
                return true;
            case DeviceAction.FinishClose:
                StopDriver();
                SwitchState(XenbusState.Closed);
                return true;
            case DeviceAction.Release:
                StopDriver();
                _resources.Release();
                return true;
            case DeviceAction.Restart:
                return Restart();
            case DeviceAction.Done:
                _deadline.Cancel();
                if (_goal == DeviceGoal.Stop)
                {
                    _resources.Forget();
                    IsDone = true;
                }

                return false;
            default:
                throw new InvalidOperationException($"no such action {action}");
        }
    }

    private bool ReadEnds(out XenbusState ours, out XenbusState theirs, out bool isOnline)
    {
        XenstoreClient xenstore = _services.Xenstore;
        ours = theirs = XenbusState.Unknown;
        isOnline = false;
        if (xenstore.Read($"{Identity.FrontendPath}/backend") is null)
        {
            return false;
        }

        ours = xenstore.ReadState($"{Identity.FrontendPath}/state");
        theirs = ReadBackendState();
        isOnline = xenstore.ReadNumber($"{Identity.BackendPath}/online") is not 0;
        if (ours != _lastOurs || theirs != BackendState)
        {
            Log.StatesChanged(_services.Logger, Identity.Name, ours, theirs);
            (_lastOurs, BackendState) = (ours, theirs);
        }

        return true;
    }

    /// <summary>A directory that was removed cannot be told from one that we may not read: both mean that no backend is there.</summary>
    private XenbusState ReadBackendState()
    {
        try
        {
            return _services.Xenstore.ReadState($"{Identity.BackendPath}/state");
        }
        catch (XenstoreException exception) when (exception.ErrorNumber is Errno.EACCES)
        {
            return XenbusState.Unknown;
        }
    }

    private Publication CurrentPublication()
    {
        if (_resources.ArePublished)
        {
            return Publication.Ours;
        }

        foreach (string node in PublishedNodes.All)
        {
            if (_services.Xenstore.Read($"{Identity.FrontendPath}/{node}") is not null)
            {
                return Publication.Leftover;
            }
        }

        return Publication.None;
    }

    private bool Publish()
    {
        if (_services.Domain.KernelDriverOf(Identity.Type, Identity.Id) is { } driver)
        {
            throw new XenException("serve", Identity.Name, 0, $"the kernel's driver {driver} has this device; boot with initcall_blacklist=xenfb_init,xenkbd_init or blacklist its module");
        }

        Dictionary<string, string> details = [];
        try
        {
            _device.Prepare(details);
            details[PublishedNodes.EventChannel] = (_resources.Port ?? _resources.BindPort()).ToString();
            RegisterPort();
            _services.Xenstore.Transact(transaction =>
            {
                foreach ((string node, string value) in details)
                {
                    transaction.Write($"{Identity.FrontendPath}/{node}", value);
                }

                return true;
            });
        }
        catch
        {
            // Nobody has seen these pages: state Initialised was not written.
            StopDriver();
            _resources.Release();
            throw;
        }

        // From the next write on the backend may map the pages, so a successor must know that first.
        _resources.MarkPublished();
        SwitchState(XenbusState.Initialised);
        return true;
    }

    private bool Restart()
    {
        StopDriver();
        _resources.Release();
        long now = _services.Loop.Clock.GetTimestamp();
        while (_restarts.TryPeek(out long oldest) && _services.Loop.Clock.GetElapsedTime(oldest, now) > s_restartWindow)
        {
            _restarts.Dequeue();
        }

        if (_restarts.Count == MaxRestarts)
        {
            Fail($"backend made {MaxRestarts} restarts necessary within {s_restartWindow.TotalSeconds:0} s");
            return false;
        }

        _restarts.Enqueue(now);
        foreach (string node in PublishedNodes.All)
        {
            _services.Xenstore.Remove($"{Identity.FrontendPath}/{node}");
        }

        SwitchState(XenbusState.Initialising);
        return true;
    }

    private void TakeOver()
    {
        try
        {
            _device.TakeOver();
            RegisterPort();
            Log.TookOver(_services.Logger, Identity.Name);
        }
        catch (XenException exception)
        {
            Fail(exception.Message);
        }
    }

    private void RegisterPort()
    {
        if (_resources.Port is { } port)
        {
            _registration = _services.Dispatcher.Register(port, OnEvent);
            // The predecessor may have died with the port masked; unmasking one that is not masked does nothing.
            _services.Channels.Unmask(port);
        }
    }

    private bool OnEvent() => _isDriverConnected && _device.OnEvent();

    private void StartOrRefreshDriver()
    {
        if (_isDriverConnected)
        {
            _device.BackendChanged();
        }
        else
        {
            _isDriverConnected = true;
            _device.Connect();
            Log.DeviceConnected(_services.Logger, Identity.Name);
        }
    }

    private void StopDriver()
    {
        _registration?.Dispose();
        _registration = null;
        _isDriverConnected = false;
        _device.Disconnect();
    }

    /// <summary>Writes our state if the directory is still there: writing would otherwise make it again.</summary>
    private void SwitchState(XenbusState state)
    {
        string path = $"{Identity.FrontendPath}/state";
        _services.Xenstore.Transact(transaction =>
        {
            string? present = transaction.Read(path);
            if (present is null || present == XenbusStates.Print(state))
            {
                return false;
            }

            transaction.Write(path, XenbusStates.Print(state));
            return true;
        });
    }

    private void SetDeadline(DeviceGoal goal, XenbusState ours, XenbusState theirs)
    {
        TimeSpan? limit = (goal, ours) switch
        {
            (_, XenbusState.Closing or XenbusState.Closed) when goal == DeviceGoal.Stop || _resources.ArePublished => s_closeTimeout,
            (DeviceGoal.Run, XenbusState.Initialised) when theirs == XenbusState.InitWait => s_acceptTimeout,
            _ => null,
        };
        if (limit is null)
        {
            _deadline.Cancel();
        }
        else if (!_deadline.IsRunning)
        {
            _deadline.Start(limit.Value);
        }
    }

    private void OnDeadline()
    {
        if (_lastOurs == XenbusState.Initialised)
        {
            Fail($"backend has not accepted what was published within {s_acceptTimeout.TotalSeconds:0} s; its log says why (QEMU: geometry, or started without -vga xenfb)");
            return;
        }

        if (_lastOurs == XenbusState.Closing)
        {
            try
            {
                SwitchState(XenbusState.Closed);
            }
            catch (XenException exception)
            {
                Log.DeviceFailed(_services.Logger, Identity.Name, exception.Message);
            }

            Step();
            return;
        }

        // Its pages may still be mapped and written by the backend: they are not freed, only let alone.
        _hasBackendGivenUp = true;
        Log.BackendSilent(_services.Logger, Identity.Name, s_closeTimeout.TotalSeconds);
        _changed(this);
    }

    private void WriteError(string reason)
    {
        try
        {
            _services.Xenstore.Write($"error/{Identity.FrontendPath}/error", $"{Errno.EIO} {reason}");
        }
        catch (XenstoreException exception)
        {
            // Not being allowed to say why must not keep us from closing.
            Log.ErrorNodeRefused(_services.Logger, Identity.Name, exception.Message);
        }
    }
}
