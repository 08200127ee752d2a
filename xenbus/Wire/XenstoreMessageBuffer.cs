namespace Xenbus.Wire;

/// <summary>Collects a byte stream and cuts it into xenstore messages, however the pieces come.</summary>
/// <remarks>Holds at most one message of the largest size and what was read together with it.</remarks>
public sealed class XenstoreMessageBuffer
{
    private readonly byte[] _bytes = new byte[2 * (XenstoreHeader.Bytes + XenstoreHeader.MaxPayloadBytes)];
    private int _start;
    private int _end;

    /// <summary>Where the next bytes go; never empty. Follow with <see cref="Added"/>.</summary>
    public Span<byte> Free
    {
        get
        {
            if (_start > 0)
            {
                _bytes.AsSpan(_start, _end - _start).CopyTo(_bytes);
                _end -= _start;
                _start = 0;
            }

            return _bytes.AsSpan(_end);
        }
    }

    /// <summary>This many bytes were put into <see cref="Free"/>.</summary>
    public void Added(int count) => _end += count;

    /// <summary>Takes the next whole message. The payload is valid until the next use of this object.</summary>
    /// <returns>What was found.</returns>
    public XenstoreParse TryTake(out XenstoreHeader header, out ReadOnlySpan<byte> payload)
    {
        header = default;
        payload = default;
        if (_end - _start < XenstoreHeader.Bytes)
        {
            return XenstoreParse.NeedMore;
        }

        header = XenstoreHeader.Read(_bytes.AsSpan(_start));
        if (header.PayloadBytes > XenstoreHeader.MaxPayloadBytes)
        {
            return XenstoreParse.Broken;
        }

        int length = XenstoreHeader.Bytes + (int)header.PayloadBytes;
        if (_end - _start < length)
        {
            return XenstoreParse.NeedMore;
        }

        payload = _bytes.AsSpan(_start + XenstoreHeader.Bytes, (int)header.PayloadBytes);
        _start += length;
        return XenstoreParse.Message;
    }
}

/// <summary>What the bytes so far amount to.</summary>
public enum XenstoreParse
{
    /// <summary>Not a whole message yet.</summary>
    NeedMore,

    /// <summary>One message.</summary>
    Message,

    /// <summary>A length over the limit: the stream cannot be understood any more.</summary>
    Broken,
}
