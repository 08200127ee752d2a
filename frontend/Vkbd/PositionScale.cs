using Xenbus.Wire.Kbdif;
using XenFbFront.Vfb;

namespace XenFbFront.Vkbd;

/// <summary>Brings positions in pixels of a screen whose size changes into the one range that an input device declares for good.</summary>
/// <remarks>
/// The other way would be another input device for each size: programs would see the pointer unplugged, and a button that is held let go.
/// </remarks>
public static class PositionScale
{
    /// <summary>Largest position, on both axes. That of raw pointers too; source: feature-raw-pointer in io/kbdif.h.</summary>
    public const int Max = 32767;

    /// <summary>Whether a position lies on a screen.</summary>
    public static bool IsOn(ScreenSize size, in KeyboardEvent position) =>
        (uint)position.AbsoluteX < (uint)size.Width && (uint)position.AbsoluteY < (uint)size.Height;

    /// <summary>Scales a position; one beyond the screen becomes one on its edge.</summary>
    /// <param name="position">In pixels; 0 to <see cref="Max"/> afterwards.</param>
    /// <param name="size">Of the screen that the backend meant.</param>
    public static void Scale(ref KeyboardEvent position, ScreenSize size)
    {
        position.AbsoluteX = Scale(position.AbsoluteX, size.Width);
        position.AbsoluteY = Scale(position.AbsoluteY, size.Height);
    }

    /// <summary>Rounded up: whoever maps it to the same screen gets the same pixel back, by <c>value * (size - 1) / 32767</c> or <c>value * size / 32768</c>.</summary>
    private static int Scale(int pixel, int size) => size <= 1 ? 0 : (int)(((long)Math.Clamp(pixel, 0, size - 1) * Max + size - 2) / (size - 1));
}
