using System.Globalization;
using System.Text;
using Xenbus.Domain;
using Xenbus.Linux.Interop;
using Xenbus.Loop;
using Xenbus.Wire;

namespace Xenbus.Loopback;

/// <summary>What libxl does for domains and devices, directly on the store and with the rights of domain 0.</summary>
/// <remarks>Paths, contents and permissions as in libxl_create.c and libxl_device.c of Xen.</remarks>
public sealed class LoopbackToolstack : IDisposable
{
    /// <summary>How long an orderly removal waits for the backend before it is done by force. C: LIBXL_DESTROY_TIMEOUT.</summary>
    private static readonly TimeSpan s_removalDeadline = TimeSpan.FromSeconds(10);

    private readonly Hypervisor _hypervisor;
    private readonly List<Removal> _removals = [];

    internal LoopbackToolstack(Hypervisor hypervisor)
    {
        _hypervisor = hypervisor;
        hypervisor.Xenstore.Changed = OnChanged;
        Write($"{XenstorePath.Home(DomainId.Zero)}/domid", "0");
        Write($"{XenstorePath.Home(DomainId.Zero)}/name", "Domain-0");
    }

    private XenstoreStore Store => _hypervisor.Xenstore.Store;

    /// <summary>Path of a frontend's directory.</summary>
    public static string FrontendPath(string type, DomainId domain, int id) => $"{XenstorePath.Home(domain)}/device/{type}/{id}";

    /// <summary>Path of a backend's directory.</summary>
    /// <param name="type">As in <c>vfb</c>.</param>
    /// <param name="domain">The guest.</param>
    /// <param name="id">Number of the device in the guest.</param>
    /// <param name="backendDomain">The domain that serves it; domain 0 unless it is a driver domain's.</param>
    public static string BackendPath(string type, DomainId domain, int id, DomainId backendDomain = default) =>
        $"{XenstorePath.Home(backendDomain)}/backend/{type}/{domain}/{id}";

    /// <summary>Makes a guest.</summary>
    /// <exception cref="XenException">It is there already.</exception>
    public void AddDomain(DomainId domain) => _hypervisor.Invoke(() =>
    {
        if (!_hypervisor.AddDomain(domain))
        {
            throw new XenException("add", $"domain {domain}", Errno.EEXIST);
        }

        MakeHome(domain);
        _hypervisor.Xenstore.Introduce(domain);
    });

    /// <summary>
    /// Saves a guest and restores it at once: its programs go on, with fresh directories for the same devices, usually another number, other frames,
    /// an empty grant table, and no event channel. Its backends must have ended, as QEMU does with a saved guest, and new ones be started after.
    /// </summary>
    /// <remarks>As `xl save` and `xl restore`. A checkpoint, which the guest does not notice, needs no operation.</remarks>
    /// <param name="domain">The guest.</param>
    /// <param name="restoredAs">Its number afterwards; may be the same, as it may on another host.</param>
    /// <param name="keepsFrames">Whether frame numbers stay, as in PVH and HVM guests.</param>
    /// <exception cref="XenException">There is no such guest, the new number is taken, or a backend still maps the guest's pages.</exception>
    public void Restore(DomainId domain, DomainId restoredAs, bool keepsFrames = false) => _hypervisor.Invoke(() =>
    {
        if (domain == DomainId.Zero || !_hypervisor.Domains.Contains(domain.Value)
            || (domain != restoredAs && _hypervisor.Domains.Contains(restoredAs.Value)))
        {
            throw new XenException("restore", $"domain {domain} as {restoredAs}", Errno.EINVAL, "the first must be a guest, the second must be free");
        }

        if (_hypervisor.Grants.IsMappedByOthers(domain))
        {
            throw new XenException("restore", $"domain {domain}", Errno.EBUSY, "end its backends first");
        }

        List<(string Type, int Id)> devices = [];
        foreach (string type in List($"{XenstorePath.Home(domain)}/device"))
        {
            foreach (string id in List($"{XenstorePath.Home(domain)}/device/{type}"))
            {
                devices.Add((type, int.Parse(id, CultureInfo.InvariantCulture)));
            }
        }

        _hypervisor.Xenstore.Freeze(domain);
        RemoveStore(domain);
        MakeHome(restoredAs);
        foreach ((string type, int id) in devices)
        {
            AddDevice(type, restoredAs, id);
        }

        _hypervisor.RestoreDomain(domain, restoredAs, keepsFrames);
        _hypervisor.Xenstore.Introduce(restoredAs);
        _hypervisor.Xenstore.Thaw(domain, restoredAs);
    });

    private void MakeHome(DomainId domain)
    {
        string home = XenstorePath.Home(domain);
        XenstorePermission[] readable = [new(XenstoreAccess.None, DomainId.Zero), new(XenstoreAccess.Read, domain)];
        XenstorePermission[] owned = [new(XenstoreAccess.None, domain)];
        MakeDirectory(home, readable);
        Write($"{home}/domid", domain.ToString());
        Write($"{home}/name", $"guest-{domain}");
        foreach (string name in (ReadOnlySpan<string>)["cpu", "memory", "device", "control"])
        {
            MakeDirectory($"{home}/{name}", readable);
        }

        foreach (string name in (ReadOnlySpan<string>)["control/shutdown", "data", "drivers", "feature", "attr", "error"])
        {
            MakeDirectory($"{home}/{name}", owned);
        }
    }

    /// <summary>Destroys a guest: its files are closed, its directories and its devices' are removed.</summary>
    /// <returns>False when there is none such.</returns>
    public bool RemoveDomain(DomainId domain) => _hypervisor.Invoke(() =>
    {
        if (!_hypervisor.RemoveDomain(domain))
        {
            return false;
        }

        RemoveStore(domain);
        return true;
    });

    private void RemoveStore(DomainId domain)
    {
        _hypervisor.Xenstore.Release(domain);
        string backends = $"{XenstorePath.Home(DomainId.Zero)}/backend";
        foreach (string type in List(backends))
        {
            Remove($"{backends}/{type}/{domain}");
        }

        Remove(XenstorePath.Home(domain));
    }

    /// <summary>Makes a device: the directories of both ends, each in state 1, in one transaction. What was there under these paths is replaced.</summary>
    /// <param name="type">As in <c>vfb</c>.</param>
    /// <param name="domain">The guest.</param>
    /// <param name="id">Number of the device in the guest.</param>
    /// <param name="backendNodes">More nodes for the backend's directory, or null.</param>
    /// <param name="backendDomain">The domain that serves it; domain 0 unless it is a driver domain's.</param>
    public void AddDevice(
        string type, DomainId domain, int id, IReadOnlyDictionary<string, string>? backendNodes = null, DomainId backendDomain = default) =>
        _hypervisor.Invoke(() => InTransaction(transaction =>
        {
            string frontend = FrontendPath(type, domain, id);
            string backend = BackendPath(type, domain, id, backendDomain);
            MakeDirectory(frontend, [new(XenstoreAccess.None, domain), new(XenstoreAccess.Read, backendDomain)], transaction);
            Write($"{frontend}/backend", backend, transaction);
            Write($"{frontend}/backend-id", backendDomain.ToString(), transaction);
            Write($"{frontend}/state", XenbusStates.Print(XenbusState.Initialising), transaction);

            MakeDirectory(backend, [new(XenstoreAccess.None, backendDomain), new(XenstoreAccess.Read, domain)], transaction);
            Write($"{backend}/frontend", frontend, transaction);
            Write($"{backend}/frontend-id", domain.ToString(), transaction);
            Write($"{backend}/online", "1", transaction);
            Write($"{backend}/state", XenbusStates.Print(XenbusState.Initialising), transaction);
            foreach ((string name, string value) in backendNodes ?? new Dictionary<string, string>())
            {
                Write($"{backend}/{name}", value, transaction);
            }
        }));

    /// <summary>Starts to unplug a device: offline, backend's state 5.</summary>
    /// <remarks>When the backend is Closed, or after 10 s of the hypervisor's clock, both directories are removed.</remarks>
    public void RemoveDevice(string type, DomainId domain, int id) => _hypervisor.Invoke(() =>
    {
        string backend = BackendPath(type, domain, id);
        LoopTimer timer = _hypervisor.Loop.CreateTimer(() => RemoveDeviceByForce(type, domain, id));
        _removals.Add(new(type, domain, id, $"{backend}/state", timer));
        timer.Start(s_removalDeadline);
        InTransaction(transaction =>
        {
            Write($"{backend}/online", "0", transaction);
            Write($"{backend}/state", XenbusStates.Print(XenbusState.Closing), transaction);
        });
    });

    /// <summary>Removes both directories of a device at once.</summary>
    public void RemoveDeviceByForce(string type, DomainId domain, int id) => _hypervisor.Invoke(() =>
    {
        for (int i = _removals.Count - 1; i >= 0; i--)
        {
            if (_removals[i] is var removal && (removal.Type, removal.Domain, removal.Id) == (type, domain, id))
            {
                _removals.RemoveAt(i);
                removal.Deadline.Dispose();
            }
        }

        InTransaction(transaction =>
        {
            CleanUp(FrontendPath(type, domain, id), transaction);
            CleanUp(BackendPath(type, domain, id), transaction);
        });
    });

    /// <summary>From now on a kernel driver of the guest holds a device. What it does with it is the caller's affair.</summary>
    public void BindKernelDriver(string type, DomainId domain, int id, LoopbackKernelDriver driver) =>
        _hypervisor.Invoke(() => _hypervisor.KernelDrivers[(domain, type, id)] = driver);

    /// <summary>The guest's administrator unbinds a kernel driver by hand.</summary>
    public void UnbindKernelDriver(string type, DomainId domain, int id) => _hypervisor.Invoke(() =>
    {
        if (_hypervisor.KernelDrivers.Remove((domain, type, id), out LoopbackKernelDriver? driver))
        {
            driver.Unbound?.Invoke();
        }
    });

    /// <summary>State of an end of a device.</summary>
    /// <param name="directory">From <see cref="FrontendPath"/> or <see cref="BackendPath"/>.</param>
    /// <returns><see cref="XenbusState.Unknown"/> when there is none.</returns>
    public XenbusState ReadState(string directory) =>
        XenbusStates.Parse(Encoding.Latin1.GetBytes(Read($"{directory}/state") ?? string.Empty));

    /// <summary>Value of a node, Latin-1; null when there is none.</summary>
    public string? Read(string path) => _hypervisor.Invoke(() =>
        Store.Read(DomainId.Zero, null, path, out byte[] value) == 0 ? Encoding.Latin1.GetString(value) : null);

    /// <summary>Names of a node's children, sorted; none when there is no such node.</summary>
    public IReadOnlyList<string> List(string path) => _hypervisor.Invoke<IReadOnlyList<string>>(() =>
        Store.List(DomainId.Zero, null, path, out XenstoreNode? node) == 0 ? [.. node!.Children.Keys] : []);

    /// <summary>Permissions of a node, owner first; none when there is no such node.</summary>
    public IReadOnlyList<XenstorePermission> GetPermissions(string path) => _hypervisor.Invoke<IReadOnlyList<XenstorePermission>>(() =>
    {
        Store.GetPermissions(DomainId.Zero, null, path, out XenstorePermission[] permissions);
        return [.. permissions];
    });

    /// <summary>Writes a node; its parents are made where they are missing.</summary>
    /// <param name="path">Absolute.</param>
    /// <param name="value">Latin-1.</param>
    public void Write(string path, string value) => _hypervisor.Invoke(() => Write(path, value, null));

    /// <summary>Replaces permissions.</summary>
    /// <param name="path">Absolute.</param>
    /// <param name="permissions">Owner first, at least one.</param>
    /// <exception cref="XenException">There is no such node.</exception>
    public void SetPermissions(string path, params XenstorePermission[] permissions) => _hypervisor.Invoke(() =>
        Check(Store.SetPermissions(DomainId.Zero, null, path, permissions), "set permissions of", path));

    /// <summary>Removes a node and all below it, if it is there.</summary>
    public void Remove(string path) => _hypervisor.Invoke(() => Remove(path, null));

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Removal removal in _removals)
        {
            removal.Deadline.Dispose();
        }

        _removals.Clear();
    }

    /// <summary>Removes a node and every node above it that is left without children, as libxl__xs_path_cleanup does.</summary>
    private void CleanUp(string path, XenstoreTransaction transaction)
    {
        do
        {
            Remove(path, transaction);
            path = XenstorePath.Parent(path);
        }
        while (Store.List(DomainId.Zero, transaction, path, out XenstoreNode? node) == 0 && node!.Children.IsEmpty);
    }

    private void OnChanged(XenstoreChange change)
    {
        foreach (Removal removal in _removals.ToArray())
        {
            if (change.Path == removal.StatePath && ReadState(removal.StatePath[..^"/state".Length]) == XenbusState.Closed)
            {
                RemoveDeviceByForce(removal.Type, removal.Domain, removal.Id);
            }
        }
    }

    private void InTransaction(Action<XenstoreTransaction> body)
    {
        Check(Store.Begin(DomainId.Zero, out XenstoreTransaction? transaction), "begin", "a transaction");
        body(transaction!);
        // Nobody else runs in between, so it cannot be in conflict.
        Check(Store.Commit(transaction!), "commit", "a transaction");
    }

    private void MakeDirectory(string path, XenstorePermission[] permissions, XenstoreTransaction? transaction = null)
    {
        Remove(path, transaction);
        Check(Store.MakeDirectory(DomainId.Zero, transaction, path), "make", path);
        Check(Store.SetPermissions(DomainId.Zero, transaction, path, permissions), "set permissions of", path);
    }

    private void Write(string path, string value, XenstoreTransaction? transaction) =>
        Check(Store.Write(DomainId.Zero, transaction, CheckPath(path), Encoding.Latin1.GetBytes(value)), "write", path);

    private void Remove(string path, XenstoreTransaction? transaction)
    {
        // ENOENT: not even the parent is there.
        if (Store.Remove(DomainId.Zero, transaction, CheckPath(path)) is var error and not Errno.ENOENT)
        {
            Check(error, "remove", path);
        }
    }

    private static string CheckPath(string path) =>
        XenstorePath.TryResolve(Encoding.Latin1.GetBytes(path), null, out _, out _)
            ? path
            : throw new XenException("use", path, Errno.EINVAL, "it is no xenstore path");

    private static void Check(int error, string operation, string path)
    {
        if (error != 0)
        {
            throw new XenException(operation, path, error);
        }
    }

    private sealed record Removal(string Type, DomainId Domain, int Id, string StatePath, LoopTimer Deadline);
}
