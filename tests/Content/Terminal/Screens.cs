using System.Text;
using XenFbFront.Content.Terminal;

namespace XenFbFront.Tests.Content.Terminal;

/// <summary>Reads terminals as text.</summary>
internal static class Screens
{
    /// <summary>A row without the blanks at its end; negative rows are above the screen.</summary>
    public static string Row(this VirtualTerminal terminal, int row)
    {
        StringBuilder text = new();
        foreach (TerminalCell cell in terminal.Cells(row))
        {
            if (cell.Width == 0)
            {
                continue;
            }

            text.Append(char.ConvertFromUtf32(cell.CodePoint));
            for (int i = 0; i < cell.MarkCount; i++)
            {
                text.Append(char.ConvertFromUtf32(cell.Mark(i)));
            }
        }

        return text.ToString().TrimEnd(' ');
    }

    public static TerminalCell[] Cells(this VirtualTerminal terminal, int row)
    {
        TerminalCell[] cells = new TerminalCell[terminal.Columns];
        terminal.ReadRow(row, cells);
        return cells;
    }

    public static TerminalCell Cell(this VirtualTerminal terminal, int row, int column) => terminal.Cells(row)[column];

    /// <summary>All rows, those at the end that are empty left out.</summary>
    public static string Text(this VirtualTerminal terminal) =>
        string.Join('\n', Enumerable.Range(0, terminal.Rows).Select(row => terminal.Row(row))).TrimEnd('\n');

    public static void Write(this VirtualTerminal terminal, string text) => terminal.Write(Encoding.UTF8.GetBytes(text));
}
