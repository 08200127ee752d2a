namespace Xenbus.Wire.Fbif;

/// <summary>Constants of the framebuffer protocol. C: io/fbif.h.</summary>
public static class FramebufferWire
{
    /// <summary>Backend to frontend: how often it looks. C: XENFB_TYPE_REFRESH_PERIOD.</summary>
    public const byte RefreshPeriodType = 1;

    /// <summary>Frontend to backend: pixels changed. C: XENFB_TYPE_UPDATE.</summary>
    public const byte UpdateType = 2;

    /// <summary>Frontend to backend: another geometry. C: XENFB_TYPE_RESIZE.</summary>
    public const byte ResizeType = 3;

    /// <summary>Period that means nobody is looking. C: XENFB_NO_REFRESH.</summary>
    public const uint NoRefresh = 0;

    /// <summary>Size that a frontend takes when nothing is known. C: XENFB_WIDTH.</summary>
    public const int DefaultWidth = 800;

    /// <summary>C: XENFB_HEIGHT.</summary>
    public const int DefaultHeight = 600;

    /// <summary>C: XENFB_DEPTH.</summary>
    public const int DefaultDepth = 32;
}
