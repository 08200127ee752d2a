namespace XenFbFront.Input.Keys;

/// <summary>Keys that change what others mean. The bits choose a keymap's table. C: KG_* in linux/keyboard.h.</summary>
[Flags]
public enum KeyModifiers
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>Either Shift. C: KG_SHIFT.</summary>
    Shift = 1 << 0,

    /// <summary>AltGr, the right Alt of most layouts. C: KG_ALTGR.</summary>
    AltGr = 1 << 1,

    /// <summary>Either Ctrl. C: KG_CTRL.</summary>
    Control = 1 << 2,

    /// <summary>Alt. C: KG_ALT.</summary>
    Alt = 1 << 3,

    /// <summary>A modifier of the keymap's own, often a group of letters. C: KG_SHIFTL.</summary>
    ShiftLeft = 1 << 4,

    /// <summary>A modifier of the keymap's own. C: KG_SHIFTR.</summary>
    ShiftRight = 1 << 5,

    /// <summary>A modifier of the keymap's own. C: KG_CTRLL.</summary>
    ControlLeft = 1 << 6,

    /// <summary>A modifier of the keymap's own. C: KG_CTRLR.</summary>
    ControlRight = 1 << 7,
}
