namespace XenFbFront.Input.Keys;

/// <summary>What a key means in a keymap of the Linux console: a type and a value, or a Unicode code point. C: K(t,v) in linux/keyboard.h.</summary>
/// <remarks>
/// 16 bits as KDGKBENT tells them and as binary keymaps hold them. The kernel stores a code point as it is and all others with 0xf000 added; both
/// are told with these four bits turned over, so a code point is <c>0xf000 ^ codepoint</c>. C: <c>U(x)</c> in drivers/tty/vt/keyboard.c.
/// </remarks>
/// <param name="Raw">The number.</param>
public readonly record struct Keysym(ushort Raw)
{
    /// <summary>Types. C: KT_* in linux/keyboard.h, whose spelling they keep.</summary>
    public const int KT_LATIN = 0, KT_FN = 1, KT_SPEC = 2, KT_PAD = 3, KT_DEAD = 4, KT_CONS = 5, KT_CUR = 6, KT_SHIFT = 7, KT_META = 8;

    /// <summary>Types. C: KT_* in linux/keyboard.h, whose spelling they keep.</summary>
    public const int KT_ASCII = 9, KT_LOCK = 10, KT_LETTER = 11, KT_SLOCK = 12, KT_DEAD2 = 13, KT_BRL = 14;

    /// <summary>Values of KT_SPEC. C: K_* in linux/keyboard.h without the type.</summary>
    public const int K_HOLE = 0, K_ENTER = 1, K_BREAK = 5, K_CONS = 6, K_CAPS = 7, K_NUM = 8, K_HOLD = 9, K_SCROLLFORW = 10, K_SCROLLBACK = 11;

    /// <summary>Values of KT_SPEC. C: K_* in linux/keyboard.h without the type.</summary>
    public const int K_BOOT = 12, K_CAPSON = 13, K_COMPOSE = 14, K_SAK = 15, K_DECRCONSOLE = 16, K_INCRCONSOLE = 17, K_BARENUMLOCK = 19;

    /// <summary>Values of KT_FN that are keys with a name of their own. C: K_* in linux/keyboard.h without the type.</summary>
    public const int K_FIND = 20, K_INSERT = 21, K_REMOVE = 22, K_SELECT = 23, K_PGUP = 24, K_PGDN = 25, K_MACRO = 26, K_HELP = 27, K_DO = 28, K_PAUSE = 29;

    /// <summary>Values of KT_PAD. C: K_P* in linux/keyboard.h without the type; 0 to 9 are the digits.</summary>
    public const int K_PPLUS = 10, K_PMINUS = 11, K_PSTAR = 12, K_PSLASH = 13, K_PENTER = 14, K_PCOMMA = 15, K_PDOT = 16;

    /// <summary>Values of KT_CUR. C: K_* in linux/keyboard.h without the type.</summary>
    public const int K_DOWN = 0, K_LEFT = 1, K_RIGHT = 2, K_UP = 3;

    /// <summary>Values of KT_SHIFT, KT_LOCK and KT_SLOCK: the bits of <see cref="KeyModifiers"/>, and the one that ends Caps Lock. C: KG_* in linux/keyboard.h.</summary>
    public const int KG_SHIFT = 0, KG_ALTGR = 1, KG_CTRL = 2, KG_ALT = 3, KG_SHIFTL = 4, KG_SHIFTR = 5, KG_CTRLL = 6, KG_CTRLR = 7, KG_CAPSSHIFT = 8;

    private const int UnicodeMask = 0xf000;

    /// <summary>The key means nothing. C: K_HOLE.</summary>
    public static readonly Keysym Hole = Of(KT_SPEC, K_HOLE);

    /// <summary>There is no table for this combination of modifiers. C: K_NOSUCHMAP.</summary>
    public static readonly Keysym NoSuchMap = Of(KT_SPEC, 127);

    /// <summary>A keysym of a type.</summary>
    /// <param name="type">KT_*.</param>
    /// <param name="value">0 to 255.</param>
    public static Keysym Of(int type, int value) => new((ushort)(type << 8 | value));

    /// <summary>A keysym that is a character.</summary>
    /// <param name="codePoint">0 to 0xefff.</param>
    public static Keysym Unicode(int codePoint) => new((ushort)(codePoint ^ UnicodeMask));

    /// <summary>Whether it is a code point.</summary>
    public bool IsUnicode => (Raw & UnicodeMask) != 0;

    /// <summary>The code point; means nothing unless <see cref="IsUnicode"/>.</summary>
    public int CodePoint => Raw ^ UnicodeMask;

    /// <summary>KT_*; means nothing if <see cref="IsUnicode"/>.</summary>
    public int Type => Raw >> 8;

    /// <summary>0 to 255; means nothing if <see cref="IsUnicode"/>.</summary>
    public int Value => Raw & 0xff;
}
