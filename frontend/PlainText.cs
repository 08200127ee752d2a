using System.Text;

namespace XenFbFront;

/// <summary>Makes harmless what a backend, the toolstack or a file wrote, before a terminal or a log gets it.</summary>
internal static class PlainText
{
    /// <summary>Longest line, characters. The longest of ours, which names four ways to frame numbers with their remedies, has some 1200.</summary>
    public const int MaxLength = 2000;

    /// <summary>Kept of the end of a longer line, where our own remedy stands.</summary>
    private const int EndLength = 400;

    /// <summary>One line without control characters and direction marks, which become <c>\x1b</c> or <c>\u202e</c>, of at most <see cref="MaxLength"/> characters and a note.</summary>
    public static string Of(string text)
    {
        if (text.Length > MaxLength)
        {
            text = $"{text.AsSpan(0, MaxLength - EndLength)} … ({text.Length - MaxLength} characters left out) … {text.AsSpan(text.Length - EndLength)}";
        }

        int first = 0;
        while (first < text.Length && !IsHarmful(text, first))
        {
            first++;
        }

        if (first == text.Length)
        {
            return text;
        }

        StringBuilder plain = new(text, 0, first, text.Length + 32);
        for (int i = first; i < text.Length; i++)
        {
            if (IsHarmful(text, i))
            {
                plain.Append(text[i] < 0x100 ? $"\\x{(int)text[i]:x2}" : $"\\u{(int)text[i]:x4}");
            }
            else
            {
                plain.Append(text[i]);
            }
        }

        return plain.ToString();
    }

    private static bool IsHarmful(string text, int index) => text[index] switch
    {
        // Line and paragraph separator, marks that turn the direction of writing, and the byte order mark.
        '\u2028' or '\u2029' or '\u200e' or '\u200f' or '\u061c' or '\ufeff' or (>= '\u202a' and <= '\u202e') or (>= '\u2066' and <= '\u2069') => true,
        char high when char.IsHighSurrogate(high) => index + 1 == text.Length || !char.IsLowSurrogate(text[index + 1]),
        char low when char.IsLowSurrogate(low) => index == 0 || !char.IsHighSurrogate(text[index - 1]),
        char other => char.IsControl(other),
    };
}
