using Xenbus.Devices;
using Xenbus.Linux.Interop;

namespace XenFbFront.Tests.Input.Support;

/// <summary>A holder in this process: keeps copies, and gives each of them to a successor once.</summary>
internal sealed class KeptDescriptors : IDescriptorStore, IDisposable
{
    private readonly Dictionary<string, Descriptor> _kept = [];
    private readonly HashSet<string> _taken = [];

    /// <summary>A new worker asks from now on.</summary>
    public void StartSuccessor() => _taken.Clear();

    public void Keep(string name, Descriptor file)
    {
        Drop(name);
        _kept.Add(name, file.Duplicate());
        _taken.Add(name);
    }

    public void KeepForEver(string name, Descriptor file) => throw new NotSupportedException("input devices are not affected by a restore");

    public void Drop(string name)
    {
        if (_kept.Remove(name, out Descriptor? file))
        {
            file.Dispose();
        }
    }

    public Descriptor? Take(string name) =>
        _kept.TryGetValue(name, out Descriptor? file) && _taken.Add(name) ? file.Duplicate() : null;

    public string[] Names(string prefix) => [.. _kept.Keys.Where(name => name.StartsWith(prefix, StringComparison.Ordinal) && !_taken.Contains(name))];

    /// <summary>Everything that is kept, taken or not.</summary>
    public IEnumerable<string> All => _kept.Keys;

    public void Dispose()
    {
        foreach (Descriptor file in _kept.Values)
        {
            file.Dispose();
        }
    }
}
