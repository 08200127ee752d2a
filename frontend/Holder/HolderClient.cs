using Xenbus;
using Xenbus.Devices;
using Xenbus.Linux.Interop;
using Xenbus.Loop;

namespace XenFbFront.Holder;

/// <summary>The worker's side of its holder: keeps descriptors there, and hears when to stop.</summary>
internal sealed class HolderClient : IDescriptorStore, IDisposable
{
    private readonly Action<string> _say;
    private readonly Descriptor _socket = new(HolderProtocol.WorkerDescriptor);
    private readonly List<(string Name, Descriptor File)> _kept = [];
    private readonly List<Descriptor> _forEver = [];
    private FileKeeper? _keeper;
    private LoopWatch? _watch;
    private bool _isReady;

    /// <summary>Receives what predecessors kept.</summary>
    /// <param name="say">Prints a line for people.</param>
    /// <exception cref="XenException">This process was not started by a holder.</exception>
    public HolderClient(Action<string> say)
    {
        _say = say;
        while (true)
        {
            int result = Packets.Receive(_socket, out byte kind, out string name, out Descriptor? file, wait: true);
            if (result <= 0)
            {
                throw new XenException("reach", "the holder", -result, "--worker is for the holder's own use; start xenfbfront without it");
            }

            if (kind == HolderProtocol.Begin)
            {
                return;
            }

            if (kind == HolderProtocol.Kept && file is not null)
            {
                _kept.Add((name, file));
            }
        }
    }

    /// <summary>Calls back, once, when the holder asks to stop or has died.</summary>
    public void Listen(EventLoop loop, Action stop)
    {
        _watch = loop.Watch(_socket.Number, LoopInterest.Readable, () =>
        {
            int result = Packets.Receive(_socket, out byte kind, out _, out Descriptor? surplus, wait: false);
            surplus?.Dispose();
            if (result != -Errno.EAGAIN && (result <= 0 || kind == HolderProtocol.Stop))
            {
                _watch?.Dispose();
                if (result <= 0)
                {
                    _forEver.ForEach(KeepForEverWithoutHolder);
                }

                stop();
            }
        });
    }

    /// <summary>Tells the holder, once, that this worker is at work.</summary>
    public void TellReady()
    {
        if (!_isReady)
        {
            _isReady = true;
            Packets.Send(_socket, HolderProtocol.Ready);
        }
    }

    /// <summary>Tells the service manager by way of the holder.</summary>
    /// <param name="lines">As for <see cref="ServiceManager.Tell"/>.</param>
    public void Notify(string lines) => Packets.Send(_socket, HolderProtocol.Notify, lines, wait: false);

    /// <summary>Asks the holder to become another program as soon as this worker has ended.</summary>
    /// <param name="path">Absolute path of the program.</param>
    /// <exception cref="XenException">The holder is gone.</exception>
    public void Upgrade(string path) =>
        XenException.ThrowIfRefused(Packets.Send(_socket, HolderProtocol.Upgrade, path), "reach", "the holder", "it is gone, and this worker is closing its devices");

    /// <inheritdoc/>
    public void Keep(string name, Descriptor file)
    {
        XenException.ThrowIfRefused(Packets.Send(_socket, HolderProtocol.Keep, name, file), "keep", name, "the holder process is gone");
    }

    /// <inheritdoc/>
    public void KeepForEver(string name, Descriptor file)
    {
        // The holder may die before it has passed the file on.
        _forEver.Add(file.Duplicate());
        if (Packets.Send(_socket, HolderProtocol.KeepForEver, name, file) < 0)
        {
            KeepForEverWithoutHolder(file);
        }
    }

    /// <inheritdoc/>
    public void Drop(string name) => Packets.Send(_socket, HolderProtocol.Drop, name);

    /// <inheritdoc/>
    public Descriptor? Take(string name)
    {
        int index = _kept.FindIndex(entry => entry.Name == name);
        if (index < 0)
        {
            return null;
        }

        Descriptor file = _kept[index].File;
        _kept.RemoveAt(index);
        return file;
    }

    /// <inheritdoc/>
    public string[] Names(string prefix)
    {
        List<string> names = [];
        foreach ((string name, _) in _kept)
        {
            if (name.StartsWith(prefix, StringComparison.Ordinal))
            {
                names.Add(name);
            }
        }

        return [.. names];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _keeper?.Finish(_say);
        _watch?.Dispose();
        foreach ((_, Descriptor file) in _kept)
        {
            file.Dispose();
        }

        _socket.Dispose();
    }

    private void KeepForEverWithoutHolder(Descriptor file) => (_keeper ??= new()).Keep(file);
}
