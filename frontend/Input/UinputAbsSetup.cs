using System.Runtime.InteropServices;

namespace XenFbFront.Input;

/// <summary>An axis and its range. C: struct uinput_abs_setup in linux/uinput.h with struct input_absinfo of linux/input.h inside.</summary>
[StructLayout(LayoutKind.Explicit, Size = 28)]
internal struct UinputAbsSetup
{
    /// <summary>ABS_* code.</summary>
    [FieldOffset(0)] public ushort Code;

    /// <summary>Value at the start.</summary>
    [FieldOffset(4)] public int Value;

    /// <summary>Smallest value.</summary>
    [FieldOffset(8)] public int Minimum;

    /// <summary>Largest value.</summary>
    [FieldOffset(12)] public int Maximum;

    /// <summary>Changes below it are noise; 0.</summary>
    [FieldOffset(16)] public int Fuzz;

    /// <summary>Dead zone; 0.</summary>
    [FieldOffset(20)] public int Flat;

    /// <summary>Units for each millimetre; 0 for unknown.</summary>
    [FieldOffset(24)] public int Resolution;
}
