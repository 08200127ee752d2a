namespace Xenbus.Linux.Interop;

/// <summary>Requests of a virtual terminal's keyboard. C: linux/kd.h, linux/vt.h, asm-generic/ioctls.h.</summary>
internal static unsafe partial class Libc
{
    /// <summary>One entry of a keymap. C: KDGKBENT, linux/kd.h.</summary>
    private const uint KDGKBENT = 0x4b46;

    /// <summary>Text of a function key. C: KDGKBSENT, linux/kd.h.</summary>
    private const uint KDGKBSENT = 0x4b48;

    /// <summary>What dead keys make, in Unicode. C: KDGKBDIACRUC, linux/kd.h.</summary>
    private const uint KDGKBDIACRUC = 0x4bfa;

    /// <summary>How the keyboard is read. C: KDGKBMODE, linux/kd.h.</summary>
    private const uint KDGKBMODE = 0x4b44;

    /// <summary>What Meta does. C: KDGKBMETA, linux/kd.h.</summary>
    private const uint KDGKBMETA = 0x4b62;

    /// <summary>Locks of a VT, not its lights. C: KDGKBLED, linux/kd.h.</summary>
    private const uint KDGKBLED = 0x4b64;

    /// <summary>Sets the locks of a VT. C: KDSKBLED, linux/kd.h.</summary>
    private const uint KDSKBLED = 0x4b65;

    /// <summary>Holds a terminal's output. C: TCXONC, asm-generic/ioctls.h.</summary>
    private const uint TCXONC = 0x540a;

    /// <summary>Makes a VT the active one. C: VT_ACTIVATE, linux/vt.h.</summary>
    private const uint VT_ACTIVATE = 0x5606;

    /// <summary>Puts a byte into a terminal's input. C: TIOCSTI, asm-generic/ioctls.h.</summary>
    private const uint TIOCSTI = 0x5412;

    /// <summary>Bytes of the longest text of a function key, with the zero at its end. C: sizeof(kb_string) in linux/kd.h.</summary>
    public const int FunctionTextBytes = 512;

    /// <summary>Numbers that <see cref="GetCompositions"/> fills at most: three for each. C: MAX_DIACR in linux/keyboard.h.</summary>
    public const int CompositionNumbers = 3 * 256;

    /// <summary>Reads one entry of the kernel's keymap. Negative: the errno.</summary>
    /// <param name="descriptor">A VT.</param>
    /// <param name="table">Modifiers, 0 to 255.</param>
    /// <param name="keycode">0 to 255.</param>
    public static int GetKeymapEntry(int descriptor, byte table, byte keycode)
    {
        // struct kbentry: kb_table, kb_index, 8 bits each, kb_value, 16 bits.
        uint entry = table | (uint)keycode << 8;
        int result = Ioctl(descriptor, KDGKBENT, &entry);
        return result < 0 ? result : (int)(entry >> 16);
    }

    /// <summary>Reads the text of a function key.</summary>
    /// <param name="descriptor">A VT.</param>
    /// <param name="function">0 to 255.</param>
    /// <param name="text">Room for <see cref="FunctionTextBytes"/>.</param>
    /// <returns>Length without the zero; negative: the errno.</returns>
    public static int GetFunctionText(int descriptor, byte function, Span<byte> text)
    {
        // struct kbsentry: kb_func, 8 bits, and the text.
        byte* entry = stackalloc byte[1 + FunctionTextBytes];
        new Span<byte>(entry, 1 + FunctionTextBytes).Clear();
        entry[0] = function;
        int result = Ioctl(descriptor, KDGKBSENT, entry);
        if (result < 0)
        {
            return result;
        }

        ReadOnlySpan<byte> found = new(entry + 1, FunctionTextBytes);
        int length = found.IndexOf((byte)0);
        length = length < 0 ? FunctionTextBytes : length;
        found[..length].CopyTo(text);
        return length;
    }

    /// <summary>Reads what dead keys make: diacritic, base and result of each, code points.</summary>
    /// <param name="descriptor">A VT.</param>
    /// <param name="numbers">Room for <see cref="CompositionNumbers"/>.</param>
    /// <returns>How many compositions there are; negative: the errno.</returns>
    public static int GetCompositions(int descriptor, Span<uint> numbers)
    {
        // struct kbdiacrsuc: kb_cnt, and 256 of struct kbdiacruc, which is three numbers.
        uint* table = stackalloc uint[1 + CompositionNumbers];
        new Span<uint>(table, 1 + CompositionNumbers).Clear();
        int result = Ioctl(descriptor, KDGKBDIACRUC, table);
        new ReadOnlySpan<uint>(table + 1, CompositionNumbers).CopyTo(numbers);
        return result < 0 ? result : (int)Math.Min(table[0], CompositionNumbers / 3);
    }

    /// <summary>How a VT reads its keyboard: 0 K_RAW, 1 K_XLATE, 2 K_MEDIUMRAW, 3 K_UNICODE, 4 K_OFF. Negative: the errno. C: linux/kd.h.</summary>
    public static int GetKeyboardMode(int descriptor)
    {
        int mode;
        int result = Ioctl(descriptor, KDGKBMODE, &mode);
        return result < 0 ? result : mode;
    }

    /// <summary>What Meta does on a VT: 3 K_METABIT sets the highest bit, 4 K_ESCPREFIX sends an escape character before. Negative: the errno. C: linux/kd.h.</summary>
    public static int GetMetaMode(int descriptor)
    {
        int mode;
        int result = Ioctl(descriptor, KDGKBMETA, &mode);
        return result < 0 ? result : mode;
    }

    /// <summary>Locks of a VT: 1 K_SCROLLLOCK, 2 K_NUMLOCK, 4 K_CAPSLOCK; those that it begins with are 16 times as large. Negative: the errno. C: linux/kd.h.</summary>
    public static int GetKeyboardLocks(int descriptor)
    {
        byte locks;
        int result = Ioctl(descriptor, KDGKBLED, &locks);
        return result < 0 ? result : locks;
    }

    /// <summary>Sets what <see cref="GetKeyboardLocks"/> gets.</summary>
    public static int SetKeyboardLocks(int descriptor, int locks) => Ioctl(descriptor, KDSKBLED, (nint)locks);

    /// <summary>Holds a terminal's output, or lets it go on.</summary>
    public static int HoldOutput(int descriptor, bool isHeld) => Ioctl(descriptor, TCXONC, (nint)(isHeld ? 0 : 1));

    /// <summary>Which VTs are in use, a bit for each from 1 to 15, and which is active. C: struct vt_stat in linux/vt.h.</summary>
    public static int GetVirtualTerminals(int descriptor, out int active, out int inUse)
    {
        ushort* state = stackalloc ushort[3];
        int result = Ioctl(descriptor, VT_GETSTATE, state);
        (active, inUse) = result < 0 ? (0, 0) : (state[0], state[2]);
        return result;
    }

    /// <summary>Makes a VT the active one, soon after.</summary>
    /// <param name="descriptor">Any VT.</param>
    /// <param name="number">1 to 63.</param>
    public static int ActivateVirtualTerminal(int descriptor, int number) => Ioctl(descriptor, VT_ACTIVATE, (nint)number);

    /// <summary>Types a byte into a terminal, as if it had come from its keyboard.</summary>
    public static int TypeInto(int descriptor, byte character) => Ioctl(descriptor, TIOCSTI, &character);

    /// <summary>Whether <see cref="TypeInto"/> is allowed, which is asked without typing: the kernel looks for permission before it looks for the byte.</summary>
    /// <remarks>C: tiocsti in drivers/tty/tty_io.c.</remarks>
    /// <returns>0, or minus an errno: EIO when the kernel forbids it to everybody, EPERM to this process.</returns>
    public static int MayTypeInto(int descriptor)
    {
        int result = Ioctl(descriptor, TIOCSTI, null);
        return result == -Errno.EFAULT ? 0 : result;
    }
}
