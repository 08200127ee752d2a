using System.Runtime.InteropServices;
using Xenbus.Linux.Interop;
using Xenbus.Loop;

namespace XenFbFront.Content;

/// <summary>A virtual terminal of the kernel, read through its vcsa and vcsu devices.</summary>
/// <remarks>
/// vcsa gives size, cursor and attributes, vcsu the characters; the tty itself gives palette and mode. Without permission for the tty the
/// default palette is used, graphics mode goes unnoticed, and a grid of 255 columns or rows and more counts as gone, since the header of vcsa
/// cannot tell its size. A reading takes the console lock once for each page of 4096 bytes; see the kernel's vc_screen.c.
/// </remarks>
public sealed class VcsTextGrid : ITextGrid
{
    /// <summary>Highest number of a virtual terminal. C: MAX_NR_CONSOLES in linux/vt.h.</summary>
    public const int MaximumNumber = 63;

    private const string ActiveAttribute = "/sys/class/tty/tty0/active";
    private const int HeaderBytes = 4;

    /// <summary>What a side of 255 or more is shown as in the header of vcsa, which has one byte for it.</summary>
    private const int ClampedSide = 255;

    /// <summary>Times that a size which changes under the reading is followed; each new size raises a notification too, so nothing is lost.</summary>
    private const int MaximumAttempts = 4;

    // One-shot entries of an epoll of our own, so that what the loop watches stays the same and falls silent after the first change.
    private readonly Descriptor _changes = Descriptor.Own(Libc.EpollCreate(), "create", "epoll");
    private readonly DescriptorCloser _closer = new();
    private readonly EpollEvents _ready = new(2);
    private readonly bool _followsActive;
    private readonly Descriptor? _active;
    private readonly GlyphMap _glyphs = new();
    private Descriptor? _cells, _characters, _terminal;
    private byte[] _buffer = new byte[HeaderBytes + 80 * 25 * 2];
    private int _number;
    private Descriptor? _watched;
    private LoopWatch? _watch;
    private Action? _onChanged;

    private VcsTextGrid(int number)
    {
        _number = number;
        _followsActive = number == 0;
        Name = NameOf(number);
        int active = Libc.Open(ActiveAttribute, OpenFlags.ReadOnly);
        if (active >= 0)
        {
            _active = new(active);
            Libc.EpollControl(_changes.Number, 1, active, 0, 0);
        }
    }

    /// <inheritdoc/>
    public string Name { get; private set; }

    /// <summary>The default colours of a VGA text console, 0x00RRGGBB, ANSI order. C: default_red, default_grn, default_blu in the kernel's vt.c.</summary>
    public static ReadOnlySpan<uint> DefaultPalette =>
    [
        0x000000, 0xaa0000, 0x00aa00, 0xaa5500, 0x0000aa, 0xaa00aa, 0x00aaaa, 0xaaaaaa,
        0x555555, 0xff5555, 0x55ff55, 0xffff55, 0x5555ff, 0xff55ff, 0x55ffff, 0xffffff,
    ];

    /// <summary>Whether a display driver of the kernel shows the virtual terminals, or it cannot be known. Without one their size is nobody else's business.</summary>
    public static bool AreShownByKernel()
    {
        // Registered drivers, each with its name and whether it is in use; the dummy one shows nothing. C: MAX_NR_CON_DRIVER in the kernel's vt.c.
        const int drivers = 16;
        bool isKnown = false;
        Span<byte> bind = stackalloc byte[1], name = stackalloc byte[64];
        for (int i = 0; i < drivers; i++)
        {
            if (ReadAttribute($"/sys/class/vtconsole/vtcon{i}/bind", bind) != 1 || bind[0] != '1')
            {
                continue;
            }

            isKnown = true;
            int length = ReadAttribute($"/sys/class/vtconsole/vtcon{i}/name", name);
            if (length <= 0 || name[..length].IndexOf("dummy device"u8) < 0)
            {
                return true;
            }
        }

        return !isKnown;
    }

    /// <summary>Has the kernel keep code points of all terminals from now on, those on the screens included.</summary>
    /// <remarks>
    /// It begins with the first reading of a terminal's vcsu, and works out from the glyphs what is there already; for that the font's table is needed, which
    /// goes with the driver that showed the terminals.
    /// </remarks>
    private static void KeepCodePoints()
    {
        Span<byte> one = stackalloc byte[sizeof(uint)];
        for (int number = 1; number <= MaximumNumber; number++)
        {
            // Terminals that are not allocated cannot be opened.
            ReadAttribute(CharactersPath(number), one);
        }
    }

    /// <summary>Opens a virtual terminal's devices.</summary>
    /// <param name="number">1 to <see cref="MaximumNumber"/>, or 0 to follow the active one. One that is not allocated becomes so.</param>
    /// <param name="grid">The terminal; dispose it.</param>
    /// <param name="reason">When the result is false, one sentence that says what is missing and what to do; else empty.</param>
    public static bool TryOpen(int number, out VcsTextGrid? grid, out string reason)
    {
        grid = null;
        if (number is < 0 or > MaximumNumber)
        {
            reason = $"There is no virtual terminal {number}: choose 1 to {MaximumNumber}, or 0 for the active one.";
            return false;
        }

        KeepCodePoints();
        VcsTextGrid candidate = new(number);
        int errno = candidate.OpenDevices();
        if (errno == 0)
        {
            grid = candidate;
            reason = string.Empty;
            return true;
        }

        candidate.Dispose();
        string path = CellsPath(number);
        reason = errno switch
        {
            Errno.ENOENT => $"There is no {path}: this kernel has no virtual terminals (CONFIG_VT) or /dev is incomplete; choose another source.",
            Errno.EACCES or Errno.EPERM => $"No permission to read {path}: run as root or as a member of the group tty.",
            Errno.ENXIO or Errno.ENODEV => $"Virtual terminal {number} is not in use: start a login on it or choose another one.",
            _ => $"Cannot open {path}, {Errno.Text(errno)}: choose another source.",
        };
        return false;
    }

    /// <inheritdoc/>
    public TextGridState Read(TextGridContents contents)
    {
        TextGridState state = TextGridState.Gone;
        if (_cells is not null || OpenDevices() == 0)
        {
            state = ReadDevices(contents);
        }

        if (state == TextGridState.Gone)
        {
            CloseDevices();
        }

        return state;
    }

    /// <inheritdoc/>
    /// <remarks>
    /// When the active terminal is followed all terminals get the size, where that is allowed, so that a program which starts on another one finds it
    /// already. One that is allocated later begins with the kernel's own size.
    /// </remarks>
    public bool TryResize(int columns, int rows)
    {
        if (_terminal is null)
        {
            return false;
        }

        return (_followsActive && Libc.SetAllConsoleSizes(_terminal.Number, columns, rows) == 0) || Libc.SetWindowSize(_terminal.Number, columns, rows) == 0;
    }

    /// <inheritdoc/>
    public void Watch(EventLoop loop, Action onChanged)
    {
        _watch ??= loop.Watch(_changes.Number, LoopInterest.Readable, OnReady);
        _onChanged = onChanged;
        const uint onceAtChange = PollEvents.POLLPRI | PollEvents.EPOLLONESHOT;
        bool isNew = _watched is null;
        _watched ??= OpenOrNull(CellsPath(_followsActive ? 0 : _number), OpenFlags.ReadOnly);
        if (_watched is not null)
        {
            if (isNew)
            {
                Libc.EpollControl(_changes.Number, 1, _watched.Number, onceAtChange, 0);
            }

            // A change is told until the device is read, and the first poll of an open file tells of one, whether or not there was any.
            Libc.ReadAt(_watched.Number, _buffer.AsSpan(0, HeaderBytes), 0);
            Libc.EpollControl(_changes.Number, 3, _watched.Number, onceAtChange, 0);
        }

        if (_active is not null)
        {
            ReadActiveAttribute();
            Libc.EpollControl(_changes.Number, 3, _active.Number, onceAtChange, 0);
        }
    }

    /// <inheritdoc/>
    /// <remarks>
    /// From the first poll of an open vcs device until its release the kernel calls a notifier for each character that is written to any virtual
    /// terminal, which takes a quarter of their speed (vcs_poll_data_get in vc_screen.c).
    /// </remarks>
    public void Unwatch()
    {
        _onChanged = null;
        if (_watched is not null && _closer.TryClose(_watched))
        {
            _watched = null;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _onChanged = null;
        _watch?.Dispose();
        CloseDevices();
        _watched?.Dispose();
        _active?.Dispose();
        _changes.Dispose();
    }

    private static string NameOf(int number) => $"/dev/tty{number}";

    private static string CellsPath(int number) => number == 0 ? "/dev/vcsa" : $"/dev/vcsa{number}";

    private static string CharactersPath(int number) => number == 0 ? "/dev/vcsu" : $"/dev/vcsu{number}";

    /// <returns>Bytes read, or negative.</returns>
    private static int ReadAttribute(string path, Span<byte> content)
    {
        using Descriptor? file = OpenOrNull(path, OpenFlags.ReadOnly);
        return file is null ? -1 : Libc.ReadAt(file.Number, content, 0);
    }

    private static Descriptor? OpenOrNull(string path, int flags)
    {
        int descriptor = Libc.Open(path, flags);
        return descriptor < 0 ? null : new(descriptor);
    }

    /// <summary>Opens what can be opened; only the cells are indispensable.</summary>
    /// <returns>0, or the errno of the cells.</returns>
    private int OpenDevices()
    {
        int device = _followsActive ? 0 : _number;
        // The tty comes first: opening it allocates a terminal that is not, and only then do its vcs devices exist.
        ReopenTerminal();
        int cells = Libc.Open(CellsPath(device), OpenFlags.ReadOnly);
        if (cells < 0)
        {
            CloseDevices();
            return -cells;
        }

        _cells = new(cells);
        // Kernels before 5.1 have no vcsu.
        _characters = OpenOrNull(CharactersPath(device), OpenFlags.ReadOnly);
        return 0;
    }

    private void CloseDevices()
    {
        _cells?.Dispose();
        _characters?.Dispose();
        _terminal?.Dispose();
        (_cells, _characters, _terminal) = (null, null, null);
    }

    /// <summary>Opens the tty, the active one when that is followed. It stays null without permission.</summary>
    private void ReopenTerminal()
    {
        _terminal?.Dispose();
        int number = _followsActive ? ReadActiveAttribute() : _number;
        // Without sysfs: tty0 is the terminal that is active at the time of opening. It must not become our controlling terminal.
        _terminal = OpenOrNull(NameOf(Math.Max(0, number)), OpenFlags.ReadOnly | OpenFlags.NoControllingTerminal | OpenFlags.NonBlocking);
        if (_followsActive && _terminal is not null && Libc.GetActiveVirtualTerminal(_terminal.Number) is > 0 and int active)
        {
            number = active;
        }

        if (number > 0 && number != _number)
        {
            _number = number;
            _glyphs.Forget();
        }

        if (_terminal is not null)
        {
            GlyphMap.Supply(_terminal);
        }

        Name = NameOf(Math.Max(0, _number));
    }

    /// <summary>Number of the active terminal, or -1 when sysfs does not tell.</summary>
    private int ReadActiveAttribute()
    {
        // Reading also takes back the notification of the attribute.
        Span<byte> text = stackalloc byte[16];
        int length = _active is null ? 0 : Libc.ReadAt(_active.Number, text, 0);
        if (length <= 3 || !text[..length].StartsWith("tty"u8))
        {
            return -1;
        }

        return System.Buffers.Text.Utf8Parser.TryParse(text[3..length], out int number, out _) ? number : -1;
    }

    private TextGridState ReadDevices(TextGridContents contents)
    {
        if (ReadMode() == 1)
        {
            return TextGridState.Graphics;
        }

        for (int attempt = 0; attempt < MaximumAttempts; attempt++)
        {
            int length = Libc.ReadAt(_cells!.Number, _buffer, 0);
            if (length < HeaderBytes)
            {
                return TextGridState.Gone;
            }

            int rows = _buffer[0], columns = _buffer[1];
            bool isClamped = rows == ClampedSide || columns == ClampedSide;
            if (isClamped && (_terminal is null || Libc.GetWindowSize(_terminal.Number, out columns, out rows) < 0))
            {
                return TextGridState.Gone;
            }

            if (columns is < 1 or > TextGridContents.MaximumSide || rows is < 1 or > TextGridContents.MaximumSide)
            {
                return TextGridState.Gone;
            }

            int needed = HeaderBytes + columns * rows * 2;
            if (_buffer.Length < needed)
            {
                _buffer = new byte[needed];
                continue;
            }

            contents.Resize(columns, rows);
            if (length == needed && ReadCharacters(contents))
            {
                contents.Terminal = _number;
                ReadCursor(contents, isClamped);
                ReadColours(contents);
                return TextGridState.Text;
            }
        }

        return TextGridState.Gone;
    }

    /// <summary>0 text, 1 graphics, negative unknown; opens the tty anew where that is necessary.</summary>
    private int ReadMode()
    {
        if (_followsActive)
        {
            int active = _terminal is null ? ReadActiveAttribute() : Libc.GetActiveVirtualTerminal(_terminal.Number);
            if (active != _number && active != -1)
            {
                ReopenTerminal();
            }
        }

        int mode = _terminal is null ? -1 : Libc.GetConsoleMode(_terminal.Number);
        if (mode < 0 && _terminal is not null)
        {
            // A login program hangs its terminal up before it uses it (vhangup), and from then on an older descriptor answers nothing but EIO.
            ReopenTerminal();
            mode = _terminal is null ? -1 : Libc.GetConsoleMode(_terminal.Number);
        }

        return mode;
    }

    /// <returns>False when the size changed since the cells were read.</returns>
    private bool ReadCharacters(TextGridContents contents)
    {
        ReadOnlySpan<ushort> cells = MemoryMarshal.Cast<byte, ushort>(_buffer.AsSpan(HeaderBytes, contents.Cells.Length * 2));
        cells.CopyTo(contents.Cells);
        Span<byte> characters = MemoryMarshal.AsBytes(contents.CodePoints);
        int length = _characters is null ? -1 : Libc.ReadAt(_characters.Number, characters, 0);
        if (length < 0)
        {
            // No vcsu, or "no data" because UTF-8 mode is off: then the glyph numbers tell. The ninth bit of a number is where the font takes it.
            _glyphs.Refresh(_terminal);
            int ninthBit = ReadNinthBit();
            for (int i = 0; i < cells.Length; i++)
            {
                contents.CodePoints[i] = _glyphs.CodePointOf(GlyphOf(cells[i], ninthBit));
            }

            return true;
        }

        TranslateDrawings(contents, cells);
        return length == characters.Length;
    }

    /// <summary>
    /// Of what is written in the character set for line drawing, the kernel keeps the letter (6.1: do_con_write stores the code point before its translation),
    /// and only the glyph tells that it draws a line. The set has drawings from the underscore to the tilde.
    /// </summary>
    private void TranslateDrawings(TextGridContents contents, ReadOnlySpan<ushort> cells)
    {
        const uint first = '_', last = '~';
        bool isFresh = false;
        int ninthBit = 0;
        for (int i = 0; i < cells.Length; i++)
        {
            uint codePoint = contents.CodePoints[i];
            if (codePoint - first > last - first || (byte)cells[i] == codePoint)
            {
                continue;
            }

            if (!isFresh)
            {
                isFresh = true;
                _glyphs.Refresh(_terminal);
                ninthBit = ReadNinthBit();
            }

            int glyph = GlyphOf(cells[i], ninthBit);
            if (!_glyphs.IsGlyphOf(glyph, codePoint) && _glyphs.CodePointOf(glyph) is > 127 and not 0xfffd and uint drawing)
            {
                contents.CodePoints[i] = drawing;
            }
        }
    }

    /// <summary>The bit of a cell that extends the number of its glyph, 0 with fonts of 256 glyphs.</summary>
    private int ReadNinthBit() => _terminal is null ? 0 : Math.Max(0, Libc.GetHighFontMask(_terminal.Number));

    private static int GlyphOf(ushort cell, int ninthBit) => (byte)cell | ((cell & ninthBit) != 0 ? 256 : 0);

    private void ReadCursor(TextGridContents contents, bool isClamped)
    {
        int column = _buffer[2], row = _buffer[3];
        if (isClamped && (_terminal is null || Libc.GetConsoleCursor(_terminal.Number, out column, out row) < 0))
        {
            // An older kernel: a coordinate of 255 may stand for any beyond.
            (column, row) = (_buffer[2], _buffer[3]);
            if (column == ClampedSide || row == ClampedSide)
            {
                (column, row) = (-1, -1);
            }
        }

        (contents.CursorColumn, contents.CursorRow) = (column, row);
    }

    private void ReadColours(TextGridContents contents)
    {
        Span<byte> palette = stackalloc byte[Libc.PaletteBytes];
        if (_terminal is null || Libc.GetPalette(_terminal.Number, palette) < 0)
        {
            DefaultPalette.CopyTo(contents.Palette);
        }
        else
        {
            for (int i = 0; i < TextGridContents.PaletteLength; i++)
            {
                contents.Palette[i] = (uint)(palette[3 * i] << 16 | palette[3 * i + 1] << 8 | palette[3 * i + 2]);
            }
        }

        contents.AttributeShift = ReadNinthBit() > 0 ? 9 : 8;
    }

    private void OnReady()
    {
        if (Libc.EpollWait(_changes.Number, _ready, _ready.Capacity, 0) > 0 && _onChanged is { } onChanged)
        {
            _onChanged = null;
            onChanged();
        }
    }
}
