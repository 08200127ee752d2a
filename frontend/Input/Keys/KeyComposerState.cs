using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace XenFbFront.Input.Keys;

/// <summary>All that the meaning of the next key depends on, besides the keymap. Zero is a keyboard nobody has touched.</summary>
/// <remarks>Plain, so that it may lie in memory that a successor of the process reads.</remarks>
[StructLayout(LayoutKind.Explicit, Size = 80)]
public struct KeyComposerState
{
    /// <summary>Modifier keys held at the same time that are told apart; more than a keyboard has.</summary>
    public const int MaxHeld = 16;

    /// <summary>Modifiers turned over until their key is pressed again: bits of <see cref="KeyModifiers"/>. C: KT_LOCK.</summary>
    [FieldOffset(0)] public byte Locked;

    /// <summary>Modifiers added to the next key: bits of <see cref="KeyModifiers"/>. C: KT_SLOCK.</summary>
    [FieldOffset(1)] public byte Latched;

    /// <summary>Bits of <see cref="KeyLocks"/>.</summary>
    [FieldOffset(2)] public byte LockBits;

    /// <summary>1 after Compose: the next character begins a composition.</summary>
    [FieldOffset(3)] public byte IsComposing;

    /// <summary>1 while a code is entered on the keypad with Alt.</summary>
    [FieldOffset(4)] public byte IsEnteringCode;

    /// <summary>The code so far.</summary>
    [FieldOffset(8)] public uint Code;

    /// <summary>Code point of the dead key or first character that waits for another, or 0.</summary>
    [FieldOffset(12)] public int Pending;

    /// <summary>Modifier keys that are down: keycode, and in the upper half the value that it was pressed with; 0 is free.</summary>
    [FieldOffset(16)] public HeldModifiers Held;

    /// <summary>Locks that have a light.</summary>
    public KeyLocks Locks
    {
        readonly get => (KeyLocks)LockBits;
        set => LockBits = (byte)value;
    }

    /// <summary>Modifiers whose keys are down.</summary>
    public readonly KeyModifiers Down
    {
        get
        {
            KeyModifiers down = KeyModifiers.None;
            foreach (uint held in Held)
            {
                if (held != 0)
                {
                    down |= (KeyModifiers)(1 << (int)(held >> 16));
                }
            }

            return down;
        }
    }

    /// <summary>Modifiers that count for the next key.</summary>
    public readonly KeyModifiers Effective => (Down | (KeyModifiers)Latched) ^ (KeyModifiers)Locked;

    /// <summary>Fixed array.</summary>
    [InlineArray(MaxHeld)]
    public struct HeldModifiers
    {
        private uint _first;
    }
}
