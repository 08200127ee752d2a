using Xenbus.Linux.Interop;

namespace Xenbus.Domain;

/// <summary>The seam between everything above and a domain's kernel: what a guest's userspace gets from Xen, and nothing more.</summary>
/// <remarks>
/// Implemented as equals by <c>LinuxDomain</c> (real Xen) and <c>LoopbackDomain</c> (no Xen). Each open file is
/// separate: its ports or pages live until the last descriptor of it is closed, in whichever process. So a descriptor that is kept elsewhere
/// (<see cref="IEventChannels.File"/>, <see cref="IGrantAllocator.File"/>) keeps them alive, and <c>Adopt…</c> takes one up again.
/// </remarks>
public interface IDomain
{
    /// <summary>For people: which domain this is and how it is reached.</summary>
    string Description { get; }

    /// <summary>Opens a byte channel to xenstore.</summary>
    /// <exception cref="XenException">The device is missing, forbidden, or xenstore is not connected; the message names the remedy.</exception>
    IXenstoreChannel OpenXenstore();

    /// <summary>Opens the event channel device.</summary>
    /// <exception cref="XenException">The device is missing or forbidden.</exception>
    IEventChannels OpenEventChannels();

    /// <summary>Takes up an event channel file that another process opened, with its ports.</summary>
    IEventChannels AdoptEventChannels(Descriptor file);

    /// <summary>Opens the grant allocator device.</summary>
    /// <exception cref="XenException">The device is missing or forbidden.</exception>
    IGrantAllocator OpenGrantAllocator();

    /// <summary>Takes up a grant allocator file that another process opened, with its pages.</summary>
    IGrantAllocator AdoptGrantAllocator(Descriptor file);

    /// <summary>Finds out whether an allocation leaves a reserve of grants to other drivers, and holds that reserve while the allocation is made.</summary>
    /// <remarks>
    /// In a file of its own, which the kernel closes should this process die. First the reserve is allocated, then as many pages as are needed, and
    /// the latter are freed again: so the allocation itself is only tried when there is room. What fails here fails once. That matters, because each failure
    /// for want of grants makes gntalloc count one page too few, and below zero it refuses everything: so after a failure one page stays allocated
    /// as long as this process lives.
    /// </remarks>
    /// <param name="peer">A domain that exists; it is not told.</param>
    /// <param name="reserve">At least 1.</param>
    /// <param name="needed">Pages of the allocation that is to be made, at least 1.</param>
    /// <returns>Lets the reserve go when it is disposed.</returns>
    /// <exception cref="XenException">There are not so many grants.</exception>
    IDisposable HoldReserve(DomainId peer, int reserve, int needed);

    /// <summary>Finds the frame numbers under which a backend can map our pages.</summary>
    /// <param name="pages">Mapped pages of this domain's grant allocator.</param>
    /// <param name="frames">One for each page, filled.</param>
    /// <exception cref="XenException">They cannot be found here; a wrong number would let the backend write into another page, so none is guessed.</exception>
    void ResolveFrames(SharedPages pages, Span<GuestFrame> frames);

    /// <summary>The kernel driver that holds a device, or null when it is free for us.</summary>
    /// <param name="type">Device type, as in <c>vfb</c>.</param>
    /// <param name="id">Device number.</param>
    KernelDriver? KernelDriverOf(string type, int id);

    /// <summary>Finds out whether <see cref="UnbindKernelDriver"/> would be refused, while nothing has been changed yet.</summary>
    /// <param name="type">Device type.</param>
    /// <param name="id">Device number.</param>
    /// <exception cref="XenException">It would; the message says why.</exception>
    void CheckUnbind(string type, int id);

    /// <summary>Makes the kernel driver let go of a device. It frees its pages at once, so the backend must have let go of them before.</summary>
    /// <param name="type">Device type.</param>
    /// <param name="id">Device number.</param>
    /// <exception cref="XenException">Refused. That no driver holds the device is not an error.</exception>
    void UnbindKernelDriver(string type, int id);
}
