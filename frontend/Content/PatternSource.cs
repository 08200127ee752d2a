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
        PixelSurface surface = new(canvas);
        for (int y = 0; y < surface.Height; y++)
        {
            Span<uint> row = surface.Pixels.Slice(y * surface.StridePixels, surface.Width);
            for (int x = 0; x < row.Length; x++)
            {
                row[x] = PixelAt(x, y, surface.Width, surface.Height);
            }
        }

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
