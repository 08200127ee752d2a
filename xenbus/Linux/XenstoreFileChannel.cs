using Xenbus.Domain;
using Xenbus.Linux.Interop;
using Xenbus.Wire;

namespace Xenbus.Linux;

/// <summary>Xenstore through the kernel's device, or through xenstored's own socket in the domain where it runs.</summary>
internal sealed class XenstoreFileChannel : IXenstoreChannel
{
    /// <summary>How long xenstored may take to read what was sent over its socket. It answers in microseconds.</summary>
    private const int WriteDeadlineMs = 10_000;

    private readonly Descriptor _file;
    private readonly string _target;
    private readonly bool _isSocket;

    /// <summary>Takes over an open file.</summary>
    /// <param name="file">The device, non-blocking, or a connected SOCK_STREAM.</param>
    /// <param name="target">Its path, for messages.</param>
    /// <param name="isSocket">Whether it is xenstored's socket.</param>
    public XenstoreFileChannel(Descriptor file, string target, bool isSocket)
    {
        _file = file;
        _target = target;
        _isSocket = isSocket;
    }

    /// <inheritdoc/>
    public int Descriptor => _file.Number;

    /// <inheritdoc/>
    /// <remarks>A socket's client is domain 0 to xenstored, and has no directory of its own to start from.</remarks>
    public bool AllowsRelativePaths => !_isSocket;

    /// <inheritdoc/>
    /// <remarks>The kernel collects header and payload in one buffer of 4096 bytes.</remarks>
    public int MaxPayloadBytes => _isSocket ? XenstoreHeader.MaxPayloadBytes : XenstoreHeader.MaxPayloadBytes - XenstoreHeader.Bytes;

    /// <summary>Opens what is there: XENSTORED_PATH, else the device, else xenfs' file, else xenstored's socket.</summary>
    /// <exception cref="XenException">None is, or it cannot be opened; the message has the remedy.</exception>
    public static XenstoreFileChannel Open(LinuxPaths paths)
    {
        if (paths.XenstoreOverride is { Length: > 0 } chosen)
        {
            int socket = Libc.Connect(chosen, Libc.Stream);
            // Who connects to a file that is no socket is refused, as if nobody listened.
            return socket >= 0 ? new(new(socket), chosen, isSocket: true)
                : socket == -Errno.ECONNREFUSED && TryOpenDevice(chosen, out XenstoreFileChannel? other) == 0 ? other!
                : throw new XenException("open", chosen, -socket, "XENSTORED_PATH names it");
        }

        string device = Path.Combine(paths.Devices, "xenbus");
        int error = TryOpenDevice(device, out XenstoreFileChannel? channel);
        if (error == Errno.ENOENT && !Libc.Exists(device))
        {
            // Without devtmpfs there may still be xenfs.
            string legacy = Path.Combine(paths.Proc, "xen/xenbus");
            if (Libc.Exists(legacy))
            {
                (device, error) = (legacy, TryOpenDevice(legacy, out channel));
            }
            else
            {
                int socket = Libc.Connect(paths.XenstoredSocket, Libc.Stream);
                if (socket >= 0)
                {
                    return new(new(socket), paths.XenstoredSocket, isSocket: true);
                }
            }
        }

        if (channel is not null)
        {
            return channel;
        }

        bool isConnectionMissing = error == Errno.ENOENT && Libc.Exists(device);
        throw new XenException("open", device, error, LinuxDomain.Remedy(
            error,
            isConnectionMissing
                ? "the kernel has no connection to xenstore yet: start xenstored in domain 0, or wait for it"
                : "mount devtmpfs on /dev, or modprobe xenfs and mount -t xenfs xenfs /proc/xen",
            paths));
    }

    /// <inheritdoc/>
    public int Write(ReadOnlySpan<byte> message)
    {
        if (message.Length > XenstoreHeader.Bytes + MaxPayloadBytes)
        {
            return Errno.E2BIG;
        }

        if (_isSocket)
        {
            return WriteToSocket(message);
        }

        // The device takes a message whole and never says EAGAIN; what xenstored answered to a WATCH is this call's errno.
        int result = Libc.Write(_file.Number, message);
        return result < 0 ? -result : result == message.Length ? 0 : Errno.EIO;
    }

    /// <inheritdoc/>
    public int Read(Span<byte> buffer)
    {
        int result = _isSocket
            ? Libc.Receive(_file.Number, buffer, default, out _, wait: false)
            : Libc.Read(_file.Number, buffer);
        return result switch
        {
            > 0 => result,
            -Errno.EAGAIN => 0,
            _ => throw new XenException("read", _target, result == 0 ? Errno.EPIPE : -result, "xenstored has closed the connection"),
        };
    }

    /// <inheritdoc/>
    public bool WaitReadable(TimeSpan timeout)
    {
        int timeoutMs = timeout == Timeout.InfiniteTimeSpan ? -1 : (int)Math.Clamp(Math.Ceiling(timeout.TotalMilliseconds), 0, int.MaxValue);
        return Libc.Poll(_file.Number, PollEvents.POLLIN, timeoutMs) > 0;
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    /// <returns>0, or the errno.</returns>
    private static int TryOpenDevice(string path, out XenstoreFileChannel? channel)
    {
        int result = Libc.Open(path, OpenFlags.ReadWrite | OpenFlags.NonBlocking);
        channel = result >= 0 ? new(new(result), path, isSocket: false) : null;
        return result < 0 ? -result : 0;
    }

    private int WriteToSocket(ReadOnlySpan<byte> message)
    {
        long deadline = Environment.TickCount64 + WriteDeadlineMs;
        while (!message.IsEmpty)
        {
            int result = Libc.Send(_file.Number, message, wait: false);
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

            if (Libc.Poll(_file.Number, PollEvents.POLLOUT, leftMs) <= 0)
            {
                throw new XenException("write", _target, Errno.ETIMEDOUT, "xenstored reads nothing; is it stopped?");
            }
        }

        return 0;
    }
}
