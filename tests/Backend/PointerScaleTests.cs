using XenFbFront.Backend;
using Xunit;

namespace XenFbFront.Tests.Backend;

public class PointerScaleTests
{
    /// <summary>Every pixel of every size in steps, by each way in which a frontend or the layers above it turn raw back into pixels.</summary>
    [Fact]
    public void Scale_ToRaw_IsTurnedBackIntoTheSamePixel()
    {
        foreach (int size in Enumerable.Range(2, 1500).Concat([1600, 1920, 2048, 2160, 2560, 3840, 4096, 5120, 7680, 8192, 16383, 16384]))
        {
            for (int pixel = 0; pixel < size; pixel++)
            {
                long raw = PointerScale.Scale(pixel, size, 0x7fff);
                if (raw is < 0 or > 0x7fff
                    || raw * (size - 1) / 0x7fff != pixel
                    || (raw * (size - 1) * 2 + 0x7fff) / (2 * 0x7fff) != pixel
                    || raw * size / 0x8000 != pixel)
                {
                    Assert.Fail($"pixel {pixel} of {size} became {raw}");
                }
            }
        }
    }

    [Fact]
    public void Scale_ToItsOwnRange_ChangesNothing()
    {
        for (int pixel = 0; pixel < 1080; pixel++)
        {
            Assert.Equal(pixel, PointerScale.Scale(pixel, 1080, 1079));
        }
    }

    [Theory]
    [InlineData(-1, 800, 0)]
    [InlineData(int.MinValue, 800, 0)]
    [InlineData(800, 800, 0x7fff)]
    [InlineData(int.MaxValue, 800, 0x7fff)]
    [InlineData(5, 1, 0)]
    [InlineData(5, 0, 0)]
    public void Scale_OutsideTheScreen_IsItsEdge(int pixel, int size, int expected) =>
        Assert.Equal(expected, PointerScale.Scale(pixel, size, 0x7fff));
}
