using XenFbFront.Backend;

namespace XenFbFront.Viewer;

/// <summary>Where the screen lies in a window of another size: centred, black around it.</summary>
/// <remarks>
/// Whole multiples keep every pixel square and equal, which text needs, so a window that is large enough shows the largest one that fits. A
/// smaller window shows the whole screen, shrunk by the same factor both ways.
/// </remarks>
internal readonly record struct Letterbox(int X, int Y, int Width, int Height)
{
    /// <summary>Places a screen in a window, both in pixels; empty when either is.</summary>
    public static Letterbox Fit(int screenWidth, int screenHeight, int windowWidth, int windowHeight)
    {
        if (screenWidth <= 0 || screenHeight <= 0 || windowWidth <= 0 || windowHeight <= 0)
        {
            return default;
        }

        int factor = Math.Min(windowWidth / screenWidth, windowHeight / screenHeight);
        int width, height;
        if (factor >= 1)
        {
            (width, height) = (screenWidth * factor, screenHeight * factor);
        }
        else if ((long)windowWidth * screenHeight <= (long)windowHeight * screenWidth)
        {
            (width, height) = (windowWidth, Math.Max(1, (int)((long)screenHeight * windowWidth / screenWidth)));
        }
        else
        {
            (width, height) = (Math.Max(1, (int)((long)screenWidth * windowHeight / screenHeight)), windowHeight);
        }

        return new((windowWidth - width) / 2, (windowHeight - height) / 2, width, height);
    }

    /// <summary>Where a part of the screen lies in the window, at least one pixel each way.</summary>
    public Letterbox PlaceOf(ScreenRectangle part, int screenWidth, int screenHeight)
    {
        int left = (int)((long)part.X * Width / screenWidth), top = (int)((long)part.Y * Height / screenHeight);
        int right = (int)((long)(part.X + part.Width) * Width / screenWidth), bottom = (int)((long)(part.Y + part.Height) * Height / screenHeight);
        return new(X + left, Y + top, Math.Max(right - left, 1), Math.Max(bottom - top, 1));
    }

    /// <summary>The screen's pixel under a place of the window; one outside the picture is the nearest at its edge.</summary>
    public (int X, int Y) ToScreen(double x, double y, int screenWidth, int screenHeight) =>
        Width == 0
            ? (0, 0)
            : (Math.Clamp((int)Math.Floor((x - X) * screenWidth / Width), 0, screenWidth - 1),
               Math.Clamp((int)Math.Floor((y - Y) * screenHeight / Height), 0, screenHeight - 1));
}
