using System.Globalization;

namespace Xenbus.Linux;

/// <summary>How this domain is virtualised, as far as frame numbers are concerned.</summary>
internal static class GuestType
{
    /// <summary>Bit of the features that says so for kernels without a guest type. C: XENFEAT_auto_translated_physmap in features.h.</summary>
    private const uint AutoTranslatedPhysmap = 1 << 2;

    /// <summary>Whether Xen translates frame numbers for this domain (PVH, HVM, ARM), or the domain knows machine frames (PV). Null when unknown.</summary>
    public static bool? IsTranslated(LinuxPaths paths) => LinuxPaths.ReadText(Path.Combine(paths.Sysfs, "hypervisor/guest_type")) switch
    {
        "PV" => false,
        "PVH" or "HVM" or "Xen" => true,
        _ => uint.TryParse(
                LinuxPaths.ReadText(Path.Combine(paths.Sysfs, "hypervisor/properties/features")), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out uint features)
            ? (features & AutoTranslatedPhysmap) != 0
            : null,
    };

    /// <summary>For messages where <see cref="IsTranslated"/> is null.</summary>
    public static string UnknownReason(LinuxPaths paths) => $"{paths.Sysfs}/hypervisor/guest_type does not tell how this guest is virtualised";
}
