using System.Runtime.InteropServices;
using Xenbus.Domain;
using Xenbus.Linux.Interop;

namespace Xenbus.Loopback;

/// <summary>All event channels: which port is whose, and which two belong together.</summary>
/// <remarks>
/// A channel is two eventfds, one for each side to receive on. The side that closes leaves the other one unbound, as in Xen: what that side sends
/// goes into an eventfd that nobody reads, and a port that is bound to it later gets the empty side, emptied.
/// </remarks>
/// <param name="random">Decides the number of each domain's first port.</param>
internal sealed class EventChannelTable(Random random)
{
    /// <summary>Ports of a domain. C: EVTCHN_2L_NR_CHANNELS is 4096; a guest of ours needs a handful.</summary>
    private const int MaxPorts = 1024;

    private readonly Dictionary<(DomainId Domain, uint Port), ChannelEnd> _ends = [];
    private readonly Dictionary<DomainId, uint> _firstPorts = [];

    /// <summary>Ports that exist.</summary>
    public int Count => _ends.Count;

    /// <summary>A new port that the remote domain may bind to.</summary>
    /// <exception cref="XenException">No port or descriptor is left.</exception>
    public ChannelEnd BindUnbound(DomainId domain, DomainId remote)
    {
        uint port = FreePort(domain);
        Descriptor first = Descriptor.Own(Libc.EventFile(), "create", "eventfd");
        int second = Libc.EventFile();
        if (second < 0)
        {
            first.Dispose();
        }

        Channel channel = new(first, Descriptor.Own(second, "create", "eventfd"));
        return Add(new(domain, port, remote, channel, 0));
    }

    /// <summary>A new port bound to a port of another domain, pending at once.</summary>
    /// <returns>0 or an errno.</returns>
    public int BindInterdomain(DomainId domain, DomainId remote, uint remotePort, out ChannelEnd? end)
    {
        end = null;
        if (!_ends.TryGetValue((remote, remotePort), out ChannelEnd? other) || other.Remote != domain || other.Channel.Ends[1 - other.Side] is not null)
        {
            return Errno.EINVAL;
        }

        end = Add(new(domain, FreePort(domain), remote, other.Channel, 1 - other.Side));
        // What was sent while nobody was bound, or meant for a former peer, is not for the new port.
        ulong count = 0;
        Libc.Read(end.Receive.Number, MemoryMarshal.AsBytes(new Span<ulong>(ref count)));
        ulong one = 1;
        Libc.Write(end.Receive.Number, MemoryMarshal.AsBytes(new ReadOnlySpan<ulong>(in one)));
        return 0;
    }

    /// <summary>Closes a port.</summary>
    public void Close(ChannelEnd end)
    {
        _ends.Remove((end.Domain, end.Port));
        end.Channel.Ends[end.Side] = null;
        if (end.Channel.Ends[1 - end.Side] is null)
        {
            end.Channel.Dispose();
        }
    }

    private ChannelEnd Add(ChannelEnd end)
    {
        end.Channel.Ends[end.Side] = end;
        _ends.Add((end.Domain, end.Port), end);
        return end;
    }

    private uint FreePort(DomainId domain)
    {
        // A kernel has some ports of its own before ours, a different number in each domain.
        if (!_firstPorts.TryGetValue(domain, out uint first))
        {
            first = (uint)random.Next(3, 40);
            _firstPorts.Add(domain, first);
        }

        for (uint port = first; port < first + MaxPorts; port++)
        {
            if (!_ends.ContainsKey((domain, port)))
            {
                return port;
            }
        }

        throw new XenException("bind", "an event channel port", Errno.ENOSPC);
    }

    /// <summary>Two eventfds; side s receives on number s.</summary>
    internal sealed class Channel(Descriptor first, Descriptor second) : IDisposable
    {
        /// <summary>Who receives on which; null when a side is free.</summary>
        public ChannelEnd?[] Ends { get; } = new ChannelEnd?[2];

        /// <summary>The eventfd that a side receives on.</summary>
        public Descriptor ReceiveOf(int side) => side == 0 ? first : second;

        /// <inheritdoc/>
        public void Dispose()
        {
            first.Dispose();
            second.Dispose();
        }
    }
}

/// <summary>A port.</summary>
/// <param name="Domain">Whose.</param>
/// <param name="Port">Its number.</param>
/// <param name="Remote">Who is, or may be, at the other end.</param>
/// <param name="Channel">The channel.</param>
/// <param name="Side">0 or 1.</param>
internal sealed record ChannelEnd(DomainId Domain, uint Port, DomainId Remote, EventChannelTable.Channel Channel, int Side)
{
    /// <summary>The eventfd whose counter is the pending bit.</summary>
    public Descriptor Receive => Channel.ReceiveOf(Side);

    /// <summary>The eventfd that sending writes to.</summary>
    public Descriptor Send => Channel.ReceiveOf(1 - Side);
}
