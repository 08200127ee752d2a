using Xenbus.Domain;
using Xenbus.Linux.Interop;

namespace Xenbus.Loopback;

/// <summary>An open event channel file and its ports.</summary>
internal sealed class EventChannelFile(Hypervisor hypervisor, DomainId domain, Descriptor socket)
    : RequestFile(hypervisor, domain, LoopbackFileKind.EventChannels, socket)
{
    private readonly SortedDictionary<uint, ChannelEnd> _ends = [];

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
    }

    private void Add(ChannelEnd end, ReplyBuilder reply)
    {
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
