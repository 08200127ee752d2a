using Xenbus.Loop;
using XenFbFront.Content;

namespace XenFbFront.Bench;

/// <summary>A text console in memory.</summary>
internal sealed class MemoryGrid : ITextGrid
{
    private const byte GreyOnBlack = 0x07;
    private readonly int _columns, _rows;
    private readonly ushort[] _cells;
    private readonly uint[] _codePoints;
    private Action? _onChanged;

    /// <summary>Makes one full of text.</summary>
    public MemoryGrid(int columns, int rows)
    {
        (_columns, _rows) = (columns, rows);
        _cells = new ushort[columns * rows];
        _codePoints = new uint[columns * rows];
        FillAll(0);
    }

    /// <inheritdoc/>
    public string Name => "a grid in memory";

    /// <summary>Makes every cell another one than with the number before.</summary>
    public void FillAll(int number)
    {
        for (int i = 0; i < _cells.Length; i++)
        {
            Put(i, 'a' + (i + number) % 26);
        }
    }

    /// <summary>Makes one cell another one than with the number before.</summary>
    public void FillOne(int number) => Put(_cells.Length / 2, 'A' + number % 26);

    /// <summary>Tells that something changed.</summary>
    public void Notify()
    {
        // Once for each time of watching, as the contract says.
        Action? onChanged = _onChanged;
        _onChanged = null;
        onChanged?.Invoke();
    }

    /// <inheritdoc/>
    public TextGridState Read(TextGridContents contents)
    {
        contents.Resize(_columns, _rows);
        _cells.CopyTo(contents.Cells);
        _codePoints.CopyTo(contents.CodePoints);
        VcsTextGrid.DefaultPalette.CopyTo(contents.Palette);
        (contents.CursorColumn, contents.CursorRow) = (0, 0);
        return TextGridState.Text;
    }

    /// <inheritdoc/>
    public bool TryResize(int columns, int rows) => false;

    /// <inheritdoc/>
    public void Watch(EventLoop loop, Action onChanged) => _onChanged = onChanged;

    /// <inheritdoc/>
    public void Unwatch() => _onChanged = null;

    /// <inheritdoc/>
    public void Dispose() => Unwatch();

    private void Put(int index, int character)
    {
        _codePoints[index] = (uint)character;
        _cells[index] = (ushort)(GreyOnBlack << 8 | character);
    }
}
