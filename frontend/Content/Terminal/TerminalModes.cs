using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace XenFbFront.Content.Terminal;

/// <summary>What a terminal was told in output that is no longer kept: the modes that are on, and the sequence that has begun.</summary>
/// <remarks>
/// A program may set a mode once and then write for days. So whatever leaves the log is read for it here, and whoever replays the log begins
/// with <see cref="Write"/>. Reading the same bytes twice changes nothing. Source of the numbers: DEC private modes in xterm's ctlseqs.
/// </remarks>
[StructLayout(LayoutKind.Explicit, Size = TerminalModes.Bytes)]
internal struct TerminalModes
{
    /// <summary>Bytes of one.</summary>
    public const int Bytes = 72;

    /// <summary>Longest result of <see cref="Write"/>.</summary>
    public const int MaxWritten = 256;

    private const int MaxSequence = 60;
    private const byte Escape = 0x1b;

    /// <summary>Modes that matter when a sequence is missed, bit by bit: DEC private ones, negative what is none.</summary>
    private static ReadOnlySpan<short> Modes => [1049, 1, 5, 6, 7, 25, 1000, 1002, 1003, 1004, 1006, 2004, -Insert, -KeypadSendsCodes];

    private const short Insert = 4, KeypadSendsCodes = short.MaxValue;

    /// <summary>On in a new terminal: wrapping (7) and the cursor (25).</summary>
    private const uint Initial = 1u << 4 | 1u << 5;

    /// <summary>Bits in the order of the list of modes, turned over where a new terminal has the mode on: zero is a new terminal.</summary>
    [FieldOffset(0)] public uint Changed;

    /// <summary>Bytes in <see cref="Sequence"/>.</summary>
    [FieldOffset(4)] public int SequenceLength;

    /// <summary>The beginning of a control sequence whose end has not been seen yet.</summary>
    [FieldOffset(8)] public SequenceBytes Sequence;

    /// <summary>Reads output on its way out of the log.</summary>
    public void Read(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            if (SequenceLength == 0)
            {
                int start = bytes.IndexOf(Escape);
                if (start < 0)
                {
                    return;
                }

                bytes = bytes[start..];
            }

            Take(bytes[0]);
            bytes = bytes[1..];
        }
    }

    /// <summary>Writes what brings a new terminal into this state.</summary>
    /// <param name="target">At least <see cref="MaxWritten"/> long.</param>
    /// <returns>Bytes written.</returns>
    public readonly int Write(Span<byte> target)
    {
        int length = 0;
        for (int i = 0; i < Modes.Length; i++)
        {
            if ((Changed >> i & 1) != 0)
            {
                bool isOn = (Initial >> i & 1) == 0;
                length += WriteMode(target[length..], Modes[i], isOn);
            }
        }

        ((ReadOnlySpan<byte>)Sequence)[..SequenceLength].CopyTo(target[length..]);
        return length + SequenceLength;
    }

    private static int WriteMode(Span<byte> target, short mode, bool isOn)
    {
        target[0] = Escape;
        if (mode == -KeypadSendsCodes)
        {
            target[1] = (byte)(isOn ? '=' : '>');
            return 2;
        }

        int length = 1;
        target[length++] = (byte)'[';
        if (mode > 0)
        {
            target[length++] = (byte)'?';
        }

        System.Buffers.Text.Utf8Formatter.TryFormat(Math.Abs((int)mode), target[length..], out int digits);
        length += digits;
        target[length++] = (byte)(isOn ? 'h' : 'l');
        return length;
    }

    private void Take(byte value)
    {
        Span<byte> sequence = Sequence;
        switch (value)
        {
            case Escape:
                sequence[0] = value;
                SequenceLength = 1;
                return;
            case 0x18 or 0x1a:
                // CAN and SUB end a sequence without effect.
                SequenceLength = 0;
                return;
            case 0x07 when SequenceLength > 1 && IsString(sequence[1]):
                SequenceLength = 0;
                return;
            case < 0x20:
                // Other control characters work inside a sequence.
                return;
        }

        if (SequenceLength > 1 && IsString(sequence[1]))
        {
            // Titles and the like: of these only the beginning counts.
            return;
        }

        if (SequenceLength == MaxSequence)
        {
            SequenceLength = 0;
            return;
        }

        sequence[SequenceLength++] = value;
        bool isControl = sequence[1] == (byte)'[';
        if (SequenceLength == 2 ? !isControl && !IsString(value) && value >= 0x30 : value >= (isControl ? 0x40 : 0x30))
        {
            Obey(sequence[1..SequenceLength]);
            SequenceLength = 0;
        }
    }

    /// <summary>Whether a sequence that begins so ends with a terminator: OSC, DCS, SOS, PM, APC.</summary>
    private static bool IsString(byte second) => second is (byte)']' or (byte)'P' or (byte)'X' or (byte)'^' or (byte)'_';

    private void Obey(ReadOnlySpan<byte> sequence)
    {
        switch (sequence[0])
        {
            case (byte)'c':
                Changed = 0;
                break;
            case (byte)'=':
                Set(-KeypadSendsCodes, true);
                break;
            case (byte)'>':
                Set(-KeypadSendsCodes, false);
                break;
            case (byte)'[' when sequence.SequenceEqual("[!p"u8):
                // A soft reset leaves the alternate screen and the pointer's modes.
                foreach (int mode in (ReadOnlySpan<int>)[1, 6, -Insert, -KeypadSendsCodes])
                {
                    Set(mode, false);
                }

                Set(7, true);
                Set(25, true);
                break;
            case (byte)'[' when sequence[^1] is (byte)'h' or (byte)'l':
                SetAll(sequence[1..^1], sequence[^1] == (byte)'h');
                break;
        }
    }

    private void SetAll(ReadOnlySpan<byte> numbers, bool isOn)
    {
        bool isPrivate = numbers.StartsWith("?"u8);
        int number = 0;
        foreach (byte digit in isPrivate ? numbers[1..] : numbers)
        {
            if (digit is >= (byte)'0' and <= (byte)'9')
            {
                number = Math.Min(number * 10 + digit - '0', short.MaxValue - 1);
            }
            else
            {
                Set(isPrivate ? number : -number, isOn);
                number = 0;
            }
        }

        Set(isPrivate ? number : -number, isOn);
    }

    private void Set(int mode, bool isOn)
    {
        // Three numbers for the alternate screen.
        int index = Modes.IndexOf((short)(mode is 47 or 1047 ? 1049 : mode));
        if (index >= 0)
        {
            bool isChange = isOn != ((Initial >> index & 1) != 0);
            Changed = isChange ? Changed | 1u << index : Changed & ~(1u << index);
        }
    }

    /// <summary>Fixed array.</summary>
    [InlineArray(MaxSequence)]
    internal struct SequenceBytes
    {
        private byte _first;
    }
}
