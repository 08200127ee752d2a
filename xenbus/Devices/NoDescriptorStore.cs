using Xenbus.Linux.Interop;

namespace Xenbus.Devices;

/// <summary>Keeps nothing: for programs without a holder, whose death takes the pages from under the backend.</summary>
public sealed class NoDescriptorStore : IDescriptorStore
{
    /// <inheritdoc/>
    public void Keep(string name, Descriptor file)
    {
    }

    /// <inheritdoc/>
    public void Drop(string name)
    {
    }

    /// <inheritdoc/>
    public Descriptor? Take(string name) => null;

    /// <inheritdoc/>
    public string[] Names(string prefix) => [];
}
