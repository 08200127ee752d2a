namespace XenFbFront.Content;

/// <summary>How many columns and rows a text console is to have.</summary>
/// <param name="Kind">The rule.</param>
/// <param name="Columns">For <see cref="ConsoleGeometryKind.Fixed"/>: columns, 1 to <see cref="TextGridContents.MaximumSide"/>.</param>
/// <param name="Rows">For <see cref="ConsoleGeometryKind.Fixed"/>: rows, 1 to <see cref="TextGridContents.MaximumSide"/>.</param>
public readonly record struct ConsoleGeometry(ConsoleGeometryKind Kind, int Columns = 0, int Rows = 0);

/// <summary>The rule for the size of a text console.</summary>
public enum ConsoleGeometryKind
{
    /// <summary><see cref="Fit"/> where no display driver of the kernel shows the console, else <see cref="Keep"/>.</summary>
    Automatic,

    /// <summary>The console keeps the size that it has.</summary>
    Keep,

    /// <summary>As many cells as the framebuffer has room for.</summary>
    Fit,

    /// <summary>A size that a person chose; the framebuffer is made for it where nothing else is asked for.</summary>
    Fixed,
}
