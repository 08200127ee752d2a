using System.Text;
using Xenbus.Domain;
using Xenbus.Linux.Interop;
using Xenbus.Wire;

namespace XenFbFront.Tests.Xenstore;

/// <summary>A channel whose other end is the test: sees each request, and says what is read in which pieces.</summary>
/// <remarks>By hand, as a mock cannot take spans.</remarks>
internal sealed class ScriptedChannel : IXenstoreChannel
{
    private readonly Descriptor _file = Xenbus.Linux.Interop.Descriptor.Own(Libc.EventFile(), "create", "eventfd");
    private readonly Queue<byte[]> _pieces = [];

    /// <summary>Answers a request; returns the errno of the write.</summary>
    public Func<Request, int> OnRequest { get; set; } = static _ => 0;

    public List<Request> Requests { get; } = [];

    public bool IsDisposed { get; private set; }

    public int Descriptor => _file.Number;

    public bool AllowsRelativePaths => true;

    public int MaxPayloadBytes { get; init; } = 4080;

    /// <summary>Bytes of a piece; longer messages come in several.</summary>
    public int PieceBytes { get; set; } = int.MaxValue;

    public int Write(ReadOnlySpan<byte> message)
    {
        XenstoreHeader header = XenstoreHeader.Read(message);
        Request request = new(header.Type, header.RequestId, header.TransactionId, Encoding.UTF8.GetString(message[XenstoreHeader.Bytes..]));
        Requests.Add(request);
        return OnRequest(request);
    }

    public int Read(Span<byte> buffer)
    {
        if (!_pieces.TryDequeue(out byte[]? piece))
        {
            Libc.Read(_file.Number, stackalloc byte[8]);
            return 0;
        }

        piece.CopyTo(buffer);
        return piece.Length;
    }

    public bool WaitReadable(TimeSpan timeout) => _pieces.Count > 0;

    public void Dispose()
    {
        IsDisposed = true;
        _file.Dispose();
    }

    public void Answer(Request request, string payload) => Push(request.Type, request.Id, payload);

    public void Refuse(Request request, string name) => Push(XenstoreMessageType.Error, request.Id, name + '\0');

    public void Event(string path, string token) => Push(XenstoreMessageType.WatchEvent, 0xdeadbeef, $"{path}\0{token}\0");

    public void Push(XenstoreMessageType type, uint id, string payload)
    {
        byte[] message = new byte[XenstoreHeader.Bytes + payload.Length];
        new XenstoreHeader(type, id, 0, (uint)payload.Length).Write(message);
        Encoding.ASCII.GetBytes(payload, message.AsSpan(XenstoreHeader.Bytes));
        PushBytes(message);
    }

    public void PushBytes(byte[] bytes)
    {
        foreach (byte[] piece in bytes.Chunk(Math.Min(PieceBytes, 2048)))
        {
            _pieces.Enqueue(piece);
        }

        Libc.Write(_file.Number, BitConverter.GetBytes(1ul));
    }

    internal sealed record Request(XenstoreMessageType Type, uint Id, uint Transaction, string Payload);
}
