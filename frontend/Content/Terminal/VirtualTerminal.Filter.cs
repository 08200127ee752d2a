namespace XenFbFront.Content.Terminal;

/// <summary>What libvterm must be helped with.</summary>
/// <remarks>
/// Its version 0.1 obeys the first number of a sequence that switches several modes (<c>ESC [ ? 1000 ; 1006 h</c>, as ncurses writes it) and leaves the
/// others, stays on the alternate screen when everything is reset, keeps the scrolling region in a soft reset, and does not tell when the lines
/// above the screen are to be forgotten. So these four sequences are looked for before the library gets them. One that has not come whole is held
/// back until it has.
/// </remarks>
public sealed unsafe partial class VirtualTerminal
{
    /// <summary>A longer sequence goes to the library as it is.</summary>
    private const int MaxHeld = 64;

    private const byte Escape = 0x1b;

    private readonly byte[] _held = new byte[MaxHeld];
    private int _heldLength;

    /// <summary>What begins with an escape.</summary>
    private enum SequenceKind
    {
        /// <summary>Nothing that concerns us.</summary>
        Plain,

        /// <summary>It may become one that does.</summary>
        Incomplete,

        /// <summary>RIS.</summary>
        Reset,

        /// <summary>DECSTR.</summary>
        SoftReset,

        /// <summary>E3 of terminfo.</summary>
        ForgetAbove,

        /// <summary>Several modes.</summary>
        Modes,
    }

    private void Filter(ReadOnlySpan<byte> bytes)
    {
        while (_heldLength > 0 && !bytes.IsEmpty)
        {
            _held[_heldLength++] = bytes[0];
            bytes = bytes[1..];
            ReadOnlySpan<byte> held = _held.AsSpan(0, _heldLength);
            SequenceKind kind = Classify(held, out int length);
            if (kind != SequenceKind.Incomplete)
            {
                GiveSequence(kind, held[..length]);
                // What ended it may begin another.
                _heldLength = 0;
                FilterWhole(held[length..]);
            }
        }

        FilterWhole(bytes);
    }

    private void FilterWhole(ReadOnlySpan<byte> bytes)
    {
        int given = 0;
        for (int at = 0; at < bytes.Length;)
        {
            int start = bytes[at..].IndexOf(Escape);
            if (start < 0)
            {
                break;
            }

            at += start;
            SequenceKind kind = Classify(bytes[at..], out int length);
            if (kind == SequenceKind.Incomplete)
            {
                Give(bytes[given..at]);
                bytes[at..].CopyTo(_held);
                _heldLength = bytes.Length - at;
                return;
            }

            if (kind != SequenceKind.Plain)
            {
                Give(bytes[given..at]);
                GiveSequence(kind, bytes.Slice(at, length));
                given = at + length;
            }

            at += length;
        }

        Give(bytes[given..]);
    }

    /// <param name="bytes">From an escape on.</param>
    /// <param name="length">Bytes that belong to it, at least 1.</param>
    private static SequenceKind Classify(ReadOnlySpan<byte> bytes, out int length)
    {
        length = bytes.Length;
        if (length < 2)
        {
            return SequenceKind.Incomplete;
        }

        if (bytes[1] != (byte)'[')
        {
            length = bytes[1] == (byte)'c' ? 2 : 1;
            return bytes[1] == (byte)'c' ? SequenceKind.Reset : SequenceKind.Plain;
        }

        if (length < 3)
        {
            return SequenceKind.Incomplete;
        }

        if (bytes[2] != (byte)'?')
        {
            bool mayMatter = bytes[2] is (byte)'!' or (byte)'3';
            SequenceKind kind = !mayMatter ? SequenceKind.Plain
                : length < 4 ? SequenceKind.Incomplete
                : bytes[3] == (byte)'p' && bytes[2] == (byte)'!' ? SequenceKind.SoftReset
                : bytes[3] == (byte)'J' && bytes[2] == (byte)'3' ? SequenceKind.ForgetAbove
                : SequenceKind.Plain;
            length = kind switch { SequenceKind.Plain => 2, SequenceKind.Incomplete => length, _ => 4 };
            return kind;
        }

        int end = bytes[3..].IndexOfAnyExcept("0123456789;"u8);
        if (end < 0)
        {
            return length < MaxHeld ? SequenceKind.Incomplete : SequenceKind.Plain;
        }

        length = 3 + end;
        bool areModes = bytes[length] is (byte)'h' or (byte)'l' && bytes[3..length].Contains((byte)';');
        length += areModes ? 1 : 0;
        return areModes ? SequenceKind.Modes : SequenceKind.Plain;
    }

    private void GiveSequence(SequenceKind kind, ReadOnlySpan<byte> bytes)
    {
        if (kind == SequenceKind.Modes)
        {
            GiveModes(bytes[3..]);
            return;
        }

        Give(bytes);
        switch (kind)
        {
            case SequenceKind.Reset:
                ResetMore();
                break;
            case SequenceKind.SoftReset:
                // Setting the region moves the cursor; what was saved of it is reset too.
                Give("\e7\e[r\e8"u8);
                break;
            case SequenceKind.ForgetAbove:
                _scrollback.Clear();
                break;
        }
    }

    /// <summary>Switches modes one by one.</summary>
    /// <param name="numbers">The numbers with semicolons between, and the letter that ends them.</param>
    private void GiveModes(ReadOnlySpan<byte> numbers)
    {
        ReadOnlySpan<byte> letter = numbers[^1..];
        numbers = numbers[..^1];
        while (!numbers.IsEmpty)
        {
            int length = numbers.IndexOf((byte)';');
            ReadOnlySpan<byte> number = length < 0 ? numbers : numbers[..length];
            Give("\e[?"u8);
            Give(number);
            Give(letter);
            numbers = length < 0 ? default : numbers[(length + 1)..];
        }
    }

    /// <summary>Does what the library leaves out of a reset, as xterm does it: the alternate screen, the pointer's modes and the cursor's blinking end.</summary>
    private void ResetMore()
    {
        Give(IsAlternate ? "\e[?1049l\e[2J\e[H"u8 : default);
        GiveModes("1000;1002;1003;1004;1005;1006;1015;2004l"u8);
        // The library's cursor blinks until a program says otherwise; a blinking one wakes an idle machine for ever.
        int steady = 0;
        Vterm.vterm_state_set_termprop(_state, VtermProperty.CursorBlinks, &steady);
    }

    private void Give(ReadOnlySpan<byte> bytes)
    {
        fixed (byte* pointer = bytes)
        {
            Vterm.vterm_input_write(_terminal, pointer, (nuint)bytes.Length);
        }
    }
}
