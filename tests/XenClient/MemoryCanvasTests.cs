using XenFbFront.Content;
using XenFbFront.Tests.Xen;
using Xunit;

namespace XenFbFront.Tests.XenClient;

public class MemoryCanvasTests
{
    [Theory]
    [InlineData(24)]
    [InlineData(32)]
    public void Pattern_FullDepth_IsThePictureOfTheDaemon(int depth)
    {
        uint[] picture = MemoryCanvas.Pattern(70, 50, depth);

        Assert.Equal(70 * 50, picture.Length);
        Assert.All(picture, (pixel, index) => Assert.Equal(PatternSource.PixelAt(index % 70, index / 70, 70, 50), pixel));
    }

    [Theory]
    [InlineData(0xffffffu, 8, 0xe0e0c0u)]
    [InlineData(0x1f1f3fu, 8, 0u)]
    [InlineData(0xffffffu, 16, 0xffffffu)]
    [InlineData(0x808080u, 16, 0x848284u)]
    [InlineData(0x070307u, 16, 0u)]
    public void Coarse_ColourThroughFewBits_KeepsTheHighOnes(uint colour, int depth, uint expected) => Assert.Equal(expected, MemoryCanvas.Coarse(colour, depth));

    [Fact]
    public void Part_SmallerThanThePicture_IsItsTopLeft() => Assert.Equal([1u, 2, 4, 5], MemoryCanvas.Part([1, 2, 3, 4, 5, 6, 7, 8, 9], 3, 2, 2));
}
