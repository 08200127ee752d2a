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
