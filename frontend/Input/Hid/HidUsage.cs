namespace XenFbFront.Input.Hid;

/// <summary>One usage of the HID tables and the key that it is.</summary>
/// <param name="page">See <see cref="Page"/>.</param>
/// <param name="usage">See <see cref="Usage"/>.</param>
/// <param name="key">See <see cref="Key"/>.</param>
internal readonly struct HidUsage(ushort page, ushort usage, ushort key)
{
    /// <summary>Usage page.</summary>
    public ushort Page => page;

    /// <summary>Usage on that page.</summary>
    public ushort Usage => usage;

    /// <summary>KEY_* of linux/input-event-codes.h.</summary>
    public ushort Key => key;
}
