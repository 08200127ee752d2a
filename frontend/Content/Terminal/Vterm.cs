using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace XenFbFront.Content.Terminal;

/// <summary>The calls of libvterm, version 0.1 to 0.3. C: vterm.h.</summary>
/// <remarks>
/// The native program has the library linked in (NativeProgram.props); under a .NET runtime the shared one is loaded. Only what all these
/// versions have in the same layout is used, and <c>vterm_check_version</c>, which ends the program, is not.
/// </remarks>
internal static unsafe partial class Vterm
{
    private const string Library = "libvterm.so.0";

    /// <summary>Entries of a table of callbacks. C: VTermScreenCallbacks, with one more in 0.3.</summary>
    public const int CallbackCount = 10;

    /// <summary>Report damage by whole rows. C: VTERM_DAMAGE_ROW.</summary>
    public const int DamageRow = 1;

    /// <summary>A new terminal, or 0.</summary>
    [LibraryImport(Library)]
    public static partial nint vterm_new(int rows, int columns);

    [LibraryImport(Library)]
    public static partial void vterm_free(nint terminal);

    [LibraryImport(Library)]
    public static partial void vterm_set_utf8(nint terminal, int isUtf8);

    /// <summary>Takes what a program wrote.</summary>
    [LibraryImport(Library)]
    public static partial nuint vterm_input_write(nint terminal, byte* bytes, nuint length);

    /// <summary>Where answers and keys go.</summary>
    [LibraryImport(Library)]
    public static partial void vterm_output_set_callback(nint terminal, delegate* unmanaged[Cdecl]<byte*, nuint, nint, void> callback, nint user);

    [LibraryImport(Library)]
    public static partial void vterm_keyboard_key(nint terminal, VtermKey key, VtermModifiers modifiers);

    [LibraryImport(Library)]
    public static partial void vterm_mouse_move(nint terminal, int row, int column, VtermModifiers modifiers);

    /// <summary>A button, 1 left, 2 middle, 3 right, 4 and 5 the wheel up and down.</summary>
    [LibraryImport(Library)]
    public static partial void vterm_mouse_button(nint terminal, int button, byte isPressed, VtermModifiers modifiers);

    [LibraryImport(Library)]
    public static partial nint vterm_obtain_state(nint terminal);

    [LibraryImport(Library)]
    public static partial void vterm_state_get_cursorpos(nint state, VtermPosition* position);

    [LibraryImport(Library)]
    public static partial int vterm_state_set_termprop(nint state, VtermProperty property, int* value);

    /// <summary>The attribute of text whose value is the number of a font. C: VTERM_ATTR_FONT of version 0.1.</summary>
    public const int FontAttribute = 7;

    /// <summary>Reads what text to come looks like. C: VTermValue, here always a number.</summary>
    [LibraryImport(Library)]
    public static partial int vterm_state_get_penattr(nint state, int attribute, int* value);

    [LibraryImport(Library)]
    public static partial nint vterm_obtain_screen(nint terminal);

    /// <summary>Sets the table of <see cref="CallbackCount"/> callbacks, which must live as long as the terminal.</summary>
    [LibraryImport(Library)]
    public static partial void vterm_screen_set_callbacks(nint screen, nint* callbacks, nint user);

    [LibraryImport(Library)]
    public static partial void vterm_screen_enable_altscreen(nint screen, int isEnabled);

    [LibraryImport(Library)]
    public static partial void vterm_screen_set_damage_merge(nint screen, int size);

    [LibraryImport(Library)]
    public static partial void vterm_screen_flush_damage(nint screen);

    [LibraryImport(Library)]
    public static partial void vterm_screen_reset(nint screen, int isHard);

    /// <summary>Reads a cell; 0 outside the screen. Short and calling nobody back, so the runtime need not be told of the call.</summary>
    [LibraryImport(Library)]
    [SuppressGCTransition]
    public static partial int vterm_screen_get_cell(nint screen, VtermPosition position, VtermCell* cell);
}

/// <summary>A place on the screen. C: VTermPos.</summary>
[StructLayout(LayoutKind.Explicit, Size = 8)]
internal struct VtermPosition(int row, int column)
{
    /// <summary>From 0 at the top.</summary>
    [FieldOffset(0)] public int Row = row;

    /// <summary>From 0 at the left.</summary>
    [FieldOffset(4)] public int Column = column;
}

/// <summary>A part of the screen. C: VTermRect.</summary>
[StructLayout(LayoutKind.Explicit, Size = 16)]
internal struct VtermRectangle
{
    /// <summary>First row.</summary>
    [FieldOffset(0)] public int StartRow;

    /// <summary>Row behind the last.</summary>
    [FieldOffset(4)] public int EndRow;

    /// <summary>First column.</summary>
    [FieldOffset(8)] public int StartColumn;

    /// <summary>Column behind the last.</summary>
    [FieldOffset(12)] public int EndColumn;
}

/// <summary>What a cell holds. C: VTermScreenCell.</summary>
[StructLayout(LayoutKind.Explicit, Size = 40)]
internal struct VtermCell
{
    /// <summary>A character and marks that combine with it, ended by 0 when fewer than 6; the first is 0 in an erased cell.</summary>
    [FieldOffset(0)] public CodePoints Characters;

    /// <summary>Columns, 1 or 2.</summary>
    [FieldOffset(24)] public sbyte Width;

    /// <summary>Bits of <see cref="TerminalAttributes"/>.</summary>
    [FieldOffset(28)] public uint Attributes;

    /// <summary>Colour of the text, see <see cref="TerminalColours"/>.</summary>
    [FieldOffset(32)] public uint Foreground;

    /// <summary>Colour behind it.</summary>
    [FieldOffset(36)] public uint Background;
}

/// <summary>Fixed array. C: VTERM_MAX_CHARS_PER_CELL.</summary>
[InlineArray(Length)]
internal struct CodePoints
{
    /// <summary>Code points in a cell at most.</summary>
    public const int Length = 6;

    private uint _first;
}

/// <summary>What a program can set beside text. C: VTermProp.</summary>
internal enum VtermProperty
{
    CursorIsVisible = 1,
    CursorBlinks = 2,
    AlternateScreen = 3,
    Title = 4,
    IconName = 5,
    IsReversed = 6,
    CursorShape = 7,
    Mouse = 8,
}

/// <summary>Modifier keys. C: VTermModifier.</summary>
[Flags]
internal enum VtermModifiers
{
    None = 0,
    Shift = 1,
    Alt = 2,
    Control = 4,
}

/// <summary>Keys that are no text. C: VTermKey in vterm_keycodes.h.</summary>
internal enum VtermKey
{
    None,
    Enter,
    Tab,
    Backspace,
    Escape,
    Up,
    Down,
    Left,
    Right,
    Insert,
    Delete,
    Home,
    End,
    PageUp,
    PageDown,

    /// <summary>Function key n is this plus n.</summary>
    Function0 = 256,

    /// <summary>Digit n of the keypad is this plus n.</summary>
    Keypad0 = 512,
    KeypadMultiply = 522,
    KeypadPlus,
    KeypadComma,
    KeypadMinus,
    KeypadPeriod,
    KeypadDivide,
    KeypadEnter,
    KeypadEqual,
}
