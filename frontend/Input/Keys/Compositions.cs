namespace XenFbFront.Input.Keys;

/// <summary>What dead keys and Compose make where a keymap brings no table of its own: Latin-1 and Latin-2.</summary>
internal static class Compositions
{
    /// <summary>For each dead key its character, then pairs of a letter and what they make, then a space. C: ret_diacr in drivers/tty/vt/keyboard.c has the characters.</summary>
    private const string Letters =
        "`AÀaàEÈeèIÌiìOÒoòUÙuùNǸnǹWẀwẁYỲyỳ "
        + "'AÁaáEÉeéIÍiíOÓoóUÚuúYÝyýCĆcćNŃnńSŚsśZŹzźLĹlĺRŔrŕGǴgǵWẂwẃ "
        + "^AÂaâEÊeêIÎiîOÔoôUÛuûCĈcĉGĜgĝHĤhĥJĴjĵSŜsŝWŴwŵYŶyŷ "
        + "~AÃaãEẼeẽIĨiĩNÑnñOÕoõUŨuũVṼvṽYỸyỹ "
        + "\"AÄaäEËeëIÏiïOÖoöUÜuüYŸyÿWẄwẅ "
        + ",CÇcçSŞsşTŢtţGĢgģKĶkķLĻlļNŅnņRŖrŗEȨeȩ "
        + "cCČcčSŠsšZŽzžRŘrřNŇnňEĚeěDĎdďTŤtťLĽlľAǍaǎGǦgǧIǏiǐOǑoǒUǓuǔ "
        + "_AĀaāEĒeēIĪiīOŌoōUŪuū "
        + "kAĄaąEĘeęIĮiįUŲuųOǪoǫ "
        + "UAĂaăGĞgğEĔeĕIĬiĭOŎoŏUŬuŭ "
        + ".ZŻzżCĊcċEĖeėGĠgġIİiı "
        + "*AÅaåUŮuů "
        + "=OŐoőUŰuű "
        + "/OØoøDĐdđHĦhħLŁlłTŦtŧ -DÐdðHĦhħLŁlłTŦtŧOØoø "
        // Compose only: letters that grew together, currency and signs.
        + "AEÆAÅ aeæaå OEŒ oeœ ssßzß THÞ thþ =C€c€L£l£Y¥y¥ !!¡ ??¿ <<« >>» (c©r®";

    private static Composition[]? s_default;

    /// <summary>The table.</summary>
    public static Composition[] Default => s_default ??= Read(Letters);

    private static Composition[] Read(string text)
    {
        List<Composition> found = [];
        foreach (string part in text.Split(' '))
        {
            for (int i = 1; i + 1 < part.Length; i += 2)
            {
                found.Add(new(part[0], part[i], part[i + 1]));
            }
        }

        return [.. found];
    }
}
