using System.Text;
using Xenbus.Linux.Interop;

namespace XenFbFront.Holder;

/// <summary>Messages between holder and worker: one byte of kind, then a name, at most one descriptor, each in one SOCK_SEQPACKET message.</summary>
/// <remarks>A message arrives whole or not at all, also when its sender is killed.</remarks>
internal static class HolderProtocol
{
    /// <summary>Number of the socket in the worker.</summary>
    public const int WorkerDescriptor = 3;

    /// <summary>Longest name of a kept descriptor, bytes.</summary>
    public const int MaxNameBytes = 200;

    /// <summary>Worker to holder: keep this descriptor under this name.</summary>
    public const byte Keep = (byte)'K';

    /// <summary>Worker to holder: close what is kept under this name.</summary>
    public const byte Drop = (byte)'D';

    /// <summary>Worker to holder, and holder to the process that keeps files: this one must never be closed.</summary>
    public const byte KeepForEver = (byte)'E';

    /// <summary>Worker to holder: it is at work, so if it dies now the reason is not how it starts.</summary>
    public const byte Ready = (byte)'R';

    /// <summary>Holder to worker, at its start: this is kept.</summary>
    public const byte Kept = (byte)'F';

    /// <summary>Holder to worker: that was all, begin.</summary>
    public const byte Begin = (byte)'G';

    /// <summary>Holder to worker: close the devices in order and end.</summary>
    public const byte Stop = (byte)'S';

    /// <summary>Sends one message. A socket buffer holds hundreds of them and the other side reads at once, so it is never waited for long.</summary>
    /// <returns>0 or a negated errno.</returns>
    public static int Send(Descriptor socket, byte kind, string name = "", Descriptor? passed = null)
    {
        Span<byte> message = stackalloc byte[1 + MaxNameBytes];
        message[0] = kind;
        int length = 1 + Encoding.UTF8.GetBytes(name, message[1..]);
        int result = passed is null
            ? Libc.Send(socket.Number, message[..length])
            : Libc.Send(socket.Number, message[..length], [passed.Number]);
        return Math.Min(result, 0);
    }

    /// <summary>Receives one message.</summary>
    /// <param name="socket">Our end.</param>
    /// <param name="kind">Its kind; 0 when none came.</param>
    /// <param name="name">Its name.</param>
    /// <param name="passed">Its descriptor, the caller's, or null.</param>
    /// <param name="wait">Whether to wait for one.</param>
    /// <returns>Positive when one came, 0 when the other side is gone, else a negated errno (EAGAIN: none now).</returns>
    public static int Receive(Descriptor socket, out byte kind, out string name, out Descriptor? passed, bool wait)
    {
        Span<byte> message = stackalloc byte[1 + MaxNameBytes];
        Span<int> descriptors = stackalloc int[1];
        int length = Libc.Receive(socket.Number, message, descriptors, out int count, wait);
        passed = count > 0 ? new Descriptor(descriptors[0]) : null;
        kind = length > 0 ? message[0] : (byte)0;
        name = length > 1 ? Encoding.UTF8.GetString(message[1..length]) : string.Empty;
        return length;
    }
}
