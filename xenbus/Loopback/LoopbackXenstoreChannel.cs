using Xenbus.Domain;
using Xenbus.Linux.Interop;
using Xenbus.Wire;

namespace Xenbus.Loopback;

/// <summary>The client's end of a xenstore file.</summary>
/// <remarks>
/// One difference to the kernel's device remains: a WATCH that xenstored refuses is answered by an ERROR message, not by the errno of the write,
/// because the answer comes over a socket later. Clients that live with both work everywhere.
/// </remarks>
internal sealed class LoopbackXenstoreChannel : IXenstoreChannel
{
    private readonly Descriptor _socket;
    private readonly string _target;
    private readonly Func<bool>? _pump;

    /// <summary>Takes over a socket.</summary>
    /// <param name="socket">SOCK_STREAM, connected to the hypervisor.</param>
    /// <param name="target">For messages: which file.</param>
    /// <param name="isGuest">Whether it behaves as the kernel's device does, or as xenstored's own socket.</param>
    /// <param name="pump">See <see cref="LoopbackWait"/>.</param>
    public LoopbackXenstoreChannel(Descriptor socket, string target, bool isGuest, Func<bool>? pump)
    {
        _socket = socket;
        _target = target;
        _pump = pump;
        AllowsRelativePaths = isGuest;
        // The kernel collects header and payload in one buffer of 4096 bytes.
        MaxPayloadBytes = isGuest ? XenstoreHeader.MaxPayloadBytes - XenstoreHeader.Bytes : XenstoreHeader.MaxPayloadBytes;
    }

    /// <inheritdoc/>
    public int Descriptor => _socket.Number;

    /// <inheritdoc/>
    public bool AllowsRelativePaths { get; }

    /// <inheritdoc/>
    public int MaxPayloadBytes { get; }

    /// <inheritdoc/>
    public int Write(ReadOnlySpan<byte> message)
    {
        if (message.Length > XenstoreHeader.Bytes + MaxPayloadBytes)
        {
            return Errno.E2BIG;
        }

        long deadline = Environment.TickCount64 + LoopbackProtocol.DeadlineMs;
        while (!message.IsEmpty)
        {
            int result = Libc.Send(_socket.Number, message, wait: false);
            if (result >= 0)
            {
                message = message[result..];
                continue;
            }

            int leftMs = (int)Math.Max(0, deadline - Environment.TickCount64);
            if (result != -Errno.EAGAIN)
            {
                return -result;
            }

            if (!LoopbackWait.For(_socket, PollEvents.POLLOUT, leftMs, _pump))
            {
                throw new XenException("write", _target, Errno.ETIMEDOUT, $"the loopback hypervisor took nothing for {LoopbackProtocol.DeadlineMs / 1000} s");
            }
        }

        return 0;
    }

    /// <inheritdoc/>
    public int Read(Span<byte> buffer)
    {
        int result = Libc.Receive(_socket.Number, buffer, default, out _, wait: false);
        return result switch
        {
            > 0 => result,
            -Errno.EAGAIN => 0,
            _ => throw new XenException(
                "read", _target, result == 0 ? Errno.EPIPE : -result, "the loopback hypervisor has stopped, or closed this file for a reason that is in its log"),
        };
    }

    /// <inheritdoc/>
    /// <remarks>When the hypervisor runs on this thread only, it runs now, and nothing is waited for: no time would bring an answer.</remarks>
    public bool WaitReadable(TimeSpan timeout)
    {
        int timeoutMs = timeout == Timeout.InfiniteTimeSpan ? -1 : (int)Math.Clamp(Math.Ceiling(timeout.TotalMilliseconds), 0, int.MaxValue);
        return LoopbackWait.For(_socket, PollEvents.POLLIN, timeoutMs, _pump);
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();
}
