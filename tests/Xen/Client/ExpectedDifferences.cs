using System.Globalization;

namespace XenFbFront.Tests.Xen;

/// <summary>Cells that are known to look otherwise than the kernel draws them, each with the reason.</summary>
/// <remarks>
/// A line is <c>NAME CELLS REASON</c>. The name is that of a picture, with <c>*</c> for any characters. The cells are <c>ROW:COLUMN</c> or
/// <c>ROW:FIRST-LAST</c>, or, for wherever the kernel has them, a code point <c>U+2014</c> or <c>U+2500-257F</c>. Empty lines and those that begin with # say nothing.
/// </remarks>
internal sealed class ExpectedDifferences
{
    private readonly List<(int Row, int First, int Last, string Line)> _places = [];
    private readonly List<(int First, int Last, string Line)> _codePoints = [];

    /// <param name="lines">What the file says.</param>
    /// <param name="name">The picture; lines for others are left out.</param>
    /// <exception cref="UsageException">A line is not as it should be.</exception>
    public ExpectedDifferences(IEnumerable<string> lines, string name)
    {
        foreach (string line in lines)
        {
            if (line.Length == 0 || line[0] == '#')
            {
                continue;
            }

            if (line.Split(' ', 3, StringSplitOptions.RemoveEmptyEntries) is not [var pattern, var cells, _])
            {
                throw new UsageException($"not NAME CELLS REASON: {line}");
            }

            if (!System.IO.Enumeration.FileSystemName.MatchesSimpleExpression(pattern, name))
            {
                continue;
            }

            if (cells.StartsWith("U+", StringComparison.Ordinal))
            {
                (int first, int last) = Range(cells[2..], NumberStyles.AllowHexSpecifier, line);
                _codePoints.Add((first, last, line));
            }
            else if (cells.Split(':') is [var row, var columns])
            {
                (int first, int last) = Range(columns, NumberStyles.None, line);
                _places.Add((Range(row, NumberStyles.None, line).First, first, last, line));
            }
            else
            {
                throw new UsageException($"neither ROW:COLUMN nor U+CODE: {line}");
            }
        }
    }

    /// <summary>Differences that no line is about.</summary>
    public IEnumerable<CellDifference> Unexpected(IEnumerable<CellDifference> differences) =>
        differences.Where(cell => !_places.Any(place => place.Row == cell.Row && cell.Column >= place.First && cell.Column <= place.Last)
            && !_codePoints.Any(range => cell.CodePoint >= range.First && cell.CodePoint <= range.Last));

    /// <summary>Lines of which a cell is the same, or that are about none, so that the line is not true any more.</summary>
    public IEnumerable<string> Missing(IEnumerable<CellDifference> differences, CellComparison comparison)
    {
        HashSet<(int, int)> cells = [.. differences.Select(cell => (cell.Row, cell.Column))];
        return _places.Select(place => (place.Line, Cells: Enumerable.Range(place.First, place.Last - place.First + 1).Select(column => (place.Row, column))))
            .Concat(_codePoints.Select(range => (range.Line, Cells: comparison.CellsOf(range.First, range.Last))))
            .Where(line => !line.Cells.Any() || line.Cells.Any(cell => !cells.Contains(cell))).Select(line => line.Line);
    }

    private static (int First, int Last) Range(string text, NumberStyles style, string line)
    {
        string[] ends = text.Split('-');
        return ends.Length <= 2 && int.TryParse(ends[0], style, CultureInfo.InvariantCulture, out int first) && int.TryParse(ends[^1], style, CultureInfo.InvariantCulture, out int last)
            && first <= last ? (first, last) : throw new UsageException($"not a number or a range: {line}");
    }
}
