namespace XenFbFront.Content.Terminal;

/// <summary>One cell of a <see cref="VirtualTerminal"/>.</summary>
public struct TerminalCell
{
    /// <summary>Marks that combine with a character at most.</summary>
    public const int MaxMarks = CodePoints.Length - 1;

    private CodePoints _codePoints;

    internal TerminalCell(in VtermCell cell, byte width)
    {
        // The right half of a wide character may have lost its left one, when that was deleted or moved away.
        _codePoints = cell.Characters[0] == uint.MaxValue ? default : cell.Characters;
        Width = width;
        Attributes = (TerminalAttributes)cell.Attributes;
    }

    /// <summary>The character's code point, a blank where nothing was written and in the right half of a wide character.</summary>
    public readonly int CodePoint => Width == 0 || _codePoints[0] == 0 ? ' ' : (int)_codePoints[0];

    /// <summary>Number of marks that combine with the character.</summary>
    public readonly int MarkCount
    {
        get
        {
            int count = 0;
            while (count < MaxMarks && Width != 0 && _codePoints[count + 1] != 0)
            {
                count++;
            }

            return count;
        }
    }

    /// <summary>Code point of a mark, from 0.</summary>
    public readonly int Mark(int index) => (int)_codePoints[index + 1];

    /// <summary>Columns: 2 for a wide character, 0 for the right half of one, else 1.</summary>
    public byte Width { get; }

    /// <summary>How the text looks; bold and reverse are in the colours already.</summary>
    public TerminalAttributes Attributes { get; }

    /// <summary>Colour of the text as it is to be drawn, 0x00RRGGBB.</summary>
    public uint Foreground { get; internal set; }

    /// <summary>Colour behind it as it is to be drawn, 0x00RRGGBB.</summary>
    public uint Background { get; internal set; }
}
