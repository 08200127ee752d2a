namespace XenFbFront.Input.Keys;

/// <summary>What dead keys and Compose make where a keymap brings no table of its own: a letter with the mark that the first character stands for, and some that are no such.</summary>
internal static class Compositions
{
    /// <summary>What a dead key stands for, each followed by its combining mark. C: ret_diacr in drivers/tty/vt/keyboard.c has the characters.</summary>
    private const string Marks = "`\u0300'\u0301^\u0302~\u0303\"\u0308,\u0327c\u030c_\u0304k\u0328U\u0306.\u0307*\u030a=\u030b";

    /// <summary>What is no letter with a mark to Unicode: two characters and what they make.</summary>
    private const string Others =
        ".iı/OØ/oø/DĐ/dđ/HĦ/hħ/LŁ/lł/TŦ/tŧ-DÐ-dð-HĦ-hħ-LŁ-lł-TŦ-tŧ-OØ-oø"
        // Compose only: letters that grew together, currency and signs.
        + "AEÆAAÅaeæaaåOEŒoeœssßszßTHÞthþ=C€=c€=L£=l£=Y¥=y¥!!¡??¿<<«>>»(c©(r®";

    /// <summary>What two characters make, or 0.</summary>
    /// <param name="diacritic">The first: what a dead key stands for, or what follows Compose.</param>
    /// <param name="character">The second.</param>
    public static int Make(int diacritic, int character)
    {
        for (int i = 0; i < Others.Length; i += 3)
        {
            if (Others[i] == diacritic && Others[i + 1] == character)
            {
                return Others[i + 2];
            }
        }

        for (int i = 0; i < Marks.Length; i += 2)
        {
            if (Marks[i] == diacritic)
            {
                return Math.Max(0, Content.Composition.Compose(character, Marks[i + 1]));
            }
        }

        return 0;
    }
}
