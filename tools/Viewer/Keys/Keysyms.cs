using System.Collections.Frozen;
using static XenFbFront.Viewer.LinuxKeys;

namespace XenFbFront.Viewer;

/// <summary>Linux key codes of X11 keysyms, for a person with a US keyboard.</summary>
/// <remarks>
/// A keysym says what is printed on a key, a key code says where the key is. Shift is never invented: <c>A</c> and <c>a</c> are the same
/// key, and the client sends its Shift by itself. Names and numbers are those of <c>X11/keysymdef.h</c> and <c>X11/XF86keysym.h</c>
/// (the prefix <c>XK_</c> left out).
/// </remarks>
internal static class Keysyms
{
    /// <summary>Keysyms of characters beyond the legacy sets are the code point plus this. Source: X11 protocol, appendix A.</summary>
    private const uint Unicode = 0x01000000;

    /// <summary>Keysyms that are a Linux key code plus this, <c>_EVDEVK</c> in XF86keysym.h.</summary>
    private const uint EvdevBase = 0x10081000;

    /// <summary>The table, one row a keysym.</summary>
    public static readonly (uint Keysym, uint Keycode)[] Table =
    [
        // Letters, both cases: the person holds Shift or Caps Lock, which are keys of their own.
        (0x0061, KEY_A), // a
        (0x0041, KEY_A), // A
        (0x0062, KEY_B), // b
        (0x0042, KEY_B), // B
        (0x0063, KEY_C), // c
        (0x0043, KEY_C), // C
        (0x0064, KEY_D), // d
        (0x0044, KEY_D), // D
        (0x0065, KEY_E), // e
        (0x0045, KEY_E), // E
        (0x0066, KEY_F), // f
        (0x0046, KEY_F), // F
        (0x0067, KEY_G), // g
        (0x0047, KEY_G), // G
        (0x0068, KEY_H), // h
        (0x0048, KEY_H), // H
        (0x0069, KEY_I), // i
        (0x0049, KEY_I), // I
        (0x006a, KEY_J), // j
        (0x004a, KEY_J), // J
        (0x006b, KEY_K), // k
        (0x004b, KEY_K), // K
        (0x006c, KEY_L), // l
        (0x004c, KEY_L), // L
        (0x006d, KEY_M), // m
        (0x004d, KEY_M), // M
        (0x006e, KEY_N), // n
        (0x004e, KEY_N), // N
        (0x006f, KEY_O), // o
        (0x004f, KEY_O), // O
        (0x0070, KEY_P), // p
        (0x0050, KEY_P), // P
        (0x0071, KEY_Q), // q
        (0x0051, KEY_Q), // Q
        (0x0072, KEY_R), // r
        (0x0052, KEY_R), // R
        (0x0073, KEY_S), // s
        (0x0053, KEY_S), // S
        (0x0074, KEY_T), // t
        (0x0054, KEY_T), // T
        (0x0075, KEY_U), // u
        (0x0055, KEY_U), // U
        (0x0076, KEY_V), // v
        (0x0056, KEY_V), // V
        (0x0077, KEY_W), // w
        (0x0057, KEY_W), // W
        (0x0078, KEY_X), // x
        (0x0058, KEY_X), // X
        (0x0079, KEY_Y), // y
        (0x0059, KEY_Y), // Y
        (0x007a, KEY_Z), // z
        (0x005a, KEY_Z), // Z

        // Digits and what Shift makes of them on a US keyboard.
        (0x0031, KEY_1), // 1
        (0x0032, KEY_2), // 2
        (0x0033, KEY_3), // 3
        (0x0034, KEY_4), // 4
        (0x0035, KEY_5), // 5
        (0x0036, KEY_6), // 6
        (0x0037, KEY_7), // 7
        (0x0038, KEY_8), // 8
        (0x0039, KEY_9), // 9
        (0x0030, KEY_0), // 0
        (0x0021, KEY_1), // exclam
        (0x0040, KEY_2), // at
        (0x0023, KEY_3), // numbersign
        (0x0024, KEY_4), // dollar
        (0x0025, KEY_5), // percent
        (0x005e, KEY_6), // asciicircum
        (0x0026, KEY_7), // ampersand
        (0x002a, KEY_8), // asterisk
        (0x0028, KEY_9), // parenleft
        (0x0029, KEY_0), // parenright

        // Punctuation.
        (0x0020, KEY_SPACE), // space
        (0x002d, KEY_MINUS), // minus
        (0x005f, KEY_MINUS), // underscore
        (0x003d, KEY_EQUAL), // equal
        (0x002b, KEY_EQUAL), // plus
        (0x005b, KEY_LEFTBRACE), // bracketleft
        (0x007b, KEY_LEFTBRACE), // braceleft
        (0x005d, KEY_RIGHTBRACE), // bracketright
        (0x007d, KEY_RIGHTBRACE), // braceright
        (0x003b, KEY_SEMICOLON), // semicolon
        (0x003a, KEY_SEMICOLON), // colon
        (0x0027, KEY_APOSTROPHE), // apostrophe
        (0x0022, KEY_APOSTROPHE), // quotedbl
        (0x0060, KEY_GRAVE), // grave
        (0x007e, KEY_GRAVE), // asciitilde
        (0x005c, KEY_BACKSLASH), // backslash
        (0x007c, KEY_BACKSLASH), // bar
        (0x002c, KEY_COMMA), // comma
        (0x003c, KEY_COMMA), // less
        (0x002e, KEY_DOT), // period
        (0x003e, KEY_DOT), // greater
        (0x002f, KEY_SLASH), // slash
        (0x003f, KEY_SLASH), // question

        // The key between left Shift and Z of a 105-key keyboard has no character on a US layout; these are what common layouts put on it.
        (0x00a6, KEY_102ND), // brokenbar
        (0x00ab, KEY_102ND), // guillemotleft
        (0x00bb, KEY_102ND), // guillemotright

        // Editing and movement.
        (0xff08, KEY_BACKSPACE), // BackSpace
        (0xff09, KEY_TAB), // Tab
        (0xfe20, KEY_TAB), // ISO_Left_Tab
        (0xff0a, KEY_LINEFEED), // Linefeed
        (0xff0d, KEY_ENTER), // Return
        (0xff1b, KEY_ESC), // Escape
        (0xffff, KEY_DELETE), // Delete
        (0xff50, KEY_HOME), // Home
        (0xff51, KEY_LEFT), // Left
        (0xff52, KEY_UP), // Up
        (0xff53, KEY_RIGHT), // Right
        (0xff54, KEY_DOWN), // Down
        (0xff55, KEY_PAGEUP), // Page_Up
        (0xff56, KEY_PAGEDOWN), // Page_Down
        (0xff57, KEY_END), // End
        (0xff63, KEY_INSERT), // Insert
        (0xff67, KEY_COMPOSE), // Menu
        (0xff61, KEY_SYSRQ), // Print
        (0xff15, KEY_SYSRQ), // Sys_Req
        (0xff13, KEY_PAUSE), // Pause
        (0xff6b, KEY_PAUSE), // Break
        (0xff65, KEY_UNDO), // Undo
        (0xff66, KEY_REDO), // Redo
        (0xff68, KEY_FIND), // Find
        (0xff69, KEY_CANCEL), // Cancel
        (0xff6a, KEY_HELP), // Help

        // Modifiers and locks. Mode_switch and ISO_Level3_Shift are AltGr, which on a US keyboard is the right Alt.
        (0xffe1, KEY_LEFTSHIFT), // Shift_L
        (0xffe2, KEY_RIGHTSHIFT), // Shift_R
        (0xffe3, KEY_LEFTCTRL), // Control_L
        (0xffe4, KEY_RIGHTCTRL), // Control_R
        (0xffe9, KEY_LEFTALT), // Alt_L
        (0xffea, KEY_RIGHTALT), // Alt_R
        (0xffe7, KEY_LEFTMETA), // Meta_L
        (0xffe8, KEY_RIGHTMETA), // Meta_R
        (0xffeb, KEY_LEFTMETA), // Super_L
        (0xffec, KEY_RIGHTMETA), // Super_R
        (0xffed, KEY_LEFTMETA), // Hyper_L
        (0xffee, KEY_RIGHTMETA), // Hyper_R
        (0xff7e, KEY_RIGHTALT), // Mode_switch
        (0xfe03, KEY_RIGHTALT), // ISO_Level3_Shift
        (0xffe5, KEY_CAPSLOCK), // Caps_Lock
        (0xffe6, KEY_CAPSLOCK), // Shift_Lock
        (0xff7f, KEY_NUMLOCK), // Num_Lock
        (0xff14, KEY_SCROLLLOCK), // Scroll_Lock
        (0xff20, KEY_COMPOSE), // Multi_key

        // Keypad, with and without Num Lock: the same keys.
        (0xff8d, KEY_KPENTER), // KP_Enter
        (0xffbd, KEY_KPEQUAL), // KP_Equal
        (0xffaa, KEY_KPASTERISK), // KP_Multiply
        (0xffab, KEY_KPPLUS), // KP_Add
        (0xffac, KEY_KPCOMMA), // KP_Separator
        (0xffad, KEY_KPMINUS), // KP_Subtract
        (0xffae, KEY_KPDOT), // KP_Decimal
        (0xffaf, KEY_KPSLASH), // KP_Divide
        (0xffb0, KEY_KP0), // KP_0
        (0xffb1, KEY_KP1), // KP_1
        (0xffb2, KEY_KP2), // KP_2
        (0xffb3, KEY_KP3), // KP_3
        (0xffb4, KEY_KP4), // KP_4
        (0xffb5, KEY_KP5), // KP_5
        (0xffb6, KEY_KP6), // KP_6
        (0xffb7, KEY_KP7), // KP_7
        (0xffb8, KEY_KP8), // KP_8
        (0xffb9, KEY_KP9), // KP_9
        (0xff95, KEY_KP7), // KP_Home
        (0xff97, KEY_KP8), // KP_Up
        (0xff9a, KEY_KP9), // KP_Page_Up
        (0xff96, KEY_KP4), // KP_Left
        (0xff9d, KEY_KP5), // KP_Begin
        (0xff98, KEY_KP6), // KP_Right
        (0xff9c, KEY_KP1), // KP_End
        (0xff99, KEY_KP2), // KP_Down
        (0xff9b, KEY_KP3), // KP_Page_Down
        (0xff9e, KEY_KP0), // KP_Insert
        (0xff9f, KEY_KPDOT), // KP_Delete
        (0xff0b, KEY_KP5), // Clear

        // Function keys.
        (0xffbe, KEY_F1), // F1
        (0xffbf, KEY_F2), // F2
        (0xffc0, KEY_F3), // F3
        (0xffc1, KEY_F4), // F4
        (0xffc2, KEY_F5), // F5
        (0xffc3, KEY_F6), // F6
        (0xffc4, KEY_F7), // F7
        (0xffc5, KEY_F8), // F8
        (0xffc6, KEY_F9), // F9
        (0xffc7, KEY_F10), // F10
        (0xffc8, KEY_F11), // F11
        (0xffc9, KEY_F12), // F12
        (0xffca, KEY_F13), // F13
        (0xffcb, KEY_F14), // F14
        (0xffcc, KEY_F15), // F15
        (0xffcd, KEY_F16), // F16
        (0xffce, KEY_F17), // F17
        (0xffcf, KEY_F18), // F18
        (0xffd0, KEY_F19), // F19
        (0xffd1, KEY_F20), // F20
        (0xffd2, KEY_F21), // F21
        (0xffd3, KEY_F22), // F22
        (0xffd4, KEY_F23), // F23
        (0xffd5, KEY_F24), // F24

        // Japanese and Korean keys.
        (0xff22, KEY_MUHENKAN), // Muhenkan
        (0xff23, KEY_HENKAN), // Henkan
        (0xff25, KEY_HIRAGANA), // Hiragana
        (0xff26, KEY_KATAKANA), // Katakana
        (0xff27, KEY_KATAKANAHIRAGANA), // Hiragana_Katakana
        (0xff2a, KEY_ZENKAKUHANKAKU), // Zenkaku_Hankaku
        (0x00a5, KEY_YEN), // yen
        (0xff31, KEY_HANGEUL), // Hangul
        (0xff34, KEY_HANJA), // Hangul_Hanja

        // Media, browser and laptop keys, XF86keysym.h.
        (0x1008ff02, KEY_BRIGHTNESSUP), // XF86XK_MonBrightnessUp
        (0x1008ff03, KEY_BRIGHTNESSDOWN), // XF86XK_MonBrightnessDown
        (0x1008ff04, KEY_KBDILLUMTOGGLE), // XF86XK_KbdLightOnOff
        (0x1008ff05, KEY_KBDILLUMUP), // XF86XK_KbdBrightnessUp
        (0x1008ff06, KEY_KBDILLUMDOWN), // XF86XK_KbdBrightnessDown
        (0x1008ff07, KEY_BRIGHTNESS_CYCLE), // XF86XK_MonBrightnessCycle
        (0x1008ff10, KEY_SLEEP), // XF86XK_Standby
        (0x1008ff11, KEY_VOLUMEDOWN), // XF86XK_AudioLowerVolume
        (0x1008ff12, KEY_MUTE), // XF86XK_AudioMute
        (0x1008ff13, KEY_VOLUMEUP), // XF86XK_AudioRaiseVolume
        (0x1008ff14, KEY_PLAYPAUSE), // XF86XK_AudioPlay
        (0x1008ff15, KEY_STOPCD), // XF86XK_AudioStop
        (0x1008ff16, KEY_PREVIOUSSONG), // XF86XK_AudioPrev
        (0x1008ff17, KEY_NEXTSONG), // XF86XK_AudioNext
        (0x1008ff18, KEY_HOMEPAGE), // XF86XK_HomePage
        (0x1008ff19, KEY_MAIL), // XF86XK_Mail
        (0x1008ff1b, KEY_SEARCH), // XF86XK_Search
        (0x1008ff1c, KEY_RECORD), // XF86XK_AudioRecord
        (0x1008ff1d, KEY_CALC), // XF86XK_Calculator
        (0x1008ff21, KEY_POWER), // XF86XK_PowerDown
        (0x1008ff26, KEY_BACK), // XF86XK_Back
        (0x1008ff27, KEY_FORWARD), // XF86XK_Forward
        (0x1008ff28, KEY_STOP), // XF86XK_Stop
        (0x1008ff29, KEY_REFRESH), // XF86XK_Refresh
        (0x1008ff2a, KEY_POWER), // XF86XK_PowerOff
        (0x1008ff2b, KEY_WAKEUP), // XF86XK_WakeUp
        (0x1008ff2c, KEY_EJECTCD), // XF86XK_Eject
        (0x1008ff2d, KEY_COFFEE), // XF86XK_ScreenSaver
        (0x1008ff2e, KEY_WWW), // XF86XK_WWW
        (0x1008ff2f, KEY_SLEEP), // XF86XK_Sleep
        (0x1008ff30, KEY_BOOKMARKS), // XF86XK_Favorites
        (0x1008ff31, KEY_PAUSECD), // XF86XK_AudioPause
        (0x1008ff32, KEY_MEDIA), // XF86XK_AudioMedia
        (0x1008ff33, KEY_COMPUTER), // XF86XK_MyComputer
        (0x1008ff36, KEY_SHOP), // XF86XK_Shop
        (0x1008ff3c, KEY_FINANCE), // XF86XK_Finance
        (0x1008ff3e, KEY_REWIND), // XF86XK_AudioRewind
        (0x1008ff41, KEY_PROG1), // XF86XK_Launch1
        (0x1008ff42, KEY_PROG2), // XF86XK_Launch2
        (0x1008ff54, KEY_CALC), // XF86XK_Calculater
        (0x1008ff56, KEY_CLOSE), // XF86XK_Close
        (0x1008ff57, KEY_COPY), // XF86XK_Copy
        (0x1008ff58, KEY_CUT), // XF86XK_Cut
        (0x1008ff59, KEY_SWITCHVIDEOMODE), // XF86XK_Display
        (0x1008ff5b, KEY_DOCUMENTS), // XF86XK_Documents
        (0x1008ff5d, KEY_FILE), // XF86XK_Explorer
        (0x1008ff65, KEY_MENU), // XF86XK_MenuKB
        (0x1008ff68, KEY_NEW), // XF86XK_New
        (0x1008ff6b, KEY_OPEN), // XF86XK_Open
        (0x1008ff6d, KEY_PASTE), // XF86XK_Paste
        (0x1008ff6e, KEY_PHONE), // XF86XK_Phone
        (0x1008ff72, KEY_REPLY), // XF86XK_Reply
        (0x1008ff73, KEY_REFRESH), // XF86XK_Reload
        (0x1008ff77, KEY_SAVE), // XF86XK_Save
        (0x1008ff78, KEY_SCROLLUP), // XF86XK_ScrollUp
        (0x1008ff79, KEY_SCROLLDOWN), // XF86XK_ScrollDown
        (0x1008ff7b, KEY_SEND), // XF86XK_Send
        (0x1008ff8f, KEY_CAMERA), // XF86XK_WebCam
        (0x1008ff90, KEY_FORWARDMAIL), // XF86XK_MailForward
        (0x1008ff93, KEY_BATTERY), // XF86XK_Battery
        (0x1008ff94, KEY_BLUETOOTH), // XF86XK_Bluetooth
        (0x1008ff95, KEY_WLAN), // XF86XK_WLAN
        (0x1008ff96, KEY_UWB), // XF86XK_UWB
        (0x1008ff97, KEY_FASTFORWARD), // XF86XK_AudioForward
        (0x1008ffa7, KEY_SUSPEND), // XF86XK_Suspend
        (0x1008ffb2, KEY_MICMUTE), // XF86XK_AudioMicMute
        (0x1008ffb4, KEY_WWAN), // XF86XK_WWAN
        (0x1008ffb5, KEY_RFKILL), // XF86XK_RFKill
    ];

    private static readonly FrozenDictionary<uint, uint> s_keycodes = Table.ToFrozenDictionary(row => row.Keysym, row => row.Keycode);

    /// <summary>The key code of a keysym, false when a US keyboard has no such key.</summary>
    public static bool TryGetKeycode(uint keysym, out uint keycode)
    {
        if (keysym is > Unicode and < Unicode + 0x100)
        {
            keysym -= Unicode;
        }

        if (s_keycodes.TryGetValue(keysym, out keycode))
        {
            return true;
        }

        keycode = keysym is > EvdevBase and <= EvdevBase + KEY_MAX ? keysym - EvdevBase : 0;
        return keycode != 0;
    }
}
