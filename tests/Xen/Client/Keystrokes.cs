using System.Globalization;
using XenFbFront.Viewer;

namespace XenFbFront.Tests.Xen;

/// <summary>What a person at a US keyboard does to type a text or a chord, as X keysyms.</summary>
internal static class Keystrokes
{
    private const uint ShiftLeft = 0xffe1, Return = 0xff0d, Tab = 0xff09, Escape = 0xff1b;
    private const string Shifted = "~!@#$%^&*()_+{}|:\"<>?ABCDEFGHIJKLMNOPQRSTUVWXYZ";

    /// <summary>Keys to press and release for a text.</summary>
    /// <param name="text">Characters of a US keyboard; <c>\n \t \e \\</c> stand for Return, Tab, Escape and a backslash.</param>
    /// <returns>One list for each character. Shift is pressed as a key of its own: servers do not invent it, <c>></c> alone arrives as a dot.</returns>
    /// <exception cref="UsageException">A character has no key, or an escape is not known.</exception>
    public static List<(uint Keysym, bool IsPressed)[]> Type(string text)
    {
        List<(uint, bool)[]> strokes = [];
        for (int i = 0; i < text.Length; i++)
        {
            uint keysym = text[i];
            if (text[i] == '\\')
            {
                keysym = (++i < text.Length ? text[i] : ' ') switch
                {
                    'n' => Return,
                    't' => Tab,
                    'e' => Escape,
                    '\\' => '\\',
                    _ => throw new UsageException($"\"{text}\": after a backslash comes n, t, e or another backslash"),
                };
            }
            else if (text[i] == '\n')
            {
                keysym = Return;
            }
            else if (text[i] is < ' ' or > '~')
            {
                throw new UsageException($"\"{text}\": character {(int)text[i]} is on no US keyboard; use printable ASCII, \\n, \\t and \\e");
            }

            strokes.Add(keysym < 0x80 && Shifted.Contains((char)keysym, StringComparison.Ordinal)
                ? [(ShiftLeft, true), (keysym, true), (keysym, false), (ShiftLeft, false)]
                : [(keysym, true), (keysym, false)]);
        }

        return strokes;
    }

    /// <summary>Keys of <c>A+B+C</c>: pressed from the left to the right, released in reverse.</summary>
    /// <exception cref="UsageException">A name is not known.</exception>
    public static (uint Keysym, bool IsPressed)[] Chord(string names)
    {
        uint[] keysyms = [.. names.Split('+').Select(Keysym)];
        return [.. keysyms.Select(keysym => (keysym, true)), .. keysyms.Reverse().Select(keysym => (keysym, false))];
    }

    /// <summary>The keysym of a name as in X11/keysymdef.h without <c>XK_</c>, or of a number, decimal or with <c>0x</c>.</summary>
    /// <exception cref="UsageException">It is neither.</exception>
    public static uint Keysym(string name)
    {
        foreach ((uint keysym, _, string known) in Keysyms.Table)
        {
            // A digit is the name of its key, not a number.
            if (known == name)
            {
                return keysym;
            }
        }

        bool isHexadecimal = name.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        return uint.TryParse(isHexadecimal ? name.AsSpan(2) : name, isHexadecimal ? NumberStyles.AllowHexSpecifier : NumberStyles.None, CultureInfo.InvariantCulture,
            out uint number)
            ? number
            : throw new UsageException($"no key is called {name}; use a name of X11/keysymdef.h without XK_, such as Return or Control_L, or a number");
    }
}
