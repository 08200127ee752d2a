using XenFbFront.Backend;
using XenFbFront.Viewer;
using Xunit;

namespace XenFbFront.Tests.Viewer;

public class TerminalPictureTests
{
    [Fact]
    public void Render_TinyPicture_Golden()
    {
        uint[] pixels =
        [
            0xff0000, 0xff0000, 0x00ff00,
            0x0000ff, 0x010203, 0x010203,
            0xffffff, 0x000000, 0x000000,
        ];
        Assert.Equal(
            "\e[38;2;255;0;0m\e[48;2;0;0;255m▀\e[48;2;1;2;3m▀\e[38;2;0;255;0m▀\e[0m\n"
            + "\e[38;2;255;255;255m▀\e[38;2;0;0;0m▀▀\e[0m\n",
            TerminalPicture.Render(pixels, 3, 3, 80, 25));
    }

    [Fact]
    public void Render_HalfSize_AveragesByArea()
    {
        // Four by four to two by two: each result is the mean of four, rounded.
        uint[] pixels =
        [
            0x000000, 0xff0000, 0x0000ff, 0x0000ff,
            0xff0000, 0xff0000, 0x0000ff, 0x0000ff,
            0x000000, 0x000000, 0x00ff00, 0x000000,
            0x000000, 0x000000, 0x000000, 0x000000,
        ];
        Assert.Equal(
            "\e[38;2;191;0;0m\e[48;2;0;0;0m▀\e[38;2;0;0;255m\e[48;2;0;64;0m▀\e[0m\n",
            TerminalPicture.Render(pixels, 4, 4, 2, 5));
    }

    [Fact]
    public void Render_ThreeToTwo_SharesTheMiddlePixel() =>
        Assert.Equal(
            "\e[38;2;60;60;60m▀\e[38;2;160;160;160m▀\e[0m\n",
            TerminalPicture.Render([0x3c3c3c, 0x3c3c3c, 0xd2d2d2], 3, 1, 2, 1));

    [Theory]
    [InlineData(1366, 768, 80, 25, 80, 23)]
    [InlineData(100, 1000, 80, 25, 5, 25)]
    [InlineData(10000, 10, 80, 25, 80, 1)]
    [InlineData(40, 20, 80, 25, 40, 10)]
    public void Render_AnySize_FitsAndKeepsItsShape(int width, int height, int columns, int rows, int expectedColumns, int expectedRows)
    {
        string[] lines = TerminalPicture.Render(new uint[width * height], width, height, columns, rows).TrimEnd('\n').Split('\n');
        Assert.Equal(expectedRows, lines.Length);
        Assert.All(lines, line => Assert.Equal(expectedColumns, line.Count(c => c == '▀')));
    }

    [Fact]
    public void Write_EmptyScreen_WritesNothing()
    {
        StringWriter text = new();
        TerminalPicture.Write(text, new BackendScreen(), 80, 25);
        Assert.Equal("", text.ToString());
    }

    [Fact]
    public void Write_Screen_WritesWhatItShows()
    {
        BackendScreen screen = new();
        screen.Resize(1, 1);
        screen.Pixels[0] = 0x0a0b0c;
        StringWriter text = new();
        TerminalPicture.Write(text, screen, 80, 25);
        Assert.Equal("\e[38;2;10;11;12m▀\e[0m\n", text.ToString());
    }

    [Fact]
    public void Render_WrongCount_Throws() => Assert.Throws<ArgumentException>(() => TerminalPicture.Render(new uint[5], 2, 2, 10, 10));
}
