namespace XenFbFront.Content;

/// <summary>What one cell of text looks like.</summary>
/// <param name="Glyph">Index in the font that draws it, as <see cref="TextFont.GlyphFor"/> gives it.</param>
/// <param name="Foreground">Colour of the set pixels, 0x00RRGGBB.</param>
/// <param name="Background">Colour of the others, 0x00RRGGBB.</param>
public readonly record struct TextCell(int Glyph, uint Foreground, uint Background);
