namespace XenFbFront.Input.Keys;

/// <summary>Locks that have a light. C: K_SCROLLLOCK, K_NUMLOCK, K_CAPSLOCK in linux/kd.h.</summary>
[Flags]
public enum KeyLocks
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>Output is held.</summary>
    Scroll = 1,

    /// <summary>The keypad gives numbers.</summary>
    Num = 2,

    /// <summary>Letters are capital.</summary>
    Caps = 4,
}
