using static XenFbFront.Input.Keys.Keysym;

namespace XenFbFront.Input.Keys;

/// <content>The keymap that needs no file, and the texts of function keys.</content>
public sealed partial class Keymap
{
    /// <summary>Keycodes of the letters' and digits' rows. C: KEY_1, KEY_Q, KEY_A, KEY_BACKSLASH, KEY_102ND in linux/input-event-codes.h.</summary>
    private const int DigitRow = 2, UpperRow = 16, MiddleRow = 30, BackslashKey = 43, ExtraKey = 86;

    /// <summary>Keycodes. C: KEY_* in linux/input-event-codes.h.</summary>
    internal const int EscapeKey = 1, BackspaceKey = 14, TabKey = 15;

    private const int EnterKey = 28, SpaceKey = 57, F1Key = 59, F11Key = 87, DeleteKey = 111, KeypadDotKey = 83;

    private const char ControlBits = '\u001f', DeleteCharacter = '\u007f';

    /// <summary>Characters from a keycode on, without and with Shift.</summary>
    private static ReadOnlySpan<(int First, string Plain, string Shifted)> UsRows => new (int, string, string)[]
    {
        (DigitRow, "1234567890-=", "!@#$%^&*()_+"),
        (UpperRow, "qwertyuiop[]", "QWERTYUIOP{}"),
        (MiddleRow, "asdfghjkl;'`", "ASDFGHJKL:\"~"),
        (BackslashKey, "\\zxcvbnm,./", "|ZXCVBNM<>?"),
        (ExtraKey, "<", ">"),
        (EscapeKey, "\u001b", "\u001b"),
        (BackspaceKey, "\u007f\t", "\u007f\t"),
        (SpaceKey, " ", " "),
    };

    /// <summary>Keysyms that are the same with all modifiers: keycode, type, value.</summary>
    private static ReadOnlySpan<byte> UsFixed =>
    [
        29, KT_SHIFT, KG_CTRL, 97, KT_SHIFT, KG_CTRL, 42, KT_SHIFT, KG_SHIFT, 54, KT_SHIFT, KG_SHIFT, 56, KT_SHIFT, KG_ALT, 100, KT_SHIFT, KG_ALT,
        EnterKey, KT_SPEC, K_ENTER, 58, KT_SPEC, K_CAPS, 69, KT_SPEC, K_NUM, 70, KT_SPEC, K_HOLD, 127, KT_SPEC, K_COMPOSE,
        71, KT_PAD, 7, 72, KT_PAD, 8, 73, KT_PAD, 9, 74, KT_PAD, K_PMINUS, 75, KT_PAD, 4, 76, KT_PAD, 5, 77, KT_PAD, 6, 78, KT_PAD, K_PPLUS,
        79, KT_PAD, 1, 80, KT_PAD, 2, 81, KT_PAD, 3, 82, KT_PAD, 0, KeypadDotKey, KT_PAD, K_PDOT, 55, KT_PAD, K_PSTAR, 96, KT_PAD, K_PENTER,
        98, KT_PAD, K_PSLASH, 117, KT_LATIN, (byte)'=', 121, KT_PAD, K_PCOMMA,
        102, KT_FN, K_FIND, 103, KT_CUR, K_UP, 104, KT_FN, K_PGUP, 105, KT_CUR, K_LEFT, 106, KT_CUR, K_RIGHT, 107, KT_FN, K_SELECT, 108, KT_CUR, K_DOWN,
        109, KT_FN, K_PGDN, 110, KT_FN, K_INSERT, DeleteKey, KT_FN, K_REMOVE, 119, KT_FN, K_PAUSE, 138, KT_FN, K_HELP,
    ];

    /// <summary>What the Linux console sends for function keys; programs know it as terminfo's <c>linux</c>.</summary>
    private static ReadOnlySpan<byte> DefaultFunctionText(int function) => function switch
    {
        0 => "\e[[A"u8,
        1 => "\e[[B"u8,
        2 => "\e[[C"u8,
        3 => "\e[[D"u8,
        4 => "\e[[E"u8,
        5 => "\e[17~"u8,
        6 => "\e[18~"u8,
        7 => "\e[19~"u8,
        8 => "\e[20~"u8,
        9 => "\e[21~"u8,
        10 => "\e[23~"u8,
        11 => "\e[24~"u8,
        12 => "\e[25~"u8,
        13 => "\e[26~"u8,
        14 => "\e[28~"u8,
        15 => "\e[29~"u8,
        16 => "\e[31~"u8,
        17 => "\e[32~"u8,
        18 => "\e[33~"u8,
        19 => "\e[34~"u8,
        K_FIND => "\e[1~"u8,
        K_INSERT => "\e[2~"u8,
        K_REMOVE => "\e[3~"u8,
        K_SELECT => "\e[4~"u8,
        K_PGUP => "\e[5~"u8,
        K_PGDN => "\e[6~"u8,
        K_MACRO => "\e[M"u8,
        K_PAUSE => "\e[P"u8,
        _ => default,
    };

    private static Keymap MakeUs()
    {
        ushort[]?[] tables = new ushort[]?[MaxTables];
        const KeyModifiers all = KeyModifiers.Shift | KeyModifiers.Control | KeyModifiers.Alt;
        for (KeyModifiers modifiers = KeyModifiers.None; modifiers <= all; modifiers++)
        {
            if ((modifiers & ~all) == 0)
            {
                tables[(int)modifiers] = MakeUsTable(modifiers);
            }
        }

        return new("us", tables, null, null);
    }

    private static ushort[] MakeUsTable(KeyModifiers modifiers)
    {
        bool hasShift = (modifiers & KeyModifiers.Shift) != 0, hasControl = (modifiers & KeyModifiers.Control) != 0, hasAlt = (modifiers & KeyModifiers.Alt) != 0;
        ushort[] keys = NewTable();
        foreach ((int first, string plain, string shifted) in UsRows)
        {
            for (int i = 0; i < plain.Length; i++)
            {
                char character = (hasShift ? shifted : plain)[i];
                bool isLetter = char.IsAsciiLetter(character) && !hasControl && !hasAlt;
                int value = hasControl ? WithControl(character) : character;
                keys[first + i] = Of(hasAlt ? KT_META : isLetter ? KT_LETTER : KT_LATIN, value).Raw;
            }
        }

        for (int i = 0; i < UsFixed.Length; i += 3)
        {
            keys[UsFixed[i]] = Of(UsFixed[i + 1], UsFixed[i + 2]).Raw;
        }

        for (int i = 0; i < 12; i++)
        {
            // Shift makes F13 to F24 of them.
            keys[i < 10 ? F1Key + i : F11Key + i - 10] =
                (hasControl && hasAlt ? Of(KT_CONS, i) : Of(KT_FN, !hasShift ? i : i < 8 ? i + 12 : i - 8 + 30)).Raw;
        }

        if (hasShift && !hasControl && !hasAlt)
        {
            keys[104] = Of(KT_SPEC, K_SCROLLBACK).Raw;
            keys[109] = Of(KT_SPEC, K_SCROLLFORW).Raw;
        }

        if (hasAlt && !hasControl && !hasShift)
        {
            // A code in decimal digits while Alt is down.
            for (int key = 71; key <= 82; key++)
            {
                if (new Keysym(keys[key]) is { Type: KT_PAD, Value: < 10 and int digit })
                {
                    keys[key] = Of(KT_ASCII, digit).Raw;
                }
            }

            keys[EnterKey] = Of(KT_META, '\r').Raw;
        }

        if (hasAlt && hasControl)
        {
            keys[DeleteKey] = keys[KeypadDotKey] = Of(KT_SPEC, K_BOOT).Raw;
        }

        return keys;
    }

    /// <summary>What Ctrl makes of a character: its column's control character, digits as on a VT220; others stay.</summary>
    private static int WithControl(char character) => character switch
    {
        >= '@' and <= '~' => character & ControlBits,
        ' ' or '2' => 0,
        >= '3' and <= '7' => character - '3' + '\u001b',
        '8' or '?' => DeleteCharacter,
        '/' or '-' => '\u001f',
        DeleteCharacter => '\b',
        _ => character,
    };
}
