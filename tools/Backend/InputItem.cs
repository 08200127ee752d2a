namespace XenFbFront.Backend;

/// <summary>Something a viewer's person did, not yet told to the guest.</summary>
/// <param name="Kind">What the other fields mean.</param>
/// <param name="Code">Key code, or the finger.</param>
/// <param name="Phase">For touch; for a key down or up.</param>
/// <param name="X">Pixels.</param>
/// <param name="Y">Pixels.</param>
/// <param name="Wheel">Notches, positive scrolls down.</param>
internal readonly record struct InputItem(InputKind Kind, uint Code = 0, TouchPhase Phase = TouchPhase.Down, int X = 0, int Y = 0, int Wheel = 0)
{
    /// <summary>A key that comes up.</summary>
    public bool IsRelease => Kind == InputKind.Key && Phase == TouchPhase.Up;
}

/// <summary>What an <see cref="InputItem"/> is.</summary>
internal enum InputKind
{
    /// <summary>Key or button.</summary>
    Key,

    /// <summary>The pointer is somewhere.</summary>
    PointerAt,

    /// <summary>The pointer has moved.</summary>
    PointerBy,

    /// <summary>A finger.</summary>
    Touch,
}
