namespace Xenbus.Linux.Interop;

/// <summary>Request numbers of ioctl(2), computed from direction, type, number and argument size. C: asm-generic/ioctl.h.</summary>
/// <remarks>
/// Bits 0 to 7 are the number, 8 to 15 the type (a letter for each driver), 16 to 29 the size of the argument, 30 and 31 the direction: x86 and
/// arm use this generic layout. The directions are named from the caller's side, as in C: <c>_IOW</c> hands an argument to the kernel.
/// Old terminal requests (<c>KDGETMODE</c>, <c>TIOCGWINSZ</c>) are plain numbers without direction and size; <see cref="None"/> gives them too.
/// </remarks>
internal static unsafe class Ioctl
{
    private const int NumberBits = 8, TypeBits = 8, SizeBits = 14;
    private const int TypeShift = NumberBits, SizeShift = TypeShift + TypeBits, DirectionShift = SizeShift + SizeBits;
    private const uint DirectionNone = 0, DirectionWrite = 1, DirectionRead = 2;

    // Xen's drivers give their numbers no direction although there is an argument: _IOC(_IOC_NONE, 'E' or 'G', number, sizeof(struct)).

    /// <summary>Binds a virtual interrupt to a new port, which is the result. Argument: <see cref="EvtchnBindVirq"/>. C: xen/evtchn.h.</summary>
    public static readonly uint IOCTL_EVTCHN_BIND_VIRQ = None('E', 0, sizeof(EvtchnBindVirq));

    /// <summary>Binds a new port, which is the result, to a port of another domain. Argument: <see cref="EvtchnBindInterdomain"/>. C: xen/evtchn.h.</summary>
    public static readonly uint IOCTL_EVTCHN_BIND_INTERDOMAIN = None('E', 1, sizeof(EvtchnBindInterdomain));

    /// <summary>Makes a port, which is the result, that another domain may bind to. Argument: <see cref="EvtchnBindUnboundPort"/>. C: xen/evtchn.h.</summary>
    public static readonly uint IOCTL_EVTCHN_BIND_UNBOUND_PORT = None('E', 2, sizeof(EvtchnBindUnboundPort));

    /// <summary>Closes a port. Argument: <see cref="EvtchnUnbind"/>. C: xen/evtchn.h.</summary>
    public static readonly uint IOCTL_EVTCHN_UNBIND = None('E', 3, sizeof(EvtchnUnbind));

    /// <summary>Sends an event. Argument: <see cref="EvtchnNotify"/>. C: xen/evtchn.h.</summary>
    public static readonly uint IOCTL_EVTCHN_NOTIFY = None('E', 4, sizeof(EvtchnNotify));

    /// <summary>Empties the buffer of pending ports and its overflow mark. No argument. C: xen/evtchn.h.</summary>
    public static readonly uint IOCTL_EVTCHN_RESET = None('E', 5);

    /// <summary>Allocates pages and grants them. Argument: <see cref="GntallocAllocGref"/>. C: xen/gntalloc.h.</summary>
    public static readonly uint IOCTL_GNTALLOC_ALLOC_GREF = None('G', 5, sizeof(GntallocAllocGref));

    /// <summary>Drops the file's reference to pages. Argument: <see cref="GntallocDeallocGref"/>. C: xen/gntalloc.h.</summary>
    public static readonly uint IOCTL_GNTALLOC_DEALLOC_GREF = None('G', 6, sizeof(GntallocDeallocGref));

    /// <summary>What happens when a page goes. Argument: <see cref="GntallocUnmapNotify"/>. C: xen/gntalloc.h.</summary>
    public static readonly uint IOCTL_GNTALLOC_SET_UNMAP_NOTIFY = None('G', 7, sizeof(GntallocUnmapNotify));

    /// <summary>Makes a hypercall, whose result is the result. Argument: <see cref="PrivcmdHypercall"/>. C: xen/sys/privcmd.h.</summary>
    public static readonly uint IOCTL_PRIVCMD_HYPERCALL = None('P', 0, sizeof(PrivcmdHypercall));

    /// <summary>Puts frames of a domain into a mapping of the device. Argument: <see cref="PrivcmdMmapBatch"/>. C: xen/sys/privcmd.h.</summary>
    public static readonly uint IOCTL_PRIVCMD_MMAPBATCH_V2 = None('P', 4, sizeof(PrivcmdMmapBatch));

    /// <summary>A request without direction. C: <c>_IO</c>, or <c>_IOC(_IOC_NONE, …)</c> with a size.</summary>
    /// <param name="type">The driver's letter, 8 bits.</param>
    /// <param name="number">The request's number in that driver.</param>
    /// <param name="sizeBytes">Size in the number, 0 to 16383.</param>
    public static uint None(char type, byte number, int sizeBytes = 0) => Number(DirectionNone, type, number, sizeBytes);

    /// <summary>A request by which the kernel fills the argument. C: <c>_IOR</c>.</summary>
    /// <param name="type">The driver's letter, 8 bits.</param>
    /// <param name="number">The request's number in that driver.</param>
    /// <param name="sizeBytes">Size of the argument, 0 to 16383.</param>
    public static uint Read(char type, byte number, int sizeBytes) => Number(DirectionRead, type, number, sizeBytes);

    /// <summary>A request by which the kernel is told something. C: <c>_IOW</c>.</summary>
    /// <param name="type">The driver's letter, 8 bits.</param>
    /// <param name="number">The request's number in that driver.</param>
    /// <param name="sizeBytes">Size of the argument, 0 to 16383.</param>
    public static uint Write(char type, byte number, int sizeBytes) => Number(DirectionWrite, type, number, sizeBytes);

    /// <summary>A request that goes both ways. C: <c>_IOWR</c>.</summary>
    /// <param name="type">The driver's letter, 8 bits.</param>
    /// <param name="number">The request's number in that driver.</param>
    /// <param name="sizeBytes">Size of the argument, 0 to 16383.</param>
    public static uint ReadWrite(char type, byte number, int sizeBytes) => Number(DirectionRead | DirectionWrite, type, number, sizeBytes);

    private static uint Number(uint direction, char type, byte number, int sizeBytes)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)type, 1u << TypeBits);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)sizeBytes, 1u << SizeBits);
        return direction << DirectionShift | (uint)sizeBytes << SizeShift | (uint)type << TypeShift | number;
    }
}
