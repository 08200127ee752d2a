using StbImageWriteSharp;

namespace XenFbFront.Viewer;

/// <summary>Pictures as PNG: 8 bits each of red, green and blue, no alpha.</summary>
public static class PngFile
{
    private const int ChannelCount = 3;

    /// <summary>Writes a file, replacing one that is there.</summary>
    /// <param name="path">The file.</param>
    /// <param name="width">Pixels a row, at least 1.</param>
    /// <param name="height">Rows, at least 1.</param>
    /// <param name="pixels"><c>0x00RRGGBB</c>, row after row, <c>width * height</c> of them.</param>
    /// <exception cref="ArgumentException">The pixels are not <c>width * height</c>.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(string path, int width, int height, ReadOnlySpan<uint> pixels)
    {
        // Coded first: a wrong argument leaves an older file as it is.
        using MemoryStream coded = new();
        Write(coded, width, height, pixels);
        using FileStream file = File.Create(path);
        coded.WriteTo(file);
    }

    /// <summary>Writes to a stream, which stays open. Parameters and exceptions as for the file.</summary>
    public static void Write(Stream stream, int width, int height, ReadOnlySpan<uint> pixels)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        if (pixels.Length != (long)width * height)
        {
            throw new ArgumentException($"{pixels.Length} pixels are not {width} times {height}", nameof(pixels));
        }

        byte[] bytes = new byte[pixels.Length * ChannelCount];
        for (int i = 0; i < pixels.Length; i++)
        {
            uint pixel = pixels[i];
            bytes[i * ChannelCount] = (byte)(pixel >> 16);
            bytes[i * ChannelCount + 1] = (byte)(pixel >> 8);
            bytes[i * ChannelCount + 2] = (byte)pixel;
        }

        new ImageWriter().WritePng(bytes, width, height, ColorComponents.RedGreenBlue, stream);
    }
}
