using System.Globalization;

namespace XenFbFront.Content;

/// <summary>Puts a line of text together in a buffer of the caller; what does not fit is cut off. Allocates nothing.</summary>
internal ref struct TextLine(Span<char> buffer)
{
    private readonly Span<char> _buffer = buffer;
    private int _length;

    /// <summary>The text so far.</summary>
    public readonly ReadOnlySpan<char> Text => _buffer[.._length];

    /// <summary>Adds text.</summary>
    public TextLine Add(ReadOnlySpan<char> text)
    {
        text = text[..Math.Min(text.Length, _buffer.Length - _length)];
        text.CopyTo(_buffer[_length..]);
        _length += text.Length;
        return this;
    }

    /// <summary>Adds a decimal number.</summary>
    public TextLine Add(long number)
    {
        _length += number.TryFormat(_buffer[_length..], out int written, default, CultureInfo.InvariantCulture) ? written : 0;
        return this;
    }

    /// <summary>Adds a decimal number with its sign, also when it is positive.</summary>
    public TextLine AddSigned(long number) => (number > 0 ? Add("+") : this).Add(number);

    /// <summary>Adds a decimal number with its sign; nothing for 0.</summary>
    public TextLine AddUnlessZero(long number) => number != 0 ? AddSigned(number) : this;

    /// <summary>Adds a hexadecimal number with <c>0x</c> before it.</summary>
    public TextLine AddHex(int number)
    {
        TextLine line = Add("0x");
        line._length += number.TryFormat(_buffer[line._length..], out int written, "x", CultureInfo.InvariantCulture) ? written : 0;
        return line;
    }

    /// <summary>Adds the name of a key or button.</summary>
    public TextLine AddKey(ushort code)
    {
        _length += KeyNames.TryFormat(code, _buffer[_length..], out int written) ? written : 0;
        return this;
    }
}
