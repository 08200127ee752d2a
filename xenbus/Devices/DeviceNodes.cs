using System.Text;
using Xenbus.Linux.Interop;
using Xenbus.Wire;
using Xenbus.Xenstore;

namespace Xenbus.Devices;

/// <summary>One device in xenstore: what its two ends say, and all that we write there.</summary>
/// <param name="xenstore">The connection.</param>
/// <param name="identity">Which device.</param>
internal sealed class DeviceNodes(XenstoreClient xenstore, DeviceIdentity identity)
{
    private bool _hasErrorNode;

    /// <summary>The device.</summary>
    public DeviceIdentity Identity { get; private set; } = identity;

    /// <summary>Whether the backend's directory was forbidden to us since this was last set to false.</summary>
    public bool WasRefused { get; set; }

    private string StatePath => $"{Identity.FrontendPath}/state";

    private string ErrorPath => $"error/{Identity.FrontendPath}/error";

    /// <summary>The domain was restored: another directory, another backend.</summary>
    public void Follow(DeviceIdentity identity) => Identity = identity;

    /// <summary>Reads what both ends say.</summary>
    /// <param name="ours">Our state.</param>
    /// <param name="theirs">The backend's state.</param>
    /// <param name="isOnline">Whether the toolstack means the device to stay; true where <see cref="TransitionTable"/> does not ask.</param>
    /// <returns>False when our directory is gone.</returns>
    public bool TryReadEnds(out XenbusState ours, out XenbusState theirs, out bool isOnline)
    {
        theirs = XenbusState.Unknown;
        isOnline = true;
        string? state = xenstore.Read(StatePath);
        ours = Parse(state);
        if (state is null && xenstore.Read($"{Identity.FrontendPath}/backend") is null)
        {
            return false;
        }

        theirs = Parse(ReadBackend("state"));
        if (TransitionTable.AsksWhetherOnline(theirs))
        {
            isOnline = XenstoreClient.ParseNumber(ReadBackend("online")) is not 0;
        }

        return true;
    }

    /// <summary>A node of the backend's directory. A directory that was removed cannot be told from one that we may not read: both mean that no backend is there.</summary>
    public string? ReadBackend(string node)
    {
        try
        {
            return xenstore.Read($"{Identity.BackendPath}/{node}");
        }
        catch (XenstoreException exception) when (exception.ErrorNumber is Errno.EACCES)
        {
            WasRefused = true;
            return null;
        }
    }

    /// <summary>Names of the nodes in the backend's directory, or null when it may not be read.</summary>
    public string[]? ListBackend()
    {
        try
        {
            return xenstore.List(Identity.BackendPath);
        }
        catch (XenstoreException exception) when (exception.ErrorNumber is Errno.EACCES)
        {
            WasRefused = true;
            return null;
        }
    }

    /// <summary>Writes our state if the directory is still there: writing would otherwise make it again.</summary>
    public void SwitchState(XenbusState state) => xenstore.Transact(transaction =>
    {
        string? present = transaction.Read(StatePath);
        if (present is null || present == XenbusStates.Print(state))
        {
            return false;
        }

        transaction.Write(StatePath, XenbusStates.Print(state));
        return true;
    });

    /// <summary>Whether anybody's details stand in our directory.</summary>
    public bool HaveDetails()
    {
        foreach (string node in xenstore.List(Identity.FrontendPath))
        {
            if (PublishedNodes.All.Contains(node))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Writes details and state Initialised, all at once, if the directory is still there.</summary>
    /// <param name="details">Nodes of our directory and their values.</param>
    /// <param name="beforeSeen">Called when nothing but the end of the transaction is left to do; perhaps several times.</param>
    public void Publish(Dictionary<string, string> details, Action beforeSeen) => xenstore.Transact(transaction =>
    {
        if (transaction.Read(StatePath) is null)
        {
            return false;
        }

        foreach ((string node, string value) in details)
        {
            transaction.Write($"{Identity.FrontendPath}/{node}", value);
        }

        transaction.Write(StatePath, XenbusStates.Print(XenbusState.Initialised));
        beforeSeen();
        return true;
    });

    /// <summary>Removes all details, whoever wrote them.</summary>
    public void RemoveDetails()
    {
        foreach (string node in PublishedNodes.All)
        {
            xenstore.Remove($"{Identity.FrontendPath}/{node}");
        }
    }

    /// <summary>Puts a kernel driver's state back that we have written over, as far as the backend has not noticed anything.</summary>
    public void RestoreKernelState() => xenstore.Transact(transaction =>
    {
        XenbusState ours = Parse(transaction.Read(StatePath)), theirs = Parse(transaction.Read($"{Identity.BackendPath}/state"));
        if (ours is not (XenbusState.Closing or XenbusState.Closed) || theirs is XenbusState.Unknown or XenbusState.Closing or XenbusState.Closed)
        {
            return false;
        }

        // The states in which the kernel's drivers wait for a backend, and work with it.
        transaction.Write(StatePath, XenbusStates.Print(theirs == XenbusState.Connected ? XenbusState.Connected : XenbusState.Initialised));
        return true;
    });

    /// <summary>Says in xenstore why the device was given up.</summary>
    /// <exception cref="XenstoreException">That is refused.</exception>
    public void WriteError(string reason)
    {
        xenstore.Write(ErrorPath, $"{Errno.EIO} {reason}");
        _hasErrorNode = true;
    }

    /// <summary>Takes back what <see cref="WriteError"/> said.</summary>
    public void RemoveError()
    {
        if (_hasErrorNode)
        {
            xenstore.Remove(ErrorPath);
            _hasErrorNode = false;
        }
    }

    private static XenbusState Parse(string? text) => XenbusStates.Parse(Encoding.ASCII.GetBytes(text ?? string.Empty));
}
