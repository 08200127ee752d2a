using Xenbus.Linux.Interop;

namespace Xenbus.Domain.Faults;

/// <summary>An event channel file of a <see cref="FaultyDomain"/>.</summary>
internal sealed class FaultyEventChannels(IEventChannels inner, FaultyDomain domain) : IEventChannels
{
    /// <inheritdoc/>
    public Descriptor File => inner.File;

    /// <inheritdoc/>
    public int PollDescriptor => inner.PollDescriptor;

    /// <inheritdoc/>
    public EventChannelPort BindUnbound(DomainId remote) =>
        domain.Call(DomainCall.BindPort, "bind", $"a port for domain {remote}", () => inner.BindUnbound(remote));

    /// <inheritdoc/>
    public EventChannelPort BindInterdomain(DomainId remote, EventChannelPort remotePort) =>
        domain.Call(DomainCall.BindPort, "bind", $"port {remotePort} of domain {remote}", () => inner.BindInterdomain(remote, remotePort));

    /// <inheritdoc/>
    public bool Unbind(EventChannelPort port)
    {
        if (domain.Before(DomainCall.UnbindPort) != 0)
        {
            return false;
        }

        bool isUnbound = inner.Unbind(port);
        domain.After(DomainCall.UnbindPort);
        return isUnbound;
    }

    /// <inheritdoc/>
    public void Notify(EventChannelPort port)
    {
        if (domain.Before(DomainCall.Notify) != 0)
        {
            return;
        }

        inner.Notify(port);
        domain.After(DomainCall.Notify);
    }

    /// <inheritdoc/>
    public int ReadPending(Span<EventChannelPort> ports)
    {
        domain.Before(DomainCall.ReadPending);
        int count = inner.ReadPending(ports);
        domain.After(DomainCall.ReadPending);
        return count;
    }

    /// <inheritdoc/>
    public void Unmask(EventChannelPort port)
    {
        domain.Before(DomainCall.Unmask);
        inner.Unmask(port);
        domain.After(DomainCall.Unmask);
    }

    /// <inheritdoc/>
    public void Dispose() => inner.Dispose();
}
