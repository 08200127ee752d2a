using System.Buffers.Binary;
using Xenbus.Linux.Interop;

namespace Xenbus.Loopback;

/// <summary>The client's end of a file that answers requests.</summary>
/// <remarks>
/// The descriptor may come from a process that was killed while it waited for a reply: that reply is still in the socket. Requests carry a
/// number that starts anywhere, and replies to other numbers are thrown away with their descriptors.
/// </remarks>
internal sealed class LoopbackConnection : IDisposable
{
    /// <summary>Replies to others that are skipped before giving up; a killed process leaves at most one.</summary>
    private const int MaxStaleReplies = 16;

    private readonly string _target;
    private readonly Func<bool>? _pump;
    private readonly byte[] _buffer = new byte[LoopbackProtocol.MaxBytes];
    private uint _lastId = (uint)Random.Shared.Next();

    /// <summary>Takes over a socket.</summary>
    /// <param name="socket">SOCK_SEQPACKET, connected to the hypervisor.</param>
    /// <param name="target">For messages: which file.</param>
    /// <param name="pump">See <see cref="LoopbackWait"/>.</param>
    public LoopbackConnection(Descriptor socket, string target, Func<bool>? pump)
    {
        Socket = socket;
        _target = target;
        _pump = pump;
    }

    /// <summary>The open file.</summary>
    public Descriptor Socket { get; }

    /// <summary>Asks and waits for the answer.</summary>
    /// <param name="operation">Which.</param>
    /// <param name="first">As the operation defines.</param>
    /// <param name="second">As the operation defines.</param>
    /// <param name="index">As the operation defines.</param>
    /// <param name="entries">List sent along, at most <see cref="LoopbackProtocol.MaxEntries"/>.</param>
    /// <param name="descriptors">Gets the descriptors that come with the reply; they become the caller's.</param>
    /// <exception cref="XenException">The hypervisor is gone or silent.</exception>
    public LoopbackAnswer Request(
        LoopbackOperation operation,
        uint first,
        uint second,
        ulong index,
        ReadOnlySpan<ulong> entries = default,
        Span<int> descriptors = default)
    {
        uint id = ++_lastId;
        new LoopbackRequest(id, operation, first, second, index).Write(_buffer);
        for (int i = 0; i < entries.Length; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(_buffer.AsSpan(LoopbackProtocol.HeadBytes + i * sizeof(ulong)), entries[i]);
        }

        Send(_buffer.AsSpan(0, LoopbackProtocol.HeadBytes + entries.Length * sizeof(ulong)));
        for (int skipped = 0; skipped < MaxStaleReplies; skipped++)
        {
            int length = Receive(descriptors, out int descriptorCount);
            if (length >= LoopbackProtocol.HeadBytes)
            {
                LoopbackReply reply = LoopbackReply.Read(_buffer);
                if (reply.Id == id)
                {
                    return new(reply, _buffer.AsSpan(LoopbackProtocol.HeadBytes, length - LoopbackProtocol.HeadBytes), descriptorCount);
                }
            }

            foreach (int descriptor in descriptors[..descriptorCount])
            {
                Libc.Close(descriptor);
            }
        }

        throw new XenException("use", _target, Errno.EIO, "the loopback hypervisor answers other requests than ours");
    }

    /// <summary>Checks that the descriptors of a reply have come: the kernel drops them when this process may not have more.</summary>
    /// <exception cref="XenException">Some are missing; the others are closed.</exception>
    public void RequireDescriptors(LoopbackAnswer answer, ReadOnlySpan<int> descriptors, int count)
    {
        if (answer.DescriptorCount < count)
        {
            foreach (int descriptor in descriptors[..answer.DescriptorCount])
            {
                Libc.Close(descriptor);
            }

            throw new XenException("receive", $"descriptors from {_target}", Errno.ENOMEM, "raise the limit of open files of this process");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Socket.Dispose();

    private void Send(ReadOnlySpan<byte> message)
    {
        long deadline = Environment.TickCount64 + LoopbackProtocol.DeadlineMs;
        while (true)
        {
            int result = Libc.Send(Socket.Number, message, wait: false);
            if (result >= 0)
            {
                return;
            }

            AwaitOrThrow(result, PollEvents.POLLOUT, deadline);
        }
    }

    private int Receive(Span<int> descriptors, out int descriptorCount)
    {
        long deadline = Environment.TickCount64 + LoopbackProtocol.DeadlineMs;
        while (true)
        {
            int result = Libc.Receive(Socket.Number, _buffer, descriptors, out descriptorCount, wait: false);
            if (result > 0)
            {
                return result;
            }

            AwaitOrThrow(result == 0 ? -Errno.EPIPE : result, PollEvents.POLLIN, deadline);
        }
    }

    private void AwaitOrThrow(int result, short events, long deadline)
    {
        if (result != -Errno.EAGAIN)
        {
            throw new XenException("use", _target, -result, "the loopback hypervisor has stopped, or closed this file for a reason that is in its log");
        }

        int leftMs = (int)Math.Max(0, deadline - Environment.TickCount64);
        if (!LoopbackWait.For(Socket, events, leftMs, _pump))
        {
            throw new XenException("use", _target, Errno.ETIMEDOUT, $"the loopback hypervisor did not answer within {LoopbackProtocol.DeadlineMs / 1000} s");
        }
    }
}

/// <summary>A reply; its list is valid until the next request.</summary>
/// <param name="reply">The head.</param>
/// <param name="list">The list, 8 bytes a number.</param>
/// <param name="descriptorCount">Descriptors that came along.</param>
internal readonly ref struct LoopbackAnswer(LoopbackReply reply, ReadOnlySpan<byte> list, int descriptorCount)
{
    private readonly ReadOnlySpan<byte> _list = list;

    /// <summary>0 or an errno.</summary>
    public int Status => reply.Status;

    /// <summary>As the operation defines.</summary>
    public uint Count => reply.Count;

    /// <summary>As the operation defines.</summary>
    public ulong Value => reply.Value;

    /// <summary>Descriptors that came along.</summary>
    public int DescriptorCount => descriptorCount;

    /// <summary>Numbers in the list.</summary>
    public int EntryCount => _list.Length / sizeof(ulong);

    /// <summary>A number of the list.</summary>
    public ulong this[int entry] => BinaryPrimitives.ReadUInt64LittleEndian(_list[(entry * sizeof(ulong))..]);
}
