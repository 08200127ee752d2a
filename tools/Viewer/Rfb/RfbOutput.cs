using System.Buffers.Binary;
using System.Net.Sockets;

namespace XenFbFront.Viewer;

/// <summary>Writes the server's messages to a client's socket, blocking. Numbers are big endian, RFC 6143 §7.</summary>
internal sealed class RfbOutput(Socket socket)
{
    private readonly byte[] _buffer = new byte[64 * 1024];
    private int _count;

    /// <summary>One byte.</summary>
    public void Write(byte value) => Reserve(1)[0] = value;

    /// <summary>Two bytes.</summary>
    public void Write(ushort value) => BinaryPrimitives.WriteUInt16BigEndian(Reserve(2), value);

    /// <summary>Four bytes.</summary>
    public void Write(uint value) => BinaryPrimitives.WriteUInt32BigEndian(Reserve(4), value);

    /// <summary>Bytes as they are.</summary>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > _buffer.Length)
        {
            Flush();
            Send(bytes);
        }
        else
        {
            bytes.CopyTo(Reserve(bytes.Length));
        }
    }

    /// <summary>The head of a rectangle. §7.6.1.</summary>
    public void WriteRectangle(int x, int y, int width, int height, int encoding)
    {
        Write((ushort)x);
        Write((ushort)y);
        Write((ushort)width);
        Write((ushort)height);
        Write((uint)encoding);
    }

    /// <summary>Sends what is collected.</summary>
    public void Flush()
    {
        Send(_buffer.AsSpan(0, _count));
        _count = 0;
    }

    private Span<byte> Reserve(int count)
    {
        if (_buffer.Length - _count < count)
        {
            Flush();
        }

        _count += count;
        return _buffer.AsSpan(_count - count, count);
    }

    private void Send(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            bytes = bytes[socket.Send(bytes)..];
        }
    }
}
