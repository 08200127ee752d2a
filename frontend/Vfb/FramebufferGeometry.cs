using Xenbus.Domain;
using Xenbus.Wire;
using Xenbus.Wire.Fbif;

namespace XenFbFront.Vfb;

/// <summary>Size and layout of the pixels inside the granted memory.</summary>
/// <param name="Width">Pixels.</param>
/// <param name="Height">Pixels.</param>
/// <param name="Depth">Bits of a pixel: 8, 16, 24 or 32.</param>
public readonly record struct FramebufferGeometry(int Width, int Height, int Depth)
{
    /// <summary>Smallest side. Viewers and font sizes make less than this senseless, but nothing breaks at it.</summary>
    public const int MinSide = 16;

    /// <summary>Largest side: what QEMU's surfaces and VNC's 16-bit coordinates take without trouble.</summary>
    public const int MaxSide = 16384;

    /// <summary>Pages of pixels that the protocol can describe.</summary>
    public static int MaxPages => (int)(PageDirectory.MaxPixelBytes(ProtocolAbis.Native) / SharedPages.PageBytes);

    /// <summary>Width and height.</summary>
    public ScreenSize Size => new(Width, Height);

    /// <summary>Bytes of a pixel.</summary>
    public int PixelBytes => Depth / 8;

    /// <summary>Bytes from a row to the next: no padding.</summary>
    public int StrideBytes => Width * PixelBytes;

    /// <summary>Bytes of all rows.</summary>
    public long PictureBytes => (long)StrideBytes * Height;

    /// <summary>Bytes of memory to allocate: QEMU reads a 24-bit pixel as four bytes, so the last one needs a byte behind it.</summary>
    public long MemoryBytes => PictureBytes + (Depth == 24 ? 1 : 0);

    /// <summary>Pages of pixels to allocate.</summary>
    public int Pages => (int)((MemoryBytes + SharedPages.PageBytes - 1) / SharedPages.PageBytes);

    /// <summary>The same at another size.</summary>
    public FramebufferGeometry At(ScreenSize size) => this with { Width = size.Width, Height = size.Height };

    /// <summary>Whether a person may ask for it; else one sentence says why not.</summary>
    public bool IsValid(out string reason)
    {
        reason = Width is < MinSide or > MaxSide || Height is < MinSide or > MaxSide
            ? $"{Width}x{Height} is outside {MinSide}x{MinSide} to {MaxSide}x{MaxSide}"
            : Depth is not (8 or 16 or 24 or 32)
                ? $"depth {Depth} is not 8, 16, 24 or 32"
                : MemoryBytes > PageDirectory.MaxPixelBytes(ProtocolAbis.Native)
                    ? $"{Width}x{Height} at {Depth} bits needs more than the {PageDirectory.MaxPixelBytes(ProtocolAbis.Native) >> 20} MiB that the protocol can describe"
                    : string.Empty;
        return reason.Length == 0;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Width}x{Height}x{Depth}";
}
