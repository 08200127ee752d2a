using Microsoft.Extensions.Logging;
using Xenbus.Domain;
using Xenbus.Loop;
using Xenbus.Xenstore;

namespace Xenbus.Devices;

/// <summary>What a driver gets for one device.</summary>
public sealed class DeviceContext
{
    private readonly DeviceSession _session;

    internal DeviceContext(DeviceSession session, DeviceResources resources, FrontendServices services)
    {
        _session = session;
        Resources = resources;
        Services = services;
    }

    /// <summary>The device. Another object, with another backend's path, after the domain was restored.</summary>
    public DeviceIdentity Identity => _session.Identity;

    /// <summary>Its pages and port.</summary>
    public DeviceResources Resources { get; }

    /// <summary>The event loop that everything runs on.</summary>
    public EventLoop Loop => Services.Loop;

    /// <summary>Keeps open files for a successor.</summary>
    public IDescriptorStore Descriptors => Services.Descriptors;

    /// <summary>Finds frame numbers.</summary>
    public IDomain Domain => Services.Domain;

    /// <summary>For what people should know.</summary>
    public ILogger Logger => Services.Logger;

    /// <summary>Sees everything that passes, or null: a driver tells it of each message in its rings.</summary>
    public IFrontendTrace? Trace => Services.Trace;

    internal FrontendServices Services { get; }

    /// <summary>A node of the backend's directory, or null, also when it may not be read: so it is when the directory was removed.</summary>
    public string? ReadBackend(string node) => _session.ReadBackend(node);

    /// <summary>A node of the backend's directory as a number; <paramref name="fallback"/> when it is absent, no number, or outside the range.</summary>
    public int ReadBackend(string node, int fallback, int min, int max) =>
        XenstoreClient.ParseNumber(ReadBackend(node)) is { } number && number >= min && number <= max ? (int)number : fallback;

    /// <summary>A node of our own directory, or null.</summary>
    public string? ReadOwn(string node) => Services.Xenstore.Read($"{Identity.FrontendPath}/{node}");

    /// <summary>A node of our own directory as a number; <paramref name="fallback"/> when it is absent, no number, or outside the range.</summary>
    public int ReadOwn(string node, int fallback, int min, int max) =>
        Services.Xenstore.ReadNumber($"{Identity.FrontendPath}/{node}") is { } number && number >= min && number <= max ? (int)number : fallback;

    /// <summary>Writes a node of our own directory, unless it is there already or the directory is gone.</summary>
    /// <exception cref="XenException">Xenstore refuses.</exception>
    public void WriteOwnOnce(string node, string value) => WriteOwn(node, value, isOnce: true);

    /// <summary>Writes a node of our own directory, unless the directory is gone.</summary>
    /// <exception cref="XenException">Xenstore refuses.</exception>
    public void WriteOwn(string node, string value) => WriteOwn(node, value, isOnce: false);

    /// <summary>Removes a node of our own directory, if it is there.</summary>
    /// <exception cref="XenException">Xenstore refuses.</exception>
    public void RemoveOwn(string node) => Services.Xenstore.Remove($"{Identity.FrontendPath}/{node}");

    private void WriteOwn(string node, string value, bool isOnce) => Services.Xenstore.Transact(transaction =>
    {
        if (transaction.Read($"{Identity.FrontendPath}/state") is null || (isOnce && transaction.Read($"{Identity.FrontendPath}/{node}") is not null))
        {
            return false;
        }

        transaction.Write($"{Identity.FrontendPath}/{node}", value);
        return true;
    });

    /// <summary>Names of the nodes in the backend's directory, or null when it may not be read.</summary>
    public string[]? ListBackend() => _session.ListBackend();

    /// <summary>A node of the backend's directory that switches something on.</summary>
    public bool IsOffered(string feature) => ReadBackend(feature, 0, 0, int.MaxValue) != 0;

    /// <summary>Finds out whether frame numbers can be found here, by those of a page that is freed again: for <see cref="FrontendDevice.CheckPrepare"/>.</summary>
    /// <exception cref="XenException">They cannot, or there is no page.</exception>
    public void CheckFrames()
    {
        try
        {
            Domain.ResolveFrames(Resources.AllocatePages(1, isWritable: false, out _), new GuestFrame[1]);
        }
        finally
        {
            Resources.Release(hasBackendLetGo: true);
        }
    }

    /// <summary>Sends an event to the backend.</summary>
    public void Notify()
    {
        if (Resources.Port is { } port)
        {
            Services.Life.Notify(port);
            Services.Trace?.OnNotification(Identity, isOut: true, port);
        }
    }

    /// <summary>The driver needs another connection: this one is closed in order and, when the backend has let go, the next one prepared.</summary>
    public void Reconnect() => _session.Reconnect();

    /// <summary>The backend broke the protocol: this device is closed, with the reason in xenstore and in the log, and stays closed until its backend starts anew.</summary>
    public void Fail(string reason) => _session.Fail(reason);
}
