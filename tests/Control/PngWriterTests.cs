using StbImageSharp;
using Xenbus.Linux.Interop;
using XenFbFront.Control;
using Xunit;

namespace XenFbFront.Tests.Control;

public sealed class PngWriterTests
{
    [Theory]
    [InlineData(1, 1, false)]
    [InlineData(7, 5, true)]
    [InlineData(640, 400, false)]
    // What cannot be packed fills the output buffer many times.
    [InlineData(640, 400, true)]
    [InlineData(16384, 3, true)]
    public void Write_AnyPicture_AnotherDecoderReadsEveryPixel(int width, int height, bool isNoise)
    {
        Random random = new(width + height);
        uint[] pixels = new uint[width * height];
        for (int i = 0; i < pixels.Length; i++)
        {
            pixels[i] = isNoise ? (uint)random.Next(1 << 24) : (uint)(i % width) * 0x010203 & 0xffffff;
        }

        string path = Path.GetTempFileName();
        using (Descriptor file = Descriptor.Own(Libc.Open(path, OpenFlags.WriteOnly | OpenFlags.Truncate), "open", path))
        {
            Assert.Equal(0, PngWriter.Write(file, width, height, (y, row) => pixels.AsSpan(y * width, width).CopyTo(row)));
        }

        ImageResult image = ImageResult.FromMemory(File.ReadAllBytes(path), ColorComponents.RedGreenBlue);
        File.Delete(path);
        Assert.Equal((width, height), (image.Width, image.Height));
        for (int i = 0; i < pixels.Length; i++)
        {
            uint pixel = (uint)(image.Data[3 * i] << 16 | image.Data[3 * i + 1] << 8 | image.Data[3 * i + 2]);
            Assert.True(pixels[i] == pixel, $"pixel {i}: {pixel:x6} for {pixels[i]:x6}");
        }
    }

    [Fact]
    public void Write_NoRoom_ReturnsWhy()
    {
        using Descriptor full = Descriptor.Own(Libc.Open("/dev/full", OpenFlags.WriteOnly), "open", "/dev/full");
        Assert.Equal(Errno.ENOSPC, PngWriter.Write(full, 4, 4, static (_, _) => { }));
    }
}
