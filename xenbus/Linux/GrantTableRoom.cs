using Xenbus.Domain;
using Xenbus.Linux.Interop;

namespace Xenbus.Linux;

/// <summary>How long a domain's grant table is, as far as Xen tells: which of its entries are free is known to the kernel alone.</summary>
/// <param name="Frames">Frames that the table has; all entries beyond them are free.</param>
/// <param name="MaxFrames">Frames that it may have.</param>
/// <param name="Version">Of its entries, 1 or 2.</param>
/// <param name="Status">What Xen said of the question, 0 for an answer. C: GNTST_okay in xen/grant_table.h.</param>
internal readonly record struct GrantTableRoom(uint Frames, uint MaxFrames, uint Version, short Status)
{
    /// <summary>Entries of a frame. C: grant_entry_v1_t and grant_entry_v2_t in xen/grant_table.h have 8 and 16 bytes.</summary>
    public uint EntriesPerFrame => SharedPages.PageBytes / (Version == 1 ? 8u : 16u);

    /// <summary>Whether the numbers can be those of a table.</summary>
    public bool IsPlausible => Status == 0 && Frames > 0 && Version is 1 or 2;

    /// <summary>Entries that are free for certain.</summary>
    public uint SurelyFree => MaxFrames > Frames ? (MaxFrames - Frames) * EntriesPerFrame : 0;

    /// <summary>Asks Xen.</summary>
    /// <param name="privcmd">The way to it, open.</param>
    /// <param name="room">The answer.</param>
    /// <returns>0, or the errno.</returns>
    public static unsafe int Ask(IPrivcmd privcmd, out GrantTableRoom room)
    {
        GrantTableSize size = new() { DomainId = GrantTableFrames.DOMID_SELF };
        GrantTableVersion version = new() { DomainId = GrantTableFrames.DOMID_SELF };
        int errno = privcmd.GrantTableOperation(GrantTableFrames.GNTTABOP_query_size, &size);
        errno = errno != 0 ? errno : privcmd.GrantTableOperation(GrantTableFrames.GNTTABOP_get_version, &version);
        room = new(size.FrameCount, size.MaxFrameCount, version.Version, size.Status);
        return errno;
    }
}
