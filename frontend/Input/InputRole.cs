namespace XenFbFront.Input;

/// <summary>The input devices that one vkbd becomes in the guest.</summary>
public enum InputRole
{
    /// <summary>Keys.</summary>
    Keyboard,

    /// <summary>Position or motion, buttons, wheel.</summary>
    Pointer,

    /// <summary>Fingers, by the kernel's multi-touch protocol B.</summary>
    Touch,
}
