namespace XenFbFront.Content.Terminal;

/// <summary>What libvterm must be helped with.</summary>
/// <remarks>
/// <para>
/// Its version 0.1 obeys the first number of a sequence that switches several modes (<c>ESC [ ? 1000 ; 1006 h</c>, as ncurses writes it) and leaves the
/// others, stays on the alternate screen when everything is reset, keeps the scrolling region in a soft reset, and does not tell when the lines
/// above the screen are to be forgotten. Its repetition of a character (REP) never ends for a combining one and writes beyond the line for a wide
/// one, and it takes the controls U+0080 to U+009F in UTF-8 for characters of -1 columns. So these are looked for before the library gets them, and
/// what would make it write where it must not it never gets: neither REP nor these controls nor what ends UTF-8 (<c>ESC %</c>).
/// </para>
/// <para>
/// One that has not come whole is held back until it has. Control characters inside one are obeyed before it.
/// </para>
/// </remarks>
public sealed unsafe partial class VirtualTerminal
{
    /// <summary>Longest sequence that is looked at; longer ones, which mean nothing, are dropped.</summary>
    private const int MaxHeld = 128;

    private const int MaxCharacterBytes = 4;
    private const byte Escape = 0x1b, Cancel = 0x18, Substitute = 0x1a;

    /// <summary>The first byte of U+0080 to U+00BF.</summary>
    private const byte LeadOfControls = 0xc2;

    private readonly byte[] _held = new byte[MaxHeld];
    private readonly byte[] _last = new byte[MaxCharacterBytes];
    private int _heldLength;
    private int _lastLength;

    /// <summary>What begins with an escape, or may be a control in UTF-8.</summary>
    private enum SequenceKind
    {
        /// <summary>Nothing that concerns us.</summary>
        Plain,

        /// <summary>It may become one that does.</summary>
        Incomplete,

        /// <summary>It is none and must not reach the library.</summary>
        Broken,

        /// <summary>RIS.</summary>
        Reset,

        /// <summary>DECSTR.</summary>
        SoftReset,

        /// <summary>E3 of terminfo.</summary>
        ForgetAbove,

        /// <summary>REP.</summary>
        Repeat,

        /// <summary>Several modes.</summary>
        Modes,

        /// <summary>SGR with an attribute that the library does not have.</summary>
        Attributes,
    }

    private void Filter(ReadOnlySpan<byte> bytes)
    {
        while (_heldLength > 0 && !bytes.IsEmpty)
        {
            byte next = bytes[0];
            bytes = bytes[1..];
            if (_heldLength > 1 && next < ' ' && next is not (Escape or Cancel or Substitute))
            {
                Give([next]);
                continue;
            }

            _held[_heldLength++] = next;
            ReadOnlySpan<byte> held = _held.AsSpan(0, _heldLength);
            SequenceKind kind = Classify(held, out int length);
            if (kind != SequenceKind.Incomplete)
            {
                _heldLength = 0;
                GiveSequence(kind, held[..length]);
                // What ended it may begin another; it is one byte, which Classify has not seen as part of anything.
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
            int start = bytes[at..].IndexOfAny(Escape, LeadOfControls);
            if (start < 0)
            {
                break;
            }

            at += start;
            SequenceKind kind = Classify(bytes[at..], out int length);
            if (kind == SequenceKind.Incomplete)
            {
                Give(bytes[given..at]);
                bytes.Slice(at, length).CopyTo(_held);
                _heldLength = length;
                Filter(bytes[(at + length)..]);
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

    /// <param name="bytes">From an escape or a <see cref="LeadOfControls"/> on.</param>
    /// <param name="length">Bytes that belong to it, at least 1.</param>
    private static SequenceKind Classify(ReadOnlySpan<byte> bytes, out int length)
    {
        length = 1;
        if (bytes.Length < 2)
        {
            return SequenceKind.Incomplete;
        }

        if (bytes[0] == LeadOfControls)
        {
            // Alone it goes too: with a sequence between the library would still put both bytes together.
            length = (bytes[1] & 0xc0) == 0x80 ? 2 : 1;
            return bytes[1] is >= 0xa0 and < 0xc0 ? SequenceKind.Plain : SequenceKind.Broken;
        }

        if (bytes[1] == (byte)'%')
        {
            length = Math.Min(3, bytes.Length);
            return length == 3 ? SequenceKind.Broken : SequenceKind.Incomplete;
        }

        if (bytes[1] != (byte)'[')
        {
            bool isReset = bytes[1] == (byte)'c';
            length = isReset ? 2 : 1;
            return isReset ? SequenceKind.Reset : SequenceKind.Plain;
        }

        int end = bytes[2..].IndexOfAnyExceptInRange((byte)0x20, (byte)0x3f);
        length = end < 0 ? bytes.Length : end + 2;
        if (length >= MaxHeld)
        {
            return SequenceKind.Broken;
        }

        if (end < 0)
        {
            return SequenceKind.Incomplete;
        }

        byte final = bytes[length];
        if (final is Escape or Cancel or Substitute)
        {
            return SequenceKind.Broken;
        }

        if (final < ' ')
        {
            return SequenceKind.Incomplete;
        }

        if (final >= 0x7f)
        {
            return SequenceKind.Broken;
        }

        ReadOnlySpan<byte> parameters = bytes[2..length];
        length++;
        return final switch
        {
            (byte)'b' => SequenceKind.Repeat,
            (byte)'p' when parameters.SequenceEqual("!"u8) => SequenceKind.SoftReset,
            (byte)'J' when parameters.SequenceEqual("3"u8) => SequenceKind.ForgetAbove,
            (byte)'h' or (byte)'l' when parameters is [(byte)'?', ..] && parameters.Contains((byte)';') => SequenceKind.Modes,
            (byte)'m' when HasMoreAttributes(parameters) => SequenceKind.Attributes,
            _ => SequenceKind.Plain,
        };
    }

    private void GiveSequence(SequenceKind kind, ReadOnlySpan<byte> bytes)
    {
        switch (kind)
        {
            case SequenceKind.Modes:
                GiveModes(bytes[3..]);
                return;
            case SequenceKind.Attributes:
                GiveAttributes(bytes[2..^1]);
                return;
            case SequenceKind.Repeat:
                Repeat(bytes[2..^1]);
                return;
            case SequenceKind.Broken:
                return;
        }

        Give(bytes);
        switch (kind)
        {
            case SequenceKind.Reset:
                ResetMore();
                break;
            case SequenceKind.SoftReset:
                // Text is plain again. Setting the region moves the cursor; what was saved of it is reset too.
                Give("\e[0m\e7\e[r\e8"u8);
                break;
            case SequenceKind.ForgetAbove:
                _scrollback.Clear();
                break;
        }
    }

    /// <summary>Writes the last character again, as often as the number says, but no more than the screen holds.</summary>
    private void Repeat(ReadOnlySpan<byte> number)
    {
        Span<byte> character = stackalloc byte[MaxCharacterBytes];
        character = character[.._lastLength];
        _last.AsSpan(0, _lastLength).CopyTo(character);
        if (number.IsEmpty || !System.Buffers.Text.Utf8Parser.TryParse(number, out int count, out _))
        {
            count = 1;
        }

        for (count = Math.Clamp(count, 1, Columns * Rows); count > 0 && !character.IsEmpty; count--)
        {
            Give(character);
        }

        // A repetition is no character, so another one behind it repeats nothing.
        _lastLength = 0;
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
        _lastLength = 0;
    }

    private void Give(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            return;
        }

        // The character that a repetition would mean: it always follows at once.
        int start = bytes.Length - 1;
        while (start > 0 && bytes.Length - start < MaxCharacterBytes && (bytes[start] & 0xc0) == 0x80)
        {
            start--;
        }

        _lastLength = bytes[start] is < 0x20 or 0x7f ? 0 : bytes.Length - start;
        bytes[start..].CopyTo(_last);
        fixed (byte* pointer = bytes)
        {
            Vterm.vterm_input_write(_terminal, pointer, (nuint)bytes.Length);
        }
    }
}
