using System.Runtime.InteropServices;

namespace XenFbFront.Input;

/// <summary>One event of the kernel's input subsystem, in the layout that uinput takes. C: struct input_event in linux/input.h, 64 bits.</summary>
[StructLayout(LayoutKind.Explicit, Size = InputEvent.Bytes)]
public readonly struct InputEvent(ushort type, ushort code, int value)
{
    /// <summary>Bytes of one event.</summary>
    public const int Bytes = 24;

    /// <summary>EV_* code. Seconds and microseconds before it stay 0: the kernel sets the time.</summary>
    [FieldOffset(16)] public readonly ushort Type = type;

    /// <summary>KEY_*, BTN_*, REL_* or ABS_* code.</summary>
    [FieldOffset(18)] public readonly ushort Code = code;

    /// <summary>1, 0 or 2 for keys down, up and repeated; an amount or a position for others.</summary>
    [FieldOffset(20)] public readonly int Value = value;
}
