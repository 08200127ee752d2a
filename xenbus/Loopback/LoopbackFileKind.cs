namespace Xenbus.Loopback;

/// <summary>The device files that a domain has.</summary>
public enum LoopbackFileKind
{
    /// <summary>Bytes of xenstore messages; <c>/dev/xen/xenbus</c> of a guest, xenstored's socket of domain 0.</summary>
    Xenstore,

    /// <summary>Event channels; <c>/dev/xen/evtchn</c>.</summary>
    EventChannels,

    /// <summary>Granted pages; <c>/dev/xen/gntalloc</c>.</summary>
    GrantAllocator,

    /// <summary>Pages of other domains, for domain 0 only; <c>/dev/xen/privcmd</c> and <c>/dev/xen/gntdev</c> together.</summary>
    ForeignMemory,

    /// <summary>Which devices kernel drivers hold; sysfs of a guest.</summary>
    Bus,
}
