using System.Text;
using XenFbFront.Tests.Xen;
using Xunit;

namespace XenFbFront.Tests.XenClient;

public sealed class PpmFileTests : IDisposable
{
    private readonly string _path = Path.GetTempFileName();

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void Read_PictureOfScreendump_GivesSizeAndPixels()
    {
        File.WriteAllBytes(_path, [.. "P6\n2 1\n255\n"u8, 0x11, 0x22, 0x33, 0x0a, 0x20, 0xff]);

        (int width, int height, uint[] pixels) = PpmFile.Read(_path);

        Assert.Equal((2, 1), (width, height));
        Assert.Equal([0x112233u, 0x0a20ffu], pixels);
    }

    [Theory]
    [InlineData("")]
    [InlineData("P6\n2")]
    [InlineData("P5\n2 1\n255\n123456")]
    [InlineData("P6\n2 1\n255\n12345")]
    [InlineData("P6\n2 1\n255\n1234567")]
    [InlineData("P6\n0 1\n255\n")]
    [InlineData("P6\n2 1\n65535\n123456")]
    public void Read_NoWholePicture_SaysSo(string text)
    {
        File.WriteAllBytes(_path, Encoding.ASCII.GetBytes(text));

        Assert.Throws<ExpectationException>(() => PpmFile.Read(_path));
    }
}
