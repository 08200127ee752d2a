using System.Buffers;
using System.Text;

namespace XenFbFront.Content.Terminal;

/// <summary>What programs write is taken apart here, and libvterm gets only what it is known to obey without harm.</summary>
/// <remarks>
/// <para>
/// libvterm 0.1.4 writes beyond its memory for output that any program can write; docs/terminal.md lists the places. So it reads nothing that a
/// program wrote as it was written: characters are given whole and valid, control characters and sequences from a closed list, each made anew by
/// <c>VirtualTerminal.Sequences.cs</c> with as many numbers as it takes and none above <see cref="MaxNumber"/>. All that is given in one call begins and ends
/// where libvterm is between sequences, so there is no state of its parser with which ours could disagree.
/// </para>
/// <para>
/// The states are those of a DEC terminal: control characters are obeyed inside sequences, CAN and SUB end them, ESC begins another. Strings (OSC, DCS,
/// SOS, PM, APC) end with ST or BEL; of them only the question for settings (DECRQSS) means something here.
/// </para>
/// </remarks>
public sealed unsafe partial class VirtualTerminal
{
    /// <summary>Bytes given to libvterm at once; it takes eight bytes of stack for each. C: codepoints and chars in on_text, state.c.</summary>
    private const int MaxGiven = 4096;

    private const int MaxCharacterBytes = 4;

    /// <summary>Numbers of a sequence that are looked at; only attributes and modes take more than a few.</summary>
    private const int MaxNumbers = 32;

    /// <summary>Greatest number of a sequence, greater ones become it: more than any mode, line or column. libvterm adds it to others without a look.</summary>
    private const short MaxNumber = short.MaxValue;

    /// <summary>A number that is left out.</summary>
    private const short Missing = -1;

    /// <summary>Bytes of a string that are looked at; more are none of those obeyed.</summary>
    private const int MaxString = 8;

    /// <summary>More intermediate bytes than one, or bytes where they cannot be.</summary>
    private const byte Wrong = 0xff;

    private const byte Bell = 0x07, Cancel = 0x18, Substitute = 0x1a, Escape = 0x1b, Delete = 0x7f;

    private readonly byte[] _given = new byte[MaxGiven];
    private readonly byte[] _character = new byte[MaxCharacterBytes];
    private readonly byte[] _last = new byte[MaxCharacterBytes];
    private readonly byte[] _string = new byte[MaxString];
    private readonly short[] _numbers = new short[MaxNumbers];
    private int _givenLength;
    private int _characterLength;
    private int _lastLength;
    private int _stringLength;
    private int _numberCount;
    private int _markCount;

    /// <summary>Bit by bit, whether a number is joined with the next by a colon.</summary>
    private uint _joined;

    private Phase _phase;
    private byte _leader;
    private byte _intermediate;

    /// <summary>What began the string, 0 when none waits for its end.</summary>
    private byte _stringKind;

    private enum Phase : byte
    {
        Text,

        /// <summary>Behind an escape.</summary>
        Escape,

        /// <summary>Behind <c>ESC [</c>.</summary>
        Sequence,

        /// <summary>In a string.</summary>
        String,
    }

    private void Filter(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[(_phase == Phase.Text ? TakeText(bytes) : TakeOther(bytes[0]))..];
        }

        GiveAll();
    }

    /// <summary>Forgets what has come of a character, sequence or string that is not complete.</summary>
    private void ForgetIncomplete() => (_phase, _stringKind, _characterLength, _lastLength) = (Phase.Text, 0, 0, 0);

    /// <returns>Bytes taken, 0 when the first has broken a character and is to be looked at again.</returns>
    private int TakeText(ReadOnlySpan<byte> bytes)
    {
        Rune rune;
        int length;
        if (_characterLength == 0)
        {
            length = bytes.IndexOfAnyExceptInRange((byte)' ', (byte)'~');
            length = length < 0 ? bytes.Length : length;
            if (length > 0)
            {
                Give(bytes[..length]);
                SetLast(bytes.Slice(length - 1, 1));
                _markCount = 0;
                return length;
            }

            if (bytes[0] <= Delete)
            {
                TakeControl(bytes[0]);
                return 1;
            }

            if (Rune.DecodeFromUtf8(bytes, out rune, out length) == OperationStatus.Done)
            {
                TakeCharacter(rune.Value, bytes[..length]);
                return length;
            }
        }

        // Broken, or in two pieces.
        _character[_characterLength++] = bytes[0];
        ReadOnlySpan<byte> character = _character.AsSpan(0, _characterLength);
        OperationStatus status = Rune.DecodeFromUtf8(character, out rune, out length);
        if (status == OperationStatus.NeedMoreData)
        {
            return 1;
        }

        _characterLength = 0;
        TakeCharacter(rune.Value, status == OperationStatus.Done ? character : "\ufffd"u8);
        return length == character.Length ? 1 : 0;
    }

    private void TakeCharacter(int codePoint, ReadOnlySpan<byte> bytes)
    {
        if (codePoint is >= 0x80 and < 0xa0)
        {
            // Controls, which libvterm takes for characters of -1 columns. C: mk_wcwidth in unicode.c.
            return;
        }

        if (!CombiningCharacters.Contains(codePoint))
        {
            _markCount = 0;
        }
        else if (_markCount++ >= TerminalCell.MaxMarks)
        {
            // libvterm keeps all of them, so that its memory grows for ever. C: grow_combine_buffer in state.c.
            _markCount = TerminalCell.MaxMarks;
            return;
        }

        bool isAlone = CombiningCharacters.IsWide(codePoint);
        if (isAlone)
        {
            // Their columns are added to those of a character before them in the same call, and libvterm writes where the line has ended. C: putglyph in screen.c.
            GiveAll();
        }

        Give(bytes);
        SetLast(bytes);
        if (isAlone)
        {
            GiveAll();
        }
    }

    private void TakeControl(byte control)
    {
        switch (control)
        {
            case Escape:
                (_phase, _intermediate) = (Phase.Escape, 0);
                return;
            case >= Bell and <= 0x0f:
                // BEL, BS, HT, LF, VT, FF, CR, SO, SI.
                Give([control]);
                break;
        }

        _lastLength = 0;
    }

    /// <returns>Bytes taken: 1, or 0 when the byte ends the sequence without belonging to it.</returns>
    private int TakeOther(byte value)
    {
        switch (value)
        {
            case Cancel or Substitute:
                ForgetIncomplete();
                return 1;
            case Bell when _phase == Phase.String:
                EndString();
                return 1;
            case < (byte)' ':
                TakeControl(value);
                return 1;
            case Delete:
                return 1;
            case > Delete when _phase != Phase.String:
                ForgetIncomplete();
                return 0;
        }

        switch (_phase)
        {
            case Phase.Escape:
                TakeEscape(value);
                break;
            case Phase.Sequence:
                TakeSequence(value);
                break;
            case Phase.String when _stringLength < MaxString:
                _string[_stringLength++] = value;
                break;
        }

        return 1;
    }

    private void TakeEscape(byte value)
    {
        if (value < 0x30)
        {
            _intermediate = _intermediate == 0 ? value : Wrong;
            return;
        }

        _phase = Phase.Text;
        switch (value)
        {
            case (byte)'[' when _intermediate == 0:
                (_phase, _stringKind) = (Phase.Sequence, 0);
                (_leader, _numberCount, _joined, _numbers[0]) = (0, 1, 0, Missing);
                return;
            case (byte)'P' or (byte)']' or (byte)'X' or (byte)'^' or (byte)'_' when _intermediate == 0:
                (_phase, _stringKind, _stringLength) = (Phase.String, value, 0);
                return;
            case (byte)'\\' when _intermediate == 0:
                EndString();
                break;
            default:
                GiveEscape(value);
                break;
        }

        (_stringKind, _lastLength) = (0, 0);
    }

    private void TakeSequence(byte value)
    {
        switch (value)
        {
            case < 0x30:
                _intermediate = _intermediate == 0 ? value : Wrong;
                break;
            case >= 0x40:
                _phase = Phase.Text;
                if (_intermediate != Wrong)
                {
                    GiveSequence(value);
                }

                break;
            case >= 0x3c when _leader == 0 && _intermediate == 0 && _numberCount == 1 && _numbers[0] == Missing:
                _leader = value;
                break;
            case >= 0x3c:
                _intermediate = Wrong;
                break;
            default:
                TakeNumber(value);
                break;
        }
    }

    private void TakeNumber(byte value)
    {
        if (_intermediate != 0)
        {
            _intermediate = Wrong;
        }
        else if (value >= (byte)':')
        {
            if (_numberCount < MaxNumbers)
            {
                _joined |= value == (byte)':' ? 1u << (_numberCount - 1) : 0;
                _numbers[_numberCount] = Missing;
            }

            // One more than there is room for: what comes behind goes nowhere.
            _numberCount = Math.Min(_numberCount + 1, MaxNumbers + 1);
        }
        else if (_numberCount <= MaxNumbers)
        {
            ref short number = ref _numbers[_numberCount - 1];
            number = (short)Math.Min(Math.Max((int)number, 0) * 10 + value - '0', MaxNumber);
        }
    }

    private void EndString()
    {
        ReadOnlySpan<byte> text = _string.AsSpan(0, _stringLength);
        switch (_stringKind)
        {
            case (byte)'P':
                GiveString(text);
                break;
            case (byte)']':
                AnswerColour(text);
                break;
        }

        (_phase, _stringKind) = (Phase.Text, 0);
    }

    private void SetLast(ReadOnlySpan<byte> character)
    {
        character.CopyTo(_last);
        _lastLength = character.Length;
    }

    /// <summary>Adds to what libvterm gets next. Text may be parted anywhere, all else comes whole.</summary>
    private void Give(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > MaxGiven - _givenLength)
        {
            GiveAll();
            int length = Math.Min(bytes.Length, MaxGiven);
            bytes[..length].CopyTo(_given);
            _givenLength = length;
            bytes = bytes[length..];
        }

        bytes.CopyTo(_given.AsSpan(_givenLength));
        _givenLength += bytes.Length;
    }

    /// <summary>Lets libvterm have what was given so far.</summary>
    private void GiveAll()
    {
        if (_givenLength > 0)
        {
            fixed (byte* pointer = _given)
            {
                Vterm.vterm_input_write(_terminal, pointer, (nuint)_givenLength);
            }

            _givenLength = 0;
        }
    }
}
