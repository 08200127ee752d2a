using Xenbus.Linux.Interop;

namespace Xenbus.Devices;

/// <summary>Keeps nothing: for programs without a holder, whose death takes the pages from under the backend.</summary>
public sealed class NoDescriptorStore : IDescriptorStore
{
    private static readonly List<Descriptor> s_forEver = [];

    /// <inheritdoc/>
    public void Keep(string name, Descriptor file)
    {
    }

    /// <inheritdoc/>
    /// <remarks>As long as this process lives: a program that can be restored should have a store that starts another process for this.</remarks>
    public void KeepForEver(string name, Descriptor file) => s_forEver.Add(file.Duplicate());

    /// <inheritdoc/>
    public void Drop(string name)
    {
    }

    /// <inheritdoc/>
    public Descriptor? Take(string name) => null;

    /// <inheritdoc/>
    public string[] Names(string prefix) => [];
}
