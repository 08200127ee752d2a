using static XenFbFront.Viewer.LinuxKeys;

namespace XenFbFront.Viewer;

/// <summary>Linux key codes of XT (set 1) scancodes, as the QEMU Extended Key Event carries them.</summary>
/// <remarks>
/// The extension (rfbproto, "QEMU Extended Key Event Message") packs a scancode into one number: the byte itself, or for a code with
/// the prefix 0xe0 the second byte with bit 7 set. The scancodes are those of the keyboard controller's set 1; below 0x59 Linux took
/// its own key codes from them, so that part of the table is the identity.
/// </remarks>
internal static class XtScancodes
{
    private const uint Prefixed = 0x80;

    private static readonly uint[] s_keycodes = Build();

    /// <summary>The key code of a packed scancode, false when no key has it.</summary>
    public static bool TryGetKeycode(uint scancode, out uint keycode)
    {
        keycode = scancode < s_keycodes.Length ? s_keycodes[scancode] : 0;
        return keycode != 0;
    }

    private static uint[] Build()
    {
        uint[] table = new uint[256];
        for (uint code = KEY_ESC; code <= KEY_KPDOT; code++)
        {
            table[code] = code;
        }

        ReadOnlySpan<(uint Scancode, uint Keycode)> rest =
        [
            // Alt+Print is one byte of its own on the wire of the AT keyboard; gtk-vnc always sends that one.
            (0x54, KEY_SYSRQ),
            (0x56, KEY_102ND),
            (0x57, KEY_F11),
            (0x58, KEY_F12),
            (0x59, KEY_KPEQUAL),
            (0x5c, KEY_KPJPCOMMA),
            (0x5d, KEY_F13),
            (0x5e, KEY_F14),
            (0x5f, KEY_F15),
            (0x55, KEY_F16),
            (Prefixed | 0x03, KEY_F17),
            (Prefixed | 0x77, KEY_F18),
            (Prefixed | 0x04, KEY_F19),
            (0x5a, KEY_F20),
            (0x74, KEY_F21),
            (Prefixed | 0x79, KEY_F22),
            (0x6d, KEY_F23),
            (0x6f, KEY_F24),
            (0x70, KEY_KATAKANAHIRAGANA),
            (0x71, KEY_HANJA),
            (0x72, KEY_HANGEUL),
            (0x73, KEY_RO),
            (0x76, KEY_ZENKAKUHANKAKU),
            (0x77, KEY_HIRAGANA),
            (0x78, KEY_KATAKANA),
            (0x79, KEY_HENKAN),
            (0x7b, KEY_MUHENKAN),
            (0x7d, KEY_YEN),
            (0x7e, KEY_KPCOMMA),

            (Prefixed | 0x05, KEY_AGAIN),
            (Prefixed | 0x06, KEY_PROPS),
            (Prefixed | 0x07, KEY_UNDO),
            (Prefixed | 0x0c, KEY_FRONT),
            (Prefixed | 0x10, KEY_PREVIOUSSONG),
            (Prefixed | 0x19, KEY_NEXTSONG),
            (Prefixed | 0x1c, KEY_KPENTER),
            (Prefixed | 0x1d, KEY_RIGHTCTRL),
            (Prefixed | 0x1e, KEY_MENU),
            (Prefixed | 0x20, KEY_MUTE),
            (Prefixed | 0x21, KEY_CALC),
            (Prefixed | 0x22, KEY_PLAYPAUSE),
            (Prefixed | 0x24, KEY_STOPCD),
            (Prefixed | 0x2e, KEY_VOLUMEDOWN),
            (Prefixed | 0x30, KEY_VOLUMEUP),
            (Prefixed | 0x32, KEY_HOMEPAGE),
            (Prefixed | 0x35, KEY_KPSLASH),
            (Prefixed | 0x37, KEY_SYSRQ),
            (Prefixed | 0x38, KEY_RIGHTALT),
            (Prefixed | 0x3c, KEY_CUT),
            (Prefixed | 0x41, KEY_FIND),
            // Pause sends e1 1d 45, with Ctrl e0 46; neither fits the packing exactly and clients send either of these two.
            (Prefixed | 0x45, KEY_PAUSE),
            (Prefixed | 0x46, KEY_PAUSE),
            (Prefixed | 0x47, KEY_HOME),
            (Prefixed | 0x48, KEY_UP),
            (Prefixed | 0x49, KEY_PAGEUP),
            (Prefixed | 0x4b, KEY_LEFT),
            (Prefixed | 0x4d, KEY_RIGHT),
            (Prefixed | 0x4e, KEY_KPPLUSMINUS),
            (Prefixed | 0x4f, KEY_END),
            (Prefixed | 0x50, KEY_DOWN),
            (Prefixed | 0x51, KEY_PAGEDOWN),
            (Prefixed | 0x52, KEY_INSERT),
            (Prefixed | 0x53, KEY_DELETE),
            (Prefixed | 0x5b, KEY_LEFTMETA),
            (Prefixed | 0x5c, KEY_RIGHTMETA),
            (Prefixed | 0x5d, KEY_COMPOSE),
            (Prefixed | 0x5e, KEY_POWER),
            (Prefixed | 0x5f, KEY_SLEEP),
            (Prefixed | 0x63, KEY_WAKEUP),
            (Prefixed | 0x65, KEY_SEARCH),
            (Prefixed | 0x66, KEY_BOOKMARKS),
            (Prefixed | 0x67, KEY_REFRESH),
            (Prefixed | 0x68, KEY_STOP),
            (Prefixed | 0x69, KEY_FORWARD),
            (Prefixed | 0x6a, KEY_BACK),
            (Prefixed | 0x6b, KEY_COMPUTER),
            (Prefixed | 0x6c, KEY_MAIL),
            (Prefixed | 0x6d, KEY_MEDIA),
            (Prefixed | 0x75, KEY_HELP),
            (Prefixed | 0x78, KEY_COPY),
        ];
        foreach ((uint scancode, uint keycode) in rest)
        {
            table[scancode] = keycode;
        }

        return table;
    }
}
