using static XenFbFront.Input.Keys.Keysym;

namespace XenFbFront.Input.Keys;

/// <summary>Turns key events into text and named keys by a keymap, as the kernel's console does: pure.</summary>
/// <remarks>
/// The rules are those of drivers/tty/vt/keyboard.c, with two differences. A modifier's key that goes up ends what it began when it went down,
/// whatever it means with the modifiers of then: in the kernel Shift can stick in odd keymaps. And a latched modifier (KT_SLOCK) is used up by
/// characters given in Unicode too.
/// </remarks>
public static class KeyComposer
{
    /// <summary>Actions that one event becomes at most: a dead key's own character and what did not go with it.</summary>
    public const int MaxActions = 2;

    private const int Up = 0, Repeat = 2;
    private const int DecimalDigits = 10, HexadecimalDigits = 16;
    private const int MaxCodePoint = 0x10ffff, FirstSurrogate = 0xd800, LastSurrogate = 0xdfff;

    /// <summary>Modifiers that a <see cref="KeyAction"/> tells.</summary>
    private const KeyModifiers Told = KeyModifiers.Shift | KeyModifiers.AltGr | KeyModifiers.Control | KeyModifiers.Alt;

    /// <summary>Characters of the keypad with Num Lock. C: pad_chars in drivers/tty/vt/keyboard.c.</summary>
    private static ReadOnlySpan<byte> KeypadCharacters => "0123456789+-*/\r,.?()"u8;

    /// <summary>Characters that dead keys stand for. C: ret_diacr in drivers/tty/vt/keyboard.c.</summary>
    private static ReadOnlySpan<byte> DeadCharacters => "`'^~\",_U.*=cki#o!?+-)(:n;$@"u8;

    /// <summary>Translates one event.</summary>
    /// <param name="keymap">What keys mean.</param>
    /// <param name="state">Changed by the event.</param>
    /// <param name="keycode">Of linux/input-event-codes.h.</param>
    /// <param name="value">1 down, 0 up, 2 repeated.</param>
    /// <param name="output">Room for <see cref="MaxActions"/>.</param>
    /// <returns>Actions written.</returns>
    public static int Translate(Keymap keymap, ref KeyComposerState state, ushort keycode, int value, Span<KeyAction> output)
    {
        if (value == Up)
        {
            return Release(ref state, keycode, output);
        }

        KeyModifiers modifiers = state.Effective;
        if (!keymap.HasTable(modifiers))
        {
            state.Latched = 0;
            return 0;
        }

        Keysym keysym = keymap[modifiers, keycode];
        if (!keysym.IsUnicode && keysym.Type == KT_LETTER && (state.Locks & KeyLocks.Caps) != 0 && keymap.HasTable(modifiers ^ KeyModifiers.Shift))
        {
            keysym = keymap[modifiers ^ KeyModifiers.Shift, keycode];
        }

        int count = keysym.IsUnicode
            ? Type(keymap, ref state, keysym.CodePoint, NamedKey.None, modifiers, output)
            : Press(keymap, ref state, keysym, keycode, modifiers, value == Repeat, output);
        if (keysym.IsUnicode || keysym.Type != KT_SLOCK)
        {
            state.Latched = 0;
        }

        return count;
    }

    /// <summary>Learns anew which modifiers are down, from the keys that are: for state that was lost.</summary>
    /// <param name="keymap">What keys mean.</param>
    /// <param name="state">Locks and dead keys stay.</param>
    /// <param name="keysDown">A bit for each keycode from 0 on, the lowest bit of the first byte first, as EVIOCGKEY gives them.</param>
    public static void Rebuild(Keymap keymap, ref KeyComposerState state, ReadOnlySpan<byte> keysDown)
    {
        state.Held = default;
        for (int keycode = 1; keycode < keysDown.Length * 8; keycode++)
        {
            Keysym keysym = keymap[KeyModifiers.None, keycode];
            if ((keysDown[keycode / 8] >> keycode % 8 & 1) != 0 && !keysym.IsUnicode && keysym.Type is KT_SHIFT or KT_SLOCK)
            {
                Hold(ref state, (ushort)keycode, keysym.Value);
            }
        }
    }

    private static int Press(
        Keymap keymap, ref KeyComposerState state, Keysym keysym, ushort keycode, KeyModifiers modifiers, bool isRepeat, Span<KeyAction> output)
    {
        int value = keysym.Value;
        switch (keysym.Type)
        {
            case KT_LATIN or KT_LETTER:
                return Type(keymap, ref state, value, KeyOf(keycode, value), modifiers, output);
            case KT_META:
                output[0] = new(KeyActionKind.Text, value, KeyOf(keycode, value), KeyModifiers.Alt | (KeyOf(keycode, value) == NamedKey.None ? 0 : modifiers & Told));
                return 1;
            case KT_FN:
                output[0] = new(KeyActionKind.Key, 0, FunctionKey(value), modifiers & Told, value);
                return 1;
            case KT_CUR when value <= K_UP:
                output[0] = new(KeyActionKind.Key, 0, CursorKey(value), modifiers & Told);
                return 1;
            case KT_PAD when value < KeypadCharacters.Length:
                output[0] = Keypad(value, (state.Locks & KeyLocks.Num) != 0, modifiers & Told);
                return 1;
            case KT_SPEC:
                return Special(ref state, value, modifiers, isRepeat, output);
            case KT_CONS:
                output[0] = new(KeyActionKind.Console, value + 1);
                return 1;
            case KT_DEAD when value < DeadCharacters.Length:
                return Dead(keymap, ref state, DeadCharacters[value], output);
            case KT_DEAD2:
                return Dead(keymap, ref state, value, output);
            case KT_ASCII when value < DecimalDigits + HexadecimalDigits:
                EnterCode(ref state, value);
                return 0;
            case KT_SHIFT or KT_SLOCK or KT_LOCK when !isRepeat && value <= KG_CAPSSHIFT:
                PressModifier(keymap, ref state, keysym, keycode);
                return 0;
            default:
                return 0;
        }
    }

    private static int Release(ref KeyComposerState state, ushort keycode, Span<KeyAction> output)
    {
        KeyModifiers before = state.Down;
        foreach (ref uint held in state.Held)
        {
            if ((ushort)held == keycode && held != 0)
            {
                held = 0;
            }
        }

        if (state.Down == before || state.IsEnteringCode == 0)
        {
            return 0;
        }

        // A code ends with the modifier that was held for it.
        state.IsEnteringCode = 0;
        if (state.Code is > MaxCodePoint or (>= FirstSurrogate and <= LastSurrogate))
        {
            return 0;
        }

        output[0] = new(KeyActionKind.Text, (int)state.Code);
        return 1;
    }

    private static void PressModifier(Keymap keymap, ref KeyComposerState state, Keysym keysym, ushort keycode)
    {
        int value = keysym.Value;
        if (keysym.Type == KT_LOCK)
        {
            state.Locked ^= (byte)(1 << value);
            return;
        }

        if (value == KG_CAPSSHIFT)
        {
            value = KG_SHIFT;
            state.Locks &= ~KeyLocks.Caps;
        }

        Hold(ref state, keycode, value);
        if (keysym.Type == KT_SLOCK)
        {
            state.Latched ^= (byte)(1 << value);
            if (!keymap.HasTable((KeyModifiers)(state.Locked ^ state.Latched)))
            {
                state.Latched = (byte)(1 << value);
            }
        }
    }

    private static void Hold(ref KeyComposerState state, ushort keycode, int value)
    {
        value = value == KG_CAPSSHIFT ? KG_SHIFT : value & 7;
        foreach (ref uint held in state.Held)
        {
            if (held == 0 || (ushort)held == keycode)
            {
                held = keycode | (uint)value << 16;
                return;
            }
        }
    }

    private static int Special(ref KeyComposerState state, int value, KeyModifiers modifiers, bool isRepeat, Span<KeyAction> output)
    {
        KeyActionKind kind;
        switch (value)
        {
            case K_ENTER:
                int count = TakePending(ref state, output);
                output[count] = new(KeyActionKind.Key, '\r', NamedKey.Enter, modifiers & Told);
                return count + 1;
            case K_CAPS when !isRepeat:
                state.Locks ^= KeyLocks.Caps;
                return 0;
            case K_CAPSON when !isRepeat:
                state.Locks |= KeyLocks.Caps;
                return 0;
            case K_NUM or K_BARENUMLOCK when !isRepeat:
                state.Locks ^= KeyLocks.Num;
                return 0;
            case K_COMPOSE:
                state.IsComposing = 1;
                return 0;
            case K_HOLD when !isRepeat:
                state.Locks ^= KeyLocks.Scroll;
                kind = KeyActionKind.Hold;
                break;
            case K_BREAK:
                kind = KeyActionKind.Break;
                break;
            case K_CONS:
                kind = KeyActionKind.LastConsole;
                break;
            case K_DECRCONSOLE:
                kind = KeyActionKind.PreviousConsole;
                break;
            case K_INCRCONSOLE:
                kind = KeyActionKind.NextConsole;
                break;
            case K_SCROLLBACK:
                kind = KeyActionKind.ScrollBack;
                break;
            case K_SCROLLFORW:
                kind = KeyActionKind.ScrollForward;
                break;
            case K_BOOT:
                kind = KeyActionKind.Boot;
                break;
            case K_SAK:
                kind = KeyActionKind.SecureAttention;
                break;
            default:
                // The kernel's own reports (registers, memory, tasks) are its own.
                return 0;
        }

        output[0] = new(kind);
        return 1;
    }

    /// <summary>A character, after what waits for it.</summary>
    private static int Type(Keymap keymap, ref KeyComposerState state, int character, NamedKey key, KeyModifiers modifiers, Span<KeyAction> output)
    {
        int count = Resolve(keymap, ref state, ref character, output);
        if (state.IsComposing != 0)
        {
            state.IsComposing = 0;
            state.Pending = character;
            return count;
        }

        output[count] = new(KeyActionKind.Text, character, key, key == NamedKey.None ? KeyModifiers.None : modifiers & Told & ~KeyModifiers.Alt);
        return count + 1;
    }

    private static int Dead(Keymap keymap, ref KeyComposerState state, int character, Span<KeyAction> output)
    {
        int count = Resolve(keymap, ref state, ref character, output);
        state.Pending = character;
        return count;
    }

    /// <summary>Puts a waiting character and this one together; where they do not go together the waiting one is typed before it.</summary>
    private static int Resolve(Keymap keymap, ref KeyComposerState state, ref int character, Span<KeyAction> output)
    {
        int pending = state.Pending;
        if (pending == 0)
        {
            return 0;
        }

        int result = keymap.Compose(pending, character);
        if (result == 0 && (character == ' ' || character == pending))
        {
            result = pending;
        }

        if (result == 0)
        {
            return TakePending(ref state, output);
        }

        state.Pending = 0;
        character = result;
        return 0;
    }

    private static int TakePending(ref KeyComposerState state, Span<KeyAction> output)
    {
        if (state.Pending == 0)
        {
            return 0;
        }

        output[0] = new(KeyActionKind.Text, state.Pending);
        state.Pending = 0;
        return 1;
    }

    private static void EnterCode(ref KeyComposerState state, int value)
    {
        (uint radix, int digit) = value < DecimalDigits ? (10u, value) : (16u, value - DecimalDigits);
        if (state.IsEnteringCode == 0)
        {
            state.IsEnteringCode = 1;
            state.Code = 0;
        }

        // More digits than a code point has go nowhere, instead of round.
        state.Code = Math.Min(state.Code * radix + (uint)digit, MaxCodePoint + 1);
    }

    private static KeyAction Keypad(int value, bool isNumeric, KeyModifiers modifiers)
    {
        NamedKey named = (NamedKey)((int)NamedKey.Keypad0 + value);
        return (isNumeric ? -1 : value) switch
        {
            0 => new(KeyActionKind.Key, 0, NamedKey.Insert, modifiers, K_INSERT, value),
            1 => new(KeyActionKind.Key, 0, NamedKey.End, modifiers, K_SELECT, value),
            2 => new(KeyActionKind.Key, 0, NamedKey.Down, modifiers, -1, value),
            3 => new(KeyActionKind.Key, 0, NamedKey.PageDown, modifiers, K_PGDN, value),
            4 => new(KeyActionKind.Key, 0, NamedKey.Left, modifiers, -1, value),
            5 => new(KeyActionKind.Key, 0, NamedKey.Begin, modifiers, -1, value),
            6 => new(KeyActionKind.Key, 0, NamedKey.Right, modifiers, -1, value),
            7 => new(KeyActionKind.Key, 0, NamedKey.Home, modifiers, K_FIND, value),
            8 => new(KeyActionKind.Key, 0, NamedKey.Up, modifiers, -1, value),
            9 => new(KeyActionKind.Key, 0, NamedKey.PageUp, modifiers, K_PGUP, value),
            K_PCOMMA or K_PDOT => new(KeyActionKind.Key, 0, NamedKey.Delete, modifiers, K_REMOVE, value),
            _ => new(KeyActionKind.Key, KeypadCharacters[value], named, modifiers, -1, value),
        };
    }

    /// <summary>By the key as well, since Ctrl-I is a letter.</summary>
    private static NamedKey KeyOf(ushort keycode, int character) => (keycode, character) switch
    {
        (Keymap.TabKey, '\t') => NamedKey.Tab,
        (Keymap.EscapeKey, '\u001b') => NamedKey.Escape,
        (Keymap.BackspaceKey, '\u007f' or '\b') => NamedKey.Backspace,
        _ => NamedKey.None,
    };

    private static NamedKey CursorKey(int value) => value switch
    {
        K_DOWN => NamedKey.Down,
        K_LEFT => NamedKey.Left,
        K_RIGHT => NamedKey.Right,
        _ => NamedKey.Up,
    };

    private static NamedKey FunctionKey(int function) => function switch
    {
        < 20 => (NamedKey)((int)NamedKey.F1 + function),
        K_FIND => NamedKey.Home,
        K_INSERT => NamedKey.Insert,
        K_REMOVE => NamedKey.Delete,
        K_SELECT => NamedKey.End,
        K_PGUP => NamedKey.PageUp,
        K_PGDN => NamedKey.PageDown,
        K_MACRO => NamedKey.Macro,
        K_HELP => NamedKey.Help,
        K_DO => NamedKey.Do,
        K_PAUSE => NamedKey.Pause,
        // F21 is 30; the last, 255, is K_UNDO.
        < 255 => (NamedKey)((int)NamedKey.F1 + function - 10),
        _ => NamedKey.None,
    };
}
