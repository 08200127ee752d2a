using XenFbFront.Tests.Xen;
using Xunit;

namespace XenFbFront.Tests.XenClient;

/// <summary>A console of 3x2 cells of 8x2 pixels on a kernel's picture of 32x4.</summary>
public sealed class CellComparisonTests
{
    private const int Columns = 3, Rows = 2, CellWidth = 8, CellHeight = 2, Width = 32, Height = 4;

    private static readonly byte[] s_cells = [Rows, Columns, 0, 0, .. Enumerable.Repeat<byte[]>([0x41, 0x07], Rows * Columns).SelectMany(cell => cell)];
    private static readonly byte[] s_codePoints = [.. new[] { 0x41, 0x2500, 0x2501, 0x41, 0x2500, 0x2014 }.SelectMany(BitConverter.GetBytes)];

    [Fact]
    public void Compare_SamePixels_FindsNothing()
    {
        (CellComparison comparison, uint[] ours) = Arrange();

        Assert.Empty(comparison.Compare(ours, Columns * CellWidth, Rows * CellHeight));
    }

    [Fact]
    public void Compare_OnePixelDiffers_NamesTheCellAndShowsBoth()
    {
        (CellComparison comparison, uint[] ours) = Arrange();
        ours[2 * Columns * CellWidth + 2 * CellWidth] ^= 0x10;

        CellDifference difference = Assert.Single(comparison.Compare(ours, Columns * CellWidth, Rows * CellHeight));

        Assert.Equal((1, 2, 0x2014, 0x0741), (difference.Row, difference.Column, difference.CodePoint, difference.Attribute));
        Assert.Equal(CellHeight + 1, difference.Bitmaps.Split('\n').Length);
    }

    [Fact]
    public void Compare_LargerPicture_TakesTheConsoleInItsMiddle()
    {
        (CellComparison comparison, uint[] ours) = Arrange();
        const int width = Columns * CellWidth + 4, height = Rows * CellHeight + 2;
        uint[] larger = new uint[width * height];
        for (int y = 0; y < Rows * CellHeight; y++)
        {
            ours.AsSpan(y * Columns * CellWidth, Columns * CellWidth).CopyTo(larger.AsSpan((y + 1) * width + 2));
        }

        Assert.Empty(comparison.Compare(larger, width, height));
        Assert.Throws<ExpectationException>(() => comparison.Compare(ours, Columns * CellWidth - 1, Rows * CellHeight));
    }

    [Theory]
    [InlineData("a.b 1:2 why", true)]
    [InlineData("*.b 1:2 why", true)]
    [InlineData("a.b U+2014 why", true)]
    [InlineData("a.c 1:2 another picture", false)]
    [InlineData("a.b 1:1-2 one too many", false)]
    [InlineData("a.b 0:2 elsewhere", false)]
    [InlineData("a.b U+2014-2500 one too many", false)]
    [InlineData("a.b U+2013 nowhere", false)]
    [InlineData("# a.b 1:2 a comment", false)]
    public void Expected_OneCellDiffers_HoldsOnlyForExactlyThat(string line, bool holds)
    {
        (CellComparison comparison, uint[] ours) = Arrange();
        ours[^1] ^= 1;
        List<CellDifference> differences = comparison.Compare(ours, Columns * CellWidth, Rows * CellHeight);
        ExpectedDifferences expected = new([line], "a.b");

        Assert.Equal(holds, !expected.Unexpected(differences).Any() && !expected.Missing(differences, comparison).Any());
    }

    [Theory]
    [InlineData("a.b 1:2")]
    [InlineData("a.b 1 why")]
    [InlineData("a.b 1:2-1 why")]
    [InlineData("a.b U+xyz why")]
    public void Expected_WrongLine_IsRefused(string line) => Assert.Throws<UsageException>(() => new ExpectedDifferences([line], "a.b"));

    private static (CellComparison Comparison, uint[] Ours) Arrange()
    {
        Random random = new(1);
        byte[] picture = new byte[Width * Height * 4];
        random.NextBytes(picture);
        uint[] ours = new uint[Columns * CellWidth * Rows * CellHeight];
        for (int i = 0; i < ours.Length; i++)
        {
            int at = (i / (Columns * CellWidth) * Width + i % (Columns * CellWidth)) * 4;
            ours[i] = (uint)(picture[at] << 16 | picture[at + 1] << 8 | picture[at + 2]);
        }

        return (new(picture, s_cells, s_codePoints, (Width, Height), (CellWidth, CellHeight)), ours);
    }
}
