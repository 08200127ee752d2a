namespace XenFbFront.Content;

/// <summary>What to show for characters that a font has not.</summary>
internal static class LookAlikes
{
    /// <summary>No chain of look-alikes is longer: round corner, square corner, plus.</summary>
    public const int LongestChain = 3;

    /// <summary>Whether a character draws nothing: control codes, spaces, and what only steers the text around it.</summary>
    public static bool IsBlank(int codePoint) => codePoint switch
    {
        < 0 => false,
        < 0x20 or 0x7f or 0xa0 => true,
        // U+200B also stands in the right half of a wide character in a console of new kernels.
        (>= 0x2000 and <= 0x200f) or (>= 0x2028 and <= 0x202f) or (>= 0x205f and <= 0x206f) or 0x3000 or (>= 0xfe00 and <= 0xfe0f) or 0xfeff => true,
        _ => false,
    };

    /// <summary>A code point that reads the same at a glance and that more fonts have, or -1.</summary>
    public static int Of(int codePoint) => codePoint switch
    {
        _ when IsBlank(codePoint) => ' ',
        (>= 0x2010 and <= 0x2015) or 0xad or 0x2212 => '-',
        (>= 0x2018 and <= 0x201b) or 0x2032 or 0xb4 or 0x2bc => '\'',
        (>= 0x201c and <= 0x201f) or 0x2033 => '"',
        0x2039 => '<',
        0x203a => '>',
        0x2022 or 0x25cf or 0x2219 => 0xb7,
        0xb7 or 0x2217 or 0x2605 => '*',
        0x2026 => '.',
        0x2044 or 0x2215 => '/',
        0x2c6 => '^',
        0x2dc or 0x223c => '~',
        0x3bc => 0xb5,
        0x2126 => 0x3a9,
        0x2190 or 0x25c4 or 0x25c0 => '<',
        0x2191 or 0x25b2 => '^',
        0x2192 or 0x25ba or 0x25b6 => '>',
        0x2193 or 0x25bc => 'v',
        0x25a0 => '#',
        // The full-width forms of ASCII.
        >= 0xff01 and <= 0xff5e => codePoint - 0xff01 + '!',
        _ => -1,
    };
}
