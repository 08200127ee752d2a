namespace Xenbus.Linux.Interop;

/// <summary>Requests of the kernel's virtual terminals. C: linux/kd.h, linux/vt.h, asm-generic/ioctls.h.</summary>
/// <remarks>These numbers are older than the scheme that computes a request from its parts, except the last.</remarks>
internal static unsafe partial class Libc
{
    /// <summary>Whether a VT shows text or graphics. C: KDGETMODE, linux/kd.h.</summary>
    private const uint KDGETMODE = 0x4b3b;

    /// <summary>The default palette, 16 RGB triplets in ANSI order. C: GIO_CMAP, linux/kd.h.</summary>
    private const uint GIO_CMAP = 0x4b70;

    /// <summary>Which VT is active. C: VT_GETSTATE, linux/vt.h.</summary>
    private const uint VT_GETSTATE = 0x5603;

    /// <summary>The attribute bit that fonts of 512 glyphs take for themselves. C: VT_GETHIFONTMASK, linux/vt.h.</summary>
    private const uint VT_GETHIFONTMASK = 0x560d;

    /// <summary>Sets the size of all VTs. C: VT_RESIZE, linux/vt.h.</summary>
    private const uint VT_RESIZE = 0x5609;

    /// <summary>Which code points the glyphs of a VT's font stand for. C: GIO_UNIMAP, linux/kd.h.</summary>
    private const uint GIO_UNIMAP = 0x4b66;

    /// <summary>Adds to that table. C: PIO_UNIMAP, linux/kd.h.</summary>
    private const uint PIO_UNIMAP = 0x4b67;

    /// <summary>Empties that table. C: PIO_UNIMAPCLR, linux/kd.h.</summary>
    private const uint PIO_UNIMAPCLR = 0x4b68;

    /// <summary>Size of a terminal in cells. C: TIOCGWINSZ, asm-generic/ioctls.h.</summary>
    private const uint TIOCGWINSZ = 0x5413;

    /// <summary>Size and cursor without the limit of 255, recent kernels only. C: VT_GETCONSIZECSRPOS = _IOR('V', 0x10, struct vt_consizecsrpos), linux/vt.h.</summary>
    private const uint VT_GETCONSIZECSRPOS = (2u << 30) | ((uint)sizeof(ulong) << 16) | ('V' << 8) | 0x10;

    /// <summary>Bytes of a palette: 16 colours of red, green, blue.</summary>
    public const int PaletteBytes = 48;

    /// <summary>Reads the mode of a VT: 0 text (KD_TEXT), 1 graphics (KD_GRAPHICS). Negative: the errno.</summary>
    public static int GetConsoleMode(int descriptor)
    {
        // The kernel writes an int.
        int mode;
        int result = Ioctl(descriptor, KDGETMODE, &mode);
        return result < 0 ? result : mode;
    }

    /// <summary>Reads the default palette into <see cref="PaletteBytes"/> bytes.</summary>
    public static int GetPalette(int descriptor, Span<byte> palette)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(palette.Length, PaletteBytes);
        fixed (byte* bytes = palette)
        {
            return Ioctl(descriptor, GIO_CMAP, bytes);
        }
    }

    /// <summary>Number of the active VT. Negative: the errno.</summary>
    public static int GetActiveVirtualTerminal(int descriptor)
    {
        // struct vt_stat: v_active, v_signal, v_state, 16 bits each.
        ushort* state = stackalloc ushort[3];
        int result = Ioctl(descriptor, VT_GETSTATE, state);
        return result < 0 ? result : state[0];
    }

    /// <summary>Mask of the bit of a cell that extends the glyph number, 0 with fonts of 256 glyphs. Negative: the errno.</summary>
    public static int GetHighFontMask(int descriptor)
    {
        ushort mask;
        int result = Ioctl(descriptor, VT_GETHIFONTMASK, &mask);
        return result < 0 ? result : mask;
    }

    /// <summary>Size of a terminal, cells.</summary>
    public static int GetWindowSize(int descriptor, out int columns, out int rows)
    {
        // struct winsize: ws_row, ws_col, ws_xpixel, ws_ypixel, 16 bits each.
        ushort* size = stackalloc ushort[4];
        int result = Ioctl(descriptor, TIOCGWINSZ, size);
        (columns, rows) = result < 0 ? (0, 0) : (size[1], size[0]);
        return result;
    }

    /// <summary>Sets the size of all VTs that are in use, cells; needs CAP_SYS_TTY_CONFIG. Negative: the errno.</summary>
    public static int SetAllConsoleSizes(int descriptor, int columns, int rows)
    {
        // struct vt_sizes: v_rows, v_cols, v_scrollsize (which the kernel does not look at), 16 bits each.
        ushort* sizes = stackalloc ushort[3] { (ushort)rows, (ushort)columns, 0 };
        return Ioctl(descriptor, VT_RESIZE, sizes);
    }

    /// <summary>Reads the table of a VT's font.</summary>
    /// <param name="descriptor">The VT.</param>
    /// <param name="pairs">Filled with pairs of a code point and the glyph that shows it (struct unipair), 16 bits each, sorted by neither.</param>
    /// <returns>Number of pairs. Negative: the errno, ENOMEM when there are more than fit.</returns>
    public static int GetUnicodeMap(int descriptor, Span<ushort> pairs)
    {
        fixed (ushort* entries = pairs)
        {
            // struct unimapdesc: entry_ct, 16 bits; entries, a pointer.
            nuint* description = stackalloc nuint[2] { (nuint)Math.Min(pairs.Length / 2, ushort.MaxValue), (nuint)entries };
            int result = Ioctl(descriptor, GIO_UNIMAP, description);
            return result < 0 ? result : *(ushort*)description;
        }
    }

    /// <summary>Gives a VT another table of its font.</summary>
    /// <param name="descriptor">The VT; needs CAP_SYS_TTY_CONFIG, or it is the caller's own.</param>
    /// <param name="pairs">As in <see cref="GetUnicodeMap"/>.</param>
    /// <returns>0. Negative: the errno.</returns>
    public static int SetUnicodeMap(int descriptor, ReadOnlySpan<ushort> pairs)
    {
        // struct unimapinit: advised_hashsize, advised_hashstep, advised_hashlevel, which the kernel does not look at, 16 bits each.
        ushort* nothing = stackalloc ushort[3] { 0, 0, 0 };
        int result = Ioctl(descriptor, PIO_UNIMAPCLR, nothing);
        if (result < 0)
        {
            return result;
        }

        fixed (ushort* entries = pairs)
        {
            nuint* description = stackalloc nuint[2] { (nuint)(pairs.Length / 2), (nuint)entries };
            return Ioctl(descriptor, PIO_UNIMAP, description);
        }
    }

    /// <summary>Position of a VT's cursor, cells. Fails with ENOIOCTLCMD or ENOTTY on kernels that do not have it.</summary>
    public static int GetConsoleCursor(int descriptor, out int column, out int row)
    {
        // struct vt_consizecsrpos: con_rows, con_cols, csr_row, csr_col, 16 bits each.
        ushort* position = stackalloc ushort[4];
        int result = Ioctl(descriptor, VT_GETCONSIZECSRPOS, position);
        (column, row) = result < 0 ? (-1, -1) : (position[3], position[2]);
        return result;
    }
}
