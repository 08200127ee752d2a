using System.Runtime.InteropServices;

namespace Xenbus.Wire.Fbif;

/// <summary>Advice on how often the backend looks, backend to frontend. C: struct xenfb_refresh_period in io/fbif.h.</summary>
[StructLayout(LayoutKind.Explicit, Size = EventRingLayout.SlotBytes)]
public struct FramebufferRefreshPeriod
{
    /// <summary>Event code, always <see cref="FramebufferWire.RefreshPeriodType"/>.</summary>
    [FieldOffset(0)] public byte Type;

    /// <summary>Milliseconds; <see cref="FramebufferWire.NoRefresh"/> means nobody is looking.</summary>
    [FieldOffset(4)] public uint PeriodMs;
}
