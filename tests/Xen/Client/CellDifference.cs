namespace XenFbFront.Tests.Xen;

/// <summary>A cell that looks otherwise on the kernel's picture than on ours.</summary>
/// <param name="Row">From the top, 0 first.</param>
/// <param name="Column">From the left, 0 first.</param>
/// <param name="CodePoint">What the kernel says is there, -1 when it does not say.</param>
/// <param name="Attribute">The kernel's 16 bits of glyph and colours.</param>
/// <param name="Bitmaps">Both, beside each other, as lines of text.</param>
internal sealed record CellDifference(int Row, int Column, int CodePoint, int Attribute, string Bitmaps)
{
    public override string ToString() =>
        $"row {Row} column {Column} {(CodePoint < 0 ? "?" : $"U+{CodePoint:X4}")} cell {Attribute:x4}\n{Bitmaps}";
}
