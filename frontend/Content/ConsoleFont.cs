using System.Buffers.Binary;
using System.Numerics;
using System.Text;
using Xenbus;
using Xenbus.Linux.Interop;

namespace XenFbFront.Content;

/// <summary>A bitmap font of the Linux console: PSF version 1 or 2, plain or compressed by gzip.</summary>
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

    private const uint Vacant = uint.MaxValue;
    private const string GetAnother = "use a .psf, .psfu or .psf.gz file as in /usr/share/consolefonts";

    private readonly byte[] _bitmaps;

    // Open addressing, linear probing, at most half full, a power of two long: one or two steps to a hit or a miss.
    private readonly uint[] _codePoints;
    private readonly ushort[] _glyphs;
    private readonly int _hashShift;
    private readonly GlyphSequence[] _sequences;

    private ConsoleFont(string name, int cellWidth, int cellHeight, byte[] bitmaps, List<(uint CodePoint, ushort Glyph)> characters, List<GlyphSequence> sequences)
    {
        Name = name;
        CellWidth = cellWidth;
        CellHeight = cellHeight;
        BytesPerRow = (cellWidth + 7) / 8;
        GlyphCount = bitmaps.Length / (BytesPerRow * cellHeight);
        _bitmaps = bitmaps;
        _sequences = [.. sequences];

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

    /// <summary>The array behind <see cref="Bitmaps"/>; nobody writes to it.</summary>
    internal byte[] BitmapArray => _bitmaps;

    /// <summary>The characters with combining marks that have glyphs of their own.</summary>
    internal ReadOnlySpan<GlyphSequence> Sequences => _sequences;

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
        if (GzipFile.IsGzip(file))
        {
            file = GzipFile.TryUnpack(file, MaximumFileBytes, out string why) ?? throw new ConsoleFontException(name, why, "see whether `gzip -t` finds it whole, and install it again");
        }

        if (file.StartsWith("\x36\x04"u8))
        {
            return ParseVersion1(file, name);
        }

        // The magic number 0x864ab572 in little-endian order.
        if (file.StartsWith((ReadOnlySpan<byte>)[0x72, 0xb5, 0x4a, 0x86]))
        {
            return ParseVersion2(file, name);
        }

        throw new ConsoleFontException(name, "it does not start like a PSF font", GetAnother);
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
        List<GlyphSequence> sequences = [];
        return new(name, 8, cellHeight, bitmaps, (mode & (hasTable | hasSequences)) != 0 ? ReadTable16(table, glyphCount, sequences, name) : InCodePageOrder(glyphCount), sequences);
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
        List<GlyphSequence> sequences = [];
        return new(name, (int)width, (int)height, bitmaps,
            (flags & hasTable) != 0 ? ReadTableUtf8(body[bitmapBytes..], (int)glyphCount, sequences, name) : InCodePageOrder((int)glyphCount), sequences);
    }

    private static uint Field(ReadOnlySpan<byte> file, int offset) => BinaryPrimitives.ReadUInt32LittleEndian(file[offset..]);

    /// <summary>PSF1: 16-bit code points of each glyph, then sequences each after 0xFFFE, then 0xFFFF.</summary>
    private static List<(uint CodePoint, ushort Glyph)> ReadTable16(ReadOnlySpan<byte> table, int glyphCount, List<GlyphSequence> sequences, string name)
    {
        List<(uint, ushort)> characters = new(glyphCount);
        List<int> sequence = [];
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
                if (value is 0xffff or 0xfffe)
                {
                    EndSequence(sequence, glyph, sequences);
                    inSequences = true;
                    if (value == 0xffff)
                    {
                        break;
                    }
                }
                else if (inSequences)
                {
                    sequence.Add(value);
                }
                else
                {
                    characters.Add((value, (ushort)glyph));
                }
            }
        }

        return characters;
    }

    /// <summary>PSF2: code points of each glyph in UTF-8, then sequences each after the byte 0xFE, then the byte 0xFF.</summary>
    private static List<(uint CodePoint, ushort Glyph)> ReadTableUtf8(ReadOnlySpan<byte> table, int glyphCount, List<GlyphSequence> sequences, string name)
    {
        List<(uint, ushort)> characters = new(glyphCount);
        List<int> sequence = [];
        for (int glyph = 0; glyph < glyphCount; glyph++)
        {
            int end = table.IndexOf((byte)0xff);
            if (end < 0)
            {
                throw CutShort(name, "Unicode table");
            }

            ReadOnlySpan<byte> entry = table[..end];
            table = table[(end + 1)..];
            bool inSequences = false;
            while (entry.Length > 0)
            {
                if (entry[0] == 0xfe)
                {
                    EndSequence(sequence, glyph, sequences);
                    inSequences = true;
                    entry = entry[1..];
                    continue;
                }

                if (Rune.DecodeFromUtf8(entry, out Rune rune, out int consumed) != System.Buffers.OperationStatus.Done)
                {
                    throw new ConsoleFontException(name, $"the Unicode table has broken UTF-8 at glyph {glyph}", GetAnother);
                }

                entry = entry[consumed..];
                if (inSequences)
                {
                    sequence.Add(rune.Value);
                }
                else
                {
                    characters.Add(((uint)rune.Value, (ushort)glyph));
                }
            }

            EndSequence(sequence, glyph, sequences);
        }

        return characters;
    }

    private static void EndSequence(List<int> sequence, int glyph, List<GlyphSequence> sequences)
    {
        if (sequence.Count is >= 2 and <= GlyphSequence.MaximumLength)
        {
            sequences.Add(new([.. sequence], glyph));
        }

        sequence.Clear();
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
