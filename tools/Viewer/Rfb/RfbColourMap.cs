namespace XenFbFront.Viewer;

/// <summary>The map for clients without true colour: three bits of red, three of green, two of blue.</summary>
internal static class RfbColourMap
{
    /// <summary>Bits of an index.</summary>
    public const int Bits = 8;

    /// <summary>Colours in the map.</summary>
    public const int Count = 1 << Bits;

    /// <summary>Bit of the lowest red bit in an index.</summary>
    public const int RedShift = 5;

    /// <summary>Bit of the lowest green bit in an index.</summary>
    public const int GreenShift = 2;

    /// <summary>A colour of the map, 16 bits a channel as SetColourMapEntries has them. RFC 6143 §7.6.2.</summary>
    public static (ushort Red, ushort Green, ushort Blue) Entry(int index) =>
        ((ushort)((index >> RedShift & 7) * ushort.MaxValue / 7),
         (ushort)((index >> GreenShift & 7) * ushort.MaxValue / 7),
         (ushort)((index & 3) * ushort.MaxValue / 3));
}
