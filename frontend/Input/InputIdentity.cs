namespace XenFbFront.Input;

/// <summary>Names and numbers of our input devices: those of the kernel's own xen-kbdfront, whichever way they are made.</summary>
internal static class InputIdentity
{
    /// <summary>C: BUS_PCI in linux/input.h.</summary>
    public const ushort Bus = 1;

    /// <summary>Xen's number as a maker of PCI devices.</summary>
    public const ushort Vendor = 0x5853;

    /// <summary>Name of a device.</summary>
    public static string NameOf(InputRole role) => role switch
    {
        InputRole.Keyboard => "Xen Virtual Keyboard",
        InputRole.Pointer => "Xen Virtual Pointer",
        InputRole.Touch => "Xen Virtual Multi-touch",
    };

    /// <summary>Product number of a device.</summary>
    public static ushort ProductOf(InputRole role) => role switch
    {
        InputRole.Keyboard => 0xffff,
        InputRole.Pointer => 0xfffe,
        InputRole.Touch => 0xfffd,
    };

    /// <summary>Where a device is plugged in.</summary>
    public static string PhysOf(InputDeviceSpec spec) => $"xenbus/device/vkbd/{spec.VkbdId}";
}
