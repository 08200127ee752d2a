using CsCheck;
using XenFbFront.Backend;
using Xunit;

namespace XenFbFront.Tests.Backend;

public class PixelConverterTests
{
    [Theory]
    [InlineData(8)]
    [InlineData(16)]
    [InlineData(24)]
    [InlineData(32)]
    public void Convert_AnyBytesAtAnyAlignment_EqualsBitByBitReference(int depth) =>
        Gen.Select(Gen.Byte.Array[0, 700], Gen.Int[0, 7]).Sample((bytes, skip) =>
        {
            ReadOnlySpan<byte> source = bytes.AsSpan(Math.Min(skip, bytes.Length));
            int count = source.Length / (depth / 8);
            uint[] target = new uint[count];
            PixelConverter.Convert(source, depth, target);
            for (int i = 0; i < count; i++)
            {
                Assert.Equal(Reference(source.Slice(i * (depth / 8), depth / 8), depth), target[i]);
            }
        });

    [Theory]
    [InlineData(8, new byte[] { 0xff }, 0xffffffu)]
    [InlineData(8, new byte[] { 0xe0 }, 0xff0000u)]
    [InlineData(8, new byte[] { 0x1c }, 0x00ff00u)]
    [InlineData(8, new byte[] { 0x03 }, 0x0000ffu)]
    [InlineData(16, new byte[] { 0xff, 0xff }, 0xffffffu)]
    [InlineData(16, new byte[] { 0x00, 0xf8 }, 0xff0000u)]
    [InlineData(16, new byte[] { 0xe0, 0x07 }, 0x00ff00u)]
    [InlineData(16, new byte[] { 0x1f, 0x00 }, 0x0000ffu)]
    [InlineData(24, new byte[] { 1, 2, 3 }, 0x030201u)]
    [InlineData(32, new byte[] { 1, 2, 3, 0xee }, 0x030201u)]
    public void Convert_PureColours_FillTheRange(int depth, byte[] source, uint expected)
    {
        uint[] target = new uint[1];
        PixelConverter.Convert(source, depth, target);
        Assert.Equal(expected, target[0]);
    }

    [Fact]
    public void Convert_UnknownDepth_Throws() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => PixelConverter.Convert(new byte[64], 48, new uint[1]));

    /// <summary>Takes each colour's bits one by one, highest first, and repeats them until there are 8.</summary>
    private static uint Reference(ReadOnlySpan<byte> pixel, int depth)
    {
        List<int> bits = [];
        for (int i = pixel.Length - 1; i >= 0; i--)
        {
            for (int bit = 7; bit >= 0; bit--)
            {
                bits.Add((pixel[i] >> bit) & 1);
            }
        }

        (int skip, int red, int green, int blue) = depth switch
        {
            8 => (0, 3, 3, 2),
            16 => (0, 5, 6, 5),
            24 => (0, 8, 8, 8),
            _ => (8, 8, 8, 8),
        };
        return (Repeat(bits.GetRange(skip, red)) << 16) | (Repeat(bits.GetRange(skip + red, green)) << 8) | Repeat(bits.GetRange(skip + red + green, blue));
    }

    private static uint Repeat(List<int> bits)
    {
        uint value = 0;
        for (int i = 0; i < 8; i++)
        {
            value = (value << 1) | (uint)bits[i % bits.Count];
        }

        return value;
    }
}
