using System.Runtime.InteropServices;
using Xenbus;
using Xenbus.Linux.Interop;

namespace XenFbFront.Content.Terminal;

/// <summary>A terminal that is emulated: takes what programs write, holds the screen that this makes, and turns keys into what programs read.</summary>
/// <remarks>
/// The emulation is libvterm's. Only what is damaged is looked at again: <see cref="IsDamaged"/> by rows. Nothing allocates after construction
/// but a change of size.
/// </remarks>
public sealed unsafe partial class VirtualTerminal : IDisposable
{
    /// <summary>What a terminal is called in the terminfo data base: the one entry that is true of this one and that every system has.</summary>
    public const string TermName = "xterm-256color";

    /// <summary>Longest side of the screen, cells.</summary>
    public const int MaximumSide = 2048;

    /// <summary>Least columns: libvterm writes beyond the line when a wide character is wider than the screen.</summary>
    public const int MinimumColumns = 4;

    private static readonly nint* s_callbacks = MakeCallbacks();

    private nint _terminal;
    private nint _screen;
    private nint _state;
    private readonly Scrollback _scrollback;
    private readonly TerminalColours _colours = new();
    private readonly TerminalReply _reply;
    private GCHandle _self;
    private VtermCell[] _line;
    private bool[] _isDamaged;
    private bool _isUnasked;

    /// <summary>Creates a blank terminal.</summary>
    /// <param name="columns"><see cref="MinimumColumns"/> to <see cref="MaximumSide"/>.</param>
    /// <param name="rows">1 to <see cref="MaximumSide"/>.</param>
    /// <param name="scrollbackLines">Lines kept of what scrolls off the top, at least 1.</param>
    /// <param name="reply">Gets what the program is to read: keys, the pointer, answers to its questions.</param>
    /// <exception cref="XenException">There is no memory, or the library is not there; see <see cref="IsAvailable"/>.</exception>
    public VirtualTerminal(int columns, int rows, int scrollbackLines, TerminalReply reply)
    {
        if (!IsAvailable(out string reason))
        {
            throw new XenException("make", "a terminal", 0, reason);
        }

        (Columns, Rows, _reply) = (columns, rows, reply);
        _line = new VtermCell[columns];
        _isDamaged = new bool[rows];
        _scrollback = new(scrollbackLines);
        _self = GCHandle.Alloc(this);
        Make();
    }

    /// <summary>Cells in a row.</summary>
    public int Columns { get; private set; }

    /// <summary>Rows.</summary>
    public int Rows { get; private set; }

    /// <summary>Lines above the screen.</summary>
    public int ScrollbackCount => _scrollback.Count;

    /// <summary>Lines that have been put above the screen so far, those taken back subtracted; for a viewer who wants to stay at a line.</summary>
    public long ScrolledLines { get; private set; }

    /// <summary>Column of the cursor, from 0.</summary>
    public int CursorColumn => Cursor.Column;

    /// <summary>Row of the cursor, from 0.</summary>
    public int CursorRow => Cursor.Row;

    /// <summary>Whether the program shows the cursor.</summary>
    public bool IsCursorVisible { get; private set; }

    /// <summary>Whether the program wants the cursor to blink.</summary>
    public bool CursorBlinks { get; private set; }

    /// <summary>How the program wants the cursor to look: 1 block, 2 underline, 3 a bar on the left. C: VTERM_PROP_CURSORSHAPE_* in vterm.h.</summary>
    public int CursorStyle { get; private set; }

    /// <summary>Whether the program uses the screen that has no lines above it, as editors do.</summary>
    public bool IsAlternate { get; private set; }

    /// <summary>What the program wants to hear of the pointer.</summary>
    public TerminalMouse Mouse { get; private set; }

    /// <summary>Times that the bell rang.</summary>
    public int BellCount { get; private set; }

    /// <summary>Colour of a blank screen, 0x00RRGGBB.</summary>
    public static uint Background => TerminalColours.DefaultBackground;

    /// <summary>Whether the library is there.</summary>
    /// <param name="reason">When the result is false, what to do; else empty.</param>
    public static bool IsAvailable(out string reason)
    {
        try
        {
            // Of no terminal, which is allowed; it only has to be found.
            Vterm.vterm_free(Vterm.vterm_new(1, 1));
            reason = string.Empty;
            return true;
        }
        catch (DllNotFoundException)
        {
            reason = "the terminal library libvterm.so.0 is missing: apt install libvterm0 (the published native program has it built in)";
            return false;
        }
    }

    /// <summary>Takes what the program wrote.</summary>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        Filter(bytes);
        Vterm.vterm_screen_flush_damage(_screen);
    }

    /// <summary>Makes everything as it was at first, the lines above the screen included.</summary>
    public void Reset()
    {
        Vterm.vterm_screen_reset(_screen, 1);
        ResetMore();
        Vterm.vterm_screen_flush_damage(_screen);
        _scrollback.Clear();
        ScrolledLines = 0;
        DamageAll();
    }

    /// <summary>Makes a blank terminal of another size; who keeps what was written writes it again, which also breaks the lines anew.</summary>
    /// <remarks>The library's own change of size is not used: its cursor, saved cursor and scrolling region may then lie beyond the screen, and it writes there.</remarks>
    public void Resize(int columns, int rows)
    {
        Vterm.vterm_free(_terminal);
        _terminal = 0;
        (Columns, Rows) = (columns, rows);
        _line = new VtermCell[columns];
        _isDamaged = new bool[rows];
        Make();
    }

    private void Make()
    {
        _terminal = Vterm.vterm_new(Rows, Columns);
        if (_terminal == 0)
        {
            throw new XenException("make", "a terminal", Errno.ENOMEM);
        }

        nint user = GCHandle.ToIntPtr(_self);
        Vterm.vterm_set_utf8(_terminal, 1);
        Vterm.vterm_output_set_callback(_terminal, &OnOutput, user);
        _state = Vterm.vterm_obtain_state(_terminal);
        _screen = Vterm.vterm_obtain_screen(_terminal);
        Vterm.vterm_screen_set_callbacks(_screen, s_callbacks, user);
        Vterm.vterm_screen_enable_altscreen(_screen, 1);
        Vterm.vterm_screen_set_damage_merge(_screen, Vterm.DamageRow);
        (IsAlternate, Mouse) = (false, TerminalMouse.None);
        Reset();
    }

    /// <summary>Whether a row has changed since <see cref="ClearDamage"/>.</summary>
    public bool IsDamaged(int row) => _isDamaged[row];

    /// <summary>Everything has been looked at.</summary>
    public void ClearDamage() => _isDamaged.AsSpan().Clear();

    /// <summary>Everything is to be looked at again.</summary>
    public void DamageAll() => _isDamaged.AsSpan().Fill(true);

    /// <summary>Reads a row of the screen, or with a negative number one above it: -1 is the nearest.</summary>
    /// <param name="row">-<see cref="ScrollbackCount"/> to <see cref="Rows"/> - 1.</param>
    /// <param name="cells"><see cref="Columns"/> cells, filled.</param>
    public void ReadRow(int row, Span<TerminalCell> cells)
    {
        cells = cells[..Columns];
        if (row < 0)
        {
            _scrollback.Read(-1 - row, _line);
        }
        else
        {
            fixed (VtermCell* line = _line)
            {
                for (int column = 0; column < cells.Length; column++)
                {
                    Vterm.vterm_screen_get_cell(_screen, new(row, column), line + column);
                }
            }
        }

        byte width = 1;
        for (int column = 0; column < cells.Length; column++)
        {
            ref VtermCell cell = ref _line[column];
            // Behind a wide character comes its right half, at the right edge half of one is nothing.
            width = width == 2 ? (byte)0 : cell.Width == 2 && column + 1 < cells.Length ? (byte)2 : (byte)1;
            if (width == 0)
            {
                // The library leaves in it the looks of what was there before.
                (cell.Attributes, cell.Foreground, cell.Background) = (_line[column - 1].Attributes, _line[column - 1].Foreground, _line[column - 1].Background);
            }

            (uint foreground, uint background) = _colours.Of(cell);
            cells[column] = new(cell, width) { Foreground = foreground, Background = background };
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_self.IsAllocated)
        {
            Vterm.vterm_free(_terminal);
            _self.Free();
        }
    }

    private VtermPosition Cursor
    {
        get
        {
            VtermPosition position;
            Vterm.vterm_state_get_cursorpos(_state, &position);
            return position;
        }
    }

    internal void SendKey(VtermKey key, VtermModifiers modifiers) => Vterm.vterm_keyboard_key(_terminal, key, modifiers);

    internal void SendPointer(int column, int row, VtermModifiers modifiers) => Vterm.vterm_mouse_move(_terminal, row, column, modifiers);

    internal void SendButton(int button, bool isPressed, VtermModifiers modifiers)
    {
        // The library notes which buttons are down, but tells of them also where nobody asked: a click would type into a shell.
        _isUnasked = Mouse == TerminalMouse.None;
        Vterm.vterm_mouse_button(_terminal, button, (byte)(isPressed ? 1 : 0), modifiers);
        _isUnasked = false;
    }
}
