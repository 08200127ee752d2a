using System.Text;
using XenFbFront.Backend;

namespace XenFbFront.Viewer;

/// <summary>A picture as text for a terminal with 24-bit colour: two pixels a cell, by the upper half block.</summary>
/// <remarks>
/// The colours are set by <c>ESC [ 38;2;r;g;b m</c> and <c>ESC [ 48;2;r;g;b m</c> (ISO 8613-6 direct colour as terminals have it). A cell is
/// taken to be twice as high as wide, so its halves are square and the picture keeps its shape.
/// </remarks>
public static class TerminalPicture
{
    private const char UpperHalf = '▀';
    private const string Reset = "\e[0m";

    /// <summary>Writes the screen as it is now.</summary>
    /// <param name="writer">Gets <see cref="Render"/>'s text.</param>
    /// <param name="screen">The screen; its gate is held while the pixels are copied.</param>
    /// <param name="columns">Most cells a line, at least 1.</param>
    /// <param name="rows">Most lines, at least 1.</param>
    public static void Write(TextWriter writer, BackendScreen screen, int columns, int rows)
    {
        uint[] pixels;
        int width, height;
        lock (screen.Gate)
        {
            (width, height) = (screen.Width, screen.Height);
            pixels = screen.Pixels.ToArray();
        }

        writer.Write(Render(pixels, width, height, columns, rows));
    }

    /// <summary>The text of a picture, each line ended by a line feed with the colours reset; empty for a picture without pixels.</summary>
    /// <remarks>
    /// A larger picture is scaled down so that it fits, each of its pixels counted by the area it covers; a smaller one is not enlarged. With
    /// an odd number of pixel rows the lower half of the last line keeps the terminal's background.
    /// </remarks>
    /// <param name="pixels"><c>0x00RRGGBB</c>, <c>width * height</c> of them.</param>
    /// <param name="width">Pixels a row.</param>
    /// <param name="height">Rows of pixels.</param>
    /// <param name="columns">Most cells a line, at least 1.</param>
    /// <param name="rows">Most lines, at least 1.</param>
    /// <exception cref="ArgumentException">The pixels are not <c>width * height</c>.</exception>
    public static string Render(ReadOnlySpan<uint> pixels, int width, int height, int columns, int rows)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(columns);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rows);
        if (pixels.Length != (long)width * height)
        {
            throw new ArgumentException($"{pixels.Length} pixels are not {width} times {height}", nameof(pixels));
        }

        if (pixels.IsEmpty)
        {
            return "";
        }

        (int outWidth, int outHeight) = Fit(width, height, columns, rows * 2L);
        uint[] small = Shrink(pixels, width, height, outWidth, outHeight);
        StringBuilder text = new();
        for (int y = 0; y < outHeight; y += 2)
        {
            // A colour is set only where it changes: a console's picture is a tenth of the size for it.
            uint? foreground = null, background = null;
            for (int x = 0; x < outWidth; x++)
            {
                uint upper = small[y * outWidth + x];
                if (upper != foreground)
                {
                    AppendColour(text, 38, upper);
                    foreground = upper;
                }

                if (y + 1 < outHeight && small[(y + 1) * outWidth + x] is var lower && lower != background)
                {
                    AppendColour(text, 48, lower);
                    background = lower;
                }

                text.Append(UpperHalf);
            }

            text.Append(Reset).Append('\n');
        }

        return text.ToString();
    }

    private static (int Width, int Height) Fit(int width, int height, long mostWidth, long mostHeight)
    {
        if (width <= mostWidth && height <= mostHeight)
        {
            return (width, height);
        }

        // The side that is too large by more decides; the other is rounded and stays at least one pixel.
        return width * mostHeight >= height * mostWidth
            ? ((int)mostWidth, (int)Math.Clamp((height * mostWidth + width / 2) / width, 1, mostHeight))
            : ((int)Math.Clamp((width * mostHeight + height / 2) / height, 1, mostWidth), (int)mostHeight);
    }

    private static uint[] Shrink(ReadOnlySpan<uint> pixels, int width, int height, int outWidth, int outHeight)
    {
        uint[] result = new uint[outWidth * outHeight];
        for (int outY = 0; outY < outHeight; outY++)
        {
            for (int outX = 0; outX < outWidth; outX++)
            {
                result[outY * outWidth + outX] = Average(pixels, width, height, outX, outY, outWidth, outHeight);
            }
        }

        return result;
    }

    /// <summary>The mean of the area under one pixel of the small picture.</summary>
    /// <remarks>
    /// In whole numbers: let a source pixel be <c>outWidth</c> units wide and a result pixel <c>width</c> units, then both rows are as long,
    /// every overlap is a whole number of units, and the weights of a result pixel add up to <c>width * height</c>.
    /// </remarks>
    private static uint Average(ReadOnlySpan<uint> pixels, int width, int height, int outX, int outY, int outWidth, int outHeight)
    {
        long red = 0, green = 0, blue = 0;
        long left = (long)outX * width, right = left + width, top = (long)outY * height, bottom = top + height;
        for (long y = top / outHeight; y * outHeight < bottom; y++)
        {
            long rowWeight = Math.Min(bottom, (y + 1) * outHeight) - Math.Max(top, y * outHeight);
            for (long x = left / outWidth; x * outWidth < right; x++)
            {
                long weight = rowWeight * (Math.Min(right, (x + 1) * outWidth) - Math.Max(left, x * outWidth));
                uint pixel = pixels[(int)(y * width + x)];
                red += weight * (byte)(pixel >> 16);
                green += weight * (byte)(pixel >> 8);
                blue += weight * (byte)pixel;
            }
        }

        long total = (long)width * height;
        return (uint)((red + total / 2) / total << 16 | (green + total / 2) / total << 8 | (blue + total / 2) / total);
    }

    private static void AppendColour(StringBuilder text, int target, uint colour) =>
        text.Append($"\e[{target};2;{(byte)(colour >> 16)};{(byte)(colour >> 8)};{(byte)colour}m");
}
