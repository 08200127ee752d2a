using Xenbus.Devices;
using Xenbus.Linux.Interop;

namespace XenFbFront.Input;

/// <summary>A device of the kernel's input subsystem, whose event device tells which keys are down.</summary>
/// <param name="file">Open for reading and writing.</param>
/// <param name="spec">What it was described as.</param>
/// <param name="descriptors">Who keeps it.</param>
/// <param name="sysfs">Where sysfs is mounted.</param>
/// <param name="eventFolder">Where the nodes of event devices are.</param>
internal abstract class KernelDevice(Descriptor file, InputDeviceSpec spec, IDescriptorStore descriptors, string sysfs, string eventFolder)
    : KeptDevice(file, spec, descriptors)
{
    /// <summary>Where sysfs is mounted.</summary>
    protected string Sysfs => sysfs;

    /// <summary>Name below /sys/class/input, as in <c>input5</c>; null when there is no such device.</summary>
    public abstract string? SysName();

    /// <inheritdoc/>
    public sealed override bool? WasCarriedOut(long positionBefore, ushort key, bool isDownAfter) =>
        key != 0 && HasKey(key) && EventNodes.IsKeyDown(EventNode(), key) is { } isDown ? isDown == isDownAfter : null;

    /// <summary>Path of the event device that belongs to it, or null when there is none (evdev is not loaded).</summary>
    public string? EventNode() => SysName() is { } name ? EventNodes.Find(sysfs, eventFolder, name) : null;

    /// <summary>Whether the device declares a key or button.</summary>
    protected abstract bool HasKey(ushort key);
}
