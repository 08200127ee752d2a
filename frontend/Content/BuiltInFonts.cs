using System.Diagnostics;

namespace XenFbFront.Content;

/// <summary>The fonts inside the program, compressed: Spleen 8x16, 12x24 and 16x32. Their licence is in <c>Fonts/LICENSE.spleen.txt</c>.</summary>
public static class BuiltInFonts
{
    private static ConsoleFont? s_small, s_medium, s_large;

    /// <summary>The font with cells of this height, parsed at its first use and kept.</summary>
    /// <param name="cellHeight">16, 24 or 32 pixels.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such font.</exception>
    public static ConsoleFont Get(int cellHeight) => cellHeight switch
    {
        16 => s_small ??= Parse("spleen-8x16.psfu"),
        24 => s_medium ??= Parse("spleen-12x24.psfu"),
        32 => s_large ??= Parse("spleen-16x32.psfu"),
        _ => throw new ArgumentOutOfRangeException(nameof(cellHeight), cellHeight, "16, 24 or 32"),
    };

    private static ConsoleFont Parse(string name)
    {
        using Stream? stream = typeof(BuiltInFonts).Assembly.GetManifestResourceStream(name);
        Debug.Assert(stream is not null, "a built-in font is missing from the project file");
        byte[] content = new byte[stream.Length];
        stream.ReadExactly(content);
        return ConsoleFont.Parse(content, name);
    }
}
