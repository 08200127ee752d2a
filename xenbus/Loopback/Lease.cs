using Xenbus.Linux.Interop;
using Xenbus.Loop;

namespace Xenbus.Loopback;

/// <summary>Tells the hypervisor when a mapping in a client is gone: the client keeps one end of a socket pair as long as it maps.</summary>
/// <remarks>A message at unmapping would be missing when the client is killed; the kernel closes the socket in every case.</remarks>
internal sealed class Lease : IDisposable
{
    private readonly Descriptor _socket;
    private readonly LoopWatch _watch;

    /// <summary>Makes a pair.</summary>
    /// <param name="loop">Where the end is noticed.</param>
    /// <param name="ended">Called once, when the client's last descriptor is closed.</param>
    /// <param name="clientEnd">For the client.</param>
    /// <exception cref="XenException">No descriptor is left.</exception>
    public Lease(EventLoop loop, Action<Lease> ended, out Descriptor clientEnd)
    {
        int result = Libc.SocketPair(Libc.SequencedPacket, out int ours, out int theirs);
        _socket = Descriptor.Own(result < 0 ? result : ours, "create", "a lease");
        clientEnd = new(theirs);
        _watch = loop.Watch(ours, LoopInterest.Readable, () =>
        {
            // A client that writes to it ends it by that: there is nothing to say here.
            Dispose();
            ended(this);
        });
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _watch.Dispose();
        _socket.Dispose();
    }
}
