namespace XenFbFront.Content.Terminal;

/// <summary>What a program wants to hear of the pointer. C: VTERM_PROP_MOUSE_* in vterm.h.</summary>
public enum TerminalMouse
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Buttons.</summary>
    Click,

    /// <summary>Buttons, and motion while one is down.</summary>
    Drag,

    /// <summary>Buttons and motion.</summary>
    Move,
}
