using System.Diagnostics;

namespace XenFbFront.Content.Terminal;

/// <summary>Lines that have left the top of the screen, packed into a ring of bytes: the oldest go when there are too many or their text is too long.</summary>
/// <remarks>
/// A line is a sequence of cells: a byte <see cref="Style"/> and 12 more where the looks change, <see cref="Wide"/> before a character of two
/// columns, <see cref="Mark"/> before each mark that combines with the last character, <see cref="Empty"/> for an erased cell, and characters as
/// UTF-8. Erased cells of no colour at the end are left out. Nothing allocates after construction.
/// </remarks>
internal sealed class Scrollback
{
    private const byte Empty = 0, Style = 1, Wide = 2, Mark = 3;

    /// <summary>Bytes for each line that is kept, on average: text of a full line of 80, or half of it in several colours.</summary>
    private const int BytesPerLine = 128;

    /// <summary>Longest encoding of one cell: its looks, its width, its character and the marks.</summary>
    private const int MaxCellBytes = 13 + 1 + 4 + (CodePoints.Length - 1) * 5;

    private readonly byte[] _bytes;

    // Where line n ends, at n modulo its length; the line before it ends where it begins. Positions and numbers never wrap.
    private readonly long[] _ends;
    private long _firstLine;
    private long _endLine;
    private long _position;

    /// <summary>Creates room for a number of lines, at least 1.</summary>
    public Scrollback(int lineCount)
    {
        _ends = new long[lineCount + 1];
        _bytes = new byte[Math.Max(lineCount * BytesPerLine, 4096 * MaxCellBytes)];
    }

    /// <summary>Lines that are there.</summary>
    public int Count => (int)(_endLine - _firstLine);

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        // What programs wrote, passwords shown by mistake among it, must not come back with a later reading of the ring.
        _bytes.AsSpan().Clear();
        _firstLine = _endLine;
    }

    /// <summary>Adds a line below the others.</summary>
    public void Push(ReadOnlySpan<VtermCell> cells)
    {
        int length = cells.Length;
        while (length > 0 && IsPlainBlank(cells[length - 1]))
        {
            length--;
        }

        long start = _position;
        uint attributes = 0, foreground = 0, background = 0;
        for (int i = 0; i < length; i++)
        {
            ref readonly VtermCell cell = ref cells[i];
            MakeRoom(start);
            if (i == 0 || cell.Attributes != attributes || cell.Foreground != foreground || cell.Background != background)
            {
                (attributes, foreground, background) = (cell.Attributes, cell.Foreground, cell.Background);
                Add(Style);
                Add32(attributes);
                Add32(foreground);
                Add32(background);
            }

            if (cell.Characters[0] is 0 or uint.MaxValue)
            {
                Add(Empty);
                continue;
            }

            if (cell.Width == 2)
            {
                Add(Wide);
                // Its right half is not kept.
                i++;
            }

            AddCodePoint(cell.Characters[0]);
            for (int mark = 1; mark < CodePoints.Length && cell.Characters[mark] != 0; mark++)
            {
                Add(Mark);
                AddCodePoint(cell.Characters[mark]);
            }
        }

        _ends[_endLine++ % _ends.Length] = _position;
        if (Count == _ends.Length)
        {
            _firstLine++;
        }
    }

    /// <summary>Reads a line.</summary>
    /// <param name="index">0 is the newest, the one just above the screen.</param>
    /// <param name="cells">Filled; what a longer line has to the right is left out.</param>
    public void Read(int index, Span<VtermCell> cells)
    {
        long line = _endLine - 1 - index;
        Debug.Assert(line >= _firstLine, "no such line");
        long end = _ends[line % _ends.Length];
        long position = StartOf(line);
        VtermCell cell = Blank;
        int column = 0;
        while (position < end && column < cells.Length)
        {
            cell.Width = 1;
            byte kind = _bytes[position % _bytes.Length];
            if (kind == Style)
            {
                position++;
                cell.Attributes = Read32(ref position);
                cell.Foreground = Read32(ref position);
                cell.Background = Read32(ref position);
                continue;
            }

            cell.Characters = default;
            if (kind == Empty)
            {
                position++;
            }
            else
            {
                if (kind == Wide)
                {
                    position++;
                    cell.Width = 2;
                }

                cell.Characters[0] = ReadCodePoint(ref position);
                for (int mark = 1; position < end && _bytes[position % _bytes.Length] == Mark; mark++)
                {
                    position++;
                    cell.Characters[mark] = ReadCodePoint(ref position);
                }
            }

            cells[column++] = cell;
            if (cell.Width == 2 && column < cells.Length)
            {
                VtermCell right = cell;
                right.Characters = default;
                right.Characters[0] = uint.MaxValue;
                right.Width = 1;
                cells[column++] = right;
            }
        }

        cells[column..].Fill(Blank);
    }

    private static VtermCell Blank => new() { Width = 1, Foreground = TerminalColours.NoForeground, Background = TerminalColours.NoBackground };

    private static bool IsPlainBlank(in VtermCell cell) => cell.Characters[0] == 0 && TerminalColours.IsNoBackground(cell.Background) && cell.Attributes == 0;

    private long StartOf(long line) => line == _firstLine && line == 0 ? 0 : _ends[(line - 1 + _ends.Length) % _ends.Length];

    /// <summary>Drops the oldest lines until one more cell fits behind what is there.</summary>
    private void MakeRoom(long startOfPresent)
    {
        while (_firstLine < _endLine && _position + MaxCellBytes - StartOf(_firstLine) > _bytes.Length)
        {
            _firstLine++;
        }

        Debug.Assert(_position + MaxCellBytes - startOfPresent <= _bytes.Length, "a line fits, the ring has room for one of 4096 cells");
    }

    private void Add(byte value) => _bytes[_position++ % _bytes.Length] = value;

    private void Add32(uint value)
    {
        for (int shift = 0; shift < 32; shift += 8)
        {
            Add((byte)(value >> shift));
        }
    }

    private uint Read32(ref long position)
    {
        uint value = 0;
        for (int shift = 0; shift < 32; shift += 8)
        {
            value |= (uint)_bytes[position++ % _bytes.Length] << shift;
        }

        return value;
    }

    /// <summary>UTF-8, of any number up to 21 bits: libvterm does not refuse surrogates.</summary>
    private void AddCodePoint(uint value)
    {
        if (value < 0x80)
        {
            Add((byte)value);
            return;
        }

        int more = value < 0x800 ? 1 : value < 0x10000 ? 2 : 3;
        Add((byte)(0xffu << (7 - more) | value >> 6 * more));
        while (more-- > 0)
        {
            Add((byte)(0x80 | value >> 6 * more & 0x3f));
        }
    }

    private uint ReadCodePoint(ref long position)
    {
        uint first = _bytes[position++ % _bytes.Length];
        if (first < 0x80)
        {
            return first;
        }

        int more = first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
        uint value = first & (0x3fu >> more);
        while (more-- > 0)
        {
            value = value << 6 | (uint)_bytes[position++ % _bytes.Length] & 0x3f;
        }

        return value;
    }
}
