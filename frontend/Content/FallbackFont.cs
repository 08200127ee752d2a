using System.Buffers.Text;
using Xenbus;
using Xenbus.Linux.Interop;

namespace XenFbFront.Content;

/// <summary>A font file with very many characters, for those that the console's font has not: GNU Unifont in its hex format.</summary>
/// <remarks>
/// Lines <c>XXXX:bitmap</c>, ascending by code point, 16 rows of 8 or 16 pixels in hexadecimal digits. A character is found by halving the file: some twenty reads of a
/// hundred bytes, so nothing of its 3.7 MB is kept. The file is opened for each search; there are as many as there are different characters, and
/// between them it may be replaced by an update.
/// </remarks>
public sealed class FallbackFont
{
    /// <summary>Rows of every glyph.</summary>
    public const int GlyphRows = 16;

    /// <summary>Where Debian's package <c>unifont</c> puts it.</summary>
    public const string DefaultPath = "/usr/share/unifont/unifont.hex";

    /// <summary>Longest line: six digits, a colon, 64 digits, and a line feed or two characters of one.</summary>
    private const int MaximumLineBytes = 6 + 1 + 64 + 2;

    private FallbackFont(string path) => Path = path;

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Looks whether a file is in this format.</summary>
    /// <exception cref="XenException">The file cannot be read.</exception>
    /// <exception cref="ConsoleFontException">It is something else.</exception>
    public static FallbackFont Open(string path)
    {
        using Descriptor file = Descriptor.Own(Libc.Open(path, OpenFlags.ReadOnly), "open fallback font", path, "check the path and the permissions");
        Span<byte> start = stackalloc byte[MaximumLineBytes];
        int length = Libc.ReadAllAt(file.Number, start, 0);
        if (length < 0)
        {
            throw new XenException("read fallback font", path, -length);
        }

        int end = start[..length].IndexOf((byte)'\n');
        return TryParse(start[..Math.Max(end, 0)], out _, out _)
            ? new(path)
            : throw new ConsoleFontException(path, "it does not start with a line like 0041:0000000018242442427E424242420000", $"use GNU Unifont's hex file, {DefaultPath} in Debian's package unifont");
    }

    /// <summary>Finds a character.</summary>
    /// <param name="codePoint">Any value.</param>
    /// <param name="rows">16 rows, the leftmost pixel in bit 15.</param>
    /// <param name="width">8 or 16 pixels.</param>
    /// <returns>False when the file has none, cannot be read any more, or is not in order.</returns>
    public bool TryRead(int codePoint, Span<ushort> rows, out int width)
    {
        width = 0;
        int result = Libc.Open(Path, OpenFlags.ReadOnly);
        if (result < 0)
        {
            return false;
        }

        using Descriptor file = new(result);
        // Room for one whole line wherever the reading starts.
        Span<byte> buffer = stackalloc byte[2 * MaximumLineBytes];
        // The line that is looked for starts at low or behind it, and before high.
        long low = 0, high = Libc.SeekToEnd(file.Number);
        while (low < high)
        {
            long middle = low + (high - low) / 2;
            // From one byte before, so that a line that starts exactly there is seen to start there.
            long from = Math.Max(low, middle - 1);
            int length = Libc.ReadAllAt(file.Number, buffer, from);
            if (length <= 0)
            {
                return false;
            }

            int skipped = from == low ? 0 : buffer[..length].IndexOf((byte)'\n') + 1;
            if ((from != low && skipped == 0) || from + skipped >= high)
            {
                // No line starts in the upper half.
                if (from == low)
                {
                    return false;
                }

                high = middle;
                continue;
            }

            ReadOnlySpan<byte> line = buffer[skipped..length];
            int end = line.IndexOf((byte)'\n');
            line = end < 0 ? line : line[..end];
            if (!TryParse(line, out int found, out ReadOnlySpan<byte> digits))
            {
                return false;
            }

            if (found == codePoint)
            {
                width = ReadRows(digits, rows);
                return true;
            }

            if (found > codePoint)
            {
                // When only the first line was looked at, there is none before it.
                if (from == low)
                {
                    return false;
                }

                high = middle;
            }
            else
            {
                low = from + skipped + line.Length + 1;
            }
        }

        return false;
    }

    private static int ReadRows(ReadOnlySpan<byte> digits, Span<ushort> rows)
    {
        int digitsPerRow = digits.Length / GlyphRows;
        for (int row = 0; row < GlyphRows; row++)
        {
            // TryParse has seen that these are digits.
            Utf8Parser.TryParse(digits.Slice(row * digitsPerRow, digitsPerRow), out ushort value, out _, 'x');
            rows[row] = (ushort)(digitsPerRow == 2 ? value << 8 : value);
        }

        return digitsPerRow * 4;
    }

    private static bool TryParse(ReadOnlySpan<byte> line, out int codePoint, out ReadOnlySpan<byte> digits)
    {
        line = line.TrimEnd((byte)'\r');
        int colon = line.IndexOf((byte)':');
        digits = line[(colon + 1)..];
        bool isNumber = Utf8Parser.TryParse(line[..Math.Max(colon, 0)], out codePoint, out int consumed, 'x') && consumed == colon && colon is >= 4 and <= 6;
        return isNumber && digits.Length is 2 * GlyphRows or 4 * GlyphRows && !digits.ContainsAnyExcept("0123456789ABCDEFabcdef"u8);
    }
}
