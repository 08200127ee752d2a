using System.Buffers.Binary;
using System.Numerics;
using System.Text;
using Xenbus;
using Xenbus.Linux.Interop;

namespace XenFbFront.Content;

/// <summary>A bitmap font of the Linux console: PSF version 1 or 2, uncompressed.</summary>
/// <remarks>
/// Immutable. Looking a glyph up allocates nothing. The formats are those of kbd's psf.h: PSF1 is 8 pixels wide with 256 or 512 glyphs, PSF2
/// has any size; both may carry a table of the code points that each glyph stands for. A font without a table is taken to be in the order of
/// <see cref="CodePage437"/>.
/// </remarks>
public sealed class ConsoleFont
{
    /// <summary>Widest cell accepted, pixels.</summary>
    public const int MaximumWidth = 64;

    /// <summary>Highest cell accepted, pixels.</summary>
    public const int MaximumHeight = 128;

    /// <summary>Most glyphs accepted: the Basic Multilingual Plane, as in Unifont.</summary>
    public const int MaximumGlyphs = 65536;

    /// <summary>Largest file read, bytes. Unifont for the console is 2.5 MB.</summary>
    private const int MaximumFileBytes = 4 << 20;

    private const int ReplacementCharacter = 0xfffd;
    private const uint Vacant = uint.MaxValue;
    private const string GetAnother = "use an uncompressed .psf or .psfu file as in /usr/share/consolefonts";

    private readonly byte[] _bitmaps;

    // Open addressing, linear probing, at most half full, a power of two long: one or two steps to a hit or a miss.
    private readonly uint[] _codePoints;
    private readonly ushort[] _glyphs;
    private readonly int _hashShift;
    private readonly int _missingGlyph;

    private ConsoleFont(string name, int cellWidth, int cellHeight, byte[] bitmaps, List<(uint CodePoint, ushort Glyph)> characters)
    {
        Name = name;
        CellWidth = cellWidth;
        CellHeight = cellHeight;
        BytesPerRow = (cellWidth + 7) / 8;
        GlyphCount = bitmaps.Length / (BytesPerRow * cellHeight);
        _bitmaps = bitmaps;

        int capacity = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(16, characters.Count * 2));
        _hashShift = 32 - BitOperations.Log2((uint)capacity);
        _codePoints = new uint[capacity];
        _glyphs = new ushort[capacity];
        _codePoints.AsSpan().Fill(Vacant);
        foreach ((uint codePoint, ushort glyph) in characters)
        {
            int slot = FindSlot(codePoint);
            // A code point that is listed twice keeps its first glyph.
            if (_codePoints[slot] == Vacant)
            {
                _codePoints[slot] = codePoint;
                _glyphs[slot] = glyph;
            }
        }

        _missingGlyph = TryGetGlyph(ReplacementCharacter, out int missing) || TryGetGlyph('?', out missing) ? missing : 0;
    }

    /// <summary>File or name that it came from.</summary>
    public string Name { get; }

    /// <summary>Width of a cell, pixels, 1 to <see cref="MaximumWidth"/>.</summary>
    public int CellWidth { get; }

    /// <summary>Height of a cell, pixels, 1 to <see cref="MaximumHeight"/>.</summary>
    public int CellHeight { get; }

    /// <summary>Bytes of one row of a glyph; the leftmost pixel is the highest bit of the first byte.</summary>
    public int BytesPerRow { get; }

    /// <summary>Number of glyphs, at least 1.</summary>
    public int GlyphCount { get; }

    /// <summary>Bitmaps of all glyphs one after another, each <c>CellHeight * BytesPerRow</c> bytes, rows from the top.</summary>
    public ReadOnlySpan<byte> Bitmaps => _bitmaps;

    /// <summary>Reads a font file.</summary>
    /// <exception cref="XenException">The file cannot be read.</exception>
    /// <exception cref="ConsoleFontException">It is not a font, or one beyond the limits.</exception>
    public static ConsoleFont Load(string path)
    {
        using Descriptor file = Descriptor.Own(Libc.Open(path, OpenFlags.ReadOnly), "open console font", path, "check the path and the permissions");
        long size = Libc.SeekToEnd(file.Number);
        if (size is < 0 or > MaximumFileBytes)
        {
            throw new ConsoleFontException(path, $"not a regular file of at most {MaximumFileBytes} bytes", GetAnother);
        }

        byte[] content = new byte[(int)size];
        int length = 0;
        while (length < content.Length)
        {
            int count = Libc.ReadAt(file.Number, content.AsSpan(length), length);
            if (count < 0)
            {
                throw new XenException("read console font", path, -count);
            }

            if (count == 0)
            {
                break;
            }

            length += count;
        }

        return Parse(content.AsSpan(0, length), path);
    }

    /// <summary>Parses the content of a font file.</summary>
    /// <param name="file">The whole file, not kept.</param>
    /// <param name="name">What to call it in messages.</param>
    /// <exception cref="ConsoleFontException">It is not a font, is cut short, or is beyond the limits.</exception>
    public static ConsoleFont Parse(ReadOnlySpan<byte> file, string name)
    {
        if (file.StartsWith("\x36\x04"u8))
        {
            return ParseVersion1(file, name);
        }

        // The magic number 0x864ab572 in little-endian order.
        if (file.StartsWith((ReadOnlySpan<byte>)[0x72, 0xb5, 0x4a, 0x86]))
        {
            return ParseVersion2(file, name);
        }

        throw file.StartsWith((ReadOnlySpan<byte>)[0x1f, 0x8b])
            ? new ConsoleFontException(name, "it is compressed by gzip", "unpack it with gunzip")
            : new ConsoleFontException(name, "it does not start like a PSF font", GetAnother);
    }

    /// <summary>The glyph of exactly this code point.</summary>
    /// <param name="codePoint">Unicode code point; any value is allowed.</param>
    /// <param name="glyph">Its index, 0 to <see cref="GlyphCount"/> - 1.</param>
    /// <returns>False when the font has none.</returns>
    public bool TryGetGlyph(int codePoint, out int glyph)
    {
        int slot = FindSlot((uint)codePoint);
        glyph = _glyphs[slot];
        return _codePoints[slot] == (uint)codePoint && (uint)codePoint != Vacant;
    }

    /// <summary>The glyph to show for a code point: its own, that of a character that looks like it, U+FFFD, a question mark, or glyph 0.</summary>
    /// <returns>An index, 0 to <see cref="GlyphCount"/> - 1, for every value.</returns>
    public int GlyphFor(int codePoint)
    {
        // A look-alike may itself be missing and have another: round corner, square corner, plus. No chain is longer than this.
        const int longestChain = 3;
        for (int i = 0; i <= longestChain && codePoint >= 0; i++)
        {
            if (TryGetGlyph(codePoint, out int glyph))
            {
                return glyph;
            }

            codePoint = LookAlike(codePoint);
        }

        return _missingGlyph;
    }

    /// <summary>A code point that reads the same at a glance and that more fonts have, or -1.</summary>
    private static int LookAlike(int codePoint) => codePoint switch
    {
        // Control codes draw nothing; nor do marks without width, which new kernels put into the right half of a wide character.
        < 0x20 or (>= 0x7f and <= 0xa0) => ' ',
        (>= 0x2000 and <= 0x200f) or 0x202f or 0x205f or 0x2060 or 0x3000 or 0xfeff => ' ',
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
        0x256d => 0x250c,
        0x256e => 0x2510,
        0x256f => 0x2518,
        0x2570 => 0x2514,
        0x2550 => '=',
        0x2500 or 0x2501 or 0x2504 or 0x2505 or 0x2508 or 0x2509 or 0x254c or 0x254d or 0x2574 or 0x2576 or 0x2578 or 0x257a => '-',
        0x2502 or 0x2503 or 0x2506 or 0x2507 or 0x250a or 0x250b or 0x254e or 0x254f or 0x2551 or 0x2575 or 0x2577 or 0x2579 or 0x257b => '|',
        >= 0x250c and <= 0x256c => '+',
        0x2571 => '/',
        0x2572 => '\\',
        0x2573 => 'X',
        >= 0x2588 and <= 0x258a => 0x2588 == codePoint ? 0x25a0 : 0x2588,
        >= 0x2591 and <= 0x2593 => '#',
        0x25a0 => '#',
        // The full-width forms of ASCII.
        >= 0xff01 and <= 0xff5e => codePoint - 0xff01 + '!',
        _ => -1,
    };

    private int FindSlot(uint codePoint)
    {
        int mask = _codePoints.Length - 1;
        int slot = (int)(codePoint * 0x9e3779b1u >> _hashShift);
        while (_codePoints[slot] != Vacant && _codePoints[slot] != codePoint)
        {
            slot = (slot + 1) & mask;
        }

        return slot;
    }

    private static ConsoleFont ParseVersion1(ReadOnlySpan<byte> file, string name)
    {
        const int headerBytes = 4;
        const byte has512Glyphs = 1, hasTable = 2, hasSequences = 4;
        if (file.Length < headerBytes)
        {
            throw CutShort(name, "header");
        }

        byte mode = file[2];
        int cellHeight = file[3];
        if (cellHeight is 0 or > MaximumHeight)
        {
            throw new ConsoleFontException(name, $"its cells are {cellHeight} pixels high, not 1 to {MaximumHeight}", GetAnother);
        }

        int glyphCount = (mode & has512Glyphs) != 0 ? 512 : 256;
        int bitmapBytes = glyphCount * cellHeight;
        if (file.Length - headerBytes < bitmapBytes)
        {
            throw CutShort(name, "bitmaps");
        }

        byte[] bitmaps = file.Slice(headerBytes, bitmapBytes).ToArray();
        ReadOnlySpan<byte> table = file[(headerBytes + bitmapBytes)..];
        return new(name, 8, cellHeight, bitmaps, (mode & (hasTable | hasSequences)) != 0 ? ReadTable16(table, glyphCount, name) : InCodePageOrder(glyphCount));
    }

    private static ConsoleFont ParseVersion2(ReadOnlySpan<byte> file, string name)
    {
        const int headerBytes = 32;
        const uint hasTable = 1;
        if (file.Length < headerBytes)
        {
            throw CutShort(name, "header");
        }

        // struct psf2_header: magic, version, headersize, flags, length, charsize, height, width. All 32 bits, and all to be doubted.
        uint version = Field(file, 4), headerSize = Field(file, 8), flags = Field(file, 12);
        uint glyphCount = Field(file, 16), glyphBytes = Field(file, 20), height = Field(file, 24), width = Field(file, 28);
        if (version != 0)
        {
            throw new ConsoleFontException(name, $"it is of version {version}, only 0 is known", GetAnother);
        }

        if (width is 0 or > MaximumWidth || height is 0 or > MaximumHeight)
        {
            throw new ConsoleFontException(name, $"its cells are {width}x{height} pixels, more than {MaximumWidth}x{MaximumHeight} or nothing", GetAnother);
        }

        if (glyphCount is 0 or > MaximumGlyphs)
        {
            throw new ConsoleFontException(name, $"it has {glyphCount} glyphs, not 1 to {MaximumGlyphs}", GetAnother);
        }

        if (glyphBytes != height * ((width + 7) / 8))
        {
            throw new ConsoleFontException(name, $"a glyph of {width}x{height} pixels cannot have {glyphBytes} bytes", GetAnother);
        }

        if (headerSize < headerBytes || headerSize > (uint)file.Length)
        {
            throw new ConsoleFontException(name, $"its header claims {headerSize} bytes", GetAnother);
        }

        ReadOnlySpan<byte> body = file[(int)headerSize..];
        // No overflow: at most 65,536 glyphs of at most 1,024 bytes.
        int bitmapBytes = (int)(glyphCount * glyphBytes);
        if (body.Length < bitmapBytes)
        {
            throw CutShort(name, "bitmaps");
        }

        byte[] bitmaps = body[..bitmapBytes].ToArray();
        return new(name, (int)width, (int)height, bitmaps,
            (flags & hasTable) != 0 ? ReadTableUtf8(body[bitmapBytes..], (int)glyphCount, name) : InCodePageOrder((int)glyphCount));
    }

    private static uint Field(ReadOnlySpan<byte> file, int offset) => BinaryPrimitives.ReadUInt32LittleEndian(file[offset..]);

    /// <summary>PSF1: 16-bit code points of each glyph, then sequences each after 0xFFFE, then 0xFFFF.</summary>
    private static List<(uint CodePoint, ushort Glyph)> ReadTable16(ReadOnlySpan<byte> table, int glyphCount, string name)
    {
        List<(uint, ushort)> characters = new(glyphCount);
        for (int glyph = 0; glyph < glyphCount; glyph++)
        {
            bool inSequences = false;
            while (true)
            {
                if (table.Length < 2)
                {
                    throw CutShort(name, "Unicode table");
                }

                ushort value = BinaryPrimitives.ReadUInt16LittleEndian(table);
                table = table[2..];
                if (value == 0xffff)
                {
                    break;
                }

                // A sequence is a base character with combining marks; the console never stores those apart, so none can be asked for.
                inSequences |= value == 0xfffe;
                if (!inSequences)
                {
                    characters.Add((value, (ushort)glyph));
                }
            }
        }

        return characters;
    }

    /// <summary>PSF2: code points of each glyph in UTF-8, then sequences each after the byte 0xFE, then the byte 0xFF.</summary>
    private static List<(uint CodePoint, ushort Glyph)> ReadTableUtf8(ReadOnlySpan<byte> table, int glyphCount, string name)
    {
        List<(uint, ushort)> characters = new(glyphCount);
        for (int glyph = 0; glyph < glyphCount; glyph++)
        {
            int end = table.IndexOf((byte)0xff);
            if (end < 0)
            {
                throw CutShort(name, "Unicode table");
            }

            ReadOnlySpan<byte> entry = table[..end];
            table = table[(end + 1)..];
            int sequences = entry.IndexOf((byte)0xfe);
            entry = sequences < 0 ? entry : entry[..sequences];
            while (entry.Length > 0)
            {
                if (Rune.DecodeFromUtf8(entry, out Rune rune, out int consumed) != System.Buffers.OperationStatus.Done)
                {
                    throw new ConsoleFontException(name, $"the Unicode table has broken UTF-8 at glyph {glyph}", GetAnother);
                }

                characters.Add(((uint)rune.Value, (ushort)glyph));
                entry = entry[consumed..];
            }
        }

        return characters;
    }

    private static List<(uint CodePoint, ushort Glyph)> InCodePageOrder(int glyphCount)
    {
        List<(uint, ushort)> characters = new(256);
        for (int glyph = 0; glyph < Math.Min(glyphCount, 256); glyph++)
        {
            characters.Add(((uint)CodePage437.ToCodePoint((byte)glyph), (ushort)glyph));
        }

        return characters;
    }

    private static ConsoleFontException CutShort(string name, string part) => new(name, $"the file ends within its {part}", GetAnother);
}
