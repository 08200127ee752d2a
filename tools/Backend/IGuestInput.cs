namespace XenFbFront.Backend;

/// <summary>Where a viewer puts what its person does: towards the guest through the <c>vkbd</c> backend.</summary>
/// <remarks>
/// Thread-safe. Nothing is ever dropped or reordered: a call blocks while the backend's queue is full, which stops the viewer from reading its
/// client, which makes the client wait. Key codes are Linux <c>KEY_*</c> and <c>BTN_*</c>.
/// </remarks>
public interface IGuestInput
{
    /// <summary>Fingers that the guest takes at a time; 0 while none is connected that asked for touch.</summary>
    int TouchContacts { get; }

    /// <summary>A key or a button goes down or up.</summary>
    void Key(uint keycode, bool pressed);

    /// <summary>The pointer is at a pixel of the screen; <c>wheel</c> counts notches, positive scrolls down.</summary>
    void PointerAt(int x, int y, int wheel = 0);

    /// <summary>The pointer moved by pixels, for viewers that grab it; <c>wheel</c> as above.</summary>
    void PointerBy(int dx, int dy, int wheel = 0);

    /// <summary>A finger (<c>contact</c> counts from 0) touches, moves at a pixel, or lifts.</summary>
    void Touch(int contact, TouchPhase phase, int x, int y);

    /// <summary>How often a viewer looks, for the guest's advice: milliseconds, 0 when nobody looks.</summary>
    void RefreshPeriod(uint periodMs);
}

/// <summary>What a finger does.</summary>
public enum TouchPhase
{
    /// <summary>It touches the surface.</summary>
    Down,

    /// <summary>It moves on the surface.</summary>
    Move,

    /// <summary>It leaves the surface.</summary>
    Up,
}
