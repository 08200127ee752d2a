using System.Runtime.InteropServices;

namespace XenFbFront.Vkbd;

/// <summary>What was agreed with the backend of one vkbd.</summary>
[StructLayout(LayoutKind.Explicit, Size = 32)]
public struct VkbdModes
{
    /// <summary>1 if there is a keyboard.</summary>
    [FieldOffset(0)] public byte HasKeyboard;

    /// <summary>1 if there is a pointer.</summary>
    [FieldOffset(1)] public byte HasPointer;

    /// <summary>1 if the pointer tells positions, 0 if motion.</summary>
    [FieldOffset(2)] public byte IsAbsolute;

    /// <summary>1 if the backend tells positions of 0 to 32767 whatever the size of the screen, 0 if pixels.</summary>
    [FieldOffset(3)] public byte IsRaw;

    /// <summary>Largest X of the pointer.</summary>
    [FieldOffset(4)] public int MaxX;

    /// <summary>Largest Y of the pointer.</summary>
    [FieldOffset(8)] public int MaxY;

    /// <summary>Fingers at the same time, 0 for no touch device.</summary>
    [FieldOffset(12)] public int ContactCount;

    /// <summary>Largest X of a finger.</summary>
    [FieldOffset(16)] public int TouchMaxX;

    /// <summary>Largest Y of a finger.</summary>
    [FieldOffset(20)] public int TouchMaxY;

    /// <summary>1 if positions are pixels of the screen's present size, which are scaled; 0 if they are passed on.</summary>
    [FieldOffset(24)] public byte IsScaled;
}
