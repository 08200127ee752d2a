using CsCheck;
using XenFbFront.Backend;
using Xunit;

namespace XenFbFront.Tests.Backend;

public class RectangleQueueTests
{
    private static readonly ScreenRectangle s_screen = new(0, 0, 100, 50);

    [Fact]
    public void Add_EightRectangles_AreAllKept()
    {
        RectangleQueue queue = new();
        for (int i = 0; i < 8; i++)
        {
            Assert.True(queue.Add(new(i, 0, 1, 1)));
        }

        Assert.False(queue.IsWhole);
        Assert.Equal(8, queue.Rectangles.Length);
        Assert.Equal(7, queue.Rectangles[7].X);
    }

    [Fact]
    public void Add_Ninth_BecomesTheWholeScreenOnce()
    {
        RectangleQueue queue = new();
        for (int i = 0; i < 8; i++)
        {
            queue.Add(new(i, 0, 1, 1));
        }

        Assert.False(queue.Add(new(8, 0, 1, 1)));
        Assert.True(queue.IsWhole);
        Assert.True(queue.Add(new(9, 0, 1, 1)));
        queue.Clear();
        Assert.True(queue.IsEmpty);
    }

    [Theory]
    [InlineData(10, 10, 20, 20, 10, 10, 20, 20)]
    [InlineData(-5, -5, 10, 10, 0, 0, 5, 5)]
    [InlineData(90, 40, 20, 20, 90, 40, 10, 10)]
    [InlineData(0, 0, int.MaxValue, int.MaxValue, 0, 0, 100, 50)]
    [InlineData(int.MinValue, 0, int.MaxValue, 10, 0, 0, 0, 0)]
    [InlineData(99, 49, int.MaxValue, int.MaxValue, 99, 49, 1, 1)]
    [InlineData(100, 0, 10, 10, 0, 0, 0, 0)]
    [InlineData(10, 10, 0, 10, 0, 0, 0, 0)]
    [InlineData(10, 10, -1, 10, 0, 0, 0, 0)]
    public void Clip_InsideAcrossAndOutside_IsThePartOnTheScreen(int x, int y, int width, int height, int cx, int cy, int cw, int ch) =>
        Assert.Equal(new ScreenRectangle(cx, cy, cw, ch), RectangleQueue.Clip(x, y, width, height, s_screen));

    [Fact]
    public void Clip_AnyNumbers_StaysOnTheScreen() =>
        Gen.Select(Gen.Int, Gen.Int, Gen.Int, Gen.Int).Sample((x, y, width, height) =>
        {
            ScreenRectangle clipped = RectangleQueue.Clip(x, y, width, height, s_screen);
            Assert.InRange(clipped.X, 0, 99);
            Assert.InRange(clipped.Y, 0, 49);
            Assert.InRange(clipped.Width, 0, 100 - clipped.X);
            Assert.InRange(clipped.Height, 0, 50 - clipped.Y);
        });
}
