namespace XenFbFront.Input.Keys;

/// <summary>One thing that a key event asks for, as <see cref="KeyComposer"/> finds it.</summary>
/// <param name="kind">What it is.</param>
/// <param name="value">See <see cref="Value"/>.</param>
/// <param name="key">See <see cref="Key"/>.</param>
/// <param name="modifiers">See <see cref="Modifiers"/>.</param>
/// <param name="function">See <see cref="Function"/>.</param>
/// <param name="keypad">See <see cref="Keypad"/>.</param>
public readonly struct KeyAction(
    KeyActionKind kind, int value = 0, NamedKey key = NamedKey.None, KeyModifiers modifiers = KeyModifiers.None, int function = -1, int keypad = -1)
{
    /// <summary>What it is.</summary>
    public KeyActionKind Kind => kind;

    /// <summary>
    /// Text: the code point, finished: what Ctrl does to a letter is done. Key: the character that the key stands for (Enter 13, the keypad's with
    /// Num Lock and its signs), or 0. Console: the number.
    /// </summary>
    public int Value => value;

    /// <summary>
    /// Key: which. Text: <see cref="NamedKey.Tab"/>, <see cref="NamedKey.Backspace"/> or <see cref="NamedKey.Escape"/> when it came of that key,
    /// for a terminal that has a sequence for it with modifiers.
    /// </summary>
    public NamedKey Key => key;

    /// <summary>
    /// Text: <see cref="KeyModifiers.Alt"/> asks for an escape character before it; all that is down where <see cref="Key"/> is set. Key: all that
    /// is down, of Shift, Ctrl, Alt and AltGr; a keymap that makes Shift-F1 another function key has Shift here all the same.
    /// </summary>
    public KeyModifiers Modifiers => modifiers;

    /// <summary>Key: number of the function whose string the kernel's console sends (<see cref="Keymap.FunctionText"/>), or -1.</summary>
    public int Function => function;

    /// <summary>Key: the value of KT_PAD when it is one of the keypad, with and without Num Lock; else -1.</summary>
    public int Keypad => keypad;
}
