namespace XenFbFront.Input.Keys;

/// <summary>Keys that are no text.</summary>
public enum NamedKey
{
    /// <summary>None of these.</summary>
    None,

    /// <summary>Return.</summary>
    Enter,

    /// <summary>Tabulator.</summary>
    Tab,

    /// <summary>Deletes to the left.</summary>
    Backspace,

    /// <summary>Escape.</summary>
    Escape,

    /// <summary>Cursor up.</summary>
    Up,

    /// <summary>Cursor down.</summary>
    Down,

    /// <summary>Cursor left.</summary>
    Left,

    /// <summary>Cursor right.</summary>
    Right,

    /// <summary>The middle of the keypad without Num Lock.</summary>
    Begin,

    /// <summary>Home. C: K_FIND.</summary>
    Home,

    /// <summary>End. C: K_SELECT.</summary>
    End,

    /// <summary>Insert.</summary>
    Insert,

    /// <summary>Delete. C: K_REMOVE.</summary>
    Delete,

    /// <summary>Page up.</summary>
    PageUp,

    /// <summary>Page down.</summary>
    PageDown,

    /// <summary>C: K_MACRO.</summary>
    Macro,

    /// <summary>C: K_HELP.</summary>
    Help,

    /// <summary>C: K_DO.</summary>
    Do,

    /// <summary>Pause.</summary>
    Pause,

    /// <summary>The keypad's first key; <c>Keypad0 + n</c> is K_Pn and the others in the order of KT_PAD's values, up to 19. C: NR_PAD.</summary>
    Keypad0 = 0x80,

    /// <summary>The keypad's Enter.</summary>
    KeypadEnter = Keypad0 + Keysym.K_PENTER,

    /// <summary>The first function key; <c>F1 + n - 1</c> is the n-th, up to 245.</summary>
    F1 = 0x100,

    /// <summary>The 12th function key.</summary>
    F12 = F1 + 11,

    /// <summary>The 24th function key.</summary>
    F24 = F1 + 23,
}
