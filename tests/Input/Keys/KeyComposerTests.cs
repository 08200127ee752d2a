using System.Text;
using XenFbFront.Input.Keys;
using XenFbFront.Tests.Content.Support;
using Xunit;

namespace XenFbFront.Tests.Input.Keys;

public sealed class KeyComposerTests
{
    private const ushort Escape = 1, Digit1 = 2, Digit6 = 7, Minus = 12, Backspace = 14, Tab = 15, Q = 16, E = 18, I = 23, BracketLeft = 26, Enter = 28, LeftControl = 29;
    private const ushort A = 30, H = 35, LeftShift = 42, C = 46, Dot = 52, Slash = 53, LeftAlt = 56, Space = 57, Caps = 58, F1 = 59, F9 = 67, Num = 69, Scroll = 70, Keypad7 = 71;
    private const ushort Keypad5 = 76, KeypadPlus = 78, Keypad1 = 79, Keypad0 = 82, KeypadDot = 83, F12 = 88, KeypadEnter = 96, RightAlt = 100, Home = 102, UpArrow = 103;
    private const ushort PageUp = 104, PageDown = 109, Delete = 111, Menu = 127;

    private KeyComposerState _state;
    private Keymap _keymap = Keymap.Us;

    [Fact]
    public void Letters_WithEachModifier()
    {
        Assert.Equal("a", Tap(A));
        Assert.Equal("A", Tap(LeftShift, A));
        Assert.Equal("\u0001", Tap(LeftControl, A));
        Assert.Equal("\u0001", Tap(LeftControl, LeftShift, A));
        Assert.Equal("Alt-a", Tap(LeftAlt, A));
        Assert.Equal("Alt-A", Tap(LeftAlt, LeftShift, A));
        Assert.Equal("Alt-\u0001", Tap(LeftAlt, LeftControl, A));
        Assert.Equal("Alt-a", Tap(RightAlt, A));
    }

    /// <summary>Each printing key of the keyboard, as it is written on it.</summary>
    [Fact]
    public void PrintingKeys_AreThoseOfTheKeyboard()
    {
        StringBuilder plain = new(), shifted = new();
        foreach (int key in (int[])[41, .. Enumerable.Range(2, 12), .. Enumerable.Range(16, 12), 43, .. Enumerable.Range(30, 11), .. Enumerable.Range(44, 10), 57])
        {
            plain.Append(Tap((ushort)key));
            shifted.Append(Tap(LeftShift, (ushort)key));
        }

        Assert.Equal("`1234567890-=qwertyuiop[]\\asdfghjkl;'zxcvbnm,./ ", plain.ToString());
        Assert.Equal("~!@#$%^&*()_+QWERTYUIOP{}|ASDFGHJKL:\"ZXCVBNM<>? ", shifted.ToString());
    }

    [Fact]
    public void Control_Signs_AreTheControlCharacters()
    {
        Assert.Equal("\u001b", Tap(LeftControl, BracketLeft));
        Assert.Equal("\0", Tap(LeftControl, Space));
        Assert.Equal("\u001e", Tap(LeftControl, Digit6));
        Assert.Equal("\u001f", Tap(LeftControl, Slash));
        Assert.Equal("\u001f", Tap(LeftControl, LeftShift, Minus));
        Assert.Equal("\u007f", Tap(LeftControl, LeftShift, Slash));
        Assert.Equal("1", Tap(LeftControl, Digit1));
    }

    [Fact]
    public void CapsLock_TurnsLettersOverAndNothingElse()
    {
        Tap(Caps);
        Assert.Equal(KeyLocks.Caps, _state.Locks);
        Assert.Equal("A", Tap(A));
        Assert.Equal("a", Tap(LeftShift, A));
        Assert.Equal("1", Tap(Digit1));
        Assert.Equal("\u0001", Tap(LeftControl, A));
        Event(Caps, 1);
        Event(Caps, 2);
        Event(Caps, 0);
        Assert.Equal("a", Tap(A));
    }

    /// <summary>Ctrl-I is no tabulator key, and so on: a terminal may send something else for that key.</summary>
    [Fact]
    public void KeysWithACharacter_AreNamedByTheirKey()
    {
        Assert.Equal("\t[Tab]", Tap(Tab));
        Assert.Equal("Shift-\t[Tab]", Tap(LeftShift, Tab));
        Assert.Equal("\t", Tap(LeftControl, I));
        Assert.Equal("\u007f[Backspace]", Tap(Backspace));
        Assert.Equal("Control-\b[Backspace]", Tap(LeftControl, Backspace));
        Assert.Equal("\b", Tap(LeftControl, H));
        Assert.Equal("\u001b[Escape]", Tap(Escape));
        Assert.Equal("Alt-\u001b[Escape]", Tap(LeftAlt, Escape));
        Assert.Equal("<Enter>", Tap(Enter));
        Assert.Equal("Alt-\r", Tap(LeftAlt, Enter));
    }

    [Fact]
    public void NamedKeys_CarryTheirModifiers()
    {
        Assert.Equal("<Up>", Tap(UpArrow));
        Assert.Equal("<Control-Up>", Tap(LeftControl, UpArrow));
        Assert.Equal("<Shift, Control-Home#20>", Tap(LeftShift, LeftControl, Home));
        Assert.Equal("<F1#0>", Tap(F1));
        Assert.Equal("<F12#11>", Tap(F12));
        Assert.Equal("<Alt-F1#0>", Tap(LeftAlt, F1));
        Assert.Equal("<Shift-268#12>", Tap(LeftShift, F1));
        Assert.Equal("<Shift-276#30>", Tap(LeftShift, F9));
        Assert.Equal("<Shift-F24#33>", Tap(LeftShift, F12));
        Assert.Equal("<Delete#22>", Tap(Delete));
    }

    [Fact]
    public void ConsoleKeys_AreActionsOfTheirOwn()
    {
        Assert.Equal("{Console 1}", Tap(LeftControl, LeftAlt, F1));
        Assert.Equal("{Console 12}", Tap(LeftControl, LeftAlt, F12));
        Assert.Equal("{ScrollBack 0}", Tap(LeftShift, PageUp));
        Assert.Equal("{ScrollForward 0}", Tap(LeftShift, PageDown));
        Assert.Equal("{Boot 0}", Tap(LeftControl, LeftAlt, Delete));
        Assert.Equal("{Hold 0}", Tap(Scroll));
        Assert.Equal(KeyLocks.Scroll, _state.Locks);
    }

    [Fact]
    public void Keypad_ByNumLock()
    {
        Assert.Equal("<Home#20 pad 7>", Tap(Keypad7));
        Assert.Equal("<Begin pad 5>", Tap(Keypad5));
        Assert.Equal("<Insert#21 pad 0>", Tap(Keypad0));
        Assert.Equal("<Delete#22 pad 16>", Tap(KeypadDot));
        Assert.Equal("<138=+ pad 10>", Tap(KeypadPlus));
        Tap(Num);
        Assert.Equal("<135=7 pad 7>", Tap(Keypad7));
        Assert.Equal("<144=. pad 16>", Tap(KeypadDot));
        Assert.Equal("<KeypadEnter=\r pad 14>", Tap(KeypadEnter));
    }

    [Fact]
    public void AltAndKeypad_EntersACode()
    {
        Event(LeftAlt, 1);
        Assert.Equal(string.Empty, Tap(Keypad7) + Tap(Keypad1));
        Assert.Equal("G", Event(LeftAlt, 0));
        Assert.Equal(string.Empty, Event(LeftAlt, 1) + Event(LeftAlt, 0));
    }

    [Fact]
    public void AltAndKeypad_NoCodePoint_TypesNothing()
    {
        Event(LeftAlt, 1);
        for (int i = 0; i < 20; i++)
        {
            Tap(Keypad7);
        }

        Assert.Equal(string.Empty, Event(LeftAlt, 0));
    }

    [Fact]
    public void Compose_TwoCharacters_MakeOne()
    {
        Assert.Equal("é", Tap(Menu) + Tap(40) + Tap(E));
        Assert.Equal("æ", Tap(Menu) + Tap(A) + Tap(E));
        Assert.Equal("ac", Tap(Menu) + Tap(A) + Tap(C));
        Assert.Equal("a<Enter>", Tap(Menu) + Tap(A) + Tap(Enter));
    }

    [Theory]
    [InlineData(0, 'e', "è")]
    [InlineData(1, 'C', "Ć")]
    [InlineData(2, 'o', "ô")]
    [InlineData(3, 'n', "ñ")]
    [InlineData(4, 'u', "ü")]
    [InlineData(5, 'c', "ç")]
    [InlineData(6, 'a', "ā")]
    [InlineData(7, 'A', "Ă")]
    [InlineData(8, 'Z', "Ż")]
    [InlineData(9, 'u', "ů")]
    [InlineData(10, 'o', "ő")]
    [InlineData(11, 'r', "ř")]
    [InlineData(12, 'e', "ę")]
    [InlineData(19, 'l', "ł")]
    [InlineData(2, 'z', "ẑ")]
    [InlineData(8, 'i', "ı")]
    [InlineData(2, 'q', "^q")]
    [InlineData(4, ' ', "\"")]
    public void DeadKey_ThenALetter(int dead, char letter, string expected)
    {
        UseKeymap((0, A, Keysym.Of(Keysym.KT_DEAD, dead)), (0, Q, Keysym.Of(Keysym.KT_LATIN, letter)));
        Assert.Equal(string.Empty, Tap(A));
        Assert.Equal(expected, Tap(Q));
        Assert.Equal(letter.ToString(), Tap(Q));
    }

    [Fact]
    public void DeadKey_Twice_StaysUntilALetter()
    {
        UseKeymap((0, A, Keysym.Of(Keysym.KT_DEAD2, '^')), (0, Q, Keysym.Of(Keysym.KT_LATIN, 'q')));
        Assert.Equal("^q", Tap(A) + Tap(A) + Tap(Q));
    }

    [Fact]
    public void Unicode_CharactersAndAltGr()
    {
        UseKeymap(
            (0, RightAlt, Keysym.Of(Keysym.KT_SHIFT, Keysym.KG_ALTGR)), (2, RightAlt, Keysym.Of(Keysym.KT_SHIFT, Keysym.KG_ALTGR)),
            (0, A, Keysym.Unicode('ф')), (2, E, Keysym.Unicode('€')), (0, E, Keysym.Of(Keysym.KT_LETTER, 'ö')), (1, E, Keysym.Of(Keysym.KT_LETTER, 'Ö')), (0, Caps, Keysym.Of(Keysym.KT_SPEC, Keysym.K_CAPS)));
        Assert.Equal("ф", Tap(A));
        Assert.Equal("€", Tap(RightAlt, E));
        Assert.Equal(string.Empty, Tap(RightAlt, A));
        Assert.Equal("öÖ", Tap(E) + Tap(Caps) + Tap(E));
        Assert.Equal(0xf000 ^ '€', Keysym.Unicode('€').Raw);
    }

    [Fact]
    public void Locked_GroupOfLetters()
    {
        UseKeymap(
            (0, Menu, Keysym.Of(Keysym.KT_LOCK, Keysym.KG_ALTGR)), (2, Menu, Keysym.Of(Keysym.KT_LOCK, Keysym.KG_ALTGR)),
            (0, A, Keysym.Of(Keysym.KT_LATIN, 'a')), (2, A, Keysym.Unicode('ф')));
        Assert.Equal("aффa", Tap(A) + Tap(Menu) + Tap(A) + Tap(A) + Tap(Menu) + Tap(A));
    }

    [Fact]
    public void Latched_NextKeyOnly()
    {
        UseKeymap((0, Menu, Keysym.Of(Keysym.KT_SLOCK, Keysym.KG_SHIFT)), (0, A, Keysym.Of(Keysym.KT_LATIN, 'a')), (1, A, Keysym.Of(Keysym.KT_LATIN, 'A')));
        Assert.Equal("aAa", Tap(A) + Tap(Menu) + Tap(A) + Tap(A));
    }

    /// <summary>In this keymap the key that was AltGr going down is something else with AltGr.</summary>
    [Fact]
    public void ModifierUp_KeyMeansSomethingElseByThen_EndsAllTheSame()
    {
        UseKeymap((0, RightAlt, Keysym.Of(Keysym.KT_SHIFT, Keysym.KG_ALTGR)), (2, A, Keysym.Unicode('á')), (0, A, Keysym.Of(Keysym.KT_LATIN, 'a')));
        Assert.Equal("á", Tap(RightAlt, A));
        Assert.Equal("a", Tap(A));
    }

    [Fact]
    public void TwoShifts_OneUp_StaysDown()
    {
        Event(LeftShift, 1);
        Event(54, 1);
        Event(LeftShift, 0);
        Assert.Equal("A", Tap(A));
        Event(54, 0);
        Assert.Equal("a", Tap(A));
    }

    [Fact]
    public void Repeat_TypesAgain()
    {
        Assert.Equal("aaa", Event(A, 1) + Event(A, 2) + Event(A, 2) + Event(A, 0));
    }

    [Fact]
    public void Rebuild_KeysThatAreDown_CountAgain()
    {
        byte[] down = new byte[96];
        down[LeftShift / 8] |= 1 << LeftShift % 8;
        down[A / 8] |= 1 << A % 8;
        KeyComposer.Rebuild(_keymap, ref _state, down);
        Assert.Equal("A", Tap(A));
        Event(LeftShift, 0);
        Assert.Equal("a", Tap(A));
    }

    /// <summary>Any events at all: nothing is thrown, and nothing is stuck when all keys are up.</summary>
    [Fact]
    public void Random_AllUpInTheEnd_NoModifierStays()
    {
        const int seed = 20;
        Random random = new(seed);
        KeyAction[] output = new KeyAction[KeyComposer.MaxActions];
        HashSet<ushort> down = [];
        for (int i = 0; i < 50_000; i++)
        {
            ushort key = (ushort)random.Next(0, 0x300);
            int value = random.Next(3);
            KeyComposer.Translate(_keymap, ref _state, key, value, output);
            _ = value == 0 ? down.Remove(key) : down.Add(key);
        }

        foreach (ushort key in down)
        {
            KeyComposer.Translate(_keymap, ref _state, key, 0, output);
        }

        Assert.Equal(KeyModifiers.None, _state.Down);
    }

    [Fact]
    public void Translate_AllocatesNothing()
    {
        KeyAction[] output = new KeyAction[KeyComposer.MaxActions];
        AllocationMeter.AssertNone(() =>
        {
            for (int i = 0; i < 1000; i++)
            {
                KeyComposer.Translate(_keymap, ref _state, Menu, 1, output);
                KeyComposer.Translate(_keymap, ref _state, (ushort)(i % 128), 1, output);
                KeyComposer.Translate(_keymap, ref _state, (ushort)(i % 128), 0, output);
            }
        });
    }

    private void UseKeymap(params (int Table, int Key, Keysym Keysym)[] entries) => _keymap = Keymap.Parse("test", KeymapFiles.Make(entries));

    /// <summary>Presses the keys one after the other and releases them in reverse order.</summary>
    private string Tap(params ushort[] keys)
    {
        string text = string.Concat(keys.Select(key => Event(key, 1)));
        return text + string.Concat(keys.Reverse().Select(key => Event(key, 0)));
    }

    private string Event(ushort key, int value)
    {
        KeyAction[] output = new KeyAction[KeyComposer.MaxActions];
        int count = KeyComposer.Translate(_keymap, ref _state, key, value, output);
        return string.Concat(output[..count].Select(Describe));
    }

    private static string Describe(KeyAction action)
    {
        string modifiers = action.Modifiers == KeyModifiers.None ? string.Empty : $"{action.Modifiers}-";
        return action.Kind switch
        {
            KeyActionKind.Text => modifiers + char.ConvertFromUtf32(action.Value) + (action.Key == NamedKey.None ? string.Empty : $"[{action.Key}]"),
            KeyActionKind.Key => $"<{modifiers}{action.Key}{(action.Function < 0 ? "" : $"#{action.Function}")}"
                + $"{(action.Value == 0 || action.Key == NamedKey.Enter ? "" : $"={(char)action.Value}")}{(action.Keypad < 0 ? "" : $" pad {action.Keypad}")}>",
            _ => $"{{{action.Kind} {action.Value}}}",
        };
    }
}
