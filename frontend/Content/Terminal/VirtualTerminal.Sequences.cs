using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace XenFbFront.Content.Terminal;

/// <summary>What libvterm is given for the sequences that are obeyed; others it never sees.</summary>
/// <remarks>
/// <para>
/// It keeps sixteen numbers of a sequence and writes any more behind them, reads numbers that an earlier sequence left when colours are cut short
/// (vterm_state_setpen in pen.c), and obeys of several modes the first. So it gets each mode and each attribute in a sequence of its own, and of all else no
/// more numbers than the sequence has.
/// </para>
/// <para>
/// Not given: REP, which never ends for a combining character and writes where the line has ended for a wide one (state.c); titles, which are copied to the
/// stack at any length (settermprop_string) and shown nowhere; what leaves UTF-8 (<c>ESC %</c>).
/// </para>
/// <para>
/// What it leaves out of a reset is added: it stays on the alternate screen and keeps the pointer's modes and the saved cursor in RIS, does
/// not know DECSTR, and does not tell when the lines above the screen are to be forgotten.
/// </para>
/// </remarks>
public sealed unsafe partial class VirtualTerminal
{
    /// <summary>Longest sequence that is given.</summary>
    private const int MaxSequence = 64;

    /// <summary>The mode (DECLRMM) in which <c>CSI s</c> sets the margins at the sides.</summary>
    private const short SideMargins = 69;

    private bool _hasSideMargins;

    private ReadOnlySpan<short> Numbers => _numbers.AsSpan(0, Math.Min(_numberCount, MaxNumbers));

    private void GiveEscape(byte final)
    {
        switch (_intermediate, final)
        {
            case (0, (byte)'c'):
                Give("\ec"u8);
                ResetMore();
                break;
            case (0, (byte)'7' or (byte)'8' or (byte)'=' or (byte)'>' or (byte)'n' or (byte)'o'):
            case (0, (byte)'D' or (byte)'E' or (byte)'H' or (byte)'M' or (byte)'N' or (byte)'O'):
                Give([Escape, final]);
                break;
            case ((byte)'#', (byte)'3' or (byte)'4' or (byte)'5' or (byte)'6' or (byte)'8'):
            case ((byte)' ', (byte)'F' or (byte)'G'):
            case ((byte)'(' or (byte)')' or (byte)'*' or (byte)'+', (byte)'0' or (byte)'A' or (byte)'B'):
                Give([Escape, _intermediate, final]);
                break;
        }
    }

    private void GiveSequence(byte final)
    {
        switch (_leader, _intermediate, final)
        {
            case (0, 0, (byte)'b'):
                // A repetition is no character, so another one behind it repeats nothing.
                Repeat();
                break;
            case (0, 0, (byte)'m'):
                GiveAttributes();
                break;
            case (0 or (byte)'?', 0, (byte)'h' or (byte)'l'):
                foreach (short mode in Numbers)
                {
                    GiveSequence(_leader, [mode], 0, final);
                    _hasSideMargins = _leader != 0 && mode == SideMargins ? final == (byte)'h' : _hasSideMargins;
                }

                break;
            case (0, 0, (byte)'J') when _numbers[0] == 3:
                GiveAll();
                _scrollback.Clear();
                break;
            case (0 or (byte)'?', 0, (byte)'J' or (byte)'K') when _numbers[0] <= 2:
            case (0, 0, (byte)'c' or (byte)'g' or (byte)'I' or (byte)'Z' or (byte)'`'):
            case (0, 0, (>= (byte)'@' and <= (byte)'G') or (byte)'L' or (byte)'M' or (byte)'P' or (byte)'S' or (byte)'T' or (byte)'X'):
            case (0, 0, (byte)'a' or (byte)'d' or (byte)'e' or (byte)'j' or (byte)'k'):
            case (0 or (byte)'?', 0, (byte)'n'):
            case ((byte)'>', 0, (byte)'c'):
            case ((byte)'?', (byte)'$', (byte)'p'):
            case (0, (byte)' ' or (byte)'"', (byte)'q'):
            case (0, (byte)'\'', (byte)'}' or (byte)'~'):
                GiveSequence(_leader, Numbers[..1], _intermediate, final);
                break;
            case (0, 0, (byte)'s' or (byte)'u') when !_hasSideMargins && Numbers is [Missing]:
                // SCOSC and SCORC. The library takes the first for margins and moves the cursor to the top left.
                Give(final == (byte)'s' ? "\e7"u8 : "\e8"u8);
                break;
            case (0, 0, (byte)'H' or (byte)'f' or (byte)'r'):
            case (0, 0, (byte)'s') when _hasSideMargins:
                GiveSequence(0, Numbers[..Math.Min(2, Numbers.Length)], 0, final);
                break;
            case (0, (byte)'!', (byte)'p'):
                SoftReset();
                break;
        }

        _lastLength = 0;
    }

    /// <summary>Gives a sequence with the numbers as they are, those that are <see cref="Missing"/> empty.</summary>
    private void GiveSequence(byte leader, ReadOnlySpan<short> numbers, byte intermediate, byte final, byte separator = (byte)';')
    {
        Span<byte> sequence = stackalloc byte[MaxSequence];
        int length = 0;
        sequence[length++] = Escape;
        sequence[length++] = (byte)'[';
        if (leader != 0)
        {
            sequence[length++] = leader;
        }

        for (int i = 0; i < numbers.Length; i++)
        {
            if (i > 0)
            {
                sequence[length++] = separator;
            }

            if (numbers[i] != Missing)
            {
                Utf8Formatter.TryFormat((int)numbers[i], sequence[length..], out int digits);
                length += digits;
            }
        }

        if (intermediate != 0)
        {
            sequence[length++] = intermediate;
        }

        sequence[length++] = final;
        Give(sequence[..length]);
    }

    /// <summary>Gives each attribute (SGR) by itself. Colours are several numbers, with colons or, as they were first written, with semicolons.</summary>
    private void GiveAttributes()
    {
        ReadOnlySpan<short> numbers = Numbers;
        while (!numbers.IsEmpty)
        {
            int start = Numbers.Length - numbers.Length, length = 1;
            while (length < numbers.Length && (_joined >> (start + length - 1) & 1) != 0)
            {
                length++;
            }

            if (length == 1 && numbers[0] is 38 or 48 or 58 && numbers.Length > 1)
            {
                length = Math.Min(numbers.Length, numbers[1] switch { 2 => 5, 5 => 3, _ => 1 });
            }

            GiveAttribute(numbers[..length]);
            numbers = numbers[length..];
        }
    }

    private void GiveAttribute(ReadOnlySpan<short> numbers)
    {
        switch (numbers)
        {
            case [38 or 48, 5, >= 0 and <= 255]:
            case [38 or 48, 2, >= 0 and <= 255, >= 0 and <= 255, >= 0 and <= 255]:
                GiveSequence(0, numbers, 0, (byte)'m');
                break;
            case [38 or 48, 2, _, >= 0 and <= 255, >= 0 and <= 255, >= 0 and <= 255, ..]:
                // With the number of a colour space.
                GiveSequence(0, [numbers[0], 2, numbers[3], numbers[4], numbers[5]], 0, (byte)'m');
                break;
            case [4, >= 0 and <= 3]:
                GiveSequence(0, numbers, 0, (byte)'m', (byte)':');
                break;
            case [4, _]:
                GiveSequence(0, numbers[..1], 0, (byte)'m');
                break;
            case [Dim or Invisible or NotBoldOrDim or NotInvisible]:
                GiveDimOrInvisible(numbers[0]);
                break;
            case [not (38 or 48 or 58 or (>= FirstFont and <= LastFont))]:
                GiveSequence(0, numbers, 0, (byte)'m');
                break;
        }
    }

    /// <summary>Answers a question for settings (DECRQSS). libvterm's answer to others takes a length for a text. C: request_status_string in state.c.</summary>
    private void GiveString(ReadOnlySpan<byte> text)
    {
        if (text.SequenceEqual("$qm"u8) || text.SequenceEqual("$qr"u8) || text.SequenceEqual("$qs"u8) || text.SequenceEqual("$q q"u8) || text.SequenceEqual("$q\"q"u8))
        {
            Span<byte> question = stackalloc byte[MaxString + 4];
            (question[0], question[1]) = (Escape, (byte)'P');
            text.CopyTo(question[2..]);
            (question[text.Length + 2], question[text.Length + 3]) = (Escape, (byte)'\\');
            Give(question[..(text.Length + 4)]);
        }
        else if (text.StartsWith("$q"u8))
        {
            GiveAll();
            _reply("\eP0$r\e\\"u8);
        }
    }

    /// <summary>
    /// Answers a question for the colour of text (OSC 10) or behind it (OSC 11), by which programs such as vim tell a dark screen from a light one. libvterm
    /// does not know them.
    /// </summary>
    private void AnswerColour(ReadOnlySpan<byte> text)
    {
        if (text.SequenceEqual("10;?"u8) || text.SequenceEqual("11;?"u8))
        {
            uint colour = text[1] == (byte)'0' ? TerminalColours.DefaultForeground : TerminalColours.DefaultBackground;
            GiveAll();
            // Four hexadecimal digits for each part, of which ours have two.
            uint red = colour >> 16 & 255, green = colour >> 8 & 255, blue = colour & 255;
            _reply(Encoding.ASCII.GetBytes($"\e]1{(char)text[1]};rgb:{red:x2}{red:x2}/{green:x2}{green:x2}/{blue:x2}{blue:x2}\e\\"));
        }
    }

    /// <summary>Writes the last character again, as often as the number says, but no more than a line holds: nine bytes must not be a screen's work.</summary>
    private void Repeat()
    {
        Span<byte> character = stackalloc byte[MaxCharacterBytes];
        character = character[.._lastLength];
        _last.AsSpan(0, _lastLength).CopyTo(character);
        if (Rune.DecodeFromUtf8(character, out Rune rune, out _) == OperationStatus.Done)
        {
            for (int count = Math.Clamp((int)_numbers[0], 1, Columns); count > 0; count--)
            {
                TakeCharacter(rune.Value, character);
            }
        }
    }

    /// <summary>Does what a soft reset (DECSTR) does, which leaves the text and the cursor's place; the regions' bounds move it, so it is saved and restored.</summary>
    private void SoftReset()
    {
        _hasSideMargins = false;
        Give("\e7\e[?1l\e[?6l\e[?7h\e[4l\e>\e[r\e[s\e[?69l\e8\e[?25h\e[m\e[\"q\e(B\e)B\x0f\e7"u8);
    }

    /// <summary>Does what the library leaves out of a reset, as xterm does it: the alternate screen, the pointer's modes and the cursor's blinking end.</summary>
    private void ResetMore()
    {
        GiveAll();
        Give(IsAlternate ? "\e[?1047l\e[2J\e[H"u8 : default);
        Give("\e[?1000l\e[?1002l\e[?1003l\e[?1004l\e[?1005l\e[?1006l\e[?1015l\e[?2004l"u8);
        GiveAll();
        // The library's cursor blinks until a program says otherwise; a blinking one wakes an idle machine for ever.
        int steady = 0;
        Vterm.vterm_state_set_termprop(_state, VtermProperty.CursorBlinks, &steady);
        // A cursor that was never saved would be restored as black on black and in a shape that is none, of which DECRQSS tells what lay on the stack.
        Give("\e7"u8);
        GiveAll();
        _hasSideMargins = false;
        ForgetIncomplete();
    }
}
