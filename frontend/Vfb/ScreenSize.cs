using System.Globalization;

namespace XenFbFront.Vfb;

/// <summary>A size of the screen.</summary>
/// <param name="Width">Pixels.</param>
/// <param name="Height">Pixels.</param>
public readonly record struct ScreenSize(int Width, int Height)
{
    /// <summary>Reads <c>WIDTHxHEIGHT</c>, as <see cref="ToString"/> writes it.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out ScreenSize size)
    {
        int times = text.IndexOf('x');
        if (times > 0
            && int.TryParse(text[..times], NumberStyles.None, CultureInfo.InvariantCulture, out int width)
            && int.TryParse(text[(times + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out int height)
            && width > 0 && height > 0)
        {
            size = new(width, height);
            return true;
        }

        size = default;
        return false;
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Width}x{Height}");
}
