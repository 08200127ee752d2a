using Xenbus.Domain;
using Xenbus.Linux.Interop;

namespace Xenbus.Linux;

/// <summary>How long a domain's grant table is, as far as Xen tells: which of its entries are free is known to the kernel alone.</summary>
/// <param name="Frames">Frames that the table has; all entries beyond them are free.</param>
/// <param name="MaxFrames">Frames that it may have.</param>
/// <param name="Version">Of its entries, 1 or 2.</param>
internal readonly record struct GrantTableRoom(uint Frames, uint MaxFrames, uint Version)
{
    /// <summary>Entries of a frame. C: grant_entry_v1_t and grant_entry_v2_t in xen/grant_table.h have 8 and 16 bytes.</summary>
    public uint EntriesPerFrame => SharedPages.PageBytes / (Version == 1 ? 8u : 16u);

    /// <summary>Entries that are free for certain.</summary>
    public uint SurelyFree => (MaxFrames - Frames) * EntriesPerFrame;

    /// <summary>Asks Xen.</summary>
    /// <param name="privcmd">The way to it.</param>
    /// <param name="room">The answer.</param>
    /// <param name="errno">Why there is none.</param>
    public static unsafe bool TryAsk(IPrivcmd privcmd, out GrantTableRoom room, out int errno)
    {
        room = default;
        errno = privcmd.Open();
        if (errno != 0)
        {
            return false;
        }

        GrantTableSize size = new() { DomainId = GrantTableFrames.DOMID_SELF };
        GrantTableVersion version = new() { DomainId = GrantTableFrames.DOMID_SELF };
        errno = privcmd.GrantTableOperation(GrantTableFrames.GNTTABOP_query_size, &size);
        errno = errno != 0 ? errno : privcmd.GrantTableOperation(GrantTableFrames.GNTTABOP_get_version, &version);
        errno = errno == 0 && (size.Status != 0 || size.FrameCount > size.MaxFrameCount || version.Version is not (1 or 2)) ? Errno.EIO : errno;
        room = new(size.FrameCount, size.MaxFrameCount, version.Version);
        return errno == 0;
    }
}
