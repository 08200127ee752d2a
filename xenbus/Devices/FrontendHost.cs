using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using Xenbus.Domain;
using Xenbus.Linux.Interop;
using Xenbus.Loop;
using Xenbus.Wire;
using Xenbus.Xenstore;

namespace Xenbus.Devices;

/// <summary>Finds the devices of every driver's type, serves each, and follows as they come and go.</summary>
public sealed class FrontendHost : IDisposable
{
    /// <summary>Name under which the records of connections are kept.</summary>
    public const string RecordsName = "connections";

    /// <summary>Name under which the event channel file is kept; those of later lives have a dash and a number behind it.</summary>
    public const string EventChannelsName = "evtchn";

    private const string AllocatorName = "gntalloc", DeviceRoot = "device";

    /// <summary>When devices could not be listed or taken on, that is tried again after this time, then twice, four times … that time.</summary>
    private static readonly TimeSpan s_firstRetry = TimeSpan.FromMilliseconds(200), s_lastRetry = TimeSpan.FromMinutes(1);

    /// <summary>A host that is to stop and cannot find out what to stop, because xenstore refuses, ends after so many tries.</summary>
    private const int MaxFailedDiscoveries = 6;

    private readonly IDomain _domain;
    private readonly EventLoop _loop;
    private readonly IDescriptorStore _descriptors;
    private readonly IFrontendDriver[] _drivers;
    private readonly ILogger _logger;
    private readonly FrontendHostOptions _options;
    private readonly List<DeviceSession> _sessions = [];
    private readonly LoopTimer _discoverAgain;
    private FrontendServices? _services;
    private XenstoreWatch? _watch;
    private Action? _stopped;
    private TimeSpan _discoverAfter = s_firstRetry;
    private bool _hasDiscovered;
    private int _failedDiscoveries;

    /// <summary>Composes; nothing is opened before <see cref="Start"/>.</summary>
    public FrontendHost(IDomain domain, EventLoop loop, IDescriptorStore descriptors, IEnumerable<IFrontendDriver> drivers, ILogger logger, FrontendHostOptions options)
    {
        _domain = domain;
        _loop = loop;
        _descriptors = descriptors;
        _drivers = [.. drivers];
        _logger = logger;
        _options = options;
        _discoverAgain = loop.CreateTimer(Discover);
    }

    /// <summary>The states of every device changed in some way; look at <see cref="Devices"/>.</summary>
    public event Action? DevicesChanged;

    /// <summary>What is served now.</summary>
    public IEnumerable<DeviceStatus> Devices
    {
        get
        {
            foreach (DeviceSession session in _sessions)
            {
                yield return session.Status;
            }
        }
    }

    /// <summary>Sees everything that passes from now on, or null; for as long as the host is started.</summary>
    public IFrontendTrace? Trace
    {
        get => _services?.Trace;
        set
        {
            if (_services is { } services)
            {
                services.Xenstore.Trace = services.Trace = value;
            }
        }
    }

    /// <summary>Whether there are devices and every one that can be served is; one that a kernel driver keeps is nobody's to wait for.</summary>
    public bool AreAllConnected
    {
        get
        {
            bool hasDevice = false;
            foreach (DeviceSession session in _sessions)
            {
                if (session.HeldBy is not null && !_options.TakesFromKernel && !session.IsConnected)
                {
                    continue;
                }

                hasDevice = true;
                if (!session.IsConnected)
                {
                    return false;
                }
            }

            return hasDevice;
        }
    }

    /// <summary>
    /// For a holder that ends although no worker has stopped in order: whether the guest may have been restored since ports were bound, so that the event
    /// channel files that it keeps must not be closed.
    /// </summary>
    /// <param name="kept">All that it keeps, by name; stays the holder's.</param>
    /// <param name="openDomain">The way to xenstore.</param>
    public static bool MayHaveOutlivedPorts(List<(string Name, Descriptor File)> kept, Func<IDomain> openDomain)
    {
        if (kept.FindAll(static entry => entry.Name.StartsWith(EventChannelsName, StringComparison.Ordinal)).Count > 1)
        {
            // A worker was dealing with a restore.
            return true;
        }

        if (kept.Find(static entry => entry.Name == RecordsName).File is not { } records)
        {
            return false;
        }

        try
        {
            using ConnectionMemory memory = ConnectionMemory.Adopt(records.Duplicate());
            if (!DeviceResources.AnyHasPort(memory))
            {
                return false;
            }

            using EventLoop loop = new(TimeProvider.System);
            using XenstoreClient xenstore = new(openDomain().OpenXenstore(), loop);
            return DomainLife.IsOver(xenstore, memory);
        }
        catch (XenException)
        {
            // Records of another version, or xenstore does not say.
            return true;
        }
    }

    /// <summary>For a holder whose workers end: whether a backend may have mapped pages, of whichever device, so that it must not end as well.</summary>
    /// <param name="kept">As for <see cref="MayHaveOutlivedPorts"/>.</param>
    public static bool MayBeMapped(List<(string Name, Descriptor File)> kept)
    {
        if (kept.Find(static entry => entry.Name == RecordsName).File is not { } records)
        {
            return false;
        }

        try
        {
            using ConnectionMemory memory = ConnectionMemory.Adopt(records.Duplicate());
            return DeviceResources.AnyMayBeMapped(memory);
        }
        catch (XenException)
        {
            // Records of another version.
            return true;
        }
    }

    /// <summary>Whether all devices that were there at the start are among <see cref="Devices"/>.</summary>
    public bool HasDiscovered => _hasDiscovered;

    /// <summary>Opens everything, or takes it up from a predecessor, and begins.</summary>
    /// <exception cref="XenException">Something is missing or forbidden; the message names the remedy.</exception>
    public void Start()
    {
        XenstoreClient? xenstore = null;
        ConnectionMemory? memory = null;
        DomainLife? life = null;
        IGrantAllocator? allocator = null;
        try
        {
            xenstore = new(_domain.OpenXenstore(), _loop);
            memory = _descriptors.Take(RecordsName) is { } memoryFile ? ConnectionMemory.Adopt(memoryFile) : ConnectionMemory.Create();
            life = new(_domain, xenstore, _descriptors, memory);
            allocator = _descriptors.Take(AllocatorName) is { } allocatorFile ? _domain.AdoptGrantAllocator(allocatorFile) : _domain.OpenGrantAllocator();
            _descriptors.Keep(AllocatorName, allocator.File);
            // Last: without the files that they speak of, records would mislead a successor.
            _descriptors.Keep(RecordsName, memory.File);
            DomainId former = life.OwnDomain;
            if (life.TakeUp())
            {
                Log.Restored(_logger, former, life.OwnDomain);
            }

            _watch = xenstore.Watch(DeviceRoot, Discover, MayConcernDiscovery);
            RetiredPages retired = new(memory, allocator, life, _loop);
            retired.Emptied += CheckStopped;
            _services = new(
                _domain, _loop, xenstore, life, new EventChannelDispatcher(life, _loop), allocator, memory, retired, _descriptors, _options, _logger, Discover);
            Log.Started(_logger, _domain.Description, life.OwnDomain);
        }
        catch
        {
            life?.Abandon();
            allocator?.Dispose();
            life?.Dispose();
            memory?.Dispose();
            xenstore?.Dispose();
            throw;
        }
    }

    /// <summary>Reads nodes of a directory for somebody who traces; one that may not be read is left out.</summary>
    /// <param name="directory">Its path.</param>
    /// <param name="isWanted">Says by its name whether a node is read.</param>
    public void ReadNodes(string directory, Predicate<string> isWanted)
    {
        if (_services is not { } services)
        {
            return;
        }

        try
        {
            foreach (string name in services.Xenstore.List(directory))
            {
                if (isWanted(name))
                {
                    services.Xenstore.Read($"{directory}/{name}");
                }
            }
        }
        catch (XenstoreException exception) when (exception.ErrorNumber is Errno.EACCES)
        {
            // As it is when the directory was removed.
        }
    }

    /// <summary>Closes every device in order.</summary>
    /// <param name="stopped">Called once, from the loop, when all have closed or have been given up.</param>
    public void Stop(Action stopped)
    {
        _stopped = stopped;
        StopSessions();
        _loop.Post(CheckStopped);
    }

    /// <summary>A backend did not let go of its device's pages when we stopped: they must not be freed, so somebody has to keep the allocator's file.</summary>
    public bool HasParkedDevices => _sessions.Exists(session => session.IsParked)
        || (_stopped is not null && !_hasDiscovered && _services is { } services && DeviceResources.AnyIsPublished(services.Memory));

    /// <summary>Unmaps and closes in this process. Devices that were not stopped stay connected if the descriptors are kept elsewhere.</summary>
    public void Dispose()
    {
        for (int i = _sessions.Count - 1; i >= 0; i--)
        {
            _sessions[i].Dispose();
        }

        _sessions.Clear();
        _discoverAgain.Dispose();
        if (_services is { } services)
        {
            _watch?.Dispose();
            services.Retired.Dispose();
            services.Dispatcher.Dispose();
            services.Allocator.Dispose();
            services.Life.Dispose();
            services.Memory.Dispose();
            services.Xenstore.Dispose();
        }
    }

    private void StopSessions()
    {
        foreach (DeviceSession session in _sessions.ToArray())
        {
            session.Stop();
        }
    }

    private void Discover()
    {
        try
        {
            FollowLife();
            FollowDevices();
            bool areAllServed = true;
            // A worker that is told to stop before its first look, by a holder that is stopping, must find what its predecessor left connected.
            if (_stopped is null || !_hasDiscovered)
            {
                foreach (IFrontendDriver driver in _drivers)
                {
                    areAllServed &= AddNew(driver);
                }
            }

            if (areAllServed)
            {
                ReleaseOrphans();
                _hasDiscovered = true;
                _failedDiscoveries = 0;
                _discoverAgain.Cancel();
                _discoverAfter = s_firstRetry;
            }
            else
            {
                DiscoverLater();
            }
        }
        catch (XenException exception)
        {
            // Devices that are connected go on.
            Log.DiscoveryFailed(_logger, exception.Message);
            DiscoverLater();
        }

        if (_stopped is not null)
        {
            StopSessions();
        }

        TellHeld();
        DevicesChanged?.Invoke();
        CheckStopped();
    }

    /// <summary>
    /// Most changes below <c>device</c> are states and details of devices that are served, and their sessions watch them too: for those nothing is
    /// looked for. A device that is removed or made anew shows by its directory or its node <c>backend</c>, a restore by <c>device</c> itself.
    /// </summary>
    private bool MayConcernDiscovery(string path)
    {
        int end = path.LastIndexOf('/');
        return end < 0 || path.EndsWith("/backend", StringComparison.Ordinal) || path.EndsWith("/backend-id", StringComparison.Ordinal)
            || !_sessions.Exists(session => path.AsSpan(0, end).SequenceEqual(session.Identity.FrontendPath));
    }

    private void DiscoverLater()
    {
        _failedDiscoveries++;
        _discoverAgain.Start(_discoverAfter);
        _discoverAfter = _discoverAfter * 2 < s_lastRetry ? _discoverAfter * 2 : s_lastRetry;
    }

    /// <summary>Once for each device, and in one line for those that were found at the same time.</summary>
    private void TellHeld()
    {
        List<(DeviceIdentity, KernelDriver)> held = [];
        foreach (DeviceSession session in _sessions)
        {
            if (session.HeldBy is { } driver && !session.IsHoldTold)
            {
                session.IsHoldTold = true;
                held.Add((session.Identity, driver));
            }
        }

        if (held.Count > 0 && !_options.TakesFromKernel && _stopped is null)
        {
            Log.HeldByKernel(_logger, KernelHold.Explain(held, _options));
        }
    }

    /// <summary>After a restore: another event channel file.</summary>
    private void FollowLife()
    {
        FrontendServices services = _services!;
        if (services.Life.IsOver())
        {
            DomainId former = services.Life.OwnDomain;
            services.Life.BeginAnew();
            services.Dispatcher.Follow();
            Log.Restored(_logger, former, services.Life.OwnDomain);
        }
    }

    /// <summary>Every device of before a restore from the beginning; those that are not there any more are removed.</summary>
    private void FollowDevices()
    {
        FrontendServices services = _services!;
        foreach (DeviceSession session in _sessions.ToArray())
        {
            if (session.Life == services.Life.Number)
            {
                // Another path: the device was removed and made anew, for another backend, between two looks.
                if (services.Xenstore.Read($"{session.Identity.FrontendPath}/backend") != session.Identity.BackendPath)
                {
                    Remove(session);
                }
            }
            else if (TryIdentify(session.Identity.Type, session.Identity.Id, session.Identity.FrontendPath, out DeviceIdentity? identity))
            {
                session.BeginAnew(identity);
            }
            else
            {
                Remove(session);
            }
        }
    }

    private void Remove(DeviceSession session)
    {
        session.Vanish();
        session.Dispose();
        _sessions.Remove(session);
        WakeWaiting();
    }

    /// <summary>What predecessors left of devices that were removed while no worker was there.</summary>
    private void ReleaseOrphans()
    {
        if (!_hasDiscovered && _services is { } services)
        {
            DeviceResources.ReleaseOrphans(
                services.Memory,
                services.Retired,
                services.Allocator,
                services.Life,
                (type, id) => services.Xenstore.Read($"{DeviceRoot}/{type}/{id}/backend") is not null);
        }
    }

    /// <returns>Whether every device that is there is served.</returns>
    private bool AddNew(IFrontendDriver driver)
    {
        bool areAllServed = true;
        FrontendServices services = _services!;
        string root = $"{DeviceRoot}/{driver.DeviceType}";
        foreach (string name in services.Xenstore.List(root))
        {
            string path = $"{root}/{name}";
            if (!int.TryParse(name, out int id) || id < 0 || _sessions.Exists(session => session.Identity.FrontendPath == path))
            {
                continue;
            }

            if (TryIdentify(driver.DeviceType, id, path, out DeviceIdentity? identity))
            {
                Log.DeviceFound(_logger, identity.Name, identity.BackendPath);
                areAllServed &= TryServe(driver, identity);
            }
        }

        return areAllServed;
    }

    private bool TryIdentify(string type, int id, string path, [NotNullWhen(true)] out DeviceIdentity? identity)
    {
        FrontendServices services = _services!;
        identity = null;
        string? backendPath = services.Xenstore.Read($"{path}/backend");
        if (backendPath is null || services.Xenstore.ReadNumber($"{path}/backend-id") is not (>= 0 and <= ushort.MaxValue and { } backend))
        {
            // The toolstack is still writing; its next write calls us again.
            return false;
        }

        DeviceIdentity candidate = new(type, id, path, backendPath, new((ushort)backend));
        if (!candidate.IsPlausible(services.Life.OwnDomain))
        {
            // After a restore it is the path of another life; the watches tell us of that, too.
            if (!services.Life.IsOver())
            {
                Log.ImplausibleBackend(_logger, candidate.Name, backendPath);
            }

            return false;
        }

        identity = candidate;
        return true;
    }

    /// <summary>What keeps one device from being served must not keep the others from it.</summary>
    private bool TryServe(IFrontendDriver driver, DeviceIdentity identity)
    {
        DeviceSession? session = null;
        try
        {
            session = new(_services!, driver, identity, OnSessionChanged, IsItsTurn, MayPrepare);
            // Known before it starts: starting may report changes.
            // In the order in which devices connect, so that after a restore those begin anew first that the others wait for.
            int place = _sessions.FindIndex(other => RankOf(other) > RankOf(session));
            _sessions.Insert(place < 0 ? _sessions.Count : place, session);
            session.Start();
            return true;
        }
        catch (XenException exception)
        {
            Log.DeviceFailed(_logger, identity.Name, exception.Message);
            if (session is not null)
            {
                _sessions.Remove(session);
                session.Dispose();
            }

            return false;
        }
    }

    private bool IsAtRest(FrontendServices services) =>
        (_hasDiscovered || _failedDiscoveries >= MaxFailedDiscoveries)
        && _sessions.TrueForAll(session => session.IsDone || session.IsParked)
        && services.Retired.IsEmpty;

    private bool IsItsTurn(DeviceSession session) => _sessions.TrueForAll(other => RankOf(other) >= RankOf(session) || other.IsSettled);

    private bool MayPrepare(DeviceSession session) => _sessions.TrueForAll(other => RankOf(other) >= RankOf(session) || other.IsSettled || other.IsPublished);

    private int RankOf(DeviceSession session) => Array.FindIndex(_drivers, driver => driver.DeviceType == session.Identity.Type);

    private void OnSessionChanged(DeviceSession session)
    {
        if (session.IsSettled)
        {
            WakeWaiting();
        }

        DevicesChanged?.Invoke();
        CheckStopped();
    }

    private void WakeWaiting()
    {
        foreach (DeviceSession session in _sessions)
        {
            if (session.IsWaitingForOthers)
            {
                _loop.Post(session.Step);
            }
        }
    }

    private void CheckStopped()
    {
        if (_stopped is { } stopped && (_services is null || IsAtRest(_services)))
        {
            _stopped = static () => { };
            _sessions.ForEach(static session => session.ReleasePort());
            _services?.Life.End();
            stopped();
        }
    }
}

/// <summary>One device at a glance.</summary>
/// <param name="Identity">Which.</param>
/// <param name="State">Our state.</param>
/// <param name="BackendState">The backend's state.</param>
/// <param name="Failure">Why it was given up, or null.</param>
/// <param name="HeldBy">The kernel driver that holds it, or null; then <paramref name="State"/> is the driver's.</param>
/// <param name="ReadFigures">Asks the driver for what it tells of it in numbers: only when somebody wants to know, as most look at the states alone.</param>
/// <param name="ReadLatencies">As <paramref name="ReadFigures"/>, for how long the stages of its work take.</param>
public sealed record DeviceStatus(
    DeviceIdentity Identity, XenbusState State, XenbusState BackendState, string? Failure, KernelDriver? HeldBy, Func<IReadOnlyList<DeviceFigure>> ReadFigures,
    Func<IReadOnlyList<DeviceLatency>> ReadLatencies);
