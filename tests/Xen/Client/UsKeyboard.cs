using XenFbFront.Viewer;

namespace XenFbFront.Tests.Xen;

/// <summary>The keys of a US keyboard of 104 keys, and the one more that ISO keyboards have.</summary>
internal static class UsKeyboard
{
    /// <summary>Added to the second byte of a scancode that begins with 0xe0, as the QEMU Extended Key Event wants it.</summary>
    private const byte Prefixed = 0x80;

    /// <summary>Caps Lock, Num Lock, Scroll Lock.</summary>
    private static readonly byte[] s_locks = [0x3a, 0x45, 0x46];

    /// <summary>XT scancodes (set 1) in the order of the keyboard's rows, each with its blocks from the left to the right.</summary>
    public static readonly byte[] Scancodes =
    [
        // Escape, F1 to F12, Print, Scroll Lock, Pause.
        0x01, 0x3b, 0x3c, 0x3d, 0x3e, 0x3f, 0x40, 0x41, 0x42, 0x43, 0x44, 0x57, 0x58, Prefixed | 0x37, 0x46, Prefixed | 0x46,
        // Grave, 1 to 0, minus, equal, Backspace; Insert, Home, Page Up; Num Lock, /, *, -.
        0x29, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x0e,
        Prefixed | 0x52, Prefixed | 0x47, Prefixed | 0x49, 0x45, Prefixed | 0x35, 0x37, 0x4a,
        // Tab, Q to P, brackets, backslash; Delete, End, Page Down; 7, 8, 9, +.
        0x0f, 0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18, 0x19, 0x1a, 0x1b, 0x2b,
        Prefixed | 0x53, Prefixed | 0x4f, Prefixed | 0x51, 0x47, 0x48, 0x49, 0x4e,
        // Caps Lock, A to L, semicolon, apostrophe, Enter; 4, 5, 6.
        0x3a, 0x1e, 0x1f, 0x20, 0x21, 0x22, 0x23, 0x24, 0x25, 0x26, 0x27, 0x28, 0x1c, 0x4b, 0x4c, 0x4d,
        // Shift, the ISO key, Z to M, comma, dot, slash, Shift; Up; 1, 2, 3, Enter.
        0x2a, 0x56, 0x2c, 0x2d, 0x2e, 0x2f, 0x30, 0x31, 0x32, 0x33, 0x34, 0x35, 0x36, Prefixed | 0x48, 0x4f, 0x50, 0x51, Prefixed | 0x1c,
        // Control, Super, Alt, Space, Alt, Super, Menu, Control; Left, Down, Right; 0, dot.
        0x1d, Prefixed | 0x5b, 0x38, 0x39, Prefixed | 0x38, Prefixed | 0x5c, Prefixed | 0x5d, Prefixed | 0x1d,
        Prefixed | 0x4b, Prefixed | 0x50, Prefixed | 0x4d, 0x52, 0x53,
    ];

    /// <summary>Every key once, except that the lock keys come twice in a row, so that afterwards the locks are as before.</summary>
    public static IEnumerable<byte> EachKey => Scancodes.SelectMany<byte, byte>(code => s_locks.Contains(code) ? [code, code] : [code]);

    /// <summary>Keys that the same seed always gives: letters and digits.</summary>
    public static IEnumerable<byte> Random(int seed, int count)
    {
        byte[] keys = [.. Scancodes.Where(code => code is (>= 0x02 and <= 0x0b) or (>= 0x10 and <= 0x19) or (>= 0x1e and <= 0x26) or (>= 0x2c and <= 0x32))];
        Random random = new(seed);
        return Enumerable.Range(0, count).Select(_ => keys[random.Next(keys.Length)]);
    }

    /// <summary>The Linux key code that evdev shows for a scancode of this keyboard.</summary>
    public static uint Keycode(byte scancode) => XtScancodes.TryGetKeycode(scancode, out uint keycode) ? keycode : throw new ArgumentOutOfRangeException(nameof(scancode));

    /// <summary>A keysym that is on the key without Shift and Num Lock, for servers that know keysyms only.</summary>
    public static uint Keysym(byte scancode)
    {
        uint keycode = Keycode(scancode);
        return Keysyms.Table.First(row => row.Keycode == keycode).Keysym;
    }
}
