namespace XenFbFront.Content;

/// <summary>The glyphs that text is drawn with: those of a console font, enlarged by a whole number, and what is made when it is first asked for.</summary>
/// <remarks>
/// <para>A character is looked for in this order: the console font; box drawing and block elements drawn so that they join, where the font has none or
/// its own do not join; the fallback font; a character that looks alike; U+FFFD; a question mark.</para>
/// <para>All glyphs are bitmaps of one cell and lie in one array, so drawing knows nothing of this. What has been asked for once is found in a table
/// without allocating. Making a glyph takes some microseconds, and some 50 µs when it comes from the fallback font. Glyphs are never thrown away; when
/// <see cref="MaximumMade"/> have been made, further ones are the missing glyph. Not for several threads.</para>
/// </remarks>
public sealed class TextFont
{
    /// <summary>Largest factor of enlargement.</summary>
    public const int MaximumScale = 8;

    /// <summary>Most glyphs that are made beside the console font's own; fewer where they would take more than <see cref="MaximumMadeBytes"/>.</summary>
    public const int MaximumMade = 8192;

    /// <summary>Most memory that they take, bytes.</summary>
    public const int MaximumMadeBytes = 4 << 20;

    // Asked for and not made are remembered too, and characters that share a glyph, so there may be more keys than glyphs.
    private const int MaximumKeys = 4 * MaximumMade;
    private const int ReplacementCharacter = 0xfffd;

    /// <summary>Marks that may be put on one glyph, one after the other.</summary>
    private const int MaximumMarks = GlyphSequence.MaximumLength - 1;

    private readonly ConsoleFont _font;
    private readonly FallbackFont? _fallback;
    private readonly int _scale, _glyphBytes, _maximumCount, _missing;
    private readonly GlyphIndex _index = new(MaximumKeys);

    // The console font's own array as long as nothing has been made; then a copy with room behind it.
    private byte[] _bitmaps;
    private int _count;
    private BoxGlyphs? _boxes;
    private byte[]? _drawn;

    /// <summary>Makes a font at one size.</summary>
    /// <param name="font">The console font.</param>
    /// <param name="scale">Pixels of the screen for one of the font, across and down, 1 to <see cref="MaximumScale"/>.</param>
    /// <param name="fallback">Where characters come from that the console font has not; null for nowhere.</param>
    public TextFont(ConsoleFont font, int scale = 1, FallbackFont? fallback = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(scale, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(scale, MaximumScale);
        _font = font;
        _fallback = fallback;
        _scale = scale;
        CellWidth = font.CellWidth * scale;
        CellHeight = font.CellHeight * scale;
        BytesPerRow = (CellWidth + 7) / 8;
        _glyphBytes = BytesPerRow * CellHeight;
        // Enlarged glyphs are made one by one: a font of thousands at eight times its size would take megabytes for nothing.
        _bitmaps = scale == 1 ? font.BitmapArray : [];
        _count = scale == 1 ? font.GlyphCount : 0;
        _maximumCount = _count + Math.Min(MaximumMade, MaximumMadeBytes / _glyphBytes);
        _missing = TryGetOwn(ReplacementCharacter, out int missing) || TryGetOwn('?', out missing) ? missing : Own(0);
    }

    /// <summary>File or name that the console font came from.</summary>
    public string Name => _font.Name;

    /// <summary>Width of a cell, pixels.</summary>
    public int CellWidth { get; }

    /// <summary>Height of a cell, pixels.</summary>
    public int CellHeight { get; }

    /// <summary>Rows of an underline cursor, pixels. Two of the console font's, one when it is less than 10 high. C: bit_cursor in the kernel's bitblit.c.</summary>
    public int CursorHeight => (_font.CellHeight < 10 ? 1 : 2) * _scale;

    /// <summary>Bytes of one row of a glyph; the leftmost pixel is the highest bit of the first byte.</summary>
    public int BytesPerRow { get; }

    /// <summary>Number of glyphs so far, at least 1.</summary>
    public int GlyphCount => _count;

    /// <summary>Bitmaps of all glyphs one after another, each <c>CellHeight * BytesPerRow</c> bytes, rows from the top. Valid until a glyph is made.</summary>
    public ReadOnlySpan<byte> Bitmaps => _bitmaps.AsSpan(0, _count * _glyphBytes);

    /// <summary>Cells that a character takes: 0 when it is drawn over the one before it or not at all, 1, or 2.</summary>
    /// <param name="codePoint">Any value; what is no code point counts as 1.</param>
    public static int CellsOf(int codePoint) => CharacterWidths.CellsOf(codePoint);

    /// <summary>The glyph to show for a character in one cell.</summary>
    /// <returns>An index, 0 to <see cref="GlyphCount"/> - 1, for every value.</returns>
    public int GlyphFor(int codePoint) => _index.TryGet(Key(KeyKind.Single, (uint)codePoint), out int glyph) ? glyph : MakeSingle(codePoint);

    /// <summary>The glyphs to show for a character in two cells side by side.</summary>
    /// <returns>Indices, 0 to <see cref="GlyphCount"/> - 1, for every value. The right one is a blank where the character is known in one cell only.</returns>
    public (int Left, int Right) WideGlyphsFor(int codePoint) =>
        _index.TryGet(Key(KeyKind.Left, (uint)codePoint), out int left) && _index.TryGet(Key(KeyKind.Right, (uint)codePoint), out int right)
            ? (left, right)
            : MakeWide(codePoint);

    /// <summary>A glyph with a combining mark over it.</summary>
    /// <param name="glyph">A glyph of this font, which may have marks already; for a character of two cells the left one.</param>
    /// <param name="mark">The mark's code point.</param>
    /// <returns>The font's own glyph for both, else that of the character that Unicode has for both, else one drawn over the other; <paramref name="glyph"/> itself when the mark is not to be had.</returns>
    public int Combine(int glyph, int mark)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)glyph, (uint)_count, nameof(glyph));
        ulong key = Key(KeyKind.Combined, (uint)mark, glyph);
        if (!_index.TryGet(key, out int combined))
        {
            combined = _index.IsFull ? glyph : MakeCombined(glyph, mark);
            _index.TrySet(key, combined);
        }

        return combined;
    }

    /// <summary>A glyph with lines drawn through it.</summary>
    /// <param name="glyph">A glyph of this font.</param>
    /// <param name="decorations">The lines.</param>
    /// <returns><paramref name="glyph"/> itself when no more glyphs can be made.</returns>
    public int Decorate(int glyph, TextDecorations decorations)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)glyph, (uint)_count, nameof(glyph));
        if (decorations == TextDecorations.None)
        {
            return glyph;
        }

        ulong key = Key(KeyKind.Decorated, (uint)decorations, glyph);
        if (!_index.TryGet(key, out int decorated))
        {
            decorated = MakeDecorated(glyph, decorations);
            _index.TrySet(key, decorated);
        }

        return decorated;
    }

    private int MakeSingle(int codePoint)
    {
        if (_index.IsFull)
        {
            // Looking everywhere each time would be slow; the font itself is quick.
            return TryGetOwn(codePoint, out int own) ? own : _missing;
        }

        int glyph = FindSingle(codePoint);
        _index.TrySet(Key(KeyKind.Single, (uint)codePoint), glyph);
        return glyph;
    }

    private int FindSingle(int codePoint)
    {
        // The kernel's way to name a glyph by its place in the font. C: UNI_DIRECT_BASE in linux/vt_kern.h; such fonts have no more glyphs than that.
        if (codePoint is >= 0xf000 and <= 0xf1ff && (codePoint & 0x1ff) < _font.GlyphCount && _font.GlyphCount <= 0x200)
        {
            return Own(codePoint & 0x1ff);
        }

        int lookAlike = codePoint;
        for (int i = 0; i <= LookAlikes.LongestChain && lookAlike >= 0; i++)
        {
            if (BoxGlyphs.Covers(lookAlike) ? TryGetBox(lookAlike, out int glyph) : TryGetOwn(lookAlike, out glyph))
            {
                return glyph;
            }

            // A fallback font has pictures for what should be blank.
            if (!LookAlikes.IsBlank(lookAlike) && TryGetFallback(lookAlike, cells: 1, out glyph))
            {
                return glyph;
            }

            lookAlike = LookAlikes.Of(lookAlike);
        }

        return _missing;
    }

    private (int Left, int Right) MakeWide(int codePoint)
    {
        // The font's own has one cell: so does the kernel's console draw it.
        int left = GlyphFor(codePoint), right = GlyphFor(' ');
        if (_index.IsFull)
        {
            return (left, right);
        }

        if (!TryGetOwn(codePoint, out _) && !LookAlikes.IsBlank(codePoint) && TryGetFallback(codePoint, cells: 2, out int first))
        {
            (left, right) = (first, first + 1);
        }

        _index.TrySet(Key(KeyKind.Left, (uint)codePoint), left);
        _index.TrySet(Key(KeyKind.Right, (uint)codePoint), right);
        return (left, right);
    }

    private int MakeCombined(int glyph, int mark)
    {
        // Back to the glyph without marks, and the marks in order.
        Span<int> marks = stackalloc int[MaximumMarks];
        int count = 0, root = glyph;
        marks[^++count] = mark;
        while (count < MaximumMarks && _index.TryGet(Key(KeyKind.MarkOf, 0, root), out int earlier) && _index.TryGet(Key(KeyKind.BaseOf, 0, root), out int bare))
        {
            marks[^++count] = earlier;
            root = bare;
        }

        int combined;
        if (TryGetSequence(root, marks[^count..], out combined) || TryGetComposed(glyph, mark, ownOnly: true, out combined) || TryGetComposed(glyph, mark, ownOnly: false, out combined))
        {
            return combined;
        }

        bool hasMark = TryGetOwn(mark, out int over) || (!LookAlikes.IsBlank(mark) && TryGetFallback(mark, cells: 1, out over));
        if (!hasMark || !TryAdd(out combined))
        {
            return glyph;
        }

        Span<byte> bitmap = BitmapOf(combined);
        BitmapOf(glyph).CopyTo(bitmap);
        Span<byte> added = BitmapOf(over);
        for (int i = 0; i < bitmap.Length; i++)
        {
            bitmap[i] |= added[i];
        }

        _index.TrySet(Key(KeyKind.BaseOf, 0, combined), glyph);
        _index.TrySet(Key(KeyKind.MarkOf, 0, combined), mark);
        return combined;
    }

    /// <summary>Looks for a base with marks among the sequences of the font's Unicode table.</summary>
    private bool TryGetSequence(int root, ReadOnlySpan<int> marks, out int glyph)
    {
        foreach (GlyphSequence sequence in _font.Sequences)
        {
            if (sequence.CodePoints.Length == marks.Length + 1 && sequence.CodePoints[1..].SequenceEqual(marks) && TryGetOwn(sequence.CodePoints[0], out int first) && first == root)
            {
                glyph = Own(sequence.Glyph);
                return true;
            }
        }

        glyph = 0;
        return false;
    }

    /// <summary>Looks for the character that is base and mark together. A glyph may stand for several bases, such as the Latin and the Greek A; the lower code point is tried first.</summary>
    private bool TryGetComposed(int glyph, int mark, bool ownOnly, out int composed)
    {
        ReadOnlySpan<char> pairs = Composition.PairsOf(mark);
        for (int i = 0; i < pairs.Length; i += 2)
        {
            bool isBase = _index.TryGet(Key(KeyKind.Single, pairs[i]), out int known) && known == glyph;
            if (isBase && (TryGetOwn(pairs[i + 1], out composed) || (!ownOnly && TryGetFallback(pairs[i + 1], cells: 1, out composed))))
            {
                _index.TrySet(Key(KeyKind.Single, pairs[i + 1]), composed);
                return true;
            }
        }

        composed = 0;
        return false;
    }

    private int MakeDecorated(int glyph, TextDecorations decorations)
    {
        if (!TryAdd(out int decorated))
        {
            return glyph;
        }

        Span<byte> bitmap = BitmapOf(decorated);
        BitmapOf(glyph).CopyTo(bitmap);
        int thickness = Math.Max(1, CellHeight / 16);
        if ((decorations & (TextDecorations.Underline | TextDecorations.DoubleUnderline)) != 0)
        {
            FillRows(bitmap, CellHeight - 2 * thickness, thickness);
        }

        if ((decorations & TextDecorations.DoubleUnderline) != 0)
        {
            FillRows(bitmap, CellHeight - 4 * thickness, thickness);
        }

        if ((decorations & TextDecorations.Strike) != 0)
        {
            FillRows(bitmap, CellHeight / 2, thickness);
        }

        if ((decorations & TextDecorations.Overline) != 0)
        {
            FillRows(bitmap, 0, thickness);
        }

        return decorated;
    }

    private void FillRows(Span<byte> bitmap, int first, int count)
    {
        first = Math.Max(0, first);
        bitmap[(first * BytesPerRow)..(Math.Min(CellHeight, first + count) * BytesPerRow)].Fill(0xff);
    }

    private bool TryGetOwn(int codePoint, out int glyph)
    {
        if (_font.TryGetGlyph(codePoint, out int own))
        {
            glyph = Own(own);
            return true;
        }

        glyph = 0;
        return false;
    }

    /// <summary>A glyph of the console font at this size.</summary>
    private int Own(int own)
    {
        if (_scale == 1)
        {
            return own;
        }

        ulong key = Key(KeyKind.Enlarged, 0, own);
        if (_index.TryGet(key, out int glyph))
        {
            return glyph;
        }

        if (!TryAdd(out glyph))
        {
            return _missing;
        }

        Enlarge(_font.Bitmaps.Slice(own * _font.BytesPerRow * _font.CellHeight, _font.BytesPerRow * _font.CellHeight), BitmapOf(glyph));
        _index.TrySet(key, glyph);
        return glyph;
    }

    private bool TryGetBox(int codePoint, out int glyph)
    {
        _boxes ??= new(_font);
        _drawn ??= new byte[_font.BytesPerRow * _font.CellHeight];
        _drawn.AsSpan().Clear();
        _boxes.Draw(codePoint, _drawn);
        if (_font.TryGetGlyph(codePoint, out int own) && _boxes.Joins(codePoint, _font.Bitmaps.Slice(own * _drawn.Length, _drawn.Length), _drawn))
        {
            glyph = Own(own);
            return true;
        }

        if (!TryAdd(out glyph))
        {
            return TryGetOwn(codePoint, out glyph);
        }

        Enlarge(_drawn, BitmapOf(glyph));
        return true;
    }

    /// <summary>Takes a character from the fallback font into one cell, or into two with indices one after the other.</summary>
    private bool TryGetFallback(int codePoint, int cells, out int glyph)
    {
        ulong key = Key(KeyKind.Fallback, (uint)codePoint, cells);
        if (_index.TryGet(key, out glyph))
        {
            return true;
        }

        Span<ushort> rows = stackalloc ushort[FallbackFont.GlyphRows];
        if (_fallback is null || _count + cells > _maximumCount || !_fallback.TryRead(codePoint, rows, out int width) || !TryAdd(out glyph))
        {
            return false;
        }

        if (cells == 2)
        {
            TryAdd(out _);
        }

        GlyphFit.Draw(rows, width, _bitmaps.AsSpan(glyph * _glyphBytes, cells * _glyphBytes), cells, CellWidth, CellHeight);
        _index.TrySet(key, glyph);
        return true;
    }

    private void Enlarge(ReadOnlySpan<byte> source, Span<byte> target)
    {
        if (_scale == 1)
        {
            source.CopyTo(target);
            return;
        }

        int sourceBytesPerRow = _font.BytesPerRow;
        for (int y = 0; y < CellHeight; y++)
        {
            ReadOnlySpan<byte> from = source.Slice(y / _scale * sourceBytesPerRow, sourceBytesPerRow);
            for (int x = 0; x < CellWidth; x++)
            {
                int column = x / _scale;
                if ((from[column / 8] & 0x80 >> (column & 7)) != 0)
                {
                    target[y * BytesPerRow + x / 8] |= (byte)(0x80 >> (x & 7));
                }
            }
        }
    }

    private Span<byte> BitmapOf(int glyph) => _bitmaps.AsSpan(glyph * _glyphBytes, _glyphBytes);

    /// <summary>Adds a blank glyph.</summary>
    private bool TryAdd(out int glyph)
    {
        glyph = 0;
        if (_count >= _maximumCount)
        {
            return false;
        }

        if ((_count + 1) * _glyphBytes > _bitmaps.Length || ReferenceEquals(_bitmaps, _font.BitmapArray))
        {
            const int leastMore = 64;
            byte[] larger = new byte[Math.Min(_maximumCount, _count + Math.Max(leastMore, _count / 2)) * _glyphBytes];
            Bitmaps.CopyTo(larger);
            _bitmaps = larger;
        }

        glyph = _count++;
        return true;
    }

    private static ulong Key(KeyKind kind, uint value, int glyph = 0) => (ulong)kind << 56 | (ulong)(uint)glyph << 32 | value;

    /// <summary>What a key of the table asks for.</summary>
    private enum KeyKind
    {
        /// <summary>A code point in one cell.</summary>
        Single,

        /// <summary>The left half of a code point in two cells.</summary>
        Left,

        /// <summary>The right half.</summary>
        Right,

        /// <summary>A glyph of the console font, enlarged.</summary>
        Enlarged,

        /// <summary>A code point of the fallback font, in the number of cells that stands in the place of the glyph.</summary>
        Fallback,

        /// <summary>A glyph with a mark.</summary>
        Combined,

        /// <summary>A glyph with lines.</summary>
        Decorated,

        /// <summary>What a glyph with a mark was made of: the glyph without it.</summary>
        BaseOf,

        /// <summary>What a glyph with a mark was made of: the mark's code point.</summary>
        MarkOf,
    }
}
