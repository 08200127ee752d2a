using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace XenFbFront.Input;

/// <summary>Name and numbers of a new device. C: struct uinput_setup in linux/uinput.h.</summary>
[StructLayout(LayoutKind.Explicit, Size = 92)]
internal struct UinputSetup
{
    /// <summary>Kind of bus. C: id.bustype.</summary>
    [FieldOffset(0)] public ushort BusType;

    /// <summary>Maker. C: id.vendor.</summary>
    [FieldOffset(2)] public ushort Vendor;

    /// <summary>Product. C: id.product.</summary>
    [FieldOffset(4)] public ushort Product;

    /// <summary>Version of the product. C: id.version.</summary>
    [FieldOffset(6)] public ushort Version;

    /// <summary>Name, ends with a zero, not empty.</summary>
    [FieldOffset(8)] public NameBytes Name;

    /// <summary>Force feedback effects; 0.</summary>
    [FieldOffset(88)] public uint ForceFeedbackEffects;

    /// <summary>Fixed array for the name. C: UINPUT_MAX_NAME_SIZE.</summary>
    [InlineArray(80)]
    public struct NameBytes
    {
        private sbyte _first;
    }
}
