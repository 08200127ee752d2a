using System.Globalization;

namespace Xenbus.Linux;

/// <summary>How this domain is virtualised, as far as frame numbers are concerned.</summary>
internal static class GuestType
{
    /// <summary>Bit of the features that says so for kernels without a guest type. C: XENFEAT_auto_translated_physmap in features.h.</summary>
    private const uint AutoTranslatedPhysmap = 1 << 2;

    /// <summary>Whether this is the kind of guest that a way to frame numbers is for.</summary>
    /// <param name="paths">Where what is.</param>
    /// <param name="isTranslated">Whether Xen translates that kind's frame numbers (PVH, HVM, ARM), or the domain knows machine frames (PV).</param>
    /// <param name="otherwise">Why the way is none for the other kind.</param>
    /// <param name="reason">Why it is not; else empty.</param>
    public static bool Is(LinuxPaths paths, bool isTranslated, string otherwise, out string reason)
    {
        bool? present = IsTranslated(paths);
        reason = present is null ? $"{paths.Sysfs}/hypervisor/guest_type does not tell how this guest is virtualised"
            : present != isTranslated ? otherwise : string.Empty;
        return reason.Length == 0;
    }

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
}
