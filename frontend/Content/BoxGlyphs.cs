namespace XenFbFront.Content;

/// <summary>
/// Box drawing (U+2500 to U+257F), block elements (U+2580 to U+259F) and sextants (U+1FB00 to U+1FB3B), drawn for the cells of one font so that
/// they join with each other and with the font's own.
/// </summary>
/// <remarks>
/// Where lines meet a cell's edge is measured at the font's own horizontal and vertical lines; what the font has not is worked out from the size of
/// the cell. A glyph of the font is good when it meets the edges at the same pixels as the one that would be drawn here.
/// </remarks>
internal sealed class BoxGlyphs
{
    private const int FirstBox = 0x2500, LastBox = 0x257f, FirstBlock = 0x2580, LastBlock = 0x259f, FirstSextant = 0x1fb00, LastSextant = 0x1fb3b;
    private const int UpperHalf = 0x2580, LeftHalf = 0x258c;

    private readonly int _width, _height, _bytesPerRow;

    /// <summary>Where horizontal lines lie: rows.</summary>
    private readonly Lines _rows;

    /// <summary>Where vertical lines lie: columns.</summary>
    private readonly Lines _columns;

    private readonly int _halfRow, _halfColumn;

    /// <summary>Measures a font.</summary>
    public BoxGlyphs(ConsoleFont font)
    {
        (_width, _height, _bytesPerRow) = (font.CellWidth, font.CellHeight, font.BytesPerRow);
        // As thick as the strokes of letters in most fonts: one pixel up to 23 rows, two from there.
        int thickness = Math.Max(1, (_height + 8) / 16);
        _rows = MeasureLines(font, isRows: true, 0x2500, 0x2501, 0x2550, thickness);
        _columns = MeasureLines(font, isRows: false, 0x2502, 0x2503, 0x2551, Math.Min(thickness, Math.Max(1, _width / 4)));
        Span<Band> bands = stackalloc Band[2];
        _halfRow = Measure(font, UpperHalf, isRows: true, bands) == 1 && bands[0].Start == 0 ? bands[0].End : _height / 2;
        _halfColumn = Measure(font, LeftHalf, isRows: false, bands) == 1 && bands[0].Start == 0 ? bands[0].End : _width / 2;
    }

    /// <summary>How a line of a box is drawn.</summary>
    private enum Stroke
    {
        None,
        Light,
        Heavy,
        Double,
    }

    /// <summary>The strokes towards the four edges: left, right, up and down, two bits each from the lowest, values of <see cref="Stroke"/>.</summary>
    /// <remarks>From the names in Unicode's chart. Diagonals have none.</remarks>
    private static ReadOnlySpan<byte> Arms =>
    [
        0x05, 0x0a, 0x50, 0xa0, 0x05, 0x0a, 0x50, 0xa0, 0x05, 0x0a, 0x50, 0xa0, 0x44, 0x48, 0x84, 0x88,
        0x41, 0x42, 0x81, 0x82, 0x14, 0x18, 0x24, 0x28, 0x11, 0x12, 0x21, 0x22, 0x54, 0x58, 0x64, 0x94,
        0xa4, 0x68, 0x98, 0xa8, 0x51, 0x52, 0x61, 0x91, 0xa1, 0x62, 0x92, 0xa2, 0x45, 0x46, 0x49, 0x4a,
        0x85, 0x86, 0x89, 0x8a, 0x15, 0x16, 0x19, 0x1a, 0x25, 0x26, 0x29, 0x2a, 0x55, 0x56, 0x59, 0x5a,
        0x65, 0x95, 0xa5, 0x66, 0x69, 0x96, 0x99, 0x6a, 0x9a, 0xa6, 0xa9, 0xaa, 0x05, 0x0a, 0x50, 0xa0,
        0x0f, 0xf0, 0x4c, 0xc4, 0xcc, 0x43, 0xc1, 0xc3, 0x1c, 0x34, 0x3c, 0x13, 0x31, 0x33, 0x5c, 0xf4,
        0xfc, 0x53, 0xf1, 0xf3, 0x4f, 0xc5, 0xcf, 0x1f, 0x35, 0x3f, 0x5f, 0xf5, 0xff, 0x44, 0x41, 0x11,
        0x14, 0x00, 0x00, 0x00, 0x01, 0x10, 0x04, 0x40, 0x02, 0x20, 0x08, 0x80, 0x09, 0x90, 0x06, 0x60,
    ];

    /// <summary>Whether a character is one of those that are drawn here.</summary>
    public static bool Covers(int codePoint) => codePoint is (>= FirstBox and <= LastBlock) or (>= FirstSextant and <= LastSextant);

    /// <summary>Draws a character.</summary>
    /// <param name="codePoint">One that is covered.</param>
    /// <param name="bitmap">All zero, the size of a glyph of the font.</param>
    public void Draw(int codePoint, Span<byte> bitmap)
    {
        switch (codePoint)
        {
            case >= FirstSextant and <= LastSextant:
                DrawSextant(codePoint, bitmap);
                break;
            case >= FirstBlock and <= LastBlock:
                DrawBlock(codePoint, bitmap);
                break;
            case (>= 0x2504 and <= 0x250b) or (>= 0x254c and <= 0x254f):
                DrawDashes(codePoint, bitmap);
                break;
            case >= 0x256d and <= 0x2570:
                DrawArc(codePoint, bitmap);
                break;
            case >= 0x2571 and <= 0x2573:
                DrawDiagonals(codePoint, bitmap);
                break;
            default:
                DrawLines(codePoint, bitmap);
                break;
        }
    }

    /// <summary>Whether a font's own glyph joins with its neighbours.</summary>
    /// <param name="codePoint">One that is covered.</param>
    /// <param name="own">The font's glyph.</param>
    /// <param name="drawn">What <see cref="Draw"/> makes of it.</param>
    public bool Joins(int codePoint, ReadOnlySpan<byte> own, ReadOnlySpan<byte> drawn)
    {
        switch (codePoint)
        {
            // Dashes have gaps and shades have patterns of their own: only an empty glyph is wrong.
            case (>= 0x2504 and <= 0x250b) or (>= 0x254c and <= 0x254f) or (>= 0x2591 and <= 0x2593):
                return own.ContainsAnyExcept((byte)0);
            // Diagonals meet at corners, which the slashes that some fonts have in their place do not reach.
            case >= 0x2571 and <= 0x2573:
                return (codePoint == 0x2572 || (IsSet(own, _bytesPerRow, _width - 1, 0) && IsSet(own, _bytesPerRow, 0, _height - 1)))
                    && (codePoint == 0x2571 || (IsSet(own, _bytesPerRow, 0, 0) && IsSet(own, _bytesPerRow, _width - 1, _height - 1)));
            // Bars from the bottom or the top, and from the left or the right: neighbours have the same height, and stand on the edge.
            case (>= 0x2581 and <= 0x2583) or (>= 0x2585 and <= 0x2587):
                return RowIsFull(own, _height - 1) && ColumnsAreEqual(own, 0, own, _width - 1);
            case 0x2594:
                return RowIsFull(own, 0) && ColumnsAreEqual(own, 0, own, _width - 1);
            case (>= 0x2589 and <= 0x258b) or (>= 0x258d and <= 0x258f):
                return ColumnIsFull(own, 0) && RowsAreEqual(own, 0, own, _height - 1);
            case 0x2595:
                return ColumnIsFull(own, _width - 1) && RowsAreEqual(own, 0, own, _height - 1);
            case >= FirstBox and <= LastBox:
                // Edges without an arm are left alone: many fonts have one glyph for a whole line and for its halves, as the kernel then shows it too.
                return (ArmOf(codePoint, 0) == Stroke.None || ColumnsAreEqual(own, 0, drawn, 0))
                    && (ArmOf(codePoint, 1) == Stroke.None || ColumnsAreEqual(own, _width - 1, drawn, _width - 1))
                    && (ArmOf(codePoint, 2) == Stroke.None || RowsAreEqual(own, 0, drawn, 0))
                    && (ArmOf(codePoint, 3) == Stroke.None || RowsAreEqual(own, _height - 1, drawn, _height - 1));
            default:
                return RowsAreEqual(own, 0, drawn, 0) && RowsAreEqual(own, _height - 1, drawn, _height - 1)
                    && ColumnsAreEqual(own, 0, drawn, 0) && ColumnsAreEqual(own, _width - 1, drawn, _width - 1);
        }
    }

    private static Stroke ArmOf(int codePoint, int direction) => (Stroke)(Arms[codePoint - FirstBox] >> 2 * direction & 3);

    private void DrawLines(int codePoint, Span<byte> bitmap)
    {
        Stroke left = ArmOf(codePoint, 0), right = ArmOf(codePoint, 1), up = ArmOf(codePoint, 2), down = ArmOf(codePoint, 3);
        // Up to where the arms from the low side reach, and from where those to the high side start.
        int leftEnd = _columns.EndOf(up, down, isStraight: left == right), rightStart = _columns.StartOf(up, down, isStraight: left == right);
        int upEnd = _rows.EndOf(left, right, isStraight: up == down), downStart = _rows.StartOf(left, right, isStraight: up == down);
        DrawRows(left, 0, leftEnd, up == Stroke.Double ? _columns.First.End : leftEnd, down == Stroke.Double ? _columns.First.End : leftEnd, isLow: true, bitmap);
        DrawRows(right, rightStart, _width, up == Stroke.Double ? _columns.Second.Start : rightStart, down == Stroke.Double ? _columns.Second.Start : rightStart, isLow: false, bitmap);
        DrawColumns(up, 0, upEnd, left == Stroke.Double ? _rows.First.End : upEnd, right == Stroke.Double ? _rows.First.End : upEnd, isLow: true, bitmap);
        DrawColumns(down, downStart, _height, left == Stroke.Double ? _rows.Second.Start : downStart, right == Stroke.Double ? _rows.Second.Start : downStart, isLow: false, bitmap);
    }

    /// <summary>One horizontal arm. The two lines of a double one stop short of the centre on the sides where a double line crosses.</summary>
    private void DrawRows(Stroke stroke, int start, int end, int firstInner, int secondInner, bool isLow, Span<byte> bitmap)
    {
        switch (stroke)
        {
            case Stroke.Double:
                Fill(bitmap, isLow ? start : firstInner, _rows.First.Start, isLow ? firstInner : end, _rows.First.End);
                Fill(bitmap, isLow ? start : secondInner, _rows.Second.Start, isLow ? secondInner : end, _rows.Second.End);
                break;
            case Stroke.Light or Stroke.Heavy:
                Band rows = _rows.Of(stroke);
                Fill(bitmap, start, rows.Start, end, rows.End);
                break;
        }
    }

    private void DrawColumns(Stroke stroke, int start, int end, int firstInner, int secondInner, bool isLow, Span<byte> bitmap)
    {
        switch (stroke)
        {
            case Stroke.Double:
                Fill(bitmap, _columns.First.Start, isLow ? start : firstInner, _columns.First.End, isLow ? firstInner : end);
                Fill(bitmap, _columns.Second.Start, isLow ? start : secondInner, _columns.Second.End, isLow ? secondInner : end);
                break;
            case Stroke.Light or Stroke.Heavy:
                Band columns = _columns.Of(stroke);
                Fill(bitmap, columns.Start, start, columns.End, end);
                break;
        }
    }

    private void DrawDashes(int codePoint, Span<byte> bitmap)
    {
        int count = codePoint >= 0x254c ? 2 : codePoint <= 0x2507 ? 3 : 4;
        Stroke horizontal = ArmOf(codePoint, 0), vertical = ArmOf(codePoint, 2);
        int length = horizontal != Stroke.None ? _width : _height;
        Band band = horizontal != Stroke.None ? _rows.Of(horizontal) : _columns.Of(vertical);
        for (int i = 0; i < count; i++)
        {
            // A gap behind each dash, so that a row of cells is dashed evenly.
            int start = length * i / count, end = length * (i + 1) / count;
            end = Math.Max(start + 1, end - Math.Max(1, (end - start) / 3));
            if (horizontal != Stroke.None)
            {
                Fill(bitmap, start, band.Start, end, band.End);
            }
            else
            {
                Fill(bitmap, band.Start, start, band.End, end);
            }
        }
    }

    /// <summary>A quarter of a ring between two straight ends.</summary>
    private void DrawArc(int codePoint, Span<byte> bitmap)
    {
        bool isRight = ArmOf(codePoint, 1) != Stroke.None, isDown = ArmOf(codePoint, 3) != Stroke.None;
        Band rows = _rows.Light, columns = _columns.Light;
        // Doubled coordinates: pixel x has its centre at 2x + 1, so that halves are whole numbers.
        int lineX = columns.Start + columns.End, lineY = rows.Start + rows.End;
        int radius = Math.Max(0, Math.Min(isRight ? 2 * _width - lineX : lineX, isDown ? 2 * _height - lineY : lineY) - 2);
        int centreX = isRight ? lineX + radius : lineX - radius, centreY = isDown ? lineY + radius : lineY - radius;
        int thicknessX = columns.End - columns.Start, thicknessY = rows.End - rows.Start;
        for (int y = 0; y < _height; y++)
        {
            for (int x = 0; x < _width; x++)
            {
                int dx = 2 * x + 1 - centreX, dy = 2 * y + 1 - centreY;
                bool isTowardsX = isRight ? dx <= 0 : dx >= 0, isTowardsY = isDown ? dy <= 0 : dy >= 0;
                bool isSet = isTowardsX && isTowardsY
                    ? IsWithin(dx, dy, radius + thicknessX, radius + thicknessY) && !IsWithin(dx, dy, radius - thicknessX, radius - thicknessY)
                    : isTowardsX ? x >= columns.Start && x < columns.End : isTowardsY && y >= rows.Start && y < rows.End;
                if (isSet)
                {
                    Fill(bitmap, x, y, x + 1, y + 1);
                }
            }
        }

        static bool IsWithin(long dx, long dy, long radiusX, long radiusY) =>
            radiusX > 0 && radiusY > 0 && dx * dx * radiusY * radiusY + dy * dy * radiusX * radiusX < radiusX * radiusX * radiusY * radiusY;
    }

    private void DrawDiagonals(int codePoint, Span<byte> bitmap)
    {
        int thickness = _columns.Light.End - _columns.Light.Start;
        for (int y = 0; y < _height; y++)
        {
            // Every pixel column that the line passes in this row, so that rows hang together and both corners are reached.
            int start = y * _width / _height, end = Math.Max(((y + 1) * _width + _height - 1) / _height, start + thickness);
            if (codePoint is 0x2572 or 0x2573)
            {
                Fill(bitmap, start, y, end, y + 1);
            }

            if (codePoint is 0x2571 or 0x2573)
            {
                Fill(bitmap, _width - end, y, _width - start, y + 1);
            }
        }
    }

    private void DrawBlock(int codePoint, Span<byte> bitmap)
    {
        switch (codePoint)
        {
            case UpperHalf:
                Fill(bitmap, 0, 0, _width, _halfRow);
                break;
            case 0x2584:
                Fill(bitmap, 0, _halfRow, _width, _height);
                break;
            case >= 0x2581 and <= 0x2588:
                Fill(bitmap, 0, _height - Eighths(_height, codePoint - 0x2580), _width, _height);
                break;
            case LeftHalf:
                Fill(bitmap, 0, 0, _halfColumn, _height);
                break;
            case >= 0x2589 and <= 0x258f:
                Fill(bitmap, 0, 0, Eighths(_width, 0x2590 - codePoint), _height);
                break;
            case 0x2590:
                Fill(bitmap, _halfColumn, 0, _width, _height);
                break;
            case >= 0x2591 and <= 0x2593:
                DrawShade(codePoint, bitmap);
                break;
            case 0x2594:
                Fill(bitmap, 0, 0, _width, Eighths(_height, 1));
                break;
            case 0x2595:
                Fill(bitmap, _width - Eighths(_width, 1), 0, _width, _height);
                break;
            default:
                // Upper left, upper right, lower left, lower right from the lowest bit, in the order of the chart.
                int quadrants = "\x4\x8\x1\xd\x9\x7\xb\x2\x6\xe"[codePoint - 0x2596];
                FillIf(quadrants & 1, 0, 0, _halfColumn, _halfRow, bitmap);
                FillIf(quadrants & 2, _halfColumn, 0, _width, _halfRow, bitmap);
                FillIf(quadrants & 4, 0, _halfRow, _halfColumn, _height, bitmap);
                FillIf(quadrants & 8, _halfColumn, _halfRow, _width, _height, bitmap);
                break;
        }
    }

    /// <summary>Dots at a quarter, a half or three quarters of the pixels. The pattern goes on in the next cell where the width is even.</summary>
    private void DrawShade(int codePoint, Span<byte> bitmap)
    {
        bool isWide = _width % 4 == 0;
        for (int y = 0; y < _height; y++)
        {
            for (int x = 0; x < _width; x++)
            {
                bool isQuarter = isWide ? ((x + 2 * y) & 3) == 0 : (x & 1) == 0 && (y & 1) == 0;
                bool isSet = codePoint switch { 0x2591 => isQuarter, 0x2592 => ((x + y) & 1) == 0, _ => !isQuarter };
                FillIf(isSet ? 1 : 0, x, y, x + 1, y + 1, bitmap);
            }
        }
    }

    /// <summary>Two columns of three: bit 0 is the upper left, bit 1 the upper right one. All patterns but the empty, the full and the two halves.</summary>
    private void DrawSextant(int codePoint, Span<byte> bitmap)
    {
        const int leftHalf = 0b010101, rightHalf = 0b101010;
        int pattern = codePoint - FirstSextant + 1;
        pattern += pattern >= leftHalf ? 1 : 0;
        pattern += pattern >= rightHalf ? 1 : 0;
        for (int i = 0; i < 6; i++)
        {
            int top = _height * (i / 2) / 3, bottom = _height * (i / 2 + 1) / 3;
            FillIf(pattern >> i & 1, i % 2 == 0 ? 0 : _halfColumn, top, i % 2 == 0 ? _halfColumn : _width, bottom, bitmap);
        }
    }

    private static int Eighths(int length, int count) => Math.Max(1, (length * count + 4) / 8);

    private void FillIf(int condition, int left, int top, int right, int bottom, Span<byte> bitmap)
    {
        if (condition != 0)
        {
            Fill(bitmap, left, top, right, bottom);
        }
    }

    private void Fill(Span<byte> bitmap, int left, int top, int right, int bottom)
    {
        (left, right) = (Math.Max(0, left), Math.Min(_width, right));
        for (int y = Math.Max(0, top); y < Math.Min(_height, bottom); y++)
        {
            for (int x = left; x < right; x++)
            {
                bitmap[y * _bytesPerRow + x / 8] |= (byte)(0x80 >> (x & 7));
            }
        }
    }

    private static bool IsSet(ReadOnlySpan<byte> bitmap, int bytesPerRow, int x, int y) => (bitmap[y * bytesPerRow + x / 8] & 0x80 >> (x & 7)) != 0;

    private bool RowsAreEqual(ReadOnlySpan<byte> first, int firstRow, ReadOnlySpan<byte> second, int secondRow)
    {
        for (int x = 0; x < _width; x++)
        {
            if (IsSet(first, _bytesPerRow, x, firstRow) != IsSet(second, _bytesPerRow, x, secondRow))
            {
                return false;
            }
        }

        return true;
    }

    private bool ColumnsAreEqual(ReadOnlySpan<byte> first, int firstColumn, ReadOnlySpan<byte> second, int secondColumn)
    {
        for (int y = 0; y < _height; y++)
        {
            if (IsSet(first, _bytesPerRow, firstColumn, y) != IsSet(second, _bytesPerRow, secondColumn, y))
            {
                return false;
            }
        }

        return true;
    }

    private bool RowIsFull(ReadOnlySpan<byte> bitmap, int row)
    {
        for (int x = 0; x < _width; x++)
        {
            if (!IsSet(bitmap, _bytesPerRow, x, row))
            {
                return false;
            }
        }

        return true;
    }

    private bool ColumnIsFull(ReadOnlySpan<byte> bitmap, int column)
    {
        for (int y = 0; y < _height; y++)
        {
            if (!IsSet(bitmap, _bytesPerRow, column, y))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The positions of the lines in one direction: the font's own where it has them, else in the middle.</summary>
    private static Lines MeasureLines(ConsoleFont font, bool isRows, int light, int heavy, int doubled, int thickness)
    {
        int side = isRows ? font.CellHeight : font.CellWidth;
        Span<Band> bands = stackalloc Band[2];
        Lines lines = default;
        lines.Light = Measure(font, light, isRows, bands) == 1 ? bands[0] : new((side - thickness) / 2, (side - thickness) / 2 + thickness);
        int drawnThickness = lines.Light.End - lines.Light.Start, growth = (drawnThickness + 1) / 2;
        lines.Heavy = Measure(font, heavy, isRows, bands) == 1 ? bands[0] : new(Math.Max(0, lines.Light.Start - growth), Math.Min(side, lines.Light.End + growth));
        int doubledCount = Measure(font, doubled, isRows, bands);
        // Some fonts show a double line as one. Drawn ones lie beside the place of the single line, and thinner rather than on the cell's edge.
        (lines.First, lines.Second) = doubledCount > 0
            ? (bands[0], bands[doubledCount - 1])
            : (new Band(Math.Max(0, Math.Max(Math.Min(1, lines.Light.Start - 1), lines.Light.Start - drawnThickness)), Math.Max(1, lines.Light.Start)),
                new Band(Math.Min(side - 1, lines.Light.End), Math.Min(side, Math.Min(Math.Max(side - 1, lines.Light.End + 1), lines.Light.End + drawnThickness))));
        return lines;
    }

    /// <summary>Finds where a line of the font meets the two edges that it reaches.</summary>
    /// <param name="font">The font.</param>
    /// <param name="codePoint">A horizontal or vertical line.</param>
    /// <param name="isRows">Whether it is horizontal.</param>
    /// <param name="bands">The runs of set pixels on the edge.</param>
    /// <returns>How many runs there are; 0 when the font has no such line, when both edges differ, or when there are too many.</returns>
    private static int Measure(ConsoleFont font, int codePoint, bool isRows, Span<Band> bands)
    {
        if (!font.TryGetGlyph(codePoint, out int glyph))
        {
            return 0;
        }

        int width = font.CellWidth, height = font.CellHeight, side = isRows ? height : width, count = 0, start = -1;
        ReadOnlySpan<byte> bitmap = font.Bitmaps.Slice(glyph * height * font.BytesPerRow, height * font.BytesPerRow);
        for (int i = 0; i <= side; i++)
        {
            bool isSet = i < side && (isRows ? IsSet(bitmap, font.BytesPerRow, 0, i) : IsSet(bitmap, font.BytesPerRow, i, 0));
            if (i < side && isSet != (isRows ? IsSet(bitmap, font.BytesPerRow, width - 1, i) : IsSet(bitmap, font.BytesPerRow, i, height - 1)))
            {
                return 0;
            }

            if (isSet && start < 0)
            {
                start = i;
            }
            else if (!isSet && start >= 0)
            {
                if (count == bands.Length)
                {
                    return 0;
                }

                bands[count++] = new(start, i);
                start = -1;
            }
        }

        return count;
    }

    /// <summary>Pixels from a first one to before another.</summary>
    private readonly record struct Band(int Start, int End);

    /// <summary>Where the lines of one direction lie.</summary>
    private struct Lines
    {
        public Band Light, Heavy;

        /// <summary>The two lines of a double one.</summary>
        public Band First, Second;

        public readonly Band Of(Stroke stroke) => stroke == Stroke.Heavy ? Heavy : Light;

        /// <summary>Where an arm that comes from the low side across these lines ends, so that corners are filled and nothing sticks out.</summary>
        /// <param name="before">The arm of these lines on one side.</param>
        /// <param name="behind">The arm on the other side.</param>
        /// <param name="isStraight">Whether the arm goes on alike on the other side of these lines.</param>
        public readonly int EndOf(Stroke before, Stroke behind, bool isStraight)
        {
            bool isDouble = before == Stroke.Double || behind == Stroke.Double;
            return before == Stroke.Heavy || behind == Stroke.Heavy ? Heavy.End
                : before != behind || isStraight ? isDouble ? Second.End : Light.End
                : isDouble ? First.End : before == Stroke.None ? Light.End : Light.Start;
        }

        /// <summary>Where an arm to the high side starts; see <see cref="EndOf"/>.</summary>
        public readonly int StartOf(Stroke before, Stroke behind, bool isStraight)
        {
            bool isDouble = before == Stroke.Double || behind == Stroke.Double;
            return before == Stroke.Heavy || behind == Stroke.Heavy ? Heavy.Start
                : before != behind || isStraight ? isDouble ? First.Start : Light.Start
                : isDouble ? Second.Start : before == Stroke.None ? Light.Start : Light.End;
        }
    }
}
