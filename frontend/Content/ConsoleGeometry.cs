namespace XenFbFront.Content;

/// <summary>How many columns and rows a text console or the built-in terminal is to have.</summary>
/// <param name="Kind">The rule.</param>
/// <param name="Columns">For <see cref="ConsoleGeometryKind.Fixed"/>: columns, 1 to <see cref="TextGridContents.MaximumSide"/>.</param>
/// <param name="Rows">For <see cref="ConsoleGeometryKind.Fixed"/>: rows, 1 to <see cref="TextGridContents.MaximumSide"/>.</param>
public readonly record struct ConsoleGeometry(ConsoleGeometryKind Kind, int Columns = 0, int Rows = 0)
{
    /// <summary>The size that the rule asks for; null where it asks for none.</summary>
    /// <param name="canvas">What there is to fit; null when nothing is known of it yet.</param>
    /// <param name="font">Gives the size of a cell.</param>
    internal (int Columns, int Rows)? Wanted(Canvas? canvas, TextFont font) => Kind switch
    {
        ConsoleGeometryKind.Fixed => (Columns, Rows),
        ConsoleGeometryKind.Fit when canvas is not null =>
            (Math.Clamp(canvas.Width / font.CellWidth, 1, TextGridContents.MaximumSide), Math.Clamp(canvas.Height / font.CellHeight, 1, TextGridContents.MaximumSide)),
        _ => null,
    };
}

/// <summary>The rule for the size of a text console or the built-in terminal.</summary>
public enum ConsoleGeometryKind
{
    /// <summary><see cref="Fit"/> for the built-in terminal, and where no display driver of the kernel shows the console; else <see cref="Keep"/>.</summary>
    Automatic,

    /// <summary>The console keeps the size that it has; the built-in terminal the one with which its program has started.</summary>
    Keep,

    /// <summary>As many cells as the framebuffer has room for.</summary>
    Fit,

    /// <summary>A size that a person chose; the framebuffer is made for it where nothing else is asked for.</summary>
    Fixed,
}
