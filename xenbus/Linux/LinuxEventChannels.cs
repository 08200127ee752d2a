using System.Runtime.InteropServices;
using Xenbus.Domain;
using Xenbus.Linux.Interop;

namespace Xenbus.Linux;

/// <summary>Event channels by /dev/xen/evtchn.</summary>
/// <remarks>The file must not be closed after the domain was restored: its ports are other channels by then, or none, and the kernel trips over it.</remarks>
internal sealed unsafe class LinuxEventChannels : IEventChannels
{
    private const string Device = "event channels";

    private readonly Descriptor _file;

    /// <summary>Ports seen to be ours, for what has to be done after an overflow. An adopted file's are learnt when they are unmasked first.</summary>
    private readonly HashSet<uint> _ports = [];

    /// <summary>Takes over the device, opened with O_NONBLOCK.</summary>
    public LinuxEventChannels(Descriptor file) => _file = file;

    /// <inheritdoc/>
    public Descriptor File => _file;

    /// <inheritdoc/>
    public int PollDescriptor => _file.Number;

    /// <inheritdoc/>
    public EventChannelPort BindUnbound(DomainId remote)
    {
        EvtchnBindUnboundPort argument = new() { RemoteDomain = remote.Value };
        return Bound(Libc.Ioctl(_file.Number, Ioctl.IOCTL_EVTCHN_BIND_UNBOUND_PORT, &argument), $"a port for domain {remote}");
    }

    /// <inheritdoc/>
    public EventChannelPort BindInterdomain(DomainId remote, EventChannelPort remotePort)
    {
        EvtchnBindInterdomain argument = new() { RemoteDomain = remote.Value, RemotePort = remotePort.Value };
        return Bound(Libc.Ioctl(_file.Number, Ioctl.IOCTL_EVTCHN_BIND_INTERDOMAIN, &argument), $"port {remotePort} of domain {remote}");
    }

    /// <inheritdoc/>
    public bool Unbind(EventChannelPort port)
    {
        _ports.Remove(port.Value);
        EvtchnUnbind argument = new() { Port = port.Value };
        return Libc.Ioctl(_file.Number, Ioctl.IOCTL_EVTCHN_UNBIND, &argument) >= 0;
    }

    /// <inheritdoc/>
    /// <exception cref="XenException">It is not a port of this file.</exception>
    public void Notify(EventChannelPort port)
    {
        EvtchnNotify argument = new() { Port = port.Value };
        int result = Libc.Ioctl(_file.Number, Ioctl.IOCTL_EVTCHN_NOTIFY, &argument);
        if (result < 0)
        {
            throw new XenException("notify", $"port {port}", -result);
        }
    }

    /// <inheritdoc/>
    public int ReadPending(Span<EventChannelPort> ports)
    {
        int result = Libc.Read(_file.Number, MemoryMarshal.AsBytes(ports));
        return result switch
        {
            >= 0 => result / sizeof(EventChannelPort),
            -Errno.EAGAIN => 0,
            -Errno.EFBIG => Recover(ports),
            _ => throw new XenException("read", Device, -result),
        };
    }

    /// <inheritdoc/>
    public void Unmask(EventChannelPort port)
    {
        _ports.Add(port.Value);
        Libc.Write(_file.Number, MemoryMarshal.AsBytes(new ReadOnlySpan<EventChannelPort>(in port)));
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private EventChannelPort Bound(int result, string what)
    {
        if (result < 0)
        {
            throw new XenException("bind", what, -result, result == -Errno.EACCES ? "this file was restricted to another domain" : null);
        }

        _ports.Add((uint)result);
        return new((uint)result);
    }

    /// <summary>
    /// The kernel's buffer of pending ports overflowed, and which ports were lost is unknown: after emptying it each of ours counts as pending.
    /// The kernel has a place for every port, so this is a belt beside the braces.
    /// </summary>
    private int Recover(Span<EventChannelPort> ports)
    {
        Libc.Ioctl(_file.Number, Ioctl.IOCTL_EVTCHN_RESET, null);
        int count = 0;
        foreach (uint port in _ports)
        {
            if (count < ports.Length)
            {
                ports[count++] = new(port);
            }
        }

        return count;
    }
}
