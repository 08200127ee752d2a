namespace Xenbus.Domain.Faults;

/// <summary>Calls through the seam, each of which can be made to fail.</summary>
public enum DomainCall
{
    /// <summary><see cref="IDomain.OpenXenstore"/>.</summary>
    OpenXenstore,

    /// <summary><see cref="IDomain.OpenEventChannels"/>.</summary>
    OpenEventChannels,

    /// <summary><see cref="IDomain.AdoptEventChannels"/>.</summary>
    AdoptEventChannels,

    /// <summary><see cref="IDomain.OpenGrantAllocator"/>.</summary>
    OpenGrantAllocator,

    /// <summary><see cref="IDomain.AdoptGrantAllocator"/>.</summary>
    AdoptGrantAllocator,

    /// <summary><see cref="IDomain.HoldReserve"/>.</summary>
    HoldReserve,

    /// <summary><see cref="IDomain.ResolveFrames"/>.</summary>
    ResolveFrames,

    /// <summary><see cref="IDomain.CheckUnbind"/>.</summary>
    CheckUnbind,

    /// <summary><see cref="IDomain.UnbindKernelDriver"/>.</summary>
    UnbindKernelDriver,

    /// <summary><see cref="IXenstoreChannel.Write"/>, one request.</summary>
    XenstoreRequest,

    /// <summary><see cref="IEventChannels.BindUnbound"/> and <see cref="IEventChannels.BindInterdomain"/>.</summary>
    BindPort,

    /// <summary><see cref="IEventChannels.Unbind"/>, which fails by returning false.</summary>
    UnbindPort,

    /// <summary><see cref="IEventChannels.Notify"/>, which fails by the event being lost.</summary>
    Notify,

    /// <summary><see cref="IEventChannels.ReadPending"/>, which cannot fail.</summary>
    ReadPending,

    /// <summary><see cref="IEventChannels.Unmask"/>, which cannot fail.</summary>
    Unmask,

    /// <summary><see cref="IGrantAllocator.Allocate"/>.</summary>
    AllocatePages,

    /// <summary><c>IGrantAllocator.Map</c>, either of them.</summary>
    MapPages,

    /// <summary><see cref="IGrantAllocator.Free"/>, which fails by returning false.</summary>
    FreePages,
}
