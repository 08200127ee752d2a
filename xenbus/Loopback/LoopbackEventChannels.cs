using System.Runtime.InteropServices;
using Xenbus.Domain;
using Xenbus.Linux.Interop;

namespace Xenbus.Loopback;

/// <summary>Event channels made of eventfds: sending writes to the other domain's eventfd, nobody stands between.</summary>
/// <remarks>
/// An eventfd's counter is the port's pending bit. All of them are in one inner epoll with EPOLLONESHOT: an event that was taken disarms its
/// entry, which is the mask of the kernel's device, and <see cref="Unmask"/> arms it again; an event that came meanwhile is seen then.
/// </remarks>
internal sealed class LoopbackEventChannels : IEventChannels
{
    /// <summary>Ports taken from the kernel at once; more stay pending for the next call.</summary>
    private const int BatchSize = 32;

    private const int EpollAdd = 1, EpollRemove = 2, EpollModify = 3;
    private const uint Armed = (uint)PollEvents.POLLIN | PollEvents.EPOLLONESHOT;

    private readonly LoopbackConnection _connection;
    private readonly Descriptor _epoll = Descriptor.Own(Libc.EpollCreate(), "create", "epoll");
    private readonly Dictionary<uint, Port> _ports = [];
    private readonly EpollEvents _ready = new(BatchSize);

    /// <summary>Takes over a connection and learns the ports that the file has already.</summary>
    /// <exception cref="XenException">The hypervisor is gone or silent; the connection is closed then.</exception>
    public LoopbackEventChannels(LoopbackConnection connection)
    {
        _connection = connection;
        try
        {
            LearnPorts();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public Descriptor File => _connection.Socket;

    /// <inheritdoc/>
    public int PollDescriptor => _epoll.Number;

    /// <inheritdoc/>
    public EventChannelPort BindUnbound(DomainId remote) => Bind(LoopbackOperation.BindUnbound, remote, default);

    /// <inheritdoc/>
    public EventChannelPort BindInterdomain(DomainId remote, EventChannelPort remotePort) =>
        Bind(LoopbackOperation.BindInterdomain, remote, remotePort);

    /// <inheritdoc/>
    public bool Unbind(EventChannelPort port)
    {
        if (_ports.Remove(port.Value, out Port entry))
        {
            Close(entry);
        }

        return _connection.Request(LoopbackOperation.Unbind, port.Value, 0, 0).Status == 0;
    }

    /// <inheritdoc/>
    /// <exception cref="XenException">It is not a port of this file.</exception>
    public void Notify(EventChannelPort port)
    {
        if (!_ports.TryGetValue(port.Value, out Port entry))
        {
            throw new XenException("notify", $"port {port}", Errno.ENOTCONN);
        }

        // The only failure is a counter at its end, and then the port is pending already.
        ulong one = 1;
        Libc.Write(entry.Send.Number, MemoryMarshal.AsBytes(new ReadOnlySpan<ulong>(in one)));
    }

    /// <inheritdoc/>
    public int ReadPending(Span<EventChannelPort> ports)
    {
        int readyCount = Libc.EpollWait(_epoll.Number, _ready, ports.Length, 0);
        int count = 0;
        for (int i = 0; i < readyCount; i++)
        {
            uint port = (uint)_ready[i];
            Port entry = _ports[port];
            if (TakeEvent(entry.Receive))
            {
                ports[count++] = new(port);
            }
            else
            {
                // Another process that shares the file took it in between; the entry was disarmed for nothing.
                Arm(EpollModify, port, entry);
            }
        }

        return count;
    }

    /// <inheritdoc/>
    public void Unmask(EventChannelPort port)
    {
        // A number that is not ours is passed over, as the kernel's device does.
        if (_ports.TryGetValue(port.Value, out Port entry))
        {
            Arm(EpollModify, port.Value, entry);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Port entry in _ports.Values)
        {
            Close(entry);
        }

        _ports.Clear();
        _epoll.Dispose();
        _connection.Dispose();
    }

    private void LearnPorts()
    {
        Span<int> descriptors = stackalloc int[2 * LoopbackProtocol.MaxPortsPerReply];
        uint after = 0;
        while (true)
        {
            LoopbackAnswer answer = _connection.Request(LoopbackOperation.ListPorts, after, 0, 0, default, descriptors);
            if (answer.EntryCount == 0)
            {
                return;
            }

            _connection.RequireDescriptors(answer, descriptors, 2 * answer.EntryCount);

            for (int i = 0; i < answer.EntryCount; i++)
            {
                after = (uint)answer[i];
                Add(after, descriptors[2 * i], descriptors[2 * i + 1]);
            }
        }
    }

    private EventChannelPort Bind(LoopbackOperation operation, DomainId remote, EventChannelPort remotePort)
    {
        Span<int> descriptors = stackalloc int[2];
        LoopbackAnswer answer = _connection.Request(operation, remote.Value, remotePort.Value, 0, default, descriptors);
        if (answer.Status != 0)
        {
            string target = operation == LoopbackOperation.BindUnbound ? $"a port for domain {remote}" : $"port {remotePort} of domain {remote}";
            throw new XenException("bind", target, answer.Status);
        }

        _connection.RequireDescriptors(answer, descriptors, 2);
        Add((uint)answer.Value, descriptors[0], descriptors[1]);
        return new((uint)answer.Value);
    }

    private void Add(uint port, int receive, int send)
    {
        Port entry = new(new(receive), new(send));
        _ports.Add(port, entry);
        Arm(EpollAdd, port, entry);
    }

    private void Arm(int operation, uint port, Port entry) => Libc.EpollControl(_epoll.Number, operation, entry.Receive.Number, Armed, port);

    private void Close(Port entry)
    {
        // Closing does not remove it from the epoll: the hypervisor has a descriptor of the same eventfd.
        Libc.EpollControl(_epoll.Number, EpollRemove, entry.Receive.Number, 0, 0);
        entry.Receive.Dispose();
        entry.Send.Dispose();
    }

    private static bool TakeEvent(Descriptor eventFile)
    {
        ulong count = 0;
        return Libc.Read(eventFile.Number, MemoryMarshal.AsBytes(new Span<ulong>(ref count))) == sizeof(ulong);
    }

    private readonly record struct Port(Descriptor Receive, Descriptor Send);
}
