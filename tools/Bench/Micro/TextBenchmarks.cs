using BenchmarkDotNet.Attributes;
using XenFbFront.Content;

namespace XenFbFront.Bench.Micro;

/// <summary>Drawing text against copying the frame that it makes.</summary>
public class TextBenchmarks
{
    private const uint Grey = 0xaaaaaa;

    private static readonly TextFont s_font = new(BuiltInFonts.Get(16));

    private int _columns, _rows;
    private MemoryCanvas _canvas = null!;
    private uint[] _copy = null!;
    private TextScreen _screen = null!;
    private int _number;

    /// <summary>Cells.</summary>
    [Params("80x25", "128x48", "240x67")]
    public string Grid { get; set; } = "80x25";

    /// <summary>Fills the screen with text.</summary>
    [GlobalSetup]
    public void Setup()
    {
        string[] sides = Grid.Split('x');
        (_columns, _rows) = (int.Parse(sides[0]), int.Parse(sides[1]));
        TextFont font = s_font;
        _canvas = new(_columns * font.CellWidth, _rows * font.CellHeight);
        _copy = new uint[_canvas.Width * _canvas.Height];
        _screen = new(new TextPainter(font), 0, 0, _columns, _rows, Grey, 0);
        for (int i = 0; i < _columns * _rows; i++)
        {
            _screen.Set(i % _columns, i / _columns, Cell(i));
        }

        _screen.Draw(_canvas);
        Check();
    }

    /// <summary>The whole frame, copied.</summary>
    [Benchmark(Baseline = true, Description = "memcpy of the frame")]
    public uint Copy()
    {
        _canvas.Pixels.CopyTo(_copy);
        return _copy[^1];
    }

    /// <summary>The whole frame, drawn and reported.</summary>
    [Benchmark(Description = "full text redraw")]
    public bool Redraw()
    {
        _screen.InvalidateAll();
        return _screen.Draw(_canvas);
    }

    /// <summary>One cell set to another character, drawn and reported.</summary>
    [Benchmark(Description = "one changed cell")]
    public bool OneCell()
    {
        _screen.Set(_columns / 2, _rows / 2, Cell(++_number));
        return _screen.Draw(_canvas);
    }

    /// <summary>The picture is the text, pixel by pixel, after a redraw on a dirty canvas; and one cell is drawn exactly when it changes.</summary>
    [GlobalCleanup]
    public void Check()
    {
        _canvas.Pixels.Fill(0x123456);
        _canvas.Forget();
        BenchException.ThrowUnless(Redraw(), "nothing was drawn");
        BenchException.ThrowUnless(_canvas.ChangedPixels == _canvas.Width * _canvas.Height, "the redraw did not report the whole frame");
        TextFont font = s_font;
        for (int y = 0; y < _canvas.Height; y++)
        {
            for (int x = 0; x < _canvas.Width; x++)
            {
                int index = y / font.CellHeight * _columns + x / font.CellWidth;
                if (index != _rows / 2 * _columns + _columns / 2)
                {
                    int bits = font.Bitmaps[Cell(index).Glyph * font.CellHeight + y % font.CellHeight];
                    uint expected = (bits & 0x80 >> x % font.CellWidth) != 0 ? Grey : 0;
                    BenchException.ThrowUnless(_canvas.Pixels[y * _canvas.Width + x] == expected, $"wrong pixel {x},{y}");
                }
            }
        }

        _canvas.Forget();
        BenchException.ThrowUnless(OneCell(), "the changed cell was not drawn");
        BenchException.ThrowUnless(_canvas.ChangedPixels == font.CellWidth * font.CellHeight, "not exactly one cell was reported");
    }

    private static TextCell Cell(int number) => new(s_font.GlyphFor('!' + number % 90), Grey, 0);
}
