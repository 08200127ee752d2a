using Xenbus;
using Xenbus.Domain;
using Xenbus.Loop;
using Xenbus.Loopback;
using XenFbFront.Backend;

namespace XenFbFront.Loopback;

/// <summary>A whole system on one machine: hypervisor and toolstack on a thread, backend on another, the frontend as a process of its own.</summary>
public sealed class LoopbackSession : IDisposable
{
    private static readonly DomainId s_guest = new(1);
    private readonly Hypervisor _hypervisor;
    private readonly LoopbackHost _host;
    private readonly EventLoop _backendLoop = new(TimeProvider.System);
    private readonly Thread _backendThread;
    private readonly LoopWakeUp _wakeUp;
    private readonly ManualResetEventSlim _connected = new();
    private readonly BackendOptions _backendOptions;
    private readonly Action<string> _log;
    private DomainId _guest = s_guest;
    private bool _isDisposed;

    /// <summary>Starts hypervisor and backend, and makes a guest with a <c>vfb</c> and a <c>vkbd</c>.</summary>
    /// <param name="directory">Made for the sockets, and removed at the end.</param>
    /// <param name="backendOptions">Of the backend.</param>
    /// <param name="log">Gets lines for people, from any thread.</param>
    public LoopbackSession(string directory, BackendOptions backendOptions, Action<string> log)
    {
        _backendOptions = backendOptions;
        _log = log;
        RuntimeDirectory = directory;
        Directory.CreateDirectory(directory);
        _hypervisor = new Hypervisor(TimeProvider.System, Environment.ProcessId, new HypervisorOptions { Log = log });
        // Its own folder inside: the host removes it only when nothing of others lies in it.
        _host = new LoopbackHost(_hypervisor, Path.Combine(directory, "xen"));
        _host.Start();
        Toolstack.AddDomain(s_guest);
        Toolstack.AddDevice("vfb", s_guest, 0);
        Toolstack.AddDevice("vkbd", s_guest, 0);
        _wakeUp = new LoopWakeUp(_backendLoop);
        Backend = MakeBackend();
        _backendThread = new Thread(_backendLoop.Run) { Name = "backend" };
        _backendThread.Start();
    }

    /// <summary>For everything that is to be gone at the end.</summary>
    public string RuntimeDirectory { get; }

    /// <summary>The guest's number; another one after each restore.</summary>
    public DomainId Guest => _guest;

    /// <summary>The guest's device directory, for <c>xenfbfront --loopback</c>.</summary>
    public string GuestDirectory => _host.DirectoryOf(s_guest);

    /// <summary>Everything that lives in the hypervisor, counted.</summary>
    public HypervisorCensus Census => _hypervisor.Census;

    /// <summary>The toolstack.</summary>
    public LoopbackToolstack Toolstack => _hypervisor.Toolstack;

    /// <summary>The backend. Its devices belong to its thread: see <see cref="OnBackend"/>.</summary>
    public BackendHost Backend { get; private set; }

    /// <summary>The picture.</summary>
    public BackendScreen Screen => Backend.Screen;

    /// <summary>The way in for keys and pointer.</summary>
    public IGuestInput Input => Backend.Input;

    /// <summary>Waits until both devices are connected at both ends.</summary>
    /// <returns>False when the time is over.</returns>
    public bool WaitConnected(TimeSpan timeout, CancellationToken cancel = default)
    {
        if (!_connected.Wait(timeout, cancel))
        {
            return false;
        }

        // The backend tells of its state in the middle of connecting; after another turn of its loop it takes input too.
        _wakeUp.Invoke(static () => 0);
        return true;
    }

    /// <summary>Asks the guest's framebuffer for a size, as a toolstack does: by the node <c>xenfbfront-size</c>. Which size it takes is the guest's decision.</summary>
    /// <param name="width">Pixels.</param>
    /// <param name="height">Pixels.</param>
    public void AskSize(int width, int height)
    {
        string directory = LoopbackToolstack.FrontendPath("vfb", _guest, 0);
        try
        {
            Toolstack.Write($"{directory}/xenfbfront-size", $"{width}x{height}");
        }
        catch (XenException exception)
        {
            // Whoever asked sees that nothing changes; the screen goes on.
            _log($"{width}x{height} cannot be asked of the guest: {exception.Message}");
        }
    }

    /// <summary>Runs something on the backend's thread and waits for its result.</summary>
    public T OnBackend<T>(Func<BackendHost, T> work) => _wakeUp.Invoke(() => work(Backend));

    /// <summary>Saves the guest and restores it under another number, with a new backend. The frontend's process goes on.</summary>
    public void RestoreGuest()
    {
        DomainId next = new((ushort)(_guest.Value + 1));
        _wakeUp.Invoke(() =>
        {
            Backend.Abandon();
            // What the backend mapped is gone when the hypervisor has noticed.
            _ = Census;
            _connected.Reset();
            Toolstack.Restore(_guest, next);
            _guest = next;
            Backend = MakeBackend();
            return 0;
        });
    }

    /// <summary>Kills the backend and starts another, with the toolstack's part: the state of both devices is set back. The frontend's process goes on.</summary>
    public void RestartBackend() => _wakeUp.Invoke(() =>
    {
        Backend.Abandon();
        _connected.Reset();
        foreach (string type in (ReadOnlySpan<string>)["vfb", "vkbd"])
        {
            Toolstack.Write($"{LoopbackToolstack.BackendPath(type, _guest, 0)}/state", Xenbus.Wire.XenbusStates.Print(Xenbus.Wire.XenbusState.Initialising));
        }

        Backend = MakeBackend();
        return 0;
    });

    /// <summary>Closes the backend in order, then the hypervisor, and removes the directory. Stop the frontend before.</summary>
    public void Dispose()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        _wakeUp.Invoke(() =>
        {
            Backend.Dispose();
            _backendLoop.Stop();
            return 0;
        });
        _backendThread.Join();
        _wakeUp.Dispose();
        _backendLoop.Dispose();
        _host.Dispose();
        _hypervisor.Dispose();
        _connected.Dispose();
        if (Directory.Exists(RuntimeDirectory))
        {
            Directory.Delete(RuntimeDirectory, recursive: true);
        }
    }

    private BackendHost MakeBackend()
    {
        BackendHost backend = new(LoopbackDomain.FromDirectory(_host.DirectoryOf(DomainId.Zero)), _backendLoop, _backendOptions, _log);
        backend.DeviceStateChanged += OnDeviceStateChanged;
        return backend;
    }

    private void OnDeviceStateChanged(DeviceStateChange change)
    {
        const Xenbus.Wire.XenbusState connected = Xenbus.Wire.XenbusState.Connected;
        bool areAll = Backend.Devices.Count == 2;
        foreach (BackendDevice device in Backend.Devices)
        {
            areAll &= device.State == connected && device.FrontendState == connected;
        }

        if (areAll)
        {
            _connected.Set();
        }
        else
        {
            _connected.Reset();
        }
    }
}
