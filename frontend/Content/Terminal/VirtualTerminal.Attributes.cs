namespace XenFbFront.Content.Terminal;

/// <summary>Attributes of text that libvterm does not have.</summary>
/// <remarks>
/// Its version 0.1 keeps ten fonts (SGR 10 to 19) that nobody here draws. Two bits of their number carry dim (SGR 2) and invisible (SGR 8) through its
/// screens, its saved cursor and the lines above; programs do not choose fonts.
/// </remarks>
public sealed unsafe partial class VirtualTerminal
{
    private const short Dim = 2, Invisible = 8, FirstFont = 10, LastFont = 19, NotBoldOrDim = 22, NotInvisible = 28;

    private const int DimFont = 1, InvisibleFont = 2;

    private void GiveDimOrInvisible(short attribute)
    {
        if (attribute == NotBoldOrDim)
        {
            GiveSequence(0, [NotBoldOrDim], 0, (byte)'m');
        }

        int present = 0;
        GiveAll();
        Vterm.vterm_state_get_penattr(_state, Vterm.FontAttribute, &present);
        int font = attribute switch
        {
            Dim => present | DimFont,
            Invisible => present | InvisibleFont,
            NotBoldOrDim => present & ~DimFont,
            _ => present & ~InvisibleFont,
        };
        if (font != present)
        {
            GiveSequence(0, [(short)(FirstFont + font)], 0, (byte)'m');
        }
    }
}
