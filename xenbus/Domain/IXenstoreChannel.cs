namespace Xenbus.Domain;

/// <summary>A byte stream of xenstore messages, as <c>/dev/xen/xenbus</c> or xenstored's socket gives it.</summary>
public interface IXenstoreChannel : IDisposable
{
    /// <summary>Readable when a reply or an event is there; for the event loop. Never wait for it to be writable: the device does not report that.</summary>
    int Descriptor { get; }

    /// <summary>Whether paths without a leading slash are understood (relative to the domain's own directory).</summary>
    bool AllowsRelativePaths { get; }

    /// <summary>Largest payload of one message, bytes: 4080 through the kernel's device, 4096 on a socket.</summary>
    int MaxPayloadBytes { get; }

    /// <summary>Writes one whole message.</summary>
    /// <returns>0, or the errno: the kernel answers a WATCH that xenstored refused in this way, without a reply message.</returns>
    int Write(ReadOnlySpan<byte> message);

    /// <summary>Reads what is there, possibly less than a message or several.</summary>
    /// <returns>Bytes read; 0 when nothing is there now.</returns>
    /// <exception cref="XenException">The channel is closed or broken.</exception>
    int Read(Span<byte> buffer);

    /// <summary>Waits until <see cref="Read"/> may give something.</summary>
    /// <returns>False when the time is over.</returns>
    bool WaitReadable(TimeSpan timeout);
}
