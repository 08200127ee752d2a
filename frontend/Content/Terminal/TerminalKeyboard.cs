using System.Text;
using XenFbFront.Input;
using XenFbFront.Input.Keys;
using static XenFbFront.Input.InputCodes;

namespace XenFbFront.Content.Terminal;

/// <summary>The keyboard of the built-in terminal.</summary>
internal sealed class TerminalKeyboard(TerminalSource source, Keymap keymap) : TerminalDevice(source)
{
    private const int KeysPerGroup = 12;

    /// <summary>xterm's function keys from the 13th on are the first twelve with modifiers. Source: kf13 to kf63 of the entry xterm-256color.</summary>
    private static ReadOnlySpan<byte> GroupModifiers =>
    [
        (byte)VtermModifiers.None, (byte)VtermModifiers.Shift, (byte)VtermModifiers.Control, (byte)(VtermModifiers.Control | VtermModifiers.Shift),
        (byte)VtermModifiers.Alt, (byte)(VtermModifiers.Alt | VtermModifiers.Shift),
    ];

    /// <inheritdoc/>
    protected override void Take(in InputEvent item)
    {
        if (item.Type != EV_KEY)
        {
            return;
        }

        Span<KeyAction> actions = stackalloc KeyAction[KeyComposer.MaxActions];
        int count = KeyComposer.Translate(keymap, ref Session.Input.Keys, item.Code, item.Value, actions);
        foreach (ref readonly KeyAction action in actions[..count])
        {
            Take(action);
        }
    }

    private void Take(in KeyAction action)
    {
        switch (action.Kind)
        {
            case KeyActionKind.ScrollBack or KeyActionKind.ScrollForward:
                Source.ScrollPage(action.Kind == KeyActionKind.ScrollBack);
                break;
            case KeyActionKind.Key when action.Key is NamedKey.PageUp or NamedKey.PageDown && action.Modifiers == KeyModifiers.Shift:
                // Of a keymap that leaves it to the terminal.
                Source.ScrollPage(action.Key == NamedKey.PageUp);
                break;
            case KeyActionKind.Text or KeyActionKind.Key:
                Source.ScrollToScreen();
                if (!Session.WakeByKey())
                {
                    Send(action);
                }

                break;
            default:
                // There is one terminal, nobody to restart the machine, and a line that cannot break.
                break;
        }
    }

    private void Send(in KeyAction action)
    {
        VtermModifiers modifiers = ModifiersOf(action.Modifiers);
        if (action.Kind == KeyActionKind.Text && action.Key == NamedKey.Tab && (action.Modifiers & KeyModifiers.Shift) != 0)
        {
            // The kernel's console has no back-tab, so its keymaps make it a tab with an escape before it.
            Source.Terminal.SendKey(VtermKey.Tab, VtermModifiers.Shift);
        }
        else if (action.Kind == KeyActionKind.Text || (action.Keypad >= 0 && action.Value > ' '))
        {
            Type(action.Value, (modifiers & VtermModifiers.Alt) != 0);
        }
        else if (action.Key == NamedKey.Begin)
        {
            // Source: kb2 of the entry xterm-256color, which is what this becomes when the program has switched its keypad on.
            Source.Terminal.SendKey(VtermKey.Keypad0 + 5, VtermModifiers.None);
        }
        else if (action.Key >= NamedKey.F1)
        {
            int number = action.Key - NamedKey.F1, group = number / KeysPerGroup;
            if (group < GroupModifiers.Length)
            {
                // The keymap has made Shift-F1 the 13th key; Shift is in that already.
                VtermModifiers more = group == 0 ? modifiers : (VtermModifiers)GroupModifiers[group];
                Source.Terminal.SendKey(VtermKey.Function0 + number % KeysPerGroup + 1, more);
            }
        }
        else if (KeyOf(action.Key) is var key && key != VtermKey.None)
        {
            Source.Terminal.SendKey(key, modifiers);
        }
    }

    private void Type(int codePoint, bool hasEscape)
    {
        if (hasEscape)
        {
            Session.Type("\e"u8);
        }

        Span<byte> bytes = stackalloc byte[4];
        Session.Type(bytes[..(Rune.TryCreate(codePoint, out Rune rune) ? rune.EncodeToUtf8(bytes) : 0)]);
    }

    private static VtermKey KeyOf(NamedKey key) => key switch
    {
        NamedKey.Enter => VtermKey.Enter,
        NamedKey.Tab => VtermKey.Tab,
        NamedKey.Backspace => VtermKey.Backspace,
        NamedKey.Escape => VtermKey.Escape,
        NamedKey.Up => VtermKey.Up,
        NamedKey.Down => VtermKey.Down,
        NamedKey.Left => VtermKey.Left,
        NamedKey.Right => VtermKey.Right,
        NamedKey.Home => VtermKey.Home,
        NamedKey.End => VtermKey.End,
        NamedKey.Insert => VtermKey.Insert,
        NamedKey.Delete => VtermKey.Delete,
        NamedKey.PageUp => VtermKey.PageUp,
        NamedKey.PageDown => VtermKey.PageDown,
        NamedKey.KeypadEnter => VtermKey.KeypadEnter,
        _ => VtermKey.None,
    };
}
