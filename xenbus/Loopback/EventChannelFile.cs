using Xenbus.Domain;
using Xenbus.Linux.Interop;

namespace Xenbus.Loopback;

/// <summary>An open event channel file and its ports.</summary>
internal sealed class EventChannelFile(Hypervisor hypervisor, DomainId domain, Descriptor socket)
    : RequestFile(hypervisor, domain, LoopbackFileKind.EventChannels, socket)
{
    private readonly SortedDictionary<uint, ChannelEnd> _ends = [];

    /// <summary>Ports from before a restore: the kernel's driver still lists them, the kernel does not know them any more.</summary>
    private readonly HashSet<uint> _outlived = [];

    /// <inheritdoc/>
    public override void Restored(DomainId domain)
    {
        foreach (ChannelEnd end in _ends.Values)
        {
            Hypervisor.EventChannels.Close(end);
            _outlived.Add(end.Port);
        }

        _ends.Clear();
        base.Restored(domain);
    }

    /// <summary>The guest ends, and its kernel with it.</summary>
    public void ForgetOutlived() => _outlived.Clear();

    /// <inheritdoc/>
    protected override int Handle(LoopbackRequest request, RequestList list, ReplyBuilder reply)
    {
        switch (request.Operation)
        {
            case LoopbackOperation.BindUnbound when request.First <= ushort.MaxValue:
                Add(Hypervisor.EventChannels.BindUnbound(Domain, new((ushort)request.First)), reply);
                return 0;
            case LoopbackOperation.BindInterdomain when request.First <= ushort.MaxValue:
                int error = Hypervisor.EventChannels.BindInterdomain(Domain, new((ushort)request.First), request.Second, out ChannelEnd? bound);
                if (bound is not null)
                {
                    Add(bound, reply);
                }

                return error;
            case LoopbackOperation.Unbind when _outlived.Remove(request.First):
                Hypervisor.CountKernelBug($"port {request.First} of before a restore was unbound");
                return Errno.EINVAL;
            case LoopbackOperation.Unbind:
                if (!_ends.Remove(request.First, out ChannelEnd? end))
                {
                    return Errno.ENOTCONN;
                }

                Hypervisor.EventChannels.Close(end);
                return 0;
            case LoopbackOperation.ListPorts:
                ListPorts(request.First, reply);
                return 0;
            default:
                return Errno.ENOSYS;
        }
    }

    /// <inheritdoc/>
    protected override void Release()
    {
        foreach (ChannelEnd end in _ends.Values)
        {
            Hypervisor.EventChannels.Close(end);
        }

        _ends.Clear();
        if (_outlived.Count > 0)
        {
            Hypervisor.CountKernelBug("an event channel file with ports of before a restore was closed");
        }
    }

    private void Add(ChannelEnd end, ReplyBuilder reply)
    {
        if (_outlived.Contains(end.Port))
        {
            // The tree of evtchn.c has the number already; its way out of that damages the tree.
            Hypervisor.CountKernelBug($"a port was bound on a file that has another port {end.Port} of before a restore");
        }

        _ends.Add(end.Port, end);
        reply.Value = end.Port;
        reply.Pass(end.Receive);
        reply.Pass(end.Send);
    }

    private void ListPorts(uint after, ReplyBuilder reply)
    {
        int count = 0;
        foreach ((uint port, ChannelEnd end) in _ends)
        {
            if (port > after && count < LoopbackProtocol.MaxPortsPerReply)
            {
                reply.Add(port);
                reply.Pass(end.Receive);
                reply.Pass(end.Send);
                count++;
            }
        }
    }
}
