using Xenbus.Devices;
using XenFbFront.Input;

namespace XenFbFront.Vkbd;

/// <summary>Serves <c>vkbd</c> devices: each becomes a keyboard, a pointer and perhaps a touch device of the sink.</summary>
public sealed class VkbdDriver(IInputSink sink) : IFrontendDriver
{
    /// <inheritdoc/>
    public string DeviceType => "vkbd";

    /// <summary>Sees what is delivered, or null.</summary>
    public IInputObserver? Observer { get; init; }

    /// <summary>Called when it is known what a device's backend offers.</summary>
    public event Action<VkbdModes>? ModesChanged;

    /// <inheritdoc/>
    public FrontendDevice Create(DeviceContext context) => new VkbdDevice(context, sink, this);

    internal void Report(VkbdModes modes) => ModesChanged?.Invoke(modes);
}
