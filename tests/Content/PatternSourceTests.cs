using XenFbFront.Content;
using XenFbFront.Tests.Content.Support;
using Xunit;

namespace XenFbFront.Tests.Content;

public class PatternSourceTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 7)]
    [InlineData(7, 1)]
    [InlineData(2, 2)]
    [InlineData(3, 5)]
    [InlineData(24, 25)]
    [InlineData(333, 77)]
    [InlineData(40, 23)]
    [InlineData(480, 640)]
    [InlineData(800, 600)]
    [InlineData(1024, 768)]
    public void Attach_AnySize_DrawsEveryPixelAndReportsAll(int width, int height)
    {
        ArrayCanvas canvas = new(width, height);
        using PatternSource source = new();

        source.Attach(canvas);

        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                Assert.Equal(PatternSource.PixelAt(x, y, width, height), canvas[x, y]);
                Assert.Equal(0u, canvas[x, y] >> 24);
            }
        }

        Assert.True(canvas.GuardIsIntact());
        Assert.Equal([canvas.Bounds], canvas.ChangedAreas.ToArray());
        Assert.Equal(1, canvas.FlushCount);
    }

    [Fact]
    public void PixelAt_OrdinarySize_HasAll256LevelsOfEachChannel()
    {
        HashSet<uint> colours = [];
        for (int y = 0; y < 600; y++)
        {
            for (int x = 0; x < 800; x++)
            {
                colours.Add(PatternSource.PixelAt(x, y, 800, 600));
            }
        }

        // The ends of the strips lie under the border.
        for (uint level = 1; level < 255; level++)
        {
            Assert.Contains(level << 16, colours);
            Assert.Contains(level << 8, colours);
            Assert.Contains(level, colours);
            Assert.Contains(level * 0x010101, colours);
        }
    }

    [Fact]
    public void PixelAt_Corners_TellTheOrientation() => Assert.Equal([0xff0000u, 0x00ff00u, 0x0000ffu, 0xffffffu],
        [PatternSource.PixelAt(0, 0, 800, 600), PatternSource.PixelAt(799, 0, 800, 600), PatternSource.PixelAt(799, 599, 800, 600), PatternSource.PixelAt(0, 599, 800, 600)]);

    [Fact]
    public void PixelAt_Border_IsOnePixelWide()
    {
        Assert.Equal(0xffffffu, PatternSource.PixelAt(500, 0, 800, 600));
        Assert.NotEqual(0xffffffu, PatternSource.PixelAt(550, 1, 800, 600));
        Assert.Equal(0xffffffu, PatternSource.PixelAt(799, 300, 800, 600));
        Assert.NotEqual(0xffffffu, PatternSource.PixelAt(798, 50, 800, 600));
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(-1, 0)]
    [InlineData(0, 1)]
    [InlineData(0, -1)]
    [InlineData(1, 1)]
    [InlineData(256, 0)]
    [InlineData(0, 256)]
    public void PixelAt_PictureMoved_DiffersInManyPixels(int dx, int dy)
    {
        int different = 0;
        for (int y = 256; y < 344; y++)
        {
            for (int x = 256; x < 544; x++)
            {
                different += PatternSource.PixelAt(x, y, 800, 600) != PatternSource.PixelAt(x + dx, y + dy, 800, 600) ? 1 : 0;
            }
        }

        for (int y = 450; y < 580; y++)
        {
            for (int x = 300; x < 540; x++)
            {
                different += PatternSource.PixelAt(x, y, 800, 600) != PatternSource.PixelAt(x + dx, Math.Clamp(y + dy, 0, 599), 800, 600) ? 1 : 0;
            }
        }

        Assert.True(different > 1000, $"{different} differ");
    }
}
