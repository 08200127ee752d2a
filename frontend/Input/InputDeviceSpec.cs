namespace XenFbFront.Input;

/// <summary>What an input device of the guest must be able to say.</summary>
/// <param name="Role">Keyboard, pointer or touch.</param>
/// <param name="VkbdId">Number of the vkbd it belongs to.</param>
public sealed record InputDeviceSpec(InputRole Role, int VkbdId)
{
    /// <summary>Pointer: positions instead of motion.</summary>
    public bool IsAbsolute { get; init; }

    /// <summary>Pointer with positions, and touch: largest X.</summary>
    public int MaxX { get; init; }

    /// <summary>Pointer with positions, and touch: largest Y.</summary>
    public int MaxY { get; init; }

    /// <summary>Touch: fingers at the same time, 1 to 100.</summary>
    public int ContactCount { get; init; }

    /// <summary>What its sink keeps descriptors of: another sink's could not be used.</summary>
    public string KeptAs { get; init; } = string.Empty;

    /// <summary>The vkbd, as messages name it.</summary>
    public string DeviceName => $"vkbd/{VkbdId}";

    /// <summary>How the names of all begin under which the descriptor of such a device of the vkbd may be kept.</summary>
    public string KeepPrefix => $"{KeptInput.Prefix}{VkbdId}/{Role}";

    /// <summary>Name under which the device's descriptor is kept for a successor, which takes up none of another kind or with other axes.</summary>
    public string KeepName
    {
        get
        {
            string axes = Role == InputRole.Touch ? $"/{MaxX}x{MaxY}x{ContactCount}" : IsAbsolute ? $"/{MaxX}x{MaxY}" : string.Empty;
            return $"{KeepPrefix}{(KeptAs.Length > 0 ? "/" : string.Empty)}{KeptAs}{axes}";
        }
    }
}
