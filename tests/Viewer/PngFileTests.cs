using StbImageSharp;
using XenFbFront.Viewer;
using Xunit;

namespace XenFbFront.Tests.Viewer;

public class PngFileTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 2)]
    [InlineData(641, 401)]
    public void Write_ReadBack_HasTheSamePixels(int width, int height)
    {
        uint[] pixels = Picture(width, height);
        using MemoryStream stream = new();
        PngFile.Write(stream, width, height, pixels);
        AssertHolds(stream.ToArray(), width, height, pixels);
    }

    [Fact]
    public void Write_File_ReplacesALongerOne()
    {
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, new byte[100_000]);
            uint[] pixels = Picture(5, 4);
            PngFile.Write(path, 5, 4, pixels);
            byte[] bytes = File.ReadAllBytes(path);
            AssertHolds(bytes, 5, 4, pixels);
            Assert.InRange(bytes.Length, 1, 1000);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void Write_WrongCount_ThrowsAndLeavesTheFile()
    {
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, "old");
            Assert.Throws<ArgumentException>(() => PngFile.Write(path, 2, 2, new uint[3]));
            Assert.Equal("old", File.ReadAllText(path));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void Write_NoPixels_Throws() => Assert.Throws<ArgumentOutOfRangeException>(() => PngFile.Write(Stream.Null, 0, 5, []));

    private static uint[] Picture(int width, int height) =>
        [.. Enumerable.Range(0, width * height).Select(i => (uint)(i * 2654435761L) & 0xffffff)];

    private static void AssertHolds(byte[] png, int width, int height, uint[] pixels)
    {
        ImageResult image = ImageResult.FromMemory(png);
        Assert.Equal((width, height, ColorComponents.RedGreenBlue), (image.Width, image.Height, image.SourceComp));
        uint[] read = [.. image.Data.Chunk(3).Select(pixel => (uint)(pixel[0] << 16 | pixel[1] << 8 | pixel[2]))];
        Assert.Equal(pixels, read);
    }
}
