using System.Runtime.CompilerServices;
using XenFbFront.Backend;
using XenFbFront.Tests.EndToEnd;
using XenFbFront.Tests.Xen;
using Xunit;

namespace XenFbFront.Tests.Viewer;

/// <summary>What pictures of a text console cost on the way to a client, measured on a screen that a person has worked at.</summary>
/// <remarks>`--output Detailed` prints the figures.</remarks>
public class RfbSlowLinkTests(ITestOutputHelper output)
{
    private const int Zrle = 16;
    private const int Tight = 7;
    private const int LineHeight = 16;
    private const int CharacterWidth = 8;

    [Theory]
    [InlineData(Zrle)]
    [InlineData(Tight)]
    public async Task Console_WholeScrolledAndTypedAt_CostsAFractionOfRaw(int encoding)
    {
        uint[] console = ReadConsole(out int width, out int height);
        long raw = (long)width * height * 4;
        await using RfbFixture fixture = new(width, height);
        fixture.Paint(new(0, 0, width, height), (x, y) => console[y * width + x]);
        using RfbTestClient client = fixture.Connect();
        client.SetEncodings(encoding);
        client.Refresh();
        long whole = client.CompressedBytes;

        long scrolled = Measure(fixture, client, new(0, 0, width, height), (x, y) => console[(y + LineHeight) % height * width + x]);
        // A letter from elsewhere on the screen.
        long typed = Measure(fixture, client, new(400, 304, CharacterWidth, LineHeight), (x, y) => console[(y - 304 + 2 * LineHeight) * width + x - 400 + CharacterWidth]);
        Assert.Equal(fixture.Pixels(), client.Picture);
        output.WriteLine($"{(encoding == Zrle ? "ZRLE" : "Tight")}, {width}x{height}: raw {raw}, whole {whole} (1/{raw / whole}), scrolled by a line {scrolled} (1/{raw / scrolled}), a letter {typed} (raw {CharacterWidth * LineHeight * 4})");
        Assert.InRange(whole, 1, raw / 50);
        Assert.InRange(scrolled, 1, raw / 50);
        Assert.InRange(typed, 1, CharacterWidth * LineHeight * 4 / 5);
    }

    private static long Measure(RfbFixture fixture, RfbTestClient client, ScreenRectangle part, Func<int, int, uint> colour)
    {
        long before = client.CompressedBytes;
        client.Request(incremental: true);
        fixture.Paint(part, colour);
        client.ReadUpdate();
        return client.CompressedBytes - before;
    }

    /// <summary>The screenshot of the README: a real console with a shell session, colours and box drawing.</summary>
    private static uint[] ReadConsole(out int width, out int height, [CallerFilePath] string here = "") =>
        XDisplay.ReadPng(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "docs", "images", "console.png"), out width, out height);
}
