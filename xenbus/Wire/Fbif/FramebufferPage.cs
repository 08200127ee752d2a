using System.Buffers.Binary;

namespace Xenbus.Wire.Fbif;

/// <summary>Fixed part of the framebuffer's shared page. C: struct xenfb_page in io/fbif.h.</summary>
/// <remarks>
/// Offsets 0 to 15 are ring indices (<see cref="EventRingLayout"/>). The page directory starts behind and, in the C struct, runs over both
/// rings; only the entries before the in ring are used (<see cref="PageDirectory"/>).
/// </remarks>
/// <param name="Width">Pixels, at 16.</param>
/// <param name="Height">Pixels, at 20.</param>
/// <param name="LineBytes">Bytes from a row to the next, at 24.</param>
/// <param name="MemoryBytes">Bytes of pixel memory, at 28.</param>
/// <param name="Depth">Bits of a pixel, one byte at 32.</param>
public readonly record struct FramebufferPage(int Width, int Height, int LineBytes, int MemoryBytes, byte Depth)
{
    /// <summary>Offset of <see cref="Width"/>.</summary>
    public const int WidthOffset = 16;

    /// <summary>Offset of <see cref="Height"/>.</summary>
    public const int HeightOffset = 20;

    /// <summary>Offset of <see cref="LineBytes"/>.</summary>
    public const int LineBytesOffset = 24;

    /// <summary>Offset of <see cref="MemoryBytes"/>.</summary>
    public const int MemoryBytesOffset = 28;

    /// <summary>Offset of <see cref="Depth"/>.</summary>
    public const int DepthOffset = 32;

    /// <summary>Writes the five fields.</summary>
    /// <param name="page">The shared page, 4096 bytes.</param>
    public void Write(Span<byte> page)
    {
        BinaryPrimitives.WriteInt32LittleEndian(page[WidthOffset..], Width);
        BinaryPrimitives.WriteInt32LittleEndian(page[HeightOffset..], Height);
        BinaryPrimitives.WriteInt32LittleEndian(page[LineBytesOffset..], LineBytes);
        BinaryPrimitives.WriteInt32LittleEndian(page[MemoryBytesOffset..], MemoryBytes);
        page[DepthOffset] = Depth;
    }

    /// <summary>Reads the five fields.</summary>
    /// <param name="page">The shared page, 4096 bytes.</param>
    public static FramebufferPage Read(ReadOnlySpan<byte> page) => new(
        BinaryPrimitives.ReadInt32LittleEndian(page[WidthOffset..]),
        BinaryPrimitives.ReadInt32LittleEndian(page[HeightOffset..]),
        BinaryPrimitives.ReadInt32LittleEndian(page[LineBytesOffset..]),
        BinaryPrimitives.ReadInt32LittleEndian(page[MemoryBytesOffset..]),
        page[DepthOffset]);
}
