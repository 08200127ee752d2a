using Xenbus.Devices;
using XenFbFront.Input;
using XenFbFront.Vfb;

namespace XenFbFront.Vkbd;

/// <summary>Serves <c>vkbd</c> devices: each becomes a keyboard, a pointer and perhaps a touch device of its seat's sink.</summary>
/// <param name="seats">Whom each serves.</param>
/// <param name="screens">Where each belongs, and what positions in pixels refer to.</param>
public sealed class VkbdDriver(ISeats seats, IScreens screens) : IFrontendDriver
{
    /// <inheritdoc/>
    public string DeviceType => "vkbd";

    /// <inheritdoc/>
    public FrontendDevice Create(DeviceContext context) => new VkbdDevice(context, seats, screens);
}
