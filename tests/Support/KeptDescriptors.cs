using Xenbus.Devices;
using Xenbus.Linux.Interop;

namespace XenFbFront.Tests.Support;

/// <summary>What a holder keeps, in memory.</summary>
internal sealed class KeptDescriptors : IDisposable
{
    private readonly Dictionary<string, Descriptor> _kept = [];

    private readonly List<Descriptor> _forEver = [];

    /// <summary>Files that must stay open until the guest ends.</summary>
    public IReadOnlyCollection<Descriptor> ForEver => _forEver;

    public IReadOnlyCollection<string> Names => _kept.Keys;

    /// <summary>A kept file, or null; stays the holder's.</summary>
    public Descriptor? Find(string name) => _kept.GetValueOrDefault(name);

    /// <summary>The store as one worker sees it: at its start it has a copy of everything.</summary>
    /// <param name="point">Called before and after each message to the holder.</param>
    public WorkerView ForWorker(Action point) => new(this, point);

    public void Dispose()
    {
        foreach (Descriptor file in _kept.Values)
        {
            file.Dispose();
        }

        _kept.Clear();
    }

    public void EndOfTheGuest()
    {
        Dispose();
        _forEver.ForEach(static file => file.Dispose());
        _forEver.Clear();
    }

    private void Forget(string name)
    {
        if (_kept.Remove(name, out Descriptor? file))
        {
            file.Dispose();
        }
    }

    internal sealed class WorkerView(KeptDescriptors owner, Action point) : IDescriptorStore
    {
        private readonly HashSet<string> _mayTake = [.. owner.Names];
        private readonly List<Descriptor> _taken = [];

        /// <summary>What a kernel does when the worker dies.</summary>
        public void CloseTaken() => _taken.ForEach(static file => file.Dispose());

        public void Keep(string name, Descriptor file)
        {
            point();
            Descriptor copy = file.Duplicate();
            owner.Forget(name);
            owner._kept.Add(name, copy);
            point();
        }

        public void KeepForEver(string name, Descriptor file)
        {
            point();
            owner._forEver.Add(file.Duplicate());
            owner.Forget(name);
            point();
        }

        public void Drop(string name)
        {
            point();
            owner.Forget(name);
            point();
        }

        public Descriptor? Take(string name)
        {
            if (!_mayTake.Remove(name))
            {
                return null;
            }

            _taken.Add(owner._kept[name].Duplicate());
            return _taken[^1];
        }

        public string[] Names(string prefix) => [.. _mayTake.Where(name => name.StartsWith(prefix, StringComparison.Ordinal))];
    }
}
