using System.Text;
using Xenbus.Linux.Interop;

namespace XenFbFront.Holder;

/// <summary>What the program's processes send each other: one byte of kind, a text, at most one descriptor, in one message of a SOCK_SEQPACKET socket.</summary>
/// <remarks>A message arrives whole or not at all, also when its sender is killed.</remarks>
internal static class Packets
{
    /// <summary>Longest text, bytes of UTF-8.</summary>
    public const int MaxTextBytes = 4096;

    /// <summary>Sends one message.</summary>
    /// <param name="socket">Our end.</param>
    /// <param name="kind">Its kind.</param>
    /// <param name="text">At most <see cref="MaxTextBytes"/>.</param>
    /// <param name="passed">Stays the caller's.</param>
    /// <param name="wait">Whether to wait for room in the socket's buffer, which has room for dozens.</param>
    /// <returns>0 or a negated errno.</returns>
    public static int Send(Descriptor socket, byte kind, string text = "", Descriptor? passed = null, bool wait = true)
    {
        Span<byte> message = stackalloc byte[1 + MaxTextBytes];
        message[0] = kind;
        int length = 1 + Encoding.UTF8.GetBytes(text, message[1..]);
        int result = passed is null
            ? Libc.Send(socket.Number, message[..length], default, wait)
            : Libc.Send(socket.Number, message[..length], [passed.Number], wait);
        return Math.Min(result, 0);
    }

    /// <summary>Receives one message.</summary>
    /// <param name="socket">Our end.</param>
    /// <param name="kind">Its kind; 0 when none came.</param>
    /// <param name="text">Its text.</param>
    /// <param name="passed">Its descriptor, the caller's, or null.</param>
    /// <param name="wait">Whether to wait for one.</param>
    /// <returns>Positive when one came, 0 when the other side is gone, else a negated errno (EAGAIN: none now).</returns>
    public static int Receive(Descriptor socket, out byte kind, out string text, out Descriptor? passed, bool wait)
    {
        Span<byte> message = stackalloc byte[1 + MaxTextBytes];
        Span<int> descriptors = stackalloc int[1];
        int length = Libc.Receive(socket.Number, message, descriptors, out int count, wait);
        passed = count > 0 ? new Descriptor(descriptors[0]) : null;
        kind = length > 0 ? message[0] : (byte)0;
        text = length > 1 ? Encoding.UTF8.GetString(message[1..length]) : string.Empty;
        return length;
    }
}
