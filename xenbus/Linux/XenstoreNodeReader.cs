using System.Text;
using Xenbus.Domain;
using Xenbus.Linux.Interop;
using Xenbus.Wire;

namespace Xenbus.Linux;

/// <summary>Reads one node over a connection that is used for nothing else: the xenstore client proper lives a layer higher.</summary>
internal static class XenstoreNodeReader
{
    private static readonly TimeSpan s_answerTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Value of a node; null when there is none or it may not be read.</summary>
    /// <exception cref="XenException">No answer.</exception>
    public static string? Read(IXenstoreChannel channel, string path)
    {
        byte[] message = new byte[XenstoreHeader.Bytes + Encoding.UTF8.GetByteCount(path) + 1];
        new XenstoreHeader(XenstoreMessageType.Read, 1, 0, (uint)(message.Length - XenstoreHeader.Bytes)).Write(message);
        Encoding.UTF8.GetBytes(path, message.AsSpan(XenstoreHeader.Bytes));
        int errno = channel.Write(message);
        if (errno != 0)
        {
            throw new XenException("read", path, errno);
        }

        XenstoreMessageBuffer input = new();
        while (true)
        {
            switch (input.TryTake(out XenstoreHeader header, out ReadOnlySpan<byte> payload))
            {
                case XenstoreParse.Message when header.Type == XenstoreMessageType.Read:
                    return Encoding.UTF8.GetString(payload);
                case XenstoreParse.Message when header.Type == XenstoreMessageType.Error:
                    return null;
                case XenstoreParse.Message:
                    break;
                case XenstoreParse.NeedMore:
                    int count = channel.Read(input.Free);
                    input.Added(count);
                    if (count == 0 && !channel.WaitReadable(s_answerTimeout))
                    {
                        throw new XenException("read", path, Errno.ETIMEDOUT, "is xenstored running?");
                    }

                    break;
                case XenstoreParse.Broken:
                    throw new XenException("read", path, Errno.EIO);
            }
        }
    }
}
