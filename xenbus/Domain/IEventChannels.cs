using Xenbus.Linux.Interop;

namespace Xenbus.Domain;

/// <summary>One open event channel file (<c>/dev/xen/evtchn</c>) with its ports.</summary>
/// <remarks>
/// A port that <see cref="ReadPending"/> returned is masked until <see cref="Unmask"/>: work first, unmask after, look at the ring once more.
/// Disposing closes this descriptor only; the ports go when the last descriptor of the file is closed.
/// </remarks>
public interface IEventChannels : IDisposable
{
    /// <summary>The open file, to be kept by a holder.</summary>
    Descriptor File { get; }

    /// <summary>Readable while a port is pending and unmasked; for the event loop.</summary>
    int PollDescriptor { get; }

    /// <summary>A new port that the remote domain may bind to.</summary>
    /// <exception cref="XenException">No port is left, or binding is forbidden.</exception>
    EventChannelPort BindUnbound(DomainId remote);

    /// <summary>A new port bound to a port of another domain; it is pending at once. For backends.</summary>
    /// <exception cref="XenException">The remote port does not exist or was not made for us.</exception>
    EventChannelPort BindInterdomain(DomainId remote, EventChannelPort remotePort);

    /// <summary>Closes a port.</summary>
    /// <returns>False when it is not a port of this file.</returns>
    bool Unbind(EventChannelPort port);

    /// <summary>Sends an event; nothing happens when nobody is bound at the other end.</summary>
    void Notify(EventChannelPort port);

    /// <summary>Takes the ports that are pending, each of which is masked by it.</summary>
    /// <returns>How many were put into <paramref name="ports"/>; 0 when none is pending.</returns>
    int ReadPending(Span<EventChannelPort> ports);

    /// <summary>Lets a port become pending again.</summary>
    void Unmask(EventChannelPort port);
}
