namespace XenFbFront.Tests.Xen;

/// <summary>Rectangles of a picture that change from one run to the next and are not compared.</summary>
/// <remarks>A line of the file is <c>PICTURE X Y WIDTH HEIGHT REASON</c>, pixels; empty lines and those that begin with # say nothing.</remarks>
internal sealed class PictureMasks
{
    private readonly List<(int X, int Y, int Width, int Height)> _rectangles = [];

    /// <param name="lines">What the file says.</param>
    /// <param name="name">The picture; lines for others are left out.</param>
    /// <exception cref="UsageException">A line is not as it should be.</exception>
    public PictureMasks(IEnumerable<string> lines, string name)
    {
        foreach (string line in lines.Where(line => line.Length > 0 && line[0] != '#'))
        {
            if (line.Split(' ', 6, StringSplitOptions.RemoveEmptyEntries) is not [var picture, var x, var y, var width, var height, _])
            {
                throw new UsageException($"not PICTURE X Y WIDTH HEIGHT REASON: {line}");
            }

            if (picture == name)
            {
                _rectangles.Add((Side(x), Side(y), Side(width), Side(height)));
            }
        }

        static int Side(string word) => Command.Number(word, 0, 65535);
    }

    /// <summary>The pixels outside that differ between two pictures of one size.</summary>
    /// <returns>Their number, and the rectangle that has them all.</returns>
    public (int Count, int Left, int Top, int Right, int Bottom) Differences(ReadOnlySpan<uint> seen, ReadOnlySpan<uint> expected, int width)
    {
        (int count, int left, int top, int right, int bottom) = (0, int.MaxValue, int.MaxValue, -1, -1);
        for (int i = 0; i < expected.Length; i++)
        {
            (int x, int y) = (i % width, i / width);
            if ((seen[i] & 0xffffff) != expected[i] && !_rectangles.Exists(mask => x >= mask.X && x < mask.X + mask.Width && y >= mask.Y && y < mask.Y + mask.Height))
            {
                count++;
                (left, top, right, bottom) = (Math.Min(left, x), Math.Min(top, y), Math.Max(right, x), Math.Max(bottom, y));
            }
        }

        return (count, left, top, right, bottom);
    }
}
