namespace XenFbFront.Content;

/// <summary>A test picture in which a wrong stride, offset, size or channel order shows (<c>--source pattern</c>).</summary>
/// <remarks>
/// From top to bottom: colour bars; gradients of red, green, blue and grey; on the left checkerboards of 1, 2, 4 and 8 pixels, on the right a
/// field in which every pixel of a 256x256 area has its own colour. Over it two diagonals and a circle, round it a border of one pixel with
/// a red, green, blue and white corner, clockwise from the top left. Drawn once.
/// </remarks>
public sealed class PatternSource : IScreenSource
{
    /// <summary>Side of a coloured corner, pixels.</summary>
    private const int CornerPixels = 12;

    private const uint White = 0xffffff;

    /// <summary>Of rows that differ from each other.</summary>
    private const int NoBand = -1;

    /// <inheritdoc/>
    public string Description => "test picture";

    /// <inheritdoc/>
    public (int Width, int Height) PreferredSize => (800, 600);

    /// <summary>The colour of one pixel of the picture.</summary>
    /// <param name="x">0 to <paramref name="width"/> - 1.</param>
    /// <param name="y">0 to <paramref name="height"/> - 1.</param>
    /// <param name="width">Width of the picture, pixels, at least 1.</param>
    /// <param name="height">Height of the picture, pixels, at least 1.</param>
    /// <returns>0x00RRGGBB.</returns>
    public static uint PixelAt(int x, int y, int width, int height)
    {
        if (Corner(x, y, width, height) is var corner && corner != 0)
        {
            return corner;
        }

        if (x == 0 || y == 0 || x == width - 1 || y == height - 1)
        {
            return White;
        }

        uint colour = FieldAt(x, y, width, height);
        return IsOnLine(x, y, width, height) ? ~colour & White : colour;
    }

    /// <inheritdoc/>
    public void Attach(Canvas canvas)
    {
        // PixelAt for every pixel would take longer than everything else between exec and Connected.
        PixelSurface surface = new(canvas);
        DrawField(surface);
        DrawDiagonals(surface);
        DrawCircle(surface);
        DrawBorder(surface);
        canvas.Changed(canvas.Bounds);
        canvas.Flush();
    }

    /// <inheritdoc/>
    public void Detach()
    {
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    /// <summary>What lies beneath all lines. Rows of one band are the same and are worked out once.</summary>
    private static void DrawField(in PixelSurface surface)
    {
        int width = surface.Width, height = surface.Height, lastBand = -1;
        ReadOnlySpan<uint> above = default;
        for (int y = 0; y < height; y++)
        {
            Span<uint> row = surface.Pixels.Slice(y * surface.StridePixels, width);
            int band = BandAt(y, height);
            if (band == lastBand && band != NoBand)
            {
                above.CopyTo(row);
            }
            else
            {
                for (int x = 0; x < width; x++)
                {
                    row[x] = FieldAt(x, y, width, height);
                }
            }

            lastBand = band;
            above = row;
        }
    }

    private static void DrawDiagonals(in PixelSurface surface)
    {
        int width = surface.Width, height = surface.Height, last = Math.Max(width, height) - 1;
        for (int i = 0; i <= last; i++)
        {
            // As in IsOnLine; of a single pixel there is no diagonal, and it lies under the border.
            int other = last == 0 ? 0 : (int)((long)i * (Math.Min(width, height) - 1) / last);
            (int x, int y, int mirroredX, int mirroredY) = width >= height ? (i, other, last - i, other) : (other, i, other, last - i);
            Draw(surface, x, y);
            Draw(surface, mirroredX, mirroredY);
        }
    }

    /// <summary>Draws, in each row, from the circle's outer edge to its inner edge and a pixel beyond, on both sides.</summary>
    private static void DrawCircle(in PixelSurface surface)
    {
        int width = surface.Width, height = surface.Height;
        double radius = Math.Min(width, height) * 9L / 10;
        for (int y = 0; y < height; y++)
        {
            double dy = 2.0 * y - (height - 1), outer = radius * radius - dy * dy, inner = (radius - 3) * (radius - 3) - dy * dy;
            if (outer < 0)
            {
                continue;
            }

            int first = Math.Max(0, (int)((width - 1 - Math.Sqrt(outer)) / 2) - 1);
            int end = Math.Min((width + 1) / 2, (int)((width - 1 - Math.Sqrt(Math.Max(0, inner))) / 2) + 2);
            for (int x = first; x < end; x++)
            {
                Draw(surface, x, y);
                Draw(surface, width - 1 - x, y);
            }
        }
    }

    /// <summary>Draws the border and the corners.</summary>
    private static void DrawBorder(in PixelSurface surface)
    {
        int width = surface.Width, height = surface.Height;
        for (int y = 0; y < height; y++)
        {
            int edge = y < CornerPixels || y >= height - CornerPixels ? CornerPixels : 1;
            // A row of the upper or lower border is drawn whole.
            int left = y == 0 || y == height - 1 ? width : Math.Min(edge, width);
            for (int x = 0; x < left; x++)
            {
                Draw(surface, x, y);
                Draw(surface, width - 1 - x, y);
            }
        }
    }

    private static void Draw(in PixelSurface surface, int x, int y) =>
        surface.Pixels[y * surface.StridePixels + x] = PixelAt(x, y, surface.Width, surface.Height);

    /// <summary>A number that is the same for neighbouring rows of the same field, or <see cref="NoBand"/>.</summary>
    private static int BandAt(int y, int height)
    {
        int barsEnd = height * 2 / 5, gradientsEnd = height * 7 / 10;
        return y < barsEnd ? 0 : y < gradientsEnd ? 1 + (y - barsEnd) * 4 / (gradientsEnd - barsEnd) : NoBand;
    }

    private static uint Corner(int x, int y, int width, int height)
    {
        // On a small picture the corners shrink, so that each keeps its quarter at most.
        int size = Math.Min(CornerPixels, (Math.Min(width, height) + 1) / 2);
        bool isLeft = x < size, isRight = x >= width - size, isTop = y < size, isBottom = y >= height - size;
        return (isLeft, isRight, isTop, isBottom) switch
        {
            (true, _, true, _) => 0xff0000,
            (_, true, true, _) => 0x00ff00,
            (_, true, _, true) => 0x0000ff,
            (true, _, _, true) => White,
            _ => 0,
        };
    }

    private static uint FieldAt(int x, int y, int width, int height)
    {
        int barsEnd = height * 2 / 5, gradientsEnd = height * 7 / 10;
        if (y < barsEnd)
        {
            // White, yellow, cyan, green, magenta, red, blue, black: each bit of the number switches one channel off, blue the fastest.
            uint bar = 7 - (uint)((long)x * 8 / width);
            return ((bar >> 1 & 1) * 0xff0000) | ((bar >> 2) * 0xff00) | ((bar & 1) * 0xff);
        }

        if (y < gradientsEnd)
        {
            uint level = width == 1 ? 0 : (uint)((long)x * 255 / (width - 1));
            return ((y - barsEnd) * 4 / (gradientsEnd - barsEnd)) switch
            {
                0 => level << 16,
                1 => level << 8,
                2 => level,
                _ => level * 0x010101,
            };
        }

        if (x >= width / 2)
        {
            // Position in the colour: red counts columns, green counts rows, blue tells the 256-pixel areas apart.
            uint area = (uint)((x >> 8) * 5 + (y >> 8) * 3);
            return (uint)((x & 0xff) << 16 | (y & 0xff) << 8) | (area * 0x25 + 0x40 & 0xff);
        }

        // Four boards side by side, their squares aligned to the picture's origin so that an offset shows.
        int shift = Math.Min(3, (int)((long)x * 8 / width));
        return ((x >> shift) + (y >> shift) & 1) != 0 ? White : 0u;
    }

    /// <summary>The two diagonals and the circle, all found by integers so that every machine draws the same.</summary>
    private static bool IsOnLine(int x, int y, int width, int height)
    {
        // Along the longer side each position has exactly one pixel on the other.
        bool isOnDiagonal = width >= height
            ? y == (long)x * (height - 1) / (width - 1) || y == (long)(width - 1 - x) * (height - 1) / (width - 1)
            : x == (long)y * (width - 1) / (height - 1) || x == (long)(height - 1 - y) * (width - 1) / (height - 1);

        // Twice the distance from the centre stays an integer at even sizes too.
        long dx = 2L * x - (width - 1), dy = 2L * y - (height - 1), radius = Math.Min(width, height) * 9L / 10;
        long distance = dx * dx + dy * dy;
        bool isOnCircle = distance <= radius * radius && distance > (radius - 3) * (radius - 3);
        return isOnDiagonal || isOnCircle;
    }
}
