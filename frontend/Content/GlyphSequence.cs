namespace XenFbFront.Content;

/// <summary>A base character with combining marks for which a font has one glyph.</summary>
/// <param name="codePoints">The base and then its marks, 2 to <see cref="MaximumLength"/>.</param>
/// <param name="glyph">Index in the font.</param>
internal sealed class GlyphSequence(int[] codePoints, int glyph)
{
    /// <summary>Longest sequence that is used; longer ones in a font are passed over.</summary>
    public const int MaximumLength = 6;

    /// <summary>The base and then its marks.</summary>
    public ReadOnlySpan<int> CodePoints => codePoints;

    /// <summary>Index in the font.</summary>
    public int Glyph => glyph;
}
