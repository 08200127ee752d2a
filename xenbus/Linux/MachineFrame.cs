namespace Xenbus.Linux;

/// <summary>Which numbers can be machine frames of this domain's own memory.</summary>
internal static class MachineFrame
{
    /// <summary>Entry of the kernel's table for a page that has no frame. C: INVALID_P2M_ENTRY in asm/xen/page.h.</summary>
    public const ulong Invalid = ~0UL;

    /// <summary>Bits of entries that are no frames of this domain. C: FOREIGN_FRAME_BIT, IDENTITY_FRAME_BIT in asm/xen/page.h.</summary>
    public const ulong Foreign = 1UL << 63, Identity = 1UL << 62;

    /// <summary>Frame numbers end here: 52 bits of address less 12 in the page.</summary>
    public const ulong Limit = 1UL << 40;

    /// <summary>Whether a number can be one.</summary>
    public static bool IsPlausible(ulong frame) => frame != Invalid && (frame & (Foreign | Identity)) == 0 && frame is > 0 and < Limit;
}
