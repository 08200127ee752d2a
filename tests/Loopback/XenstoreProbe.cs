using System.Text;
using Xenbus;
using Xenbus.Domain;
using Xenbus.Linux.Interop;
using Xenbus.Wire;
using Xunit;

namespace XenFbFront.Tests.Loopback;

/// <summary>A plain xenstore client: one request at a time, events and replies kept in the order in which they came.</summary>
internal sealed class XenstoreProbe(IXenstoreChannel channel) : IDisposable
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(5);
    private readonly XenstoreMessageBuffer _input = new();
    private uint _lastId = 100;

    /// <summary>Everything received, oldest first.</summary>
    public List<(XenstoreHeader Header, string Payload)> Received { get; } = [];

    /// <summary>Events not asked for yet, as "path token".</summary>
    public List<string> Events { get; } = [];

    public IXenstoreChannel Channel => channel;

    /// <summary>Sends and returns the reply's payload, NULs shown as |, errors as their names.</summary>
    public string Ask(XenstoreMessageType type, string payload, uint transaction = 0)
    {
        uint id = Send(type, payload, transaction);
        while (true)
        {
            (XenstoreHeader header, string text) = Next() ?? throw new InvalidOperationException("no reply");
            if (header.Type != XenstoreMessageType.WatchEvent)
            {
                Assert.Equal(id, header.RequestId);
                Assert.Equal(transaction, header.TransactionId);
                Assert.True(header.Type == type || header.Type == XenstoreMessageType.Error);
                return text;
            }
        }
    }

    public uint Send(XenstoreMessageType type, string payload, uint transaction = 0)
    {
        uint id = ++_lastId;
        Assert.Equal(0, channel.Write(Message(type, id, transaction, payload)));
        return id;
    }

    public static byte[] Message(XenstoreMessageType type, uint id, uint transaction, string payload)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(payload.Replace('|', '\0'));
        byte[] message = new byte[XenstoreHeader.Bytes + bytes.Length];
        new XenstoreHeader(type, id, transaction, (uint)bytes.Length).Write(message);
        bytes.CopyTo(message, XenstoreHeader.Bytes);
        return message;
    }

    /// <summary>The next message; null when there is none.</summary>
    public (XenstoreHeader Header, string Payload)? Next()
    {
        XenstoreHeader header;
        ReadOnlySpan<byte> payload;
        while (_input.TryTake(out header, out payload) != XenstoreParse.Message)
        {
            if (!channel.WaitReadable(s_deadline))
            {
                return null;
            }

            _input.Added(channel.Read(_input.Free));
        }

        string text = Encoding.Latin1.GetString(payload).Replace('\0', '|');
        Received.Add((header, text));
        if (header.Type == XenstoreMessageType.WatchEvent)
        {
            Events.Add(text.TrimEnd('|').Replace('|', ' '));
        }

        return (header, text);
    }

    /// <summary>Events so far, and forgets them. A request is made in between, so that all that were under way have come.</summary>
    public List<string> TakeEvents()
    {
        Ask(XenstoreMessageType.GetDomainPath, "0|");
        Ask(XenstoreMessageType.GetDomainPath, "0|");
        List<string> events = [.. Events];
        Events.Clear();
        return events;
    }

    public string Read(string path, uint transaction = 0) => Ask(XenstoreMessageType.Read, path + "|", transaction);

    public string Write(string path, string value, uint transaction = 0) => Ask(XenstoreMessageType.Write, $"{path}|{value}", transaction);

    public string Remove(string path, uint transaction = 0) => Ask(XenstoreMessageType.Remove, path + "|", transaction);

    public string List(string path, uint transaction = 0) => Ask(XenstoreMessageType.Directory, path + "|", transaction);

    public string Watch(string path, string token) => Ask(XenstoreMessageType.Watch, $"{path}|{token}|");

    public uint Begin() => uint.Parse(Ask(XenstoreMessageType.TransactionStart, "|").TrimEnd('|'));

    public string End(uint transaction, bool isCommit = true) => Ask(XenstoreMessageType.TransactionEnd, isCommit ? "T|" : "F|", transaction);

    /// <summary>Whether the server has closed the file.</summary>
    public bool IsClosedByServer()
    {
        try
        {
            while (channel.WaitReadable(s_deadline))
            {
                channel.Read(new byte[4096]);
            }

            return false;
        }
        catch (XenException exception)
        {
            return exception.ErrorNumber is Errno.EPIPE or Errno.ECONNRESET;
        }
    }

    public void Dispose() => channel.Dispose();
}
