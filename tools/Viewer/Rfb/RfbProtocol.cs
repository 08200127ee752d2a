namespace XenFbFront.Viewer;

/// <summary>Numbers of the remote framebuffer protocol.</summary>
/// <remarks>RFC 6143 where nothing else is said; extensions are those of the community's rfbproto document.</remarks>
internal static class RfbProtocol
{
    /// <summary>What the server says first, 12 bytes. §7.1.1.</summary>
    public static ReadOnlySpan<byte> ServerVersion => "RFB 003.008\n"u8;

    /// <summary>Security type None. §7.2.1.</summary>
    public const byte SecurityNone = 1;

    // Client to server, §7.5.
    public const byte SetPixelFormat = 0;
    public const byte SetEncodings = 2;
    public const byte FramebufferUpdateRequest = 3;
    public const byte KeyEvent = 4;
    public const byte PointerEvent = 5;
    public const byte ClientCutText = 6;

    /// <summary>rfbproto, "SetDesktopSize".</summary>
    public const byte SetDesktopSize = 251;

    /// <summary>rfbproto, "QEMU Client Message".</summary>
    public const byte QemuClientMessage = 255;

    /// <summary>Sub-message of <see cref="QemuClientMessage"/>.</summary>
    public const byte QemuExtendedKeyEvent = 0;

    // Server to client, §7.6.
    public const byte FramebufferUpdate = 0;
    public const byte SetColourMapEntries = 1;

    // Encodings, §7.7 and §7.8.
    public const int Raw = 0;
    public const int Zrle = 16;

    /// <summary>rfbproto, "Tight Encoding".</summary>
    public const int Tight = 7;

    /// <summary>rfbproto, "Compression Level Pseudo-encoding": -256 is no effort, -247 most.</summary>
    public const int CompressionLevel0 = -256;

    /// <inheritdoc cref="CompressionLevel0"/>
    public const int CompressionLevel9 = -247;
    public const int DesktopSize = -223;

    /// <summary>rfbproto, "QEMU Extended Key Event Pseudo-encoding".</summary>
    public const int QemuExtendedKeyEventEncoding = -258;

    /// <summary>rfbproto, "ExtendedDesktopSize Pseudo-encoding".</summary>
    public const int ExtendedDesktopSize = -308;

    /// <summary>Who changed the size: not a client. ExtendedDesktopSize, x-position.</summary>
    public const ushort ResizeReasonServer = 0;

    /// <summary>Who asked for the size: the client that gets the answer.</summary>
    public const ushort ResizeReasonThisClient = 1;

    /// <summary>How it went: no error. ExtendedDesktopSize, y-position.</summary>
    public const ushort ResizeDone = 0;

    /// <summary>How it went: resize is administratively prohibited.</summary>
    public const ushort ResizeProhibited = 1;

    /// <summary>How it went: invalid screen layout.</summary>
    public const ushort ResizeInvalid = 3;

    /// <summary>How it went: the request was handed on, and the size may change later.</summary>
    public const ushort ResizeForwarded = 4;
}
