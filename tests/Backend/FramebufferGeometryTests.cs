using CsCheck;
using XenFbFront.Backend;
using Xunit;

namespace XenFbFront.Tests.Backend;

public class FramebufferGeometryTests
{
    private const int NoLimit = int.MaxValue;

    [Theory]
    [InlineData(1_000_000u, 0, 1_000_000)]
    [InlineData(8u << 20, 2, 2 << 20)]
    [InlineData(1u << 20, 2, 1 << 20)]
    [InlineData(1u << 30, 1024, 512 << 20)]
    [InlineData(1u << 30, 513, 512 << 20)]
    [InlineData(1u << 30, 512, 512 << 20)]
    [InlineData(1u << 30, -1, 512 << 20)]
    [InlineData(0xffffffffu, 0, 0xffffffffL)]
    public void LimitLength_MemoryLengthAndVideoram_AsQemu(uint memoryLength, long videoramMiB, long expected) =>
        Assert.Equal(expected, FramebufferGeometry.LimitLength(memoryLength, videoramMiB));

    [Fact]
    public void LimitLength_HugeVideoram_DoesNotOverflow() =>
        Assert.Equal(512 << 20, FramebufferGeometry.LimitLength(0xffffffff, long.MaxValue));

    [Theory]
    // Depth.
    [InlineData(10, 10, 40, 32, 0, 400, true, 10, 10)]
    [InlineData(10, 10, 40, 24, 0, 400, true, 10, 10)]
    [InlineData(10, 10, 40, 16, 0, 400, true, 10, 10)]
    [InlineData(10, 10, 40, 8, 0, 400, true, 10, 10)]
    [InlineData(10, 10, 40, 0, 0, 400, false, 0, 0)]
    [InlineData(10, 10, 40, 15, 0, 400, false, 0, 0)]
    [InlineData(10, 10, 40, 64, 0, 400, false, 0, 0)]
    [InlineData(10, 10, 40, -8, 0, 400, false, 0, 0)]
    // Stride.
    [InlineData(10, 1, 400, 32, 0, 400, true, 10, 1)]
    [InlineData(10, 1, 401, 32, 0, 400, false, 0, 0)]
    [InlineData(10, 10, 0, 32, 0, 400, false, 0, 0)]
    [InlineData(10, 10, -40, 32, 0, 400, false, 0, 0)]
    [InlineData(10, 10, 3, 32, 0, 400, true, 0, 10)]
    [InlineData(10, 10, 40, 32, 0, 0, false, 0, 0)]
    // Width.
    [InlineData(11, 10, 40, 32, 0, 400, true, 10, 10)]
    [InlineData(-1, 10, 40, 32, 0, 400, true, 10, 10)]
    [InlineData(int.MinValue, 10, 40, 32, 0, 400, true, 10, 10)]
    [InlineData(0, 10, 40, 32, 0, 400, true, 0, 10)]
    // Offset.
    [InlineData(10, 10, 40, 32, -1, 400, false, 0, 0)]
    [InlineData(10, 10, 40, 32, 400, 400, false, 0, 0)]
    [InlineData(10, 10, 40, 32, 399, 400, true, 10, 0)]
    [InlineData(10, 5, 40, 32, 200, 400, true, 10, 5)]
    [InlineData(10, 6, 40, 32, 200, 400, true, 10, 5)]
    // Height.
    [InlineData(10, 11, 40, 32, 0, 400, true, 10, 10)]
    [InlineData(10, -1, 40, 32, 0, 400, true, 10, 10)]
    [InlineData(10, int.MaxValue, 40, 32, 0, 439, true, 10, 10)]
    // The limits of this backend, not of QEMU.
    [InlineData(16385, 1, 16385, 8, 0, 20000, false, 0, 0)]
    [InlineData(16384, 1, 16384, 8, 0, 20000, true, 16384, 1)]
    public void TryCheck_EachRule_RefusesOrCuts(
        int width, int height, int stride, int depth, int offset, long length, bool isGood, int shownWidth, int shownHeight)
    {
        bool result = FramebufferGeometry.TryCheck(
            width, height, stride, depth, offset, length, NoLimit, out FramebufferGeometry geometry, out string? reason);
        Assert.Equal(isGood, result);
        Assert.Equal(isGood, reason is null);
        Assert.Equal((shownWidth, shownHeight), (geometry.Width, geometry.Height));
    }

    [Fact]
    public void TryCheck_MorePixelsThanAllowed_Refuses() =>
        Assert.False(FramebufferGeometry.TryCheck(100, 101, 100, 8, 0, 10100, 10000, out _, out _));

    [Fact]
    public void TryCheck_Anything_WhatIsShownLiesInMemory() =>
        Gen.Select(
            Gen.Int,
            Gen.Int,
            Gen.OneOf(Gen.Int, Gen.Int[1, 70000]),
            Gen.OneOf(Gen.Int[0, 40], Gen.Int[1, 4].Select(bytes => bytes * 8)),
            Gen.OneOf(Gen.Int, Gen.Int[0, 70000]),
            Gen.Long[0, 1 << 30])
            .Sample((width, height, stride, depth, offset, length) =>
            {
                if (FramebufferGeometry.TryCheck(width, height, stride, depth, offset, length, NoLimit, out FramebufferGeometry shown, out _)
                    && shown is { Width: > 0, Height: > 0 })
                {
                    long end = shown.OffsetBytes + (shown.Height - 1L) * shown.StrideBytes + (long)shown.Width * shown.PixelBytes;
                    Assert.InRange(end, 1, length);
                    Assert.InRange(shown.Width, 1, FramebufferGeometry.MaxSide);
                    Assert.InRange(shown.Height, 1, FramebufferGeometry.MaxSide);
                }
            });
}
