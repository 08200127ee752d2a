using System.Buffers.Binary;
using System.Text;

namespace XenFbFront.Tests.Xen;

/// <summary>A picture that the kernel's framebuffer console has drawn, with the cells that it has drawn, to hold another picture against.</summary>
/// <remarks>
/// Beside the picture, as the vfb module holds it (32 bits, red lowest), lie what vcsa and vcsu gave: size, attributes and code points. The latter may be
/// empty: without UTF-8 the kernel knows none.
/// </remarks>
internal sealed class CellComparison
{
    private const int HeaderBytes = 4, BytesPerPixel = 4;

    private readonly uint[] _pixels;
    private readonly int _width, _cellWidth, _cellHeight;
    private readonly byte[] _cells, _codePoints;

    /// <param name="file">Path without <c>.fb</c>, <c>.vcsa</c>, <c>.vcsu</c>.</param>
    /// <param name="width">Of the kernel's picture.</param>
    /// <param name="height">Of the kernel's picture.</param>
    /// <param name="cellWidth">Of the font.</param>
    /// <param name="cellHeight">Of the font.</param>
    /// <exception cref="UsageException">The files do not fit together.</exception>
    public CellComparison(string file, int width, int height, int cellWidth, int cellHeight)
        : this(File.ReadAllBytes(file + ".fb"), File.ReadAllBytes(file + ".vcsa"), File.ReadAllBytes(file + ".vcsu"), (width, height), (cellWidth, cellHeight))
    {
    }

    /// <summary>The same from what the files hold.</summary>
    public CellComparison(byte[] picture, byte[] cells, byte[] codePoints, (int Width, int Height) size, (int Width, int Height) cell)
    {
        (_width, _cellWidth, _cellHeight) = (size.Width, cell.Width, cell.Height);
        (_cells, _codePoints) = (cells, codePoints);
        if (cells.Length < HeaderBytes || cells.Length != HeaderBytes + 2 * Rows * Columns || picture.Length < size.Width * size.Height * BytesPerPixel
            || Columns * cell.Width > size.Width || Rows * cell.Height > size.Height)
        {
            throw new UsageException("picture, cells and font do not fit together");
        }

        _pixels = new uint[size.Width * size.Height];
        for (int i = 0; i < _pixels.Length; i++)
        {
            uint pixel = BinaryPrimitives.ReadUInt32LittleEndian(picture.AsSpan(i * BytesPerPixel));
            _pixels[i] = (pixel & 0xff) << 16 | (pixel & 0xff00) | (pixel >> 16 & 0xff);
        }
    }

    /// <summary>Of the console.</summary>
    public int Rows => _cells[0];

    /// <summary>Of the console.</summary>
    public int Columns => _cells[1];

    /// <summary>The cells that differ, row after row.</summary>
    /// <param name="pixels">Our picture, 0x00RRGGBB; the highest byte is ignored. The console stands in its middle.</param>
    /// <param name="width">Its width, pixels.</param>
    /// <param name="height">Its height, pixels.</param>
    /// <exception cref="ExpectationException">The console does not fit on it.</exception>
    public List<CellDifference> Compare(ReadOnlySpan<uint> pixels, int width, int height)
    {
        int left = (width - Columns * _cellWidth) / 2, top = (height - Rows * _cellHeight) / 2;
        if (width < Columns * _cellWidth || height < Rows * _cellHeight)
        {
            throw new ExpectationException($"expected a picture of at least {Columns * _cellWidth}x{Rows * _cellHeight}, saw {width}x{height}");
        }

        List<CellDifference> differences = [];
        for (int row = 0; row < Rows; row++)
        {
            for (int column = 0; column < Columns; column++)
            {
                ReadOnlySpan<uint> kernel = _pixels.AsSpan(row * _cellHeight * _width + column * _cellWidth);
                ReadOnlySpan<uint> ours = pixels[((top + row * _cellHeight) * width + left + column * _cellWidth)..];
                if (!IsSame(kernel, ours, width))
                {
                    int cell = row * Columns + column;
                    differences.Add(new(row, column, CodePoint(cell), BinaryPrimitives.ReadUInt16LittleEndian(_cells.AsSpan(HeaderBytes + cell * 2)), Bitmaps(kernel, ours, width)));
                }
            }
        }

        return differences;
    }

    /// <summary>Where the kernel says that a code point from first to last is.</summary>
    public IEnumerable<(int Row, int Column)> CellsOf(int first, int last) =>
        Enumerable.Range(0, Rows * Columns).Where(cell => CodePoint(cell) >= first && CodePoint(cell) <= last).Select(cell => (cell / Columns, cell % Columns));

    /// <returns>-1 where the kernel knows none.</returns>
    private int CodePoint(int cell) => _codePoints.Length == Rows * Columns * 4 ? BinaryPrimitives.ReadInt32LittleEndian(_codePoints.AsSpan(cell * 4)) : -1;

    private bool IsSame(ReadOnlySpan<uint> kernel, ReadOnlySpan<uint> ours, int width)
    {
        for (int y = 0; y < _cellHeight; y++)
        {
            for (int x = 0; x < _cellWidth; x++)
            {
                if (kernel[y * _width + x] != (ours[y * width + x] & 0xffffff))
                {
                    return false;
                }
            }
        }

        return true;
    }

    /// <summary>The kernel's on the left, ours on the right; each colour is a letter, listed below.</summary>
    private string Bitmaps(ReadOnlySpan<uint> kernel, ReadOnlySpan<uint> ours, int width)
    {
        StringBuilder text = new();
        List<uint> colours = [];
        for (int y = 0; y < _cellHeight; y++)
        {
            text.Append("    ");
            for (int x = 0; x < _cellWidth; x++)
            {
                text.Append(Letter(kernel[y * _width + x]));
            }

            text.Append("   ");
            for (int x = 0; x < _cellWidth; x++)
            {
                text.Append(Letter(ours[y * width + x] & 0xffffff));
            }

            text.Append('\n');
        }

        return text.Append("    ").AppendJoin(' ', colours.Select(colour => $"{Letter(colour)}={colour:x6}")).ToString();

        char Letter(uint colour)
        {
            int index = colours.IndexOf(colour);
            if (index < 0)
            {
                index = colours.Count;
                colours.Add(colour);
            }

            return ".#ABCDEFGHIJKLMNOP"[Math.Min(index, 17)];
        }
    }
}
