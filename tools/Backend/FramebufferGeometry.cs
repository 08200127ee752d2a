using System.Diagnostics.CodeAnalysis;

namespace XenFbFront.Backend;

/// <summary>How the pixels lie in the framebuffer, checked.</summary>
/// <param name="Width">Pixels of a row, 0 or more.</param>
/// <param name="Height">Rows, 0 or more.</param>
/// <param name="StrideBytes">From a row to the next.</param>
/// <param name="Depth">Bits a pixel: 8, 16, 24 or 32.</param>
/// <param name="OffsetBytes">Of the first pixel in the framebuffer's memory.</param>
public readonly record struct FramebufferGeometry(int Width, int Height, int StrideBytes, int Depth, int OffsetBytes)
{
    /// <summary>The most memory that <c>videoram</c> can allow, bytes: what 256 directory pages of 512 frames name.</summary>
    public const long MaxLimitedBytes = 512L << 20;

    /// <summary>The longest side that a screen here has, pixels.</summary>
    public const int MaxSide = 16384;

    /// <summary>Bytes of a pixel.</summary>
    public int PixelBytes => Depth / 8;

    /// <summary>All of it.</summary>
    public ScreenRectangle Bounds => new(0, 0, Width, Height);

    /// <summary>Cuts the framebuffer's length to what the toolstack allows.</summary>
    /// <param name="memoryLength"><c>mem_length</c> of the page, bytes.</param>
    /// <param name="videoramMiB"><c>videoram</c> in the frontend's directory; 0 when absent, which is no limit.</param>
    /// <remarks>Over 512 MiB the limit is lowered to that. Source: xenfb_configure_fb in QEMU's hw/display/xenfb.c.</remarks>
    public static long LimitLength(uint memoryLength, long videoramMiB)
    {
        if (videoramMiB == 0)
        {
            return memoryLength;
        }

        long limit = videoramMiB is < 0 or > (MaxLimitedBytes >> 20) ? MaxLimitedBytes : videoramMiB << 20;
        return Math.Min(memoryLength, limit);
    }

    /// <summary>Checks what a frontend asks for, as QEMU does: a bad stride, depth or offset is refused, a bad size is cut to what fits.</summary>
    /// <param name="width">Pixels.</param>
    /// <param name="height">Pixels.</param>
    /// <param name="strideBytes">Bytes of a row.</param>
    /// <param name="depth">Bits a pixel.</param>
    /// <param name="offsetBytes">Of the first pixel.</param>
    /// <param name="lengthBytes">Bytes of the framebuffer, as they were when it was mapped.</param>
    /// <param name="maxPixels">The most pixels that this backend keeps a picture of; QEMU keeps none and has no such limit.</param>
    /// <param name="geometry">What will be shown.</param>
    /// <param name="reason">Why not, for a person.</param>
    public static bool TryCheck(
        int width, int height, int strideBytes, int depth, int offsetBytes, long lengthBytes, int maxPixels,
        out FramebufferGeometry geometry, [NotNullWhen(false)] out string? reason)
    {
        geometry = default;
        reason = null;
        if (depth is not (8 or 16 or 24 or 32))
        {
            reason = $"depth {depth} is not 8, 16, 24 or 32";
        }
        else if (strideBytes <= 0 || strideBytes > lengthBytes)
        {
            reason = $"a row of {strideBytes} bytes does not lie in {lengthBytes} bytes of memory";
        }
        else if (offsetBytes < 0 || offsetBytes >= lengthBytes)
        {
            reason = $"offset {offsetBytes} is not in {lengthBytes} bytes of memory";
        }

        if (reason is not null)
        {
            return false;
        }

        int maxWidth = strideBytes / (depth / 8);
        long maxHeight = (lengthBytes - offsetBytes) / strideBytes;
        int shownWidth = width < 0 || width > maxWidth ? maxWidth : width;
        long shownHeight = height < 0 || height > maxHeight ? maxHeight : height;
        if (shownWidth > MaxSide || shownHeight > MaxSide || shownWidth * shownHeight > maxPixels)
        {
            reason = $"{shownWidth}x{shownHeight} is larger than this backend shows";
            return false;
        }

        geometry = new(shownWidth, (int)shownHeight, strideBytes, depth, offsetBytes);
        return true;
    }
}
