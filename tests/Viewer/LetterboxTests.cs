using XenFbFront.Viewer;
using Xunit;

namespace XenFbFront.Tests.Viewer;

public class LetterboxTests
{
    [Theory]
    [InlineData(640, 400, 640, 400, 0, 0, 640, 400)]
    [InlineData(640, 400, 1279, 2000, 0, 800, 640, 400)]
    [InlineData(640, 400, 1300, 900, 10, 50, 1280, 800)]
    [InlineData(640, 400, 320, 400, 0, 100, 320, 200)]
    [InlineData(640, 400, 700, 100, 270, 0, 160, 100)]
    [InlineData(16384, 1, 10, 10, 0, 4, 10, 1)]
    public void Fit_WholeFactorOrShrunk(int screenWidth, int screenHeight, int width, int height, int x, int y, int fitWidth, int fitHeight)
    {
        Letterbox fit = Letterbox.Fit(screenWidth, screenHeight, width, height);
        // Odd remainders leave the extra pixel on the right.
        Assert.Equal((fitWidth, fitHeight), (fit.Width, fit.Height));
        Assert.InRange(fit.X, x, (width - fitWidth + 1) / 2);
        Assert.Equal(y, fit.Y);
    }

    [Fact]
    public void ToScreen_DoubledPicture_IsThePixelUnderThePointer()
    {
        Letterbox fit = Letterbox.Fit(100, 50, 220, 120);
        Assert.Equal(new(10, 10, 200, 100), fit);
        Assert.Equal((0, 0), fit.ToScreen(10, 10, 100, 50));
        Assert.Equal((0, 0), fit.ToScreen(11.9, 11.9, 100, 50));
        Assert.Equal((1, 1), fit.ToScreen(12, 12, 100, 50));
        Assert.Equal((99, 49), fit.ToScreen(209.9, 109.9, 100, 50));
    }

    [Fact]
    public void ToScreen_OutsideThePicture_IsTheNearestPixel()
    {
        Letterbox fit = Letterbox.Fit(100, 50, 220, 120);
        Assert.Equal((0, 49), fit.ToScreen(-50, 500, 100, 50));
    }

    [Fact]
    public void PlaceOf_Part_LiesOverItsPixelsAndIsNeverEmpty()
    {
        Assert.Equal(new(14, 14, 20, 4), Letterbox.Fit(100, 50, 220, 120).PlaceOf(new(2, 2, 10, 2), 100, 50));
        Assert.Equal(new(5, 5, 1, 1), Letterbox.Fit(1000, 1000, 10, 10).PlaceOf(new(500, 500, 3, 3), 1000, 1000));
    }

    [Theory]
    [InlineData(0, 0, 10, 10)]
    [InlineData(10, 10, 0, 0)]
    public void Fit_NothingToShow_IsEmpty(int screenWidth, int screenHeight, int width, int height) =>
        Assert.Equal(default, Letterbox.Fit(screenWidth, screenHeight, width, height));
}
