namespace XenFbFront.Content;

/// <summary>Code page 437, the character set of a VGA card's own font and of console fonts without a Unicode table.</summary>
public static class CodePage437
{
    private const string Low = " ☺☻♥♦♣♠•◘○◙♂♀♪♫☼►◄↕‼¶§▬↨↑↓→←∟↔▲▼";

    private const string High =
        "⌂ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0";

    /// <summary>The Unicode code point of a byte, the pictures of the control codes included; 0 is a blank.</summary>
    public static int ToCodePoint(byte value) => value switch
    {
        < 0x20 => Low[value],
        < 0x7f => value,
        _ => High[value - 0x7f],
    };
}
