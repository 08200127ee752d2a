using Xenbus.Devices;
using Xenbus.Linux.Interop;

namespace XenFbFront.Input;

/// <summary>An input device behind a file, of which the holder keeps a copy, so that it outlives a worker.</summary>
/// <param name="file">The file; disposed with the device.</param>
/// <param name="spec">What it was described as.</param>
/// <param name="descriptors">Who keeps it, under <see cref="InputDeviceSpec.KeepName"/>.</param>
internal abstract class KeptDevice(Descriptor file, InputDeviceSpec spec, IDescriptorStore descriptors) : IInputDevice
{
    /// <inheritdoc/>
    public virtual long Position => 0;

    /// <summary>The file.</summary>
    protected Descriptor File => file;

    /// <summary>What it was described as.</summary>
    protected InputDeviceSpec Spec => spec;

    /// <inheritdoc/>
    public abstract int Write(ReadOnlySpan<InputEvent> events);

    /// <inheritdoc/>
    public abstract bool? WasCarriedOut(long positionBefore, ushort key, bool isDownAfter);

    /// <inheritdoc/>
    public virtual void Resume(ReadOnlySpan<byte> keysDown)
    {
    }

    /// <inheritdoc/>
    public void Remove()
    {
        // Not the other way round: a successor must not be handed a device that has ended.
        descriptors.Drop(spec.KeepName);
        if (!file.IsClosed)
        {
            End();
        }

        Dispose();
    }

    /// <inheritdoc/>
    public virtual void Dispose() => file.Dispose();

    /// <summary>Tells the kernel that the device has ended, where closing the file would not, as copies of it are open.</summary>
    protected virtual void End()
    {
    }
}
