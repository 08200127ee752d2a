namespace XenFbFront.Backend;

/// <summary>Turns pixels of the screen into what a pointer event carries.</summary>
internal static class PointerScale
{
    /// <summary>Scales a pixel to another range.</summary>
    /// <param name="pixel">Clamped to 0 .. <paramref name="size"/> - 1.</param>
    /// <param name="size">Pixels of the screen on this axis.</param>
    /// <param name="maximum">The largest value of the range, which the last pixel becomes.</param>
    /// <returns>
    /// Rounded up: then the frontend gets the same pixel back whether it rounds down (<c>value * (size - 1) / maximum</c>, as QEMU does), to the
    /// nearest, or as libinput does (<c>value * size / (maximum + 1)</c>), as long as the range is at least twice the size.
    /// </returns>
    public static int Scale(int pixel, int size, int maximum)
    {
        if (size <= 1)
        {
            return 0;
        }

        long clamped = Math.Clamp(pixel, 0, size - 1);
        return (int)((clamped * maximum + size - 2) / (size - 1));
    }
}
