using Xenbus.Linux.Interop;

namespace XenFbFront.Content;

/// <summary>What the glyph numbers of a virtual terminal mean: its kernel's own table where that can be read, else a VGA card's.</summary>
/// <remarks>
/// For terminals whose characters cannot be had as code points (UTF-8 mode is off, or the kernel is older than 5.1 and has no vcsu), and for characters
/// of which the kernel keeps another code point than it draws.
/// </remarks>
internal sealed class GlyphMap
{
    /// <summary>Code point of the glyph that stands for characters which the font has not.</summary>
    private const ushort ReplacementCharacter = 0xfffd;

    /// <summary>Glyphs of a console font at most.</summary>
    private const int MaximumGlyphs = 512;

    /// <summary>The table is read again when it is older than this: nothing tells of a change, and it is no hotter than a second of a person's attention.</summary>
    private const long LifetimeMs = 1000;

    private readonly uint[] _codePoints = new uint[MaximumGlyphs];

    /// <summary>Glyphs of ASCII characters.</summary>
    private readonly ushort[] _glyphs = new ushort[128];

    /// <summary>A table of the kernel has at most one entry for each 16-bit code point, real ones have 300 to 2,000.</summary>
    private ushort[] _pairs = new ushort[2 * 4096];

    private long? _readAt;

    /// <summary>Reads the table if it is not known or old.</summary>
    /// <param name="terminal">The terminal, or null without permission for it.</param>
    public void Refresh(Descriptor? terminal)
    {
        long now = Environment.TickCount64;
        if (_readAt is { } readAt && now - readAt < LifetimeMs)
        {
            return;
        }

        _readAt = now;
        int count = terminal is null ? -1 : Libc.GetUnicodeMap(terminal.Number, _pairs);
        if (count == -Errno.ENOMEM)
        {
            _pairs = new ushort[2 * (ushort.MaxValue + 1)];
            count = Libc.GetUnicodeMap(terminal!.Number, _pairs);
        }

        for (int glyph = 0; glyph < MaximumGlyphs; glyph++)
        {
            _codePoints[glyph] = count > 0 ? 0 : (uint)CodePage437.ToCodePoint((byte)glyph);
        }

        for (ushort character = 0; character < _glyphs.Length; character++)
        {
            _glyphs[character] = character;
        }

        for (int i = 0; i < count; i++)
        {
            (ushort codePoint, int glyph) = (_pairs[2 * i], _pairs[2 * i + 1]);
            // Of several characters that share a glyph the lowest is the plain one: a hyphen before dashes, a space before its relatives.
            if (glyph < MaximumGlyphs && (_codePoints[glyph] == 0 || codePoint < _codePoints[glyph]))
            {
                _codePoints[glyph] = codePoint;
            }

            if (codePoint < _glyphs.Length)
            {
                _glyphs[codePoint] = (ushort)glyph;
            }
        }
    }

    /// <summary>Gives a terminal the table of a VGA card when it has none at all.</summary>
    /// <remarks>
    /// A driver of the kernel that showed the terminals takes its font's table along when it is unbound. Without one the kernel has no glyph for anything
    /// beyond ASCII, and stores a question mark in reverse colours.
    /// </remarks>
    public static void Supply(Descriptor terminal)
    {
        Span<ushort> pairs = stackalloc ushort[2 * (256 + 2)];
        // Where a driver shows the terminals, its font's table is its own affair.
        if (Libc.GetUnicodeMap(terminal.Number, pairs) != 0 || VcsTextGrid.AreShownByKernel())
        {
            return;
        }

        for (int glyph = 0; glyph < 256; glyph++)
        {
            (pairs[2 * glyph], pairs[2 * glyph + 1]) = ((ushort)CodePage437.ToCodePoint((byte)glyph), (ushort)glyph);
        }

        // As the kernel's own table of a VGA card has them (cp437.uni): the suit of cards also stands for the diamond of the line drawing set.
        const ushort suit = 4, diamond = 0x25c6;
        (pairs[^4], pairs[^3]) = (diamond, suit);
        (pairs[^2], pairs[^1]) = (ReplacementCharacter, suit);
        Libc.SetUnicodeMap(terminal.Number, pairs);
    }

    /// <summary>The terminal is another one: its table must be read.</summary>
    public void Forget() => _readAt = null;

    /// <summary>Code point of a glyph, 0 when nothing is known of it.</summary>
    /// <param name="glyph">Number, 0 to 511; higher bits are ignored.</param>
    public uint CodePointOf(int glyph) => _codePoints[glyph & (MaximumGlyphs - 1)];

    /// <summary>Whether a glyph is the one of an ASCII character.</summary>
    public bool IsGlyphOf(int glyph, uint character) => character < _glyphs.Length && _glyphs[character] == glyph;
}
