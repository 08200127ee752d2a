using Xenbus.Domain;
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

    /// <summary>A backend that has not accepted our details by then never will (QEMU stays silent when it dislikes the geometry).</summary>
    private static readonly TimeSpan s_acceptTimeout = TimeSpan.FromSeconds(10);

    /// <summary>How long each step of closing may take; QEMU answers in milliseconds.</summary>
    private static readonly TimeSpan s_closeTimeout = TimeSpan.FromSeconds(5);

    /// <summary>A device that failed and cannot even be closed, because xenstore refuses, is tried again this often, each time after a longer pause.</summary>
    private const int MaxFailedSteps = 8;

    /// <summary>What no watch tells of is looked for after this time: a kernel driver that is Closed says nothing when it is unbound, and permissions change silently.</summary>
    private static readonly TimeSpan s_lookAgain = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan s_firstRetry = TimeSpan.FromMilliseconds(100);

    private readonly FrontendServices _services;
    private readonly DeviceResources _resources;
    private readonly FrontendDevice _device;
    private readonly DeviceContext _context;
    private readonly LoopTimer _deadline;
    private readonly LoopTimer _retry;
    private readonly DeviceNodes _nodes;
    private readonly KernelTaking _kernel;
    private readonly Courtesy _courtesy;
    private readonly RestartBudget _restarts;
    private readonly Action<DeviceSession> _changed;
    private readonly Func<DeviceSession, bool> _mayPrepare;
    private readonly Action _stepDue;
    private XenstoreWatch? _frontendWatch;
    private XenstoreWatch? _backendWatch;
    private XenstoreWatch? _formerWatch;
    private IDisposable? _registration;
    private Dictionary<string, string>? _prepared;
    private DeviceGoal _goal = DeviceGoal.Run;
    private XenbusState _lastOurs;
    private bool _isDriverConnected;
    private bool _hasConnected;
    private bool _isStepping;
    private bool _hasBackendGivenUp;
    private bool _isNewChanceDue;
    private bool _isReconnecting;
    private bool _isStepDue;
    private bool _hasLookedAgain;
    private int _failedSteps;

    /// <summary>Makes the driver's object; nothing else happens before <see cref="Start"/>.</summary>
    /// <param name="services">What all devices share.</param>
    /// <param name="driver">The device's driver.</param>
    /// <param name="identity">Which device.</param>
    /// <param name="changed">Called when a state may have changed.</param>
    /// <param name="isItsTurn">Whether the devices that are to connect before this one have done so, or will not.</param>
    /// <param name="mayPrepare">Whether its turn comes as soon as their backends have answered.</param>
    public DeviceSession(
        FrontendServices services,
        IFrontendDriver driver,
        DeviceIdentity identity,
        Action<DeviceSession> changed,
        Func<DeviceSession, bool> isItsTurn,
        Func<DeviceSession, bool> mayPrepare)
    {
        _mayPrepare = mayPrepare;
        _services = services;
        Life = services.Life.Number;
        _changed = changed;
        _stepDue = () =>
        {
            _isStepDue = false;
            Step();
        };
        _resources = new(services, identity);
        _deadline = services.Loop.CreateTimer(OnDeadline);
        _retry = services.Loop.CreateTimer(Step);
        _nodes = new(services.Xenstore, identity);
        _courtesy = new(services.Loop, () => isItsTurn(this), Step);
        _restarts = new(services.Loop.Clock);
        _context = new(this, _resources, services);
        _device = driver.Create(_context);
        _kernel = new(services, _nodes, _device, Fail);
    }

    /// <summary>The device.</summary>
    public DeviceIdentity Identity => _nodes.Identity;

    /// <summary>The domain's life that this session has followed to.</summary>
    public uint Life { get; private set; }

    /// <summary>Our state at the last look.</summary>
    public XenbusState State => _lastOurs;

    /// <summary>The backend's state at the last look.</summary>
    public XenbusState BackendState { get; private set; }

    /// <summary>All that others are told of it.</summary>
    public DeviceStatus Status => new(Identity, State, BackendState, Failure, HeldBy, () => _device.Figures, () => _device.Latencies);

    /// <summary>Why the device was given up, or null.</summary>
    public string? Failure { get; private set; }

    /// <summary>The kernel driver that holds the device, or null. Unless it is to be taken, nothing is done with the device until the driver lets go.</summary>
    public KernelDriver? HeldBy => _kernel.HeldBy;

    /// <summary>Whether a person was told of <see cref="HeldBy"/>, or needs not to be.</summary>
    public bool IsHoldTold
    {
        get => _kernel.IsHoldTold;
        set => _kernel.IsHoldTold = value;
    }

    /// <summary>Connected, or not about to connect: nobody has to wait for this device.</summary>
    public bool IsSettled => _lastOurs == XenbusState.Connected || Failure is not null || (HeldBy is not null && !_services.Options.TakesFromKernel) || IsDone
        || _goal == DeviceGoal.Stop;

    /// <summary>Served by us, whoever else believes to hold it.</summary>
    public bool IsConnected => _lastOurs == XenbusState.Connected && _resources.ArePublished;

    /// <summary>Its backend has all that it needs, or has connected already.</summary>
    public bool IsPublished => _resources.ArePublished;

    /// <summary>Could connect, and lets others do so first.</summary>
    public bool IsWaitingForOthers => _courtesy.IsWaiting && !IsSettled;

    /// <summary>Stopped, with nothing of it left.</summary>
    public bool IsDone { get; private set; }

    /// <summary>Stopped as far as we can: the backend did not answer, so its pages must outlive us.</summary>
    public bool IsParked => _hasBackendGivenUp && _resources.ArePublished;

    /// <summary>Takes over what a predecessor left, and begins to follow both ends.</summary>
    /// <exception cref="XenException">Xenstore refuses the watches; dispose the session, and perhaps make another one later.</exception>
    public void Start()
    {
        Watch();
        if (_resources.ArePublished)
        {
            TakeOver();
        }
        else if (_resources.AreOutlived)
        {
            EndOutlived();
        }
        else
        {
            _resources.Release(hasBackendLetGo: true);
            _kernel.Find();
        }
    }

    /// <summary>The domain was restored: what was published is of another time, and the device is as fresh as its backend.</summary>
    /// <exception cref="XenException">Xenstore refuses the watches; call again later.</exception>
    public void BeginAnew(DeviceIdentity identity)
    {
        if (_isDriverConnected)
        {
            // What the backend had put into the rings before the domain was saved. Nothing is sent: the port is forgotten.
            _device.OnEvent();
        }

        DropPrepared();
        StopDriver();
        if (_resources.AreOutlived)
        {
            _resources.Release(hasBackendLetGo: false);
        }

        _deadline.Cancel();
        _retry.Cancel();
        _courtesy.End();
        _kernel.Forget();
        _restarts.Clear();
        Failure = null;
        _failedSteps = 0;
        _hasBackendGivenUp = _isNewChanceDue = _isReconnecting = false;
        (_lastOurs, BackendState) = (XenbusState.Unknown, XenbusState.Unknown);
        _nodes.Follow(identity);
        _resources.Follow(identity);
        Watch();
        Life = _services.Life.Number;
        Step();
    }

    /// <summary>Lets go of the port of pages that must outlive this process: after a restore nobody would be there to know that it is dead.</summary>
    public void ReleasePort()
    {
        if (IsParked)
        {
            _resources.ReleasePort();
        }
    }

    /// <summary>Closes in order.</summary>
    public void Stop()
    {
        if (_goal == DeviceGoal.Stop)
        {
            return;
        }

        _goal = DeviceGoal.Stop;
        _kernel.GiveBack();
        Step();
    }

    /// <summary>Closes in order and begins anew: the driver has another connection to offer.</summary>
    public void Reconnect()
    {
        _isReconnecting = true;
        // Not from inside the driver's callback: closing frees what the callback is still using.
        _services.Loop.Post(Step);
    }

    /// <summary>The backend broke the protocol.</summary>
    public void Fail(string reason)
    {
        if (Failure is not null)
        {
            return;
        }

        Failure = reason;
        _failedSteps = 0;
        Log.DeviceFailed(_services.Logger, Identity.Name, reason);
        _services.Trace?.OnStates(Status);
        WriteError(reason);
        // Not from inside the driver's callback: stopping and closing free what the callback is still using.
        _services.Loop.Post(() =>
        {
            if (Failure is not null && !IsDone)
            {
                StopDriver();
                Step();
            }
        });
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
            if (Life != _services.Life.Number || _services.Life.IsOver())
            {
                // Nothing that is seen now belongs to what we have.
                _services.Loop.Post(_services.LookAgain);
                return;
            }

            _nodes.WasRefused = false;
            for (int i = 0; i < MaxActionsPerStep && StepOnce(); i++)
            {
            }

            _failedSteps = 0;
            if (_nodes.WasRefused && !_hasLookedAgain)
            {
                // Perhaps the toolstack had not set the permissions yet, which no watch tells of.
                _hasLookedAgain = true;
                _retry.Start(s_lookAgain);
            }
        }
        catch (XenException exception)
        {
            OnStepFailed(exception);
        }
        finally
        {
            _isStepping = false;
        }

        _changed(this);
    }

    /// <summary>Unmaps in this process. What is connected stays connected for a successor; what is stopped or gone is ended.</summary>
    public void Dispose()
    {
        _registration?.Dispose();
        _deadline.Dispose();
        _retry.Dispose();
        _courtesy.Dispose();
        _kernel.Dispose();
        _frontendWatch?.Dispose();
        _backendWatch?.Dispose();
        _formerWatch?.Dispose();
        if (IsDone || IsParked)
        {
            StopDriver();
            _device.Remove();
        }

        _device.Dispose();
        _resources.UnmapAll();
    }

    /// <summary>The directory is gone, or is another device's by now: nothing can be negotiated any more.</summary>
    public void Vanish()
    {
        Log.DeviceRemoved(_services.Logger, Identity.Name);
        StopDriver();
        _resources.Release(BackendState == XenbusState.Closed);
        _resources.Forget();
        _prepared = null;
        IsDone = true;
    }

    /// <summary>Xenstore or the domain refused something. What is connected goes on and looks again later; else the device is given up the first time, and closed as soon as that works.</summary>
    private void OnStepFailed(XenException exception)
    {
        if (Failure is null && _hasConnected && _goal == DeviceGoal.Run && exception is XenstoreException)
        {
            // Pixels and keys need no xenstore; what was to be read is read when it answers again.
            if (_failedSteps == 0)
            {
                Log.LookedInVain(_services.Logger, Identity.Name, exception.Message);
            }

            // One that is silent holds up everything for as long as an answer is waited for, so it is not asked often.
            _failedSteps = exception.ErrorNumber == Errno.ETIMEDOUT ? MaxFailedSteps : Math.Min(_failedSteps + 1, MaxFailedSteps);
            _retry.Start(s_firstRetry * (1 << _failedSteps));
            return;
        }

        if (Life != _services.Life.Number || _services.Life.IsSurelyOver())
        {
            // What was refused were wishes of another life.
            _services.Loop.Post(_services.LookAgain);
            return;
        }

        if (Failure is null)
        {
            Fail(exception.Message);
            return;
        }

        Log.DeviceFailed(_services.Logger, Identity.Name, exception.Message);
        if (_failedSteps++ < MaxFailedSteps)
        {
            _retry.Start(s_firstRetry * (1 << _failedSteps));
        }
        else if (_goal == DeviceGoal.Stop)
        {
            // Parked, if there is something that the backend may use; else nothing is lost.
            _hasBackendGivenUp = true;
            IsDone = !_resources.ArePublished;
        }
    }

    private bool StepOnce()
    {
        if (!ReadEnds(out XenbusState ours, out XenbusState theirs, out bool isOnline))
        {
            // The host notices the missing directory too and removes this session.
            return false;
        }

        if (_kernel.Look(_resources.ArePublished) && _goal == DeviceGoal.Run)
        {
            Failure = null;
        }

        if (_isNewChanceDue && _goal == DeviceGoal.Run && !_resources.ArePublished)
        {
            // A new backend deserves one.
            Failure = null;
        }

        _isNewChanceDue &= _resources.ArePublished;
        if (HeldBy is not null && _goal == DeviceGoal.Run && !_resources.ArePublished)
        {
            DropPrepared();
            if (Failure is null && _services.Options.TakesFromKernel)
            {
                return _kernel.Step(ours, theirs);
            }

            if (ours == XenbusState.Closed)
            {
                _retry.Start(s_lookAgain);
            }

            return false;
        }

        DeviceGoal goal = Failure is null && !_isReconnecting ? _goal : DeviceGoal.Stop;
        Publication publication = _resources.ArePublished ? Publication.Ours : _nodes.HaveDetails() ? Publication.Leftover : Publication.None;
        DeviceAction action = TransitionTable.Decide(goal, ours, theirs, publication, isOnline);
        if (action != DeviceAction.Publish)
        {
            _courtesy.End();
            DropPrepared();
        }

        if (action != DeviceAction.Wait)
        {
            // Each wait has its own deadline.
            _deadline.Cancel();
        }

        switch (action)
        {
            case DeviceAction.Wait:
                SetDeadline(goal, ours, theirs);
                return false;
            case DeviceAction.Publish:
                if (_mayPrepare(this))
                {
                    Prepare();
                }

                if (_courtesy.MayConnect())
                {
                    Publish();
                }

                // The watch tells of our own state too, and then there is a look: no need for one more before it.
                return false;
            case DeviceAction.Connect:
                _nodes.SwitchState(XenbusState.Connected);
                return true;
            case DeviceAction.Refresh:
                StartOrRefreshDriver();
                return false;
            case DeviceAction.BeginClose:
                StopDriver();
                _nodes.SwitchState(XenbusState.Closing);
                return true;
            case DeviceAction.FinishClose:
                StopDriver();
                _nodes.SwitchState(XenbusState.Closed);
                return true;
            case DeviceAction.Release:
                StopDriver();
                ReleaseResources(theirs);
                return true;
            case DeviceAction.Restart:
                if (publication == Publication.Ours && (theirs == XenbusState.Initialising || ours == XenbusState.Connected))
                {
                    // Otherwise it is our publishing that was cut short.
                    Log.BackendBeganAnew(_services.Logger, Identity.Name);
                }

                return Restart(theirs);
            case DeviceAction.Done when _isReconnecting:
                _isReconnecting = false;
                // Wanted, not made necessary by the backend.
                _restarts.Clear();
                return true;
            case DeviceAction.Done:
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

    /// <summary>A node of the backend's directory, or null.</summary>
    public string? ReadBackend(string node) => _nodes.ReadBackend(node);

    /// <summary>Names of the nodes in the backend's directory, or null when it may not be read.</summary>
    public string[]? ListBackend() => _nodes.ListBackend();

    private bool ReadEnds(out XenbusState ours, out XenbusState theirs, out bool isOnline)
    {
        if (!_nodes.TryReadEnds(out ours, out theirs, out isOnline))
        {
            return false;
        }

        if (ours != _lastOurs || theirs != BackendState)
        {
            // By the change, not by the state: what is given up in a state stays given up as long as that lasts.
            _isNewChanceDue |= Failure is not null && HasBegunAnew(BackendState, theirs);
            // A backend that did not let go of what a kernel driver published may do it late.
            _isNewChanceDue |= Failure is not null && HeldBy is not null && theirs != BackendState;
            Log.StatesChanged(_services.Logger, Identity.Name, ours, theirs);
            if (_lastOurs == XenbusState.Connected && BackendState == XenbusState.Connected && theirs != XenbusState.Connected && _goal == DeviceGoal.Run && Failure is null)
            {
                Log.BackendLeft(_services.Logger, Identity.Name, theirs);
            }

            (_lastOurs, BackendState) = (ours, theirs);
            _services.Trace?.OnStates(Status);
        }

        return true;
    }

    /// <summary>Initialising is where a backend begins; one that is found in InitWait has gone through it, unless it came from there or was there before.</summary>
    private static bool HasBegunAnew(XenbusState before, XenbusState now) =>
        (now == XenbusState.Initialising && before != now) || (now == XenbusState.InitWait && before is not (XenbusState.Initialising or XenbusState.InitWait));

    /// <summary>Everything that can be done while the backends of other devices connect. Nobody sees the pages yet.</summary>
    private void Prepare()
    {
        if (_prepared is not null)
        {
            return;
        }

        Dictionary<string, string> details = [];
        try
        {
            _device.Prepare(details);
            details[PublishedNodes.EventChannel] = (_resources.Port ?? _resources.BindPort()).ToString();
            RegisterPort();
        }
        catch
        {
            StopDriver();
            _resources.Release(hasBackendLetGo: true);
            throw;
        }

        _prepared = details;
    }

    private void DropPrepared()
    {
        if (_prepared is not null)
        {
            _prepared = null;
            StopDriver();
            _resources.Release(hasBackendLetGo: true);
        }
    }

    private void Publish()
    {
        Prepare();
        try
        {
            // From then on the backend may map the pages, so a successor must know that first.
            _nodes.Publish(_prepared!, _resources.MarkPublished);
        }
        finally
        {
            if (_resources.ArePublished)
            {
                _prepared = null;
            }
            else
            {
                DropPrepared();
            }
        }
    }

    private void ReleaseResources(XenbusState theirs)
    {
        _hasBackendGivenUp = false;
        _resources.Release(hasBackendLetGo: theirs == XenbusState.Closed);
    }

    private bool Restart(XenbusState theirs)
    {
        StopDriver();
        ReleaseResources(theirs);
        if (!_restarts.TrySpend())
        {
            Fail($"backend made {RestartBudget.Max} restarts necessary within {RestartBudget.Window.TotalSeconds:0} s");
            return false;
        }

        _nodes.RemoveDetails();
        _nodes.SwitchState(XenbusState.Initialising);
        return true;
    }

    private void Watch()
    {
        // The path of our own directory stays through a restore, and so does its watch, which the kernel sets up again.
        _frontendWatch ??= _services.Xenstore.Watch(Identity.FrontendPath, StepSoon);
        if (_backendWatch?.Path != Identity.BackendPath)
        {
            XenstoreWatch? former = _backendWatch;
            _backendWatch = _services.Xenstore.Watch(Identity.BackendPath, StepSoon);
            DropFormerWatch();
            _formerWatch = former;
        }
    }

    /// <summary>It can wait: the new backend should not, nor the devices that come after this one.</summary>
    private void DropFormerWatch()
    {
        if (_formerWatch is { } former)
        {
            _formerWatch = null;
            _services.Loop.Post(former.Dispose);
        }
    }

    /// <summary>One look for all that the watches report together: both fire for most changes.</summary>
    private void StepSoon()
    {
        _hasLookedAgain = false;
        if (!_isStepDue)
        {
            _isStepDue = true;
            _services.Loop.Post(_stepDue);
        }
    }

    /// <summary>A predecessor's connection from before a restore: what is still in its rings is delivered, what it held is released.</summary>
    private void EndOutlived()
    {
        try
        {
            _device.TakeOver();
            _device.Connect();
        }
        catch (XenException exception)
        {
            // Then it is lost; the device begins anew in any case.
            Log.OutlivedLost(_services.Logger, Identity.Name, exception.Message);
        }

        StopDriver();
        Failure = null;
        _resources.Release(hasBackendLetGo: false);
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
            _services.Life.Unmask(port);
        }
    }

    private bool OnEvent()
    {
        if (_services.Trace is { } trace && _resources.Port is { } port)
        {
            trace.OnNotification(Identity, isOut: false, port);
        }

        return _isDriverConnected && _device.OnEvent();
    }

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
            _hasConnected = Failure is null;
            if (_hasConnected)
            {
                Log.DeviceConnected(_services.Logger, Identity.Name);
                _nodes.RemoveError();
                DropFormerWatch();
            }
        }
    }

    private void StopDriver()
    {
        _registration?.Dispose();
        _registration = null;
        _isDriverConnected = _hasConnected = false;
        _device.Disconnect();
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
                _nodes.SwitchState(XenbusState.Closed);
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
            _nodes.WriteError(reason);
        }
        catch (XenstoreException exception)
        {
            // Not being allowed to say why must not keep us from closing.
            Log.ErrorNodeRefused(_services.Logger, Identity.Name, exception.Message);
        }
    }
}
