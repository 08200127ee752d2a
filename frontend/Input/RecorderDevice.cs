using System.Buffers.Text;
using System.Diagnostics;
using Xenbus.Devices;
using Xenbus.Linux.Interop;

namespace XenFbFront.Input;

/// <summary>One role's way into the file of a <see cref="RecorderSink"/>.</summary>
/// <param name="file">Open for reading and appending.</param>
/// <param name="spec">The role.</param>
/// <param name="descriptors">Who keeps it.</param>
internal sealed class RecorderDevice(Descriptor file, InputDeviceSpec spec, IDescriptorStore descriptors) : KeptDevice(file, spec, descriptors)
{
    /// <summary>A line's most bytes: the longest role, a space, "65535 65535 -2147483648" and the line feed.</summary>
    private const int MaxLineBytes = 8 + 1 + 5 + 1 + 5 + 1 + 11 + 1;

    /// <summary>Events that fit without growing the buffer: more than a full ring of 51 becomes.</summary>
    private const int UsualEvents = 512;

    private byte[] _text = new byte[UsualEvents * MaxLineBytes + 1];

    /// <inheritdoc/>
    public override long Position => Math.Max(0, Libc.SeekToEnd(File.Number));

    /// <inheritdoc/>
    public override int Write(ReadOnlySpan<InputEvent> events)
    {
        if (events.IsEmpty)
        {
            return 0;
        }

        ReadOnlySpan<byte> text = Format(events);
        int result = Libc.Write(File.Number, text);
        if (result < 0)
        {
            return -result;
        }

        if (result == text.Length)
        {
            return 0;
        }

        // The disk is full: all or none.
        Libc.Truncate(File.Number, Position - result);
        return Errno.ENOSPC;
    }

    /// <inheritdoc/>
    /// <remarks>
    /// A whole delivery ends with a blank line, which stands nowhere else in it. A killed writer may have got only as far as a page boundary: then
    /// the blank line is missing, and the file is cut back to where the write began.
    /// </remarks>
    public override bool? WasCarriedOut(long positionBefore, ushort key, bool isDownAfter)
    {
        long length = Position;
        if (length <= positionBefore)
        {
            // Shorter: somebody emptied the file meanwhile, and nothing can be known.
            return length == positionBefore ? false : null;
        }

        Span<byte> end = stackalloc byte[2];
        if (length - positionBefore >= end.Length && Libc.ReadAllAt(File.Number, end, length - end.Length) == end.Length && end.SequenceEqual("\n\n"u8))
        {
            return true;
        }

        Libc.Truncate(File.Number, positionBefore);
        return false;
    }

    private ReadOnlySpan<byte> Format(ReadOnlySpan<InputEvent> events)
    {
        if (_text.Length < events.Length * MaxLineBytes + 1)
        {
            _text = new byte[events.Length * MaxLineBytes + 1];
        }

        ReadOnlySpan<byte> role = Spec.Role switch
        {
            InputRole.Keyboard => "keyboard "u8,
            InputRole.Pointer => "pointer "u8,
            InputRole.Touch => "touch "u8,
        };
        int length = 0;
        foreach (ref readonly InputEvent item in events)
        {
            role.CopyTo(_text.AsSpan(length));
            length += role.Length;
            Add(item.Type, (byte)' ', ref length);
            Add(item.Code, (byte)' ', ref length);
            Add(item.Value, (byte)'\n', ref length);
        }

        _text[length++] = (byte)'\n';
        return _text.AsSpan(0, length);
    }

    private void Add(int number, byte end, ref int length)
    {
        bool isFormatted = Utf8Formatter.TryFormat(number, _text.AsSpan(length), out int written);
        Debug.Assert(isFormatted, "the buffer is sized for the longest lines");
        length += written;
        _text[length++] = end;
    }
}
