using XenFbFront.Content;
using XenFbFront.Tests.Content.Support;
using XenFbFront.Tests.Xen;
using Xunit;

namespace XenFbFront.Tests.XenClient;

public class GlyphReaderTests
{
    private const uint Grey = 0xaaaaaa, White = 0xffffff, Black = 0;
    private const string Ascii = " !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~";

    public static TheoryData<int> Fonts => [16, 24, 32];

    [Theory]
    [MemberData(nameof(Fonts))]
    public void Read_EveryAsciiCharacterInSeveralColours_GivesItBack(int cellHeight)
    {
        ConsoleFont font = BuiltInFonts.Get(cellHeight);
        foreach ((uint foreground, uint background) in ((uint, uint)[])[(Grey, Black), (White, Black), (Black, Grey), (0xff5555, 0x0000aa)])
        {
            Picture picture = new(font, Ascii.Length, 1);
            picture.Print(0, 0, Ascii, foreground, background);

            Assert.Equal([Ascii], picture.Read());
        }
    }

    [Theory]
    [InlineData(800, 600, 80, 25)]
    [InlineData(803, 601, 80, 25)]
    [InlineData(640, 400, 79, 24)]
    [InlineData(640, 400, 80, 25)]
    public void Read_ConsoleInTheMiddle_IsFound(int width, int height, int columns, int rows)
    {
        ConsoleFont font = BuiltInFonts.Get(16);
        Picture picture = new(font, width, height, (width - columns * 8) / 2, (height - rows * 16) / 2);
        picture.Print(0, 0, "login: root", Grey, Black);
        picture.Print(3, rows - 1, "/ #", White, Black);

        string[] lines = picture.Read();

        Assert.Equal(["login: root", "/ #"], lines.Select(line => line.Trim()).Where(line => line.Length > 0));
        Assert.Equal(3, lines.First(line => line.Contains('#')).IndexOf('/') - lines.First(line => line.Contains('l')).IndexOf('l'));
    }

    [Theory]
    [InlineData(CursorShape.Underline)]
    [InlineData(CursorShape.Block)]
    public void Read_CursorOnAnyCharacter_LooksThroughIt(CursorShape shape)
    {
        // What differs only where the cursor lies cannot be told apart: an underscore is blank above it.
        ConsoleFont font = BuiltInFonts.Get(16);
        foreach (char character in Ascii.Where(character => character != '_' || shape == CursorShape.Block))
        {
            Picture picture = new(font, 3, 1);
            picture.Print(0, 0, $"a{character}b", Grey, Black);
            picture.PutCursor(1, 0, character, Grey, Black, shape);

            Assert.Equal($"a{character}b", picture.Read()[0]);
        }
    }

    [Fact]
    public void Read_OneWrongPixelOrAThirdColour_GivesUnknown()
    {
        ConsoleFont font = BuiltInFonts.Get(16);
        Picture picture = new(font, 3, 1);
        picture.Print(0, 0, "abc", Grey, Black);
        uint[] pixels = picture.Pixels;
        pixels[0] = pixels[0] == Black ? Grey : Black;
        pixels[2 * 8] = 0x123456;

        Assert.Equal([$"{GlyphReader.Unknown}b{GlyphReader.Unknown}"], new GlyphReader(font).Read(pixels, 24, 16));
    }

    [Fact]
    public void Read_BlankOrTinyPicture_GivesNoCharacters()
    {
        GlyphReader reader = new(BuiltInFonts.Get(16));

        Assert.All(reader.Read(new uint[100 * 50], 100, 50), line => Assert.Equal("", line.Trim()));
        Assert.All(reader.Read(new uint[4], 2, 2), line => Assert.Equal("", line));
    }

    /// <summary>A picture drawn by the daemon's own painter.</summary>
    private sealed class Picture
    {
        private readonly ConsoleFont _font;
        private readonly TextPainter _painter;
        private readonly ArrayCanvas _canvas;
        private readonly int _left, _top;

        public Picture(ConsoleFont font, int columns, int rows) : this(font, columns * font.CellWidth, rows * font.CellHeight, 0, 0)
        {
        }

        public Picture(ConsoleFont font, int width, int height, int left, int top)
        {
            _font = font;
            _painter = new(new TextFont(font));
            _canvas = new(width, height);
            _canvas.Fill(_canvas.Bounds, Black);
            (_left, _top) = (left, top);
        }

        public uint[] Pixels
        {
            get
            {
                uint[] pixels = new uint[_canvas.Width * _canvas.Height];
                for (int y = 0; y < _canvas.Height; y++)
                {
                    for (int x = 0; x < _canvas.Width; x++)
                    {
                        pixels[y * _canvas.Width + x] = _canvas[x, y];
                    }
                }

                return pixels;
            }
        }

        public void Print(int column, int row, string text, uint foreground, uint background)
        {
            foreach (char character in text)
            {
                _painter.DrawCell(new(_canvas), X(column++), Y(row), new(_painter.Font.GlyphFor(character), foreground, background));
            }
        }

        public void PutCursor(int column, int row, char character, uint foreground, uint background, CursorShape shape) =>
            _painter.DrawCursor(new(_canvas), X(column), Y(row), new(_painter.Font.GlyphFor(character), foreground, background), shape);

        public string[] Read() => new GlyphReader(_font).Read(Pixels, _canvas.Width, _canvas.Height);

        private int X(int column) => _left + column * _painter.Font.CellWidth;

        private int Y(int row) => _top + row * _painter.Font.CellHeight;
    }
}
