using System.Runtime.InteropServices;

namespace Xenbus.Linux.Interop;

/// <summary>Argument of <see cref="Ioctl.IOCTL_EVTCHN_BIND_VIRQ"/>. C: struct ioctl_evtchn_bind_virq in xen/evtchn.h.</summary>
[StructLayout(LayoutKind.Explicit, Size = 4)]
internal struct EvtchnBindVirq
{
    /// <summary>Number of the virtual interrupt.</summary>
    [FieldOffset(0)] public uint Virq;
}

/// <summary>Argument of <see cref="Ioctl.IOCTL_EVTCHN_BIND_INTERDOMAIN"/>. C: struct ioctl_evtchn_bind_interdomain in xen/evtchn.h.</summary>
[StructLayout(LayoutKind.Explicit, Size = 8)]
internal struct EvtchnBindInterdomain
{
    /// <summary>Domain that made the port.</summary>
    [FieldOffset(0)] public uint RemoteDomain;

    /// <summary>Its number there.</summary>
    [FieldOffset(4)] public uint RemotePort;
}

/// <summary>Argument of <see cref="Ioctl.IOCTL_EVTCHN_BIND_UNBOUND_PORT"/>. C: struct ioctl_evtchn_bind_unbound_port in xen/evtchn.h.</summary>
[StructLayout(LayoutKind.Explicit, Size = 4)]
internal struct EvtchnBindUnboundPort
{
    /// <summary>Domain that may bind to the new port.</summary>
    [FieldOffset(0)] public uint RemoteDomain;
}

/// <summary>Argument of <see cref="Ioctl.IOCTL_EVTCHN_UNBIND"/>. C: struct ioctl_evtchn_unbind in xen/evtchn.h.</summary>
[StructLayout(LayoutKind.Explicit, Size = 4)]
internal struct EvtchnUnbind
{
    /// <summary>Local port.</summary>
    [FieldOffset(0)] public uint Port;
}

/// <summary>Argument of <see cref="Ioctl.IOCTL_EVTCHN_NOTIFY"/>. C: struct ioctl_evtchn_notify in xen/evtchn.h.</summary>
[StructLayout(LayoutKind.Explicit, Size = 4)]
internal struct EvtchnNotify
{
    /// <summary>Local port.</summary>
    [FieldOffset(0)] public uint Port;
}

/// <summary>Argument of <see cref="Ioctl.IOCTL_GNTALLOC_ALLOC_GREF"/>. C: struct ioctl_gntalloc_alloc_gref in xen/gntalloc.h.</summary>
/// <remarks>
/// The C array of one element is a trailing array in fact: the kernel writes <see cref="Count"/> references from <see cref="FirstReference"/> on,
/// so the buffer has <see cref="HeaderBytes"/> + 4 * Count bytes. The request number counts the struct as declared, 24 bytes with its padding.
/// </remarks>
[StructLayout(LayoutKind.Explicit, Size = 24)]
internal struct GntallocAllocGref
{
    /// <summary>Bytes before the references.</summary>
    public const int HeaderBytes = 16;

    /// <summary>Bit of <see cref="Flags"/>: the peer may write. C: GNTALLOC_FLAG_WRITABLE.</summary>
    public const ushort GNTALLOC_FLAG_WRITABLE = 1;

    /// <summary>In: the domain that may map the pages.</summary>
    [FieldOffset(0)] public ushort DomainId;

    /// <summary>In: 0 or <see cref="GNTALLOC_FLAG_WRITABLE"/>.</summary>
    [FieldOffset(2)] public ushort Flags;

    /// <summary>In: pages.</summary>
    [FieldOffset(4)] public uint Count;

    /// <summary>Out: offset for mmap, bytes.</summary>
    [FieldOffset(8)] public ulong Index;

    /// <summary>Out: the first of <see cref="Count"/> grant references.</summary>
    [FieldOffset(16)] public uint FirstReference;
}

/// <summary>Argument of <see cref="Ioctl.IOCTL_GNTALLOC_DEALLOC_GREF"/>. C: struct ioctl_gntalloc_dealloc_gref in xen/gntalloc.h.</summary>
[StructLayout(LayoutKind.Explicit, Size = 16)]
internal struct GntallocDeallocGref
{
    /// <summary>Offset that the allocation returned, bytes.</summary>
    [FieldOffset(0)] public ulong Index;

    /// <summary>Pages.</summary>
    [FieldOffset(8)] public uint Count;
}

/// <summary>Argument of <see cref="Ioctl.IOCTL_GNTALLOC_SET_UNMAP_NOTIFY"/>. C: struct ioctl_gntalloc_unmap_notify in xen/gntalloc.h.</summary>
[StructLayout(LayoutKind.Explicit, Size = 16)]
internal struct GntallocUnmapNotify
{
    /// <summary>Bit of <see cref="Action"/>: the byte at <see cref="Index"/> becomes 0. C: UNMAP_NOTIFY_CLEAR_BYTE.</summary>
    public const uint UNMAP_NOTIFY_CLEAR_BYTE = 1;

    /// <summary>Bit of <see cref="Action"/>: an event is sent on <see cref="EventChannelPort"/>. C: UNMAP_NOTIFY_SEND_EVENT.</summary>
    public const uint UNMAP_NOTIFY_SEND_EVENT = 2;

    /// <summary>Offset in the file of a byte of the page.</summary>
    [FieldOffset(0)] public ulong Index;

    /// <summary>What happens when the page goes.</summary>
    [FieldOffset(8)] public uint Action;

    /// <summary>Local port, for <see cref="UNMAP_NOTIFY_SEND_EVENT"/>.</summary>
    [FieldOffset(12)] public uint EventChannelPort;
}

/// <summary>Argument of <see cref="Ioctl.IOCTL_PRIVCMD_HYPERCALL"/>. C: privcmd_hypercall_t in xen/sys/privcmd.h.</summary>
[StructLayout(LayoutKind.Explicit, Size = 48)]
internal struct PrivcmdHypercall
{
    /// <summary>Number of the hypercall.</summary>
    [FieldOffset(0)] public ulong Operation;

    /// <summary>First of up to five arguments.</summary>
    [FieldOffset(8)] public ulong Argument0;

    /// <summary>Second argument.</summary>
    [FieldOffset(16)] public ulong Argument1;

    /// <summary>Third argument; the two behind it stay 0.</summary>
    [FieldOffset(24)] public ulong Argument2;
}

/// <summary>Argument of <see cref="Ioctl.IOCTL_PRIVCMD_MMAPBATCH_V2"/>. C: privcmd_mmapbatch_v2_t in xen/sys/privcmd.h.</summary>
[StructLayout(LayoutKind.Explicit, Size = 32)]
internal struct PrivcmdMmapBatch
{
    /// <summary>In: frames.</summary>
    [FieldOffset(0)] public uint Count;

    /// <summary>In: the domain that they belong to.</summary>
    [FieldOffset(4)] public ushort DomainId;

    /// <summary>In: where they are to be mapped, in a mapping of the device.</summary>
    [FieldOffset(8)] public ulong Address;

    /// <summary>In: address of <see cref="Count"/> frame numbers, 8 bytes each.</summary>
    [FieldOffset(16)] public ulong Frames;

    /// <summary>Out: address of <see cref="Count"/> results, 4 bytes each: 0 or a negated errno.</summary>
    [FieldOffset(24)] public ulong Errors;
}

/// <summary>Argument of GNTTABOP_query_size. C: struct gnttab_query_size in xen/grant_table.h.</summary>
[StructLayout(LayoutKind.Explicit, Size = 16)]
internal struct GrantTableSize
{
    /// <summary>In: whose table.</summary>
    [FieldOffset(0)] public ushort DomainId;

    /// <summary>Out: frames that the table has.</summary>
    [FieldOffset(4)] public uint FrameCount;

    /// <summary>Out: frames that it may have.</summary>
    [FieldOffset(8)] public uint MaxFrameCount;

    /// <summary>Out: GNTST_*, 0 for success.</summary>
    [FieldOffset(12)] public short Status;
}

/// <summary>Argument of GNTTABOP_setup_table. C: struct gnttab_setup_table in xen/grant_table.h.</summary>
[StructLayout(LayoutKind.Explicit, Size = 24)]
internal struct GrantTableSetup
{
    /// <summary>In: whose table.</summary>
    [FieldOffset(0)] public ushort DomainId;

    /// <summary>In: frames wanted; the table grows to that many.</summary>
    [FieldOffset(4)] public uint FrameCount;

    /// <summary>Out: GNTST_*, 0 for success.</summary>
    [FieldOffset(8)] public short Status;

    /// <summary>In: where their numbers go, 8 bytes each.</summary>
    [FieldOffset(16)] public ulong Frames;
}

/// <summary>Argument of GNTTABOP_get_version. C: struct gnttab_get_version in xen/grant_table.h.</summary>
[StructLayout(LayoutKind.Explicit, Size = 8)]
internal struct GrantTableVersion
{
    /// <summary>In: whose table.</summary>
    [FieldOffset(0)] public ushort DomainId;

    /// <summary>Out: layout of its entries: 1 for <see cref="GrantEntry"/>, 2 for <see cref="GrantEntry2"/>.</summary>
    [FieldOffset(4)] public uint Version;
}

/// <summary>Entry of a grant table of version 1. C: struct grant_entry_v1 in xen/grant_table.h.</summary>
[StructLayout(LayoutKind.Explicit, Size = 8)]
internal struct GrantEntry
{
    /// <summary>Bits of <see cref="Flags"/> that tell what the entry is. C: GTF_type_mask.</summary>
    public const ushort GTF_type_mask = 3;

    /// <summary>The entry grants the frame to the domain. C: GTF_permit_access.</summary>
    public const ushort GTF_permit_access = 1;

    /// <summary>Kind, and whether it is in use.</summary>
    [FieldOffset(0)] public ushort Flags;

    /// <summary>Whom it is granted to.</summary>
    [FieldOffset(2)] public ushort DomainId;

    /// <summary>Frame granted.</summary>
    [FieldOffset(4)] public uint Frame;
}

/// <summary>Entry of a grant table of version 2. C: union grant_entry_v2 in xen/grant_table.h, its full_page.</summary>
[StructLayout(LayoutKind.Explicit, Size = 16)]
internal struct GrantEntry2
{
    /// <summary>Kind.</summary>
    [FieldOffset(0)] public ushort Flags;

    /// <summary>Whom it is granted to.</summary>
    [FieldOffset(2)] public ushort DomainId;

    /// <summary>Frame granted.</summary>
    [FieldOffset(8)] public ulong Frame;
}
