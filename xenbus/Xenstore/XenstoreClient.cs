using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using Xenbus.Domain;
using Xenbus.Linux.Interop;
using Xenbus.Loop;
using Xenbus.Wire;

namespace Xenbus.Xenstore;

/// <summary>Requests to xenstore and watches on it, over one channel, on one thread.</summary>
/// <remarks>
/// A request waits for its answer, with a deadline: xenstore is spoken to when devices come, connect and go, never while they work, and code that
/// reads top to bottom is worth the microseconds. Nor may there be several: <c>/dev/xen/xenbus</c> has one buffer for each open file and sends from it after
/// the write has returned (xenbus_dev_request_and_reply in xenbus_xs.c), so a second write before the answer changes what the first asks for. Watch events that arrive meanwhile are remembered, merged for each watch, and called from the
/// event loop, never from inside a request. Replies are matched by request id, as the order is not promised. Source: docs/misc/xenstore.txt.
/// </remarks>
public sealed partial class XenstoreClient : IDisposable
{
    /// <summary>How long an answer may take. xenstored answers in microseconds; while a guest is being saved nothing answers for a second or two.</summary>
    private static readonly TimeSpan s_answerTimeout = TimeSpan.FromSeconds(10);

    private readonly IXenstoreChannel _channel;
    private readonly EventLoop _loop;
    private readonly LoopWatch _loopWatch;
    private readonly XenstoreMessageBuffer _input = new();
    private readonly byte[] _output = new byte[XenstoreHeader.Bytes + XenstoreHeader.MaxPayloadBytes];
    private uint _lastRequestId;

    /// <summary>Speaks over a channel, which it then owns, and listens to it in a loop.</summary>
    public XenstoreClient(IXenstoreChannel channel, EventLoop loop)
    {
        _channel = channel;
        _loop = loop;
        _loopWatch = loop.Watch(channel.Descriptor, LoopInterest.Readable, OnReadable);
    }

    /// <summary>Requests made so far, for measurements.</summary>
    public long Requests { get; private set; }

    /// <summary>Sees reads and writes, or null.</summary>
    public IXenstoreTrace? Trace { get; set; }

    /// <summary>Value of a node, or null when there is none.</summary>
    /// <exception cref="XenstoreException">Not allowed, or no answer.</exception>
    public string? Read(string path) => Read(path, 0);

    /// <summary>Value of a node as a decimal number, or null when there is none or it is something else.</summary>
    public long? ReadNumber(string path) => ParseNumber(Read(path));

    /// <summary>State in a node; <see cref="XenbusState.Unknown"/> when there is none.</summary>
    public XenbusState ReadState(string path) => Read(path) is { } text ? XenbusStates.Parse(Encoding.ASCII.GetBytes(text)) : XenbusState.Unknown;

    /// <summary>Names of a node's children; empty also when there is no such node.</summary>
    /// <exception cref="XenstoreException">Not allowed, or no answer.</exception>
    public string[] List(string path) => List(path, 0);

    /// <summary>Writes a node, making it and its parents where they are missing.</summary>
    /// <exception cref="XenstoreException">Not allowed, over quota, or no answer.</exception>
    public void Write(string path, string value) => Write(path, value, 0);

    /// <summary>Makes an empty node where there is none.</summary>
    /// <exception cref="XenstoreException">Not allowed, over quota, or no answer.</exception>
    public void MakeDirectory(string path) => Request(XenstoreMessageType.MakeDirectory, 0, path);

    /// <summary>Removes a node and all below it.</summary>
    /// <returns>False when there was none.</returns>
    /// <exception cref="XenstoreException">Not allowed, or no answer.</exception>
    public bool Remove(string path) => Remove(path, 0);

    /// <summary>Permissions of a node, the owner's first.</summary>
    /// <exception cref="XenstoreException">No such node, not allowed, or no answer.</exception>
    public XenstorePermission[] GetPermissions(string path)
    {
        string[] texts = SplitStrings(Request(XenstoreMessageType.GetPermissions, 0, path));
        List<XenstorePermission> permissions = new(texts.Length);
        foreach (string text in texts)
        {
            if (XenstorePermission.TryParse(Encoding.ASCII.GetBytes(text), out XenstorePermission permission))
            {
                permissions.Add(permission);
            }
        }

        return [.. permissions];
    }

    /// <summary>Replaces the permissions of a node.</summary>
    /// <exception cref="XenstoreException">No such node, not allowed, or no answer.</exception>
    public void SetPermissions(string path, params ReadOnlySpan<XenstorePermission> permissions)
    {
        StringBuilder payload = new();
        payload.Append(path).Append('\0');
        foreach (XenstorePermission permission in permissions)
        {
            payload.Append(permission).Append('\0');
        }

        RequestRaw(XenstoreMessageType.SetPermissions, 0, path, payload.ToString());
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // Closing the channel removes its watches and transactions.
        _loopWatch.Dispose();
        _channel.Dispose();
    }

    internal string? Read(string path, uint transaction)
    {
        string? read = TryRequest(XenstoreMessageType.Read, transaction, path, path + '\0', out string? value, Errno.ENOENT) ? value : null;
        Trace?.OnRead(path, read);
        return read;
    }

    internal string[] List(string path, uint transaction)
    {
        if (TryRequest(XenstoreMessageType.Directory, transaction, path, path + '\0', out string? names, Errno.ENOENT, Errno.E2BIG))
        {
            return SplitStrings(names);
        }

        return _lastError == Errno.E2BIG ? ListInParts(path, transaction) : [];
    }

    internal void Write(string path, string value, uint transaction)
    {
        RequestRaw(XenstoreMessageType.Write, transaction, path, $"{path}\0{value}");
        TraceWrite(path, value, transaction);
    }

    internal bool Remove(string path, uint transaction)
    {
        bool isRemoved = TryRequest(XenstoreMessageType.Remove, transaction, path, path + '\0', out _, Errno.ENOENT);
        if (isRemoved)
        {
            TraceWrite(path, null, transaction);
        }

        return isRemoved;
    }

    internal static long? ParseNumber(string? text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) ? number : null;

    /// <summary>A list over 4096 bytes comes in slices; when it changes in between, it is read from the start.</summary>
    private string[] ListInParts(string path, uint transaction)
    {
        const int maxRestarts = 16;
        for (int restart = 0; restart < maxRestarts; restart++)
        {
            StringBuilder names = new();
            string? generation = null;
            while (true)
            {
                string part = RequestRaw(XenstoreMessageType.DirectoryPart, transaction, path, $"{path}\0{names.Length}\0");
                int end = part.IndexOf('\0', StringComparison.Ordinal);
                if (end < 0 || (generation is not null && generation != part[..end]))
                {
                    break;
                }

                generation = part[..end];
                string slice = part[(end + 1)..];
                // An empty string at the end says that the list is complete.
                if (slice.EndsWith("\0\0", StringComparison.Ordinal) || slice is "" or "\0")
                {
                    names.Append(slice.TrimEnd('\0'));
                    return SplitStrings(names.ToString());
                }

                names.Append(slice);
            }
        }

        throw new XenstoreException("directory", path, Errno.EAGAIN, "the list changes faster than it can be read");
    }

    private static string[] SplitStrings(string payload) => payload.Split('\0', StringSplitOptions.RemoveEmptyEntries);

    private int _lastError;

    private string Request(XenstoreMessageType type, uint transaction, string path) => RequestRaw(type, transaction, path, path + '\0');

    private string RequestRaw(XenstoreMessageType type, uint transaction, string path, string payload) =>
        TryRequest(type, transaction, path, payload, out string? reply) ? reply : throw new InvalidOperationException();

    /// <summary>One exchange. Errors in <paramref name="expected"/> return false and stand in <see cref="_lastError"/>; others throw.</summary>
    private bool TryRequest(
        XenstoreMessageType type, uint transaction, string path, string payload, [NotNullWhen(true)] out string? reply, params ReadOnlySpan<int> expected)
    {
        reply = null;
        _lastError = 0;
        int length = Encoding.UTF8.GetByteCount(payload);
        if (length > _channel.MaxPayloadBytes)
        {
            throw Refused(type, path, Errno.E2BIG);
        }

        Requests++;
        uint id = ++_lastRequestId;
        new XenstoreHeader(type, id, transaction, (uint)length).Write(_output);
        Encoding.UTF8.GetBytes(payload, _output.AsSpan(XenstoreHeader.Bytes));
        int errno = _channel.Write(_output.AsSpan(0, XenstoreHeader.Bytes + length));
        if (errno == 0)
        {
            errno = AwaitReply(id, type, path, out reply);
        }

        if (errno == 0)
        {
            return reply is not null;
        }

        _lastError = errno;
        return expected.Contains(errno) ? false : throw Refused(type, path, errno);
    }

    private int AwaitReply(uint id, XenstoreMessageType type, string path, out string? reply)
    {
        long started = TimeProvider.System.GetTimestamp();
        reply = null;
        int errno = 0;
        while (true)
        {
            // Also what was read behind the answer is looked at now: the descriptor does not become readable for it again.
            while (TryTakeMessage(out XenstoreHeader header, out ReadOnlySpan<byte> payload))
            {
                if (header.Type == XenstoreMessageType.WatchEvent)
                {
                    RememberEvent(payload);
                }
                else if (header.RequestId == id)
                {
                    // Anything else is the late answer to a request that was given up.
                    reply = Encoding.UTF8.GetString(payload);
                    errno = header.Type == XenstoreMessageType.Error ? XenstoreErrors.Parse(payload) : 0;
                }
            }

            if (reply is not null)
            {
                return errno;
            }

            if (!Fill())
            {
                TimeSpan left = s_answerTimeout - TimeProvider.System.GetElapsedTime(started);
                if (left <= TimeSpan.Zero || !_channel.WaitReadable(left))
                {
                    throw Refused(type, path, Errno.ETIMEDOUT);
                }
            }
        }
    }

    private bool Fill()
    {
        int count = _channel.Read(_input.Free);
        _input.Added(count);
        return count > 0;
    }

    private bool TryTakeMessage(out XenstoreHeader header, out ReadOnlySpan<byte> payload) => _input.TryTake(out header, out payload) switch
    {
        XenstoreParse.Message => true,
        XenstoreParse.NeedMore => false,
        XenstoreParse.Broken => throw new XenstoreException("read", "message stream", Errno.EIO, "a message longer than allowed came, the connection is broken"),
    };

    private static XenstoreException Refused(XenstoreMessageType type, string path, int errno) => new(
        type.ToString().ToLowerInvariant(),
        path,
        errno,
        errno switch
        {
            Errno.EACCES or Errno.EPERM => "the node's permissions do not allow it to this domain",
            Errno.ENOSPC => "this domain's xenstore quota is used up",
            Errno.ETIMEDOUT => "is xenstored running?",
            _ => null,
        });

    private void OnReadable()
    {
        while (Fill())
        {
            while (TryTakeMessage(out XenstoreHeader header, out ReadOnlySpan<byte> payload))
            {
                if (header.Type == XenstoreMessageType.WatchEvent)
                {
                    RememberEvent(payload);
                }
            }
        }

        CallPendingWatches();
    }
}
