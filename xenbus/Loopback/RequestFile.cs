using System.Buffers.Binary;
using Xenbus.Domain;
using Xenbus.Linux.Interop;

namespace Xenbus.Loopback;

/// <summary>A file that answers requests one by one.</summary>
internal abstract class RequestFile(Hypervisor hypervisor, DomainId domain, LoopbackFileKind kind, Descriptor socket)
    : HypervisorFile(hypervisor, domain, kind, socket)
{
    /// <summary>Requests served before other files get their turn.</summary>
    private const int MaxRequestsPerTurn = 16;

    /// <inheritdoc/>
    protected sealed override void OnReady()
    {
        // One byte more than the largest request, so that a larger one shows.
        byte[] buffer = Hypervisor.RequestBuffer;
        for (int served = 0; served < MaxRequestsPerTurn && !IsClosed; served++)
        {
            int length = Libc.Receive(Socket.Number, buffer, default, out _, wait: false);
            if (length == -Errno.EAGAIN)
            {
                return;
            }

            if (length <= 0)
            {
                Hypervisor.Close(this, null);
                return;
            }

            if (length is < LoopbackProtocol.HeadBytes or > LoopbackProtocol.MaxBytes || (length - LoopbackProtocol.HeadBytes) % sizeof(ulong) != 0)
            {
                Hypervisor.Close(this, $"a request of {length} bytes");
                return;
            }

            Answer(LoopbackRequest.Read(buffer), new(buffer.AsSpan(LoopbackProtocol.HeadBytes, length - LoopbackProtocol.HeadBytes)));
        }
    }

    /// <summary>Does what is asked.</summary>
    /// <returns>0 or an errno.</returns>
    /// <exception cref="XenException">The machine has no room; its errno is answered.</exception>
    protected abstract int Handle(LoopbackRequest request, RequestList list, ReplyBuilder reply);

    private void Answer(LoopbackRequest request, RequestList list)
    {
        ReplyBuilder reply = Hypervisor.Reply;
        int status;
        try
        {
            status = Handle(request, list, reply);
        }
        catch (XenException exception)
        {
            Hypervisor.Log($"{Kind} of domain {Domain}: {exception.Message}");
            status = exception.ErrorNumber == 0 ? Errno.EIO : exception.ErrorNumber;
        }

        int result = reply.Send(Socket, request.Id, status);
        reply.Clear();
        if (result < 0)
        {
            Hypervisor.Close(this, result == -Errno.EPIPE ? null : $"it does not take its replies ({Errno.Text(-result)})");
        }
    }
}

/// <summary>The list of a request.</summary>
/// <param name="bytes">8 bytes a number.</param>
internal readonly ref struct RequestList(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;

    /// <summary>Numbers in it.</summary>
    public int Count => _bytes.Length / sizeof(ulong);

    /// <summary>One of them.</summary>
    public ulong this[int entry] => BinaryPrimitives.ReadUInt64LittleEndian(_bytes[(entry * sizeof(ulong))..]);
}
