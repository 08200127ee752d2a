using System.Buffers.Binary;
using System.Net.Sockets;

namespace XenFbFront.Viewer;

/// <summary>Reads a client's messages from its socket, blocking. Numbers are big endian, RFC 6143 §7.</summary>
/// <remarks>Every read throws <see cref="EndOfStreamException"/> at the end of the stream and <see cref="SocketException"/> on failure.</remarks>
internal sealed class RfbInput(Socket socket)
{
    // A burst of pointer events is a few hundred bytes; whole bursts come with one call.
    private readonly byte[] _buffer = new byte[4096];
    private int _at;
    private int _end;

    /// <summary>One byte.</summary>
    public byte ReadByte()
    {
        if (_at == _end)
        {
            Fill();
        }

        return _buffer[_at++];
    }

    /// <summary>Two bytes.</summary>
    public ushort ReadUInt16()
    {
        Span<byte> bytes = stackalloc byte[2];
        Read(bytes);
        return BinaryPrimitives.ReadUInt16BigEndian(bytes);
    }

    /// <summary>Four bytes.</summary>
    public uint ReadUInt32()
    {
        Span<byte> bytes = stackalloc byte[4];
        Read(bytes);
        return BinaryPrimitives.ReadUInt32BigEndian(bytes);
    }

    /// <summary>Fills a span.</summary>
    public void Read(Span<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            if (_at == _end)
            {
                Fill();
            }

            int count = Math.Min(bytes.Length, _end - _at);
            _buffer.AsSpan(_at, count).CopyTo(bytes);
            bytes = bytes[count..];
            _at += count;
        }
    }

    /// <summary>Reads and forgets.</summary>
    public void Skip(uint count)
    {
        while (count > 0)
        {
            if (_at == _end)
            {
                Fill();
            }

            uint step = Math.Min(count, (uint)(_end - _at));
            count -= step;
            _at += (int)step;
        }
    }

    private void Fill()
    {
        int count = socket.Receive(_buffer);
        if (count == 0)
        {
            throw new EndOfStreamException();
        }

        (_at, _end) = (0, count);
    }
}
