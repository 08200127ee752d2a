using Xenbus.Devices;

namespace XenFbFront.Input;

/// <summary>Where input goes.</summary>
public interface IInputSink
{
    /// <summary>One line for people, as in <c>uinput</c> or <c>recorder input.log</c>.</summary>
    string Description { get; }

    /// <summary>A word for what it keeps of its devices, see <see cref="InputDeviceSpec.KeptAs"/>; empty when that is nothing.</summary>
    string KeepsAs => string.Empty;

    /// <summary>Makes a device, or takes up the one that a predecessor kept under <see cref="InputDeviceSpec.KeepName"/>, and keeps it for a successor.</summary>
    /// <exception cref="Xenbus.XenException">It cannot be made; the message names the remedy.</exception>
    IInputDevice Open(InputDeviceSpec spec, IDescriptorStore descriptors);
}
