using Xenbus.Devices;
using Xenbus.Linux.Interop;

namespace XenFbFront.Holder;

/// <summary>For a program without a holder: nothing outlives it, but for what must.</summary>
internal sealed class LoneStore(Action<string> say) : IDescriptorStore, IDisposable
{
    private readonly FileKeeper _keeper = new();

    /// <inheritdoc/>
    public void Keep(string name, Descriptor file)
    {
    }

    /// <inheritdoc/>
    public void KeepForEver(string name, Descriptor file)
    {
        _keeper.Keep(file);
        say(HolderProcess.KeepingForEver(_keeper.ProcessId));
    }

    /// <inheritdoc/>
    public void Drop(string name)
    {
    }

    /// <inheritdoc/>
    public Descriptor? Take(string name) => null;

    /// <inheritdoc/>
    public string[] Names(string prefix) => [];

    /// <inheritdoc/>
    public void Dispose() => _keeper.Finish(say);
}
