using System.Buffers.Text;
using System.Text;
using Xenbus.Domain;
using Xenbus.Linux.Interop;
using Xenbus.Wire;

namespace Xenbus.Loopback;

/// <summary>One client of xenstored: takes messages, gives messages.</summary>
/// <remarks>
/// A guest's connection behaves as <c>/dev/xen/xenbus</c>: relative paths, payloads up to 4080 bytes, garbage in the numbers of watch events, events
/// that may overtake the reply, UNWATCH always OK. Domain 0's behaves as xenstored's own socket.
/// </remarks>
internal sealed class XenstoreConnection
{
    private readonly XenstoreServer _server;
    private readonly Random _random;
    private readonly Action<byte[]> _send;
    private string? _home;
    private readonly int _maxPayloadBytes;
    private readonly XenstoreMessageBuffer _input = new();
    private readonly List<XenstoreWatch> _watches = [];
    private readonly Dictionary<uint, XenstoreTransaction> _transactions = [];
    private readonly List<byte[]> _heldEvents = [];
    private bool _holdsEvents;
    private bool _isClosed;
    private bool _isFrozen;

    /// <summary>Enters itself at the server.</summary>
    /// <param name="server">The server.</param>
    /// <param name="domain">Whose rights the client has.</param>
    /// <param name="random">Decides where the kernel's behaviour is a matter of luck.</param>
    /// <param name="send">Gets one whole message at a time, to keep.</param>
    public XenstoreConnection(XenstoreServer server, DomainId domain, Random random, Action<byte[]> send)
    {
        _server = server;
        _random = random;
        _send = send;
        Domain = domain;
        _home = IsGuest ? XenstorePath.Home(domain) : null;
        _maxPayloadBytes = XenstoreHeader.MaxPayloadBytes - (IsGuest ? XenstoreHeader.Bytes : 0);
        server.Add(this);
    }

    /// <summary>Whose rights the client has.</summary>
    public DomainId Domain { get; private set; }

    /// <summary>Watches in force.</summary>
    public IReadOnlyList<XenstoreWatch> Watches => _watches;

    /// <summary>Where received bytes go; not empty. Follow with <see cref="Received"/>.</summary>
    public Span<byte> Input => _input.Free;

    private bool IsGuest => Domain != DomainId.Zero;

    private XenstoreStore Store => _server.Store;

    /// <summary>Handles every message that is whole by now.</summary>
    /// <param name="count">Bytes that were put into <see cref="Input"/>.</param>
    /// <returns>Null, or why the connection must be closed.</returns>
    public string? Received(int count)
    {
        _input.Added(count);
        while (!_isClosed)
        {
            switch (_input.TryTake(out XenstoreHeader header, out ReadOnlySpan<byte> payload))
            {
                case XenstoreParse.NeedMore:
                    return null;
                case XenstoreParse.Broken:
                    return $"a message of {header.PayloadBytes} bytes";
                case XenstoreParse.Message when payload.Length > _maxPayloadBytes:
                    return $"a message of {payload.Length} bytes, {_maxPayloadBytes} is the limit";
                case XenstoreParse.Message:
                    Answer(header, payload);
                    break;
            }
        }

        return null;
    }

    /// <summary>Tells the client of a change that one of its watches covers. The caller has checked its rights.</summary>
    public void Fire(XenstoreChange change)
    {
        foreach (XenstoreWatch watch in _watches)
        {
            if (!_isFrozen && watch.Covers(change))
            {
                SendEvent(watch, watch.EventPath(change.Path));
            }
        }
    }

    /// <summary>The domain is being saved: its watches and transactions are forgotten by xenstored, not by the domain's kernel.</summary>
    public void Freeze()
    {
        _isFrozen = true;
        foreach (XenstoreTransaction transaction in _transactions.Values)
        {
            Store.Abort(transaction);
        }

        _transactions.Clear();
    }

    /// <summary>The domain goes on: its kernel registers every watch again, and so each fires. Source: xs_resume in xenbus_xs.c.</summary>
    public void Thaw(DomainId domain)
    {
        _isFrozen = false;
        Domain = domain;
        _home = XenstorePath.Home(domain);
        for (int i = 0; i < _watches.Count; i++)
        {
            XenstoreWatch watch = _watches[i];
            if (watch.RelativePrefix > 0)
            {
                watch = watch with { Path = $"{_home}/{watch.WirePath}", RelativePrefix = _home.Length + 1 };
                _watches[i] = watch;
            }

            SendEvent(watch, watch.WirePath);
        }
    }

    /// <summary>Removes every watch and transaction.</summary>
    public void Reset()
    {
        _watches.Clear();
        foreach (XenstoreTransaction transaction in _transactions.Values)
        {
            Store.Abort(transaction);
        }

        _transactions.Clear();
    }

    /// <summary>The client has gone.</summary>
    public void Close()
    {
        _isClosed = true;
        Reset();
        _server.Remove(this);
    }

    private void Answer(XenstoreHeader header, ReadOnlySpan<byte> payload)
    {
        // The kernel hands events on independently of replies, so a guest sees both orders; xenstored sends the reply first.
        _holdsEvents = !IsGuest || _random.Next(2) == 0;
        List<byte> reply = [];
        int error = Handle(header, payload, reply);
        if (error == 0 && reply.Count > XenstoreHeader.MaxPayloadBytes)
        {
            error = Errno.E2BIG;
        }

        XenstoreMessageType type = error == 0 ? header.Type : XenstoreMessageType.Error;
        if (error != 0)
        {
            reply.Clear();
            Append(reply, XenstoreErrors.Print(error));
        }

        _send(Message(type, header.RequestId, header.TransactionId, [.. reply]));
        _holdsEvents = false;
        foreach (byte[] message in _heldEvents)
        {
            _send(message);
        }

        _heldEvents.Clear();
    }

    private int Handle(XenstoreHeader header, ReadOnlySpan<byte> payload, List<byte> reply)
    {
        XenstoreTransaction? transaction = null;
        if (header.TransactionId != 0 && !_transactions.TryGetValue(header.TransactionId, out transaction))
        {
            return Errno.ENOENT;
        }

        switch (header.Type)
        {
            case XenstoreMessageType.Directory:
                return Directory(transaction, payload, reply);
            case XenstoreMessageType.DirectoryPart:
                return DirectoryPart(transaction, payload, reply);
            case XenstoreMessageType.Read:
                return Read(transaction, payload, reply);
            case XenstoreMessageType.GetPermissions:
                return GetPermissions(transaction, payload, reply);
            case XenstoreMessageType.GetDomainPath:
                return GetDomainPath(payload, reply);
            case XenstoreMessageType.IsDomainIntroduced:
                return IsDomainIntroduced(payload, reply);
            case XenstoreMessageType.TransactionStart:
                return TransactionStart(transaction, reply);
            case XenstoreMessageType.Watch:
                return Acknowledge(Watch(payload), reply);
            case XenstoreMessageType.Unwatch:
                return Acknowledge(Unwatch(payload), reply);
            case XenstoreMessageType.TransactionEnd:
                return Acknowledge(TransactionEnd(transaction, payload), reply);
            case XenstoreMessageType.Write:
                return Acknowledge(Write(transaction, payload), reply);
            case XenstoreMessageType.MakeDirectory:
                return Acknowledge(TryOnePath(payload, out string made) ? Store.MakeDirectory(Domain, transaction, made) : Errno.EINVAL, reply);
            case XenstoreMessageType.Remove:
                return Acknowledge(TryOnePath(payload, out string removed) ? Store.Remove(Domain, transaction, removed) : Errno.EINVAL, reply);
            case XenstoreMessageType.SetPermissions:
                return Acknowledge(SetPermissions(transaction, payload), reply);
            case XenstoreMessageType.ResetWatches:
                _server.Reset(Domain);
                return Acknowledge(0, reply);
            case XenstoreMessageType.Control:
            case XenstoreMessageType.Introduce:
            case XenstoreMessageType.Release:
            case XenstoreMessageType.Resume:
            case XenstoreMessageType.SetTarget:
                // Domain 0 does these through the toolstack, which is part of the hypervisor here.
                return IsGuest ? Errno.EACCES : Errno.ENOSYS;
            case XenstoreMessageType.WatchEvent:
            case XenstoreMessageType.Error:
            default:
                return Errno.ENOSYS;
        }
    }

    private int Directory(XenstoreTransaction? transaction, ReadOnlySpan<byte> payload, List<byte> reply)
    {
        if (!TryOnePath(payload, out string path))
        {
            return Errno.EINVAL;
        }

        int error = Store.List(Domain, transaction, path, out XenstoreNode? node);
        if (error == 0)
        {
            foreach (string name in node!.Children.Keys)
            {
                Append(reply, name);
            }
        }

        return error;
    }

    private int DirectoryPart(XenstoreTransaction? transaction, ReadOnlySpan<byte> payload, List<byte> reply)
    {
        if (!TryStrings(payload, out ReadOnlySpan<byte> first, out ReadOnlySpan<byte> second)
            || !TryPath(first, out string path)
            || !TryNumber(second, out uint offset))
        {
            return Errno.EINVAL;
        }

        int error = Store.List(Domain, transaction, path, out XenstoreNode? node);
        if (error != 0)
        {
            return error;
        }

        List<byte> names = [];
        foreach (string name in node!.Children.Keys)
        {
            Append(names, name);
        }

        if (offset > names.Count)
        {
            return Errno.EINVAL;
        }

        Append(reply, node.Generation.ToString());
        int end = (int)offset;
        // One byte stays free for the empty name that ends the list.
        int room = XenstoreHeader.MaxPayloadBytes - reply.Count - 1;
        while (end < names.Count)
        {
            int next = names.IndexOf(0, end) + 1;
            if (next - (int)offset > room)
            {
                break;
            }

            end = next;
        }

        reply.AddRange(names.GetRange((int)offset, end - (int)offset));
        if (end == names.Count)
        {
            reply.Add(0);
        }

        return 0;
    }

    private int Read(XenstoreTransaction? transaction, ReadOnlySpan<byte> payload, List<byte> reply)
    {
        if (!TryOnePath(payload, out string path))
        {
            return Errno.EINVAL;
        }

        int error = Store.Read(Domain, transaction, path, out byte[] value);
        reply.AddRange(value);
        return error;
    }

    private int GetPermissions(XenstoreTransaction? transaction, ReadOnlySpan<byte> payload, List<byte> reply)
    {
        if (!TryOnePath(payload, out string path))
        {
            return Errno.EINVAL;
        }

        int error = Store.GetPermissions(Domain, transaction, path, out XenstorePermission[] permissions);
        foreach (XenstorePermission permission in permissions)
        {
            Append(reply, permission.ToString());
        }

        return error;
    }

    private static int GetDomainPath(ReadOnlySpan<byte> payload, List<byte> reply)
    {
        if (!TryOneDomain(payload, out DomainId domain))
        {
            return Errno.EINVAL;
        }

        Append(reply, XenstorePath.Home(domain));
        return 0;
    }

    private int IsDomainIntroduced(ReadOnlySpan<byte> payload, List<byte> reply)
    {
        // DOMID_SELF of xen.h.
        const ushort self = 0x7ff0;
        if (!TryOneDomain(payload, out DomainId domain))
        {
            return Errno.EINVAL;
        }

        Append(reply, domain.Value == self || _server.IsIntroduced(domain) ? "T" : "F");
        return 0;
    }

    private int TransactionStart(XenstoreTransaction? transaction, List<byte> reply)
    {
        if (transaction is not null)
        {
            return Errno.EBUSY;
        }

        int error = Store.Begin(Domain, out XenstoreTransaction? started);
        if (error == 0)
        {
            _transactions.Add(started!.Id, started);
            Append(reply, started.Id.ToString());
        }

        return error;
    }

    private int TransactionEnd(XenstoreTransaction? transaction, ReadOnlySpan<byte> payload)
    {
        bool isCommit = payload.SequenceEqual("T\0"u8);
        if (!isCommit && !payload.SequenceEqual("F\0"u8))
        {
            return Errno.EINVAL;
        }

        if (transaction is null)
        {
            return Errno.ENOENT;
        }

        _transactions.Remove(transaction.Id);
        if (isCommit)
        {
            return Store.Commit(transaction);
        }

        Store.Abort(transaction);
        return 0;
    }

    private int Write(XenstoreTransaction? transaction, ReadOnlySpan<byte> payload)
    {
        int end = payload.IndexOf((byte)0);
        return end >= 0 && TryPath(payload[..end], out string path)
            ? Store.Write(Domain, transaction, path, payload[(end + 1)..])
            : Errno.EINVAL;
    }

    private int SetPermissions(XenstoreTransaction? transaction, ReadOnlySpan<byte> payload)
    {
        int end = payload.IndexOf((byte)0);
        if (end < 0 || payload[^1] != 0 || !TryPath(payload[..end], out string path))
        {
            return Errno.EINVAL;
        }

        List<XenstorePermission> permissions = [];
        ReadOnlySpan<byte> rest = payload[(end + 1)..];
        while (!rest.IsEmpty)
        {
            int length = rest.IndexOf((byte)0);
            if (!XenstorePermission.TryParse(rest[..length], out XenstorePermission permission))
            {
                return Errno.EINVAL;
            }

            permissions.Add(permission);
            rest = rest[(length + 1)..];
        }

        return permissions.Count == 0 ? Errno.EINVAL : Store.SetPermissions(Domain, transaction, path, [.. permissions]);
    }

    private int Watch(ReadOnlySpan<byte> payload)
    {
        if (!TryStrings(payload, out ReadOnlySpan<byte> rawPath, out ReadOnlySpan<byte> token))
        {
            return Errno.EINVAL;
        }

        bool isRelative = false;
        string wirePath = Encoding.Latin1.GetString(rawPath);
        string path = wirePath;
        if (wirePath is not (XenstoreServer.IntroduceDomain or XenstoreServer.ReleaseDomain)
            && (wirePath.StartsWith('@') || !XenstorePath.TryResolve(rawPath, _home, out path, out isRelative)))
        {
            return Errno.EINVAL;
        }

        if (FindWatch(wirePath, token) >= 0)
        {
            return Errno.EEXIST;
        }

        if (IsGuest && _server.CountWatches(Domain) >= _server.Options.WatchQuota)
        {
            return Errno.E2BIG;
        }

        XenstoreWatch watch = new(path, wirePath, token.ToArray(), isRelative ? _home!.Length + 1 : 0);
        _watches.Add(watch);
        // Fires once up front, whether the node is there or not, so that the client need not read before it watches.
        SendEvent(watch, wirePath);
        return 0;
    }

    private int Unwatch(ReadOnlySpan<byte> payload)
    {
        if (!TryStrings(payload, out ReadOnlySpan<byte> rawPath, out ReadOnlySpan<byte> token))
        {
            return Errno.EINVAL;
        }

        int watch = FindWatch(Encoding.Latin1.GetString(rawPath), token);
        if (watch < 0)
        {
            return IsGuest ? 0 : Errno.ENOENT;
        }

        _watches.RemoveAt(watch);
        return 0;
    }

    private int FindWatch(string wirePath, ReadOnlySpan<byte> token)
    {
        for (int i = 0; i < _watches.Count; i++)
        {
            if (_watches[i].WirePath == wirePath && token.SequenceEqual(_watches[i].Token))
            {
                return i;
            }
        }

        return -1;
    }

    private void SendEvent(XenstoreWatch watch, string path)
    {
        List<byte> payload = [];
        Append(payload, path);
        payload.AddRange(watch.Token);
        payload.Add(0);
        if (payload.Count > XenstoreHeader.MaxPayloadBytes)
        {
            // xenstored leaves out what has no room in a message.
            return;
        }

        uint requestId = IsGuest ? (uint)_random.Next() : 0;
        uint transactionId = IsGuest ? (uint)_random.Next() : 0;
        byte[] message = Message(XenstoreMessageType.WatchEvent, requestId, transactionId, [.. payload]);
        if (_holdsEvents)
        {
            _heldEvents.Add(message);
        }
        else
        {
            _send(message);
        }
    }

    private bool TryOnePath(ReadOnlySpan<byte> payload, out string path)
    {
        path = string.Empty;
        return payload.Length > 0 && payload.IndexOf((byte)0) == payload.Length - 1 && TryPath(payload[..^1], out path);
    }

    private bool TryPath(ReadOnlySpan<byte> raw, out string path) =>
        // The special names can be watched only.
        XenstorePath.TryResolve(raw, _home, out path, out _) && raw[0] != '@';

    private static bool TryOneDomain(ReadOnlySpan<byte> payload, out DomainId domain)
    {
        domain = default;
        if (payload.Length == 0 || payload[^1] != 0 || !TryNumber(payload[..^1], out uint number) || number > ushort.MaxValue)
        {
            return false;
        }

        domain = new((ushort)number);
        return true;
    }

    private static bool TryNumber(ReadOnlySpan<byte> text, out uint number) =>
        Utf8Parser.TryParse(text, out number, out int used) && used == text.Length;

    /// <summary>Cuts a payload into exactly two strings, each with its NUL.</summary>
    private static bool TryStrings(ReadOnlySpan<byte> payload, out ReadOnlySpan<byte> first, out ReadOnlySpan<byte> second)
    {
        first = second = default;
        if (payload.Count((byte)0) != 2 || payload[^1] != 0)
        {
            return false;
        }

        int end = payload.IndexOf((byte)0);
        first = payload[..end];
        second = payload[(end + 1)..^1];
        return true;
    }

    private static int Acknowledge(int error, List<byte> reply)
    {
        if (error == 0)
        {
            Append(reply, "OK");
        }

        return error;
    }

    private static void Append(List<byte> payload, string text)
    {
        payload.AddRange(Encoding.Latin1.GetBytes(text));
        payload.Add(0);
    }

    private static byte[] Message(XenstoreMessageType type, uint requestId, uint transactionId, ReadOnlySpan<byte> payload)
    {
        byte[] message = new byte[XenstoreHeader.Bytes + payload.Length];
        new XenstoreHeader(type, requestId, transactionId, (uint)payload.Length).Write(message);
        payload.CopyTo(message.AsSpan(XenstoreHeader.Bytes));
        return message;
    }
}
