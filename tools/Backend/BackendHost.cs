using System.Globalization;
using Xenbus;
using Xenbus.Domain;
using Xenbus.Loop;
using Xenbus.Wire;
using Xenbus.Xenstore;

namespace XenFbFront.Backend;

/// <summary>Serves every <c>vfb</c> and <c>vkbd</c> that the toolstack gives to this domain: a small counterpart of QEMU's xenfb.</summary>
/// <remarks>
/// Written from the protocol alone, apart from the frontend, so that the two check each other. Everything but <see cref="IGuestInput"/> is
/// called on the event loop's thread; events are raised there.
/// </remarks>
public sealed class BackendHost : IDisposable
{
    /// <summary>Devices served; more are left alone. A guest cannot make any, so this only bounds the damage of a broken toolstack.</summary>
    private const int MaxDevices = 256;

    /// <summary>Ports looked at in one turn of the loop; others come at the next.</summary>
    private const int PortsPerTurn = 64;

    private static readonly string[] s_types = ["vfb", "vkbd"];

    private readonly BackendContext _context;
    private readonly LoopWaker _waker;
    private readonly GuestInput _firstInput;
    private readonly List<BackendDevice> _devices = [];
    private readonly List<XenstoreWatch> _watches = [];
    private readonly LoopWatch _portWatch;
    private readonly EventChannelPort[] _pending = new EventChannelPort[PortsPerTurn];
    private XenbusState? _holdAt;
    private bool _isDisposed;

    /// <summary>Opens xenstore, event channels and foreign memory, and serves what it finds from the next turn of the loop on.</summary>
    /// <param name="domain">The domain that serves; stays the caller's.</param>
    /// <param name="loop">Stays the caller's, and must outlive this object.</param>
    /// <param name="options">How to behave.</param>
    /// <param name="log">Takes one line for a person; what guests can provoke is limited.</param>
    /// <exception cref="XenException">Something is missing or forbidden here.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range.</exception>
    public BackendHost(IBackendDomain domain, EventLoop loop, BackendOptions options, Action<string> log)
    {
        options.Validate();
        _holdAt = options.HoldAt;
        IEventChannels? channels = null;
        IForeignMemory? memory = null;
        XenstoreClient? xenstore = null;
        try
        {
            channels = domain.OpenEventChannels();
            memory = domain.OpenForeignMemory();
            xenstore = new(domain.OpenXenstore(), loop);
            _context = new()
            {
                Host = this,
                Options = options,
                Loop = loop,
                Xenstore = xenstore,
                Channels = channels,
                Memory = memory,
                Log = log,
            };
            _waker = new(loop, OnWoken);
            _firstInput = new(options.InputQueueLength, _waker);
            _portWatch = loop.Watch(channels.PollDescriptor, LoopInterest.Readable, OnPorts);
            foreach (string type in s_types)
            {
                _watches.Add(xenstore.Watch(TypePath(type), Discover));
            }
        }
        catch
        {
            _portWatch?.Dispose();
            _waker?.Dispose();
            xenstore?.Dispose();
            memory?.Dispose();
            channels?.Dispose();
            throw;
        }
    }

    /// <summary>A device of ours, or its frontend, has another state. Also raised when we write the same state once more.</summary>
    public event Action<DeviceStateChange>? DeviceStateChanged;

    /// <summary>What the first framebuffer is shown on; there from the start, 0x0 until one is connected.</summary>
    public BackendScreen Screen { get; } = new();

    /// <summary>Input for the first keyboard; there from the start, from any thread.</summary>
    public IGuestInput Input => _firstInput;

    /// <summary>The devices in the order of their discovery.</summary>
    public IReadOnlyList<BackendDevice> Devices => _devices;

    /// <summary>For tests: no device goes forwards from this state. Setting it to null lets them go on.</summary>
    public XenbusState? HoldAt
    {
        get => _holdAt;
        set
        {
            _holdAt = value;
            Discover();
        }
    }

    /// <summary>The framebuffer of a guest, or null when there is none.</summary>
    public VfbBackend? FramebufferOf(DomainId domain, int id = 0) => Find("vfb", domain, id) as VfbBackend;

    /// <summary>The keyboard of a guest, or null when there is none.</summary>
    public VkbdBackend? KeyboardOf(DomainId domain, int id = 0) => Find("vkbd", domain, id) as VkbdBackend;

    /// <summary>What a guest's framebuffer is shown on, or null when there is none.</summary>
    public BackendScreen? ScreenOf(DomainId domain, int id = 0) => FramebufferOf(domain, id)?.Screen;

    /// <summary>Where input for a guest's keyboard goes, or null when there is none. The result may be used from any thread.</summary>
    public IGuestInput? InputOf(DomainId domain, int id = 0) => KeyboardOf(domain, id)?.Input;

    /// <summary>Closes the devices, the last discovered first, and everything that was opened.</summary>
    /// <remarks>Callers that wait in <see cref="IGuestInput"/> return.</remarks>
    public void Dispose() => End(saysGoodbye: true);

    /// <summary>Lets go of everything and writes nothing: what a guest sees when a backend's process dies.</summary>
    public void Abandon() => End(saysGoodbye: false);

    /// <summary>Raises <see cref="DeviceStateChanged"/>.</summary>
    internal void Report(BackendDevice device) =>
        DeviceStateChanged?.Invoke(new(device.Type, device.Domain, device.Id, device.FrontendState, device.State));

    /// <summary>The size of the screen that belongs to a keyboard, pixels; null while none is shown.</summary>
    internal (int Width, int Height)? ScreenSizeFor(VkbdBackend keyboard)
    {
        (int, int)? found = null;
        foreach (BackendDevice device in _devices)
        {
            if (device is VfbBackend { Geometry: { Width: > 0, Height: > 0 } geometry } && device.Domain == keyboard.Domain)
            {
                if (device.Id == keyboard.Id)
                {
                    return (geometry.Width, geometry.Height);
                }

                found ??= (geometry.Width, geometry.Height);
            }
        }

        return found;
    }

    /// <summary>The input whose viewers look at a framebuffer: the first of each belong together, else those of the same number.</summary>
    internal GuestInput? InputOf(VfbBackend framebuffer) =>
        framebuffer.Screen == Screen ? _firstInput : KeyboardOf(framebuffer.Domain, framebuffer.Id)?.Queue;

    private string TypePath(string type) => $"/local/domain/{_context.Options.OwnDomain}/backend/{type}";

    private BackendDevice? Find(string type, DomainId domain, int id)
    {
        foreach (BackendDevice device in _devices)
        {
            if (device.Domain == domain && device.Id == id && device.Type == type)
            {
                return device;
            }
        }

        return null;
    }

    /// <summary>Finds devices that came and went, and has all of them look again.</summary>
    private void Discover()
    {
        if (_isDisposed)
        {
            return;
        }

        _waker.NoteLoopThread();
        try
        {
            HashSet<(string, DomainId, int)> present = [];
            foreach (string type in s_types)
            {
                FindPresent(type, present);
            }

            for (int i = _devices.Count - 1; i >= 0; i--)
            {
                BackendDevice device = _devices[i];
                if (!present.Contains((device.Type, device.Domain, device.Id)))
                {
                    _devices.RemoveAt(i);
                    device.Remove();
                }
            }

            // Oldest domains first, framebuffers before keyboards, so that "the first" means the same in each run.
            foreach ((string type, DomainId domain, int id) in present.OrderBy(key => (key.Item2.Value, key.Item3, key.Item1)))
            {
                if (Find(type, domain, id) is null && _devices.Count < MaxDevices)
                {
                    _devices.Add(Create(type, domain, id));
                }
            }
        }
        catch (XenException exception)
        {
            // Xenstore fails as a whole; the devices that are served go on.
            _context.Log(exception.Message);
            return;
        }

        // A copy, as an observer may end the host or change nodes.
        foreach (BackendDevice device in _devices.ToArray())
        {
            if (!_isDisposed)
            {
                device.Check();
            }
        }
    }

    private void FindPresent(string type, HashSet<(string Type, DomainId Domain, int Id)> present)
    {
        foreach (string domainText in _context.Xenstore.List(TypePath(type)))
        {
            if (ushort.TryParse(domainText, NumberStyles.None, CultureInfo.InvariantCulture, out ushort domain))
            {
                foreach (string idText in _context.Xenstore.List($"{TypePath(type)}/{domainText}"))
                {
                    if (int.TryParse(idText, NumberStyles.None, CultureInfo.InvariantCulture, out int id))
                    {
                        present.Add((type, new(domain), id));
                    }
                }
            }
        }
    }

    private BackendDevice Create(string type, DomainId domain, int id)
    {
        if (type == "vfb")
        {
            bool isFirst = !_devices.Any(device => device is VfbBackend { Screen: var screen } && screen == Screen);
            return new VfbBackend(_context, domain, id, isFirst ? Screen : new());
        }
        else
        {
            bool isFirst = !_devices.Any(device => device is VkbdBackend { Queue: var queue } && queue == _firstInput);
            GuestInput input = isFirst ? _firstInput : new(_context.Options.InputQueueLength, _waker);
            return new VkbdBackend(_context, domain, id, input, ownsInput: !isFirst);
        }
    }

    private void OnPorts()
    {
        _waker.NoteLoopThread();
        int count = _context.Channels.ReadPending(_pending);
        for (int i = 0; i < count; i++)
        {
            EventChannelPort port = _pending[i];
            if (_context.Ports.TryGetValue(port, out BackendDevice? device))
            {
                device.OnPortEvent(isFresh: true);
                // Work first, then unmask, which bounds what a guest can make us do; then look for what came in between.
                if (_context.Ports.ContainsKey(port))
                {
                    _context.Channels.Unmask(port);
                    device.OnPortEvent(isFresh: false);
                }
            }

            if (_isDisposed)
            {
                return;
            }
        }
    }

    private void OnWoken()
    {
        // By index, for an observer may end the host meanwhile.
        for (int i = 0; i < _devices.Count; i++)
        {
            if (_devices[i] is VkbdBackend keyboard)
            {
                keyboard.Pump();
            }
            else if (_devices[i] is VfbBackend framebuffer && InputOf(framebuffer) is { } input && input.TakeNewPeriod() && input.PeriodMs is { } periodMs)
            {
                framebuffer.SendRefreshPeriod(periodMs);
            }
        }
    }

    private void End(bool saysGoodbye)
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        for (int i = _devices.Count - 1; i >= 0; i--)
        {
            if (saysGoodbye)
            {
                _devices[i].Close();
            }
            else
            {
                _devices[i].Remove();
            }
        }

        _devices.Clear();
        _firstInput.Dispose();
        _portWatch.Dispose();
        _waker.Dispose();
        // The connection takes its watches along.
        _context.Xenstore.Dispose();
        _context.Memory.Dispose();
        _context.Channels.Dispose();
    }
}
