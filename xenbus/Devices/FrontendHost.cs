using Microsoft.Extensions.Logging;
using Xenbus.Domain;
using Xenbus.Loop;
using Xenbus.Wire;
using Xenbus.Xenstore;

namespace Xenbus.Devices;

/// <summary>Finds the devices of every driver's type, serves each, and follows as they come and go.</summary>
public sealed class FrontendHost : IDisposable
{
    private const string EventChannelsName = "evtchn", AllocatorName = "gntalloc", MemoryName = "connections", DeviceRoot = "device";

    private readonly IDomain _domain;
    private readonly EventLoop _loop;
    private readonly IDescriptorStore _descriptors;
    private readonly IFrontendDriver[] _drivers;
    private readonly ILogger _logger;
    private readonly List<DeviceSession> _sessions = [];
    private FrontendServices? _services;
    private XenstoreWatch? _watch;
    private Action? _stopped;

    /// <summary>Composes; nothing is opened before <see cref="Start"/>.</summary>
    public FrontendHost(IDomain domain, EventLoop loop, IDescriptorStore descriptors, IEnumerable<IFrontendDriver> drivers, ILogger logger)
    {
        _domain = domain;
        _loop = loop;
        _descriptors = descriptors;
        _drivers = [.. drivers];
        _logger = logger;
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
                yield return new(session.Identity, session.State, session.BackendState, session.Failure);
            }
        }
    }

    /// <summary>Opens everything, or takes it up from a predecessor, and begins.</summary>
    /// <exception cref="XenException">Something is missing or forbidden; the message names the remedy.</exception>
    public void Start()
    {
        XenstoreClient xenstore = new(_domain.OpenXenstore(), _loop);
        DomainId ownDomain = ReadOwnDomain(xenstore);
        ConnectionMemory memory = _descriptors.Take(MemoryName) is { } memoryFile ? ConnectionMemory.Adopt(memoryFile) : Keep(ConnectionMemory.Create(), MemoryName);
        IEventChannels channels = _descriptors.Take(EventChannelsName) is { } channelFile
            ? _domain.AdoptEventChannels(channelFile)
            : Keep(_domain.OpenEventChannels(), EventChannelsName);
        IGrantAllocator allocator = _descriptors.Take(AllocatorName) is { } allocatorFile
            ? _domain.AdoptGrantAllocator(allocatorFile)
            : Keep(_domain.OpenGrantAllocator(), AllocatorName);
        _services = new(
            _domain, ownDomain, _loop, xenstore, channels, new EventChannelDispatcher(channels, _loop), allocator, memory, _descriptors, _logger);
        Log.Started(_logger, _domain.Description, ownDomain);
        _watch = xenstore.Watch(DeviceRoot, Discover);
    }

    /// <summary>Closes every device in order.</summary>
    /// <param name="stopped">Called once, from the loop, when all have closed or have been given up.</param>
    public void Stop(Action stopped)
    {
        _stopped = stopped;
        foreach (DeviceSession session in _sessions.ToArray())
        {
            session.Stop();
        }

        _loop.Post(CheckStopped);
    }

    /// <summary>A backend did not let go of its device's pages when we stopped: they must not be freed, so somebody has to keep the allocator's file.</summary>
    public bool HasParkedDevices => _sessions.Exists(session => session.IsParked);

    /// <summary>Unmaps and closes in this process. Devices that were not stopped stay connected if the descriptors are kept elsewhere.</summary>
    public void Dispose()
    {
        for (int i = _sessions.Count - 1; i >= 0; i--)
        {
            _sessions[i].Dispose();
        }

        _sessions.Clear();
        _watch?.Dispose();
        if (_services is { } services)
        {
            services.Dispatcher.Dispose();
            services.Allocator.Dispose();
            services.Channels.Dispose();
            services.Memory.Dispose();
            services.Xenstore.Dispose();
        }
    }

    private static DomainId ReadOwnDomain(XenstoreClient xenstore) => xenstore.ReadNumber("domid") is >= 0 and <= ushort.MaxValue and { } number
        ? new((ushort)number)
        : throw new XenException("read", "domid", 0, "xenstore does not say which domain this is; is this a Xen guest?");

    /// <summary>Given away before anything uses it, so that it outlives this process whatever happens.</summary>
    private ConnectionMemory Keep(ConnectionMemory memory, string name)
    {
        _descriptors.Keep(name, memory.File);
        return memory;
    }

    private IEventChannels Keep(IEventChannels channels, string name)
    {
        _descriptors.Keep(name, channels.File);
        return channels;
    }

    private IGrantAllocator Keep(IGrantAllocator allocator, string name)
    {
        _descriptors.Keep(name, allocator.File);
        return allocator;
    }

    private void Discover()
    {
        try
        {
            RemoveVanished();
            if (_stopped is null)
            {
                foreach (IFrontendDriver driver in _drivers)
                {
                    AddNew(driver);
                }
            }
        }
        catch (XenstoreException exception)
        {
            // The next change is another chance; devices that are connected go on.
            Log.DiscoveryFailed(_logger, exception.Message);
        }

        DevicesChanged?.Invoke();
    }

    private void RemoveVanished()
    {
        foreach (DeviceSession session in _sessions.ToArray())
        {
            if (_services!.Xenstore.Read($"{session.Identity.FrontendPath}/backend") is null)
            {
                session.Vanish();
                session.Dispose();
                _sessions.Remove(session);
            }
        }
    }

    private void AddNew(IFrontendDriver driver)
    {
        FrontendServices services = _services!;
        string root = $"{DeviceRoot}/{driver.DeviceType}";
        foreach (string name in services.Xenstore.List(root))
        {
            string path = $"{root}/{name}";
            if (!int.TryParse(name, out int id) || id < 0 || _sessions.Exists(session => session.Identity.FrontendPath == path))
            {
                continue;
            }

            string? backendPath = services.Xenstore.Read($"{path}/backend");
            if (backendPath is null || services.Xenstore.ReadNumber($"{path}/backend-id") is not (>= 0 and <= ushort.MaxValue and { } backend))
            {
                // The toolstack is still writing; its next write calls us again.
                continue;
            }

            DeviceIdentity identity = new(driver.DeviceType, id, path, backendPath, new((ushort)backend));
            if (!identity.IsPlausible(services.OwnDomain))
            {
                Log.ImplausibleBackend(_logger, identity.Name, backendPath);
                continue;
            }

            Log.DeviceFound(_logger, identity.Name, backendPath);
            _sessions.Add(new DeviceSession(services, driver, identity, OnSessionChanged));
        }
    }

    private void OnSessionChanged(DeviceSession session)
    {
        DevicesChanged?.Invoke();
        CheckStopped();
    }

    private void CheckStopped()
    {
        if (_stopped is { } stopped && _sessions.TrueForAll(session => session.IsDone || session.IsParked))
        {
            _stopped = static () => { };
            stopped();
        }
    }
}

/// <summary>One device at a glance.</summary>
/// <param name="Identity">Which.</param>
/// <param name="State">Our state.</param>
/// <param name="BackendState">The backend's state.</param>
/// <param name="Failure">Why it was given up, or null.</param>
public sealed record DeviceStatus(DeviceIdentity Identity, XenbusState State, XenbusState BackendState, string? Failure);
