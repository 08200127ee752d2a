using System.Buffers.Text;

namespace XenFbFront.Content.Terminal;

/// <summary>Attributes of text that libvterm does not have.</summary>
/// <remarks>
/// Its version 0.1 keeps ten fonts (SGR 10 to 19) that nobody here draws. Two bits of their number carry dim (SGR 2) and invisible (SGR 8) through its
/// screens, its saved cursor and the lines above: such sequences are rewritten, and programs do not choose fonts.
/// </remarks>
public sealed unsafe partial class VirtualTerminal
{
    private const int Normal = 0, Dim = 2, Invisible = 8, FirstFont = 10, LastFont = 19, NotBoldOrDim = 22, NotInvisible = 28;

    private const int DimFont = 1, InvisibleFont = 2;

    /// <summary>Whether numbers of SGR are not the library's alone.</summary>
    private static bool HasMoreAttributes(ReadOnlySpan<byte> numbers)
    {
        foreach (Range range in numbers.Split((byte)';'))
        {
            if (Number(numbers[range]) is Dim or Invisible or (>= FirstFont and <= LastFont) or NotBoldOrDim or NotInvisible)
            {
                // Or a part of a colour, which does no harm.
                return true;
            }
        }

        return false;
    }

    /// <summary>Sets attributes.</summary>
    /// <param name="numbers">Of SGR, with semicolons between.</param>
    private void GiveAttributes(ReadOnlySpan<byte> numbers)
    {
        Span<byte> given = stackalloc byte[MaxHeld + 4];
        "\e["u8.CopyTo(given);
        int length = 2, font = 0, partsOfColour = 0;
        Vterm.vterm_state_get_penattr(_state, Vterm.FontAttribute, &font);
        bool isColour = false;
        foreach (Range range in numbers.Split((byte)';'))
        {
            ReadOnlySpan<byte> text = numbers[range];
            int number = Number(text);
            bool isOurs = false;
            if (isColour)
            {
                // Behind 38 and 48 come 5 and a number of the palette, or 2 and three parts.
                (isColour, partsOfColour) = (false, number == 5 ? 1 : number == 2 ? 3 : 0);
            }
            else if (partsOfColour > 0)
            {
                partsOfColour--;
            }
            else
            {
                isColour = number is 38 or 48;
                isOurs = number is Dim or Invisible or (>= FirstFont and <= LastFont) or NotInvisible;
                font = number switch
                {
                    Normal => 0,
                    Dim => font | DimFont,
                    Invisible => font | InvisibleFont,
                    NotBoldOrDim => font & ~DimFont,
                    NotInvisible => font & ~InvisibleFont,
                    _ => font,
                };
            }

            if (!isOurs)
            {
                text.CopyTo(given[length..]);
                length += text.Length;
                given[length++] = (byte)';';
            }
        }

        // Nothing left is not the same as no number, which would switch everything off.
        if (length > 2)
        {
            given[length - 1] = (byte)'m';
            Give(given[..length]);
        }

        // By itself: the library takes sixteen numbers at once.
        Give([(byte)'\e', (byte)'[', (byte)'1', (byte)('0' + font), (byte)'m']);
    }

    /// <summary>A number, 0 where there is none; -1 for one with parts of its own, as in 38:2:1:2:3.</summary>
    private static int Number(ReadOnlySpan<byte> text) => text.IsEmpty ? 0 : Utf8Parser.TryParse(text, out int number, out int length) && length == text.Length ? number : -1;
}
