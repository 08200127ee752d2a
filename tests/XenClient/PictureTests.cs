using XenFbFront.Tests.Xen;
using XenFbFront.Viewer;
using Xunit;

namespace XenFbFront.Tests.XenClient;

/// <summary>Reference pictures: read as they were written, compared outside the masks.</summary>
public sealed class PictureTests
{
    [Fact]
    public void Read_WhatTheViewerWrote_IsTheSame()
    {
        const int width = 67, height = 41;
        Random random = new(5);
        // Noise and areas of one colour, so that the writer takes different filters.
        uint[] pixels = [.. Enumerable.Range(0, width * height).Select(i => i / width % 3 == 0 ? (uint)random.Next(1 << 24) : (uint)(i % width) << 8)];
        string file = Path.GetTempFileName();
        try
        {
            PngFile.Write(file, width, height, pixels);
            (int readWidth, int readHeight, uint[] read) = PngReader.Read(file);
            Assert.Equal((width, height), (readWidth, readHeight));
            Assert.Equal(pixels, read);
            File.WriteAllBytes(file, File.ReadAllBytes(file)[..60]);
            Assert.ThrowsAny<Exception>(() => PngReader.Read(file));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void Differences_PixelsInsideAndOutsideAMask_CountsThoseOutside()
    {
        PictureMasks masks = new(["# why", "clock 4 0 2 1 the time", "other 0 0 8 2 not this"], "clock");
        uint[] expected = new uint[16], seen = new uint[16];
        seen[4] = seen[5] = 1;
        seen[3] = 0xff000000;

        Assert.Equal(0, masks.Differences(seen, expected, 8).Count);
        seen[6] = seen[12] = 1;
        Assert.Equal((2, 4, 0, 6, 1), masks.Differences(seen, expected, 8));
        Assert.Throws<UsageException>(() => new PictureMasks(["clock 4 0 2 1"], "clock"));
    }
}
