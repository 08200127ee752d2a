using Xenbus;
using Xenbus.Linux.Interop;
using XenFbFront.Configuration;

namespace XenFbFront.Content;

/// <summary>The font that was chosen for text, and why.</summary>
/// <param name="Font">The font.</param>
/// <param name="Explanation">A phrase without a full stop: which font, of what size, and what could not be used.</param>
public sealed record FontChoice(TextFont Font, string Explanation)
{
    /// <summary>Value of the option for the guest's own font, which is the default.</summary>
    public const string Automatic = "auto";

    /// <summary>Value of the option for the built-in font of 16 rows; a colon and 16, 24 or 32 behind it choose.</summary>
    public const string BuiltIn = "builtin";

    /// <summary>Value of the option for no fallback font.</summary>
    public const string None = "none";

    /// <summary>Loads the fonts that the options name. The guest's own font that cannot be used is told of and the built-in one taken; one that the options name is an error.</summary>
    /// <param name="options">Font, fallback font and scale.</param>
    /// <param name="root">What stands before the paths of the guest's configuration; empty for the running system.</param>
    /// <exception cref="XenException">A font that the options name cannot be used.</exception>
    public static FontChoice Make(DaemonOptions options, string root = "")
    {
        string explanation;
        ConsoleFont font;
        if (TryBuiltInHeight(options.Font, out int height))
        {
            font = BuiltInFonts.Get(height);
            explanation = $"font built in, {Size(font, options.Scale)}";
        }
        else if (options.Font is not (null or Automatic))
        {
            font = ConsoleFont.Load(options.Font);
            explanation = $"font {options.Font}, {Size(font, options.Scale)}";
        }
        else
        {
            (font, explanation) = MakeAutomatic(options.Scale, root);
        }

        FallbackFont? fallback = null;
        if (options.FallbackFont is null)
        {
            string path = root + FallbackFont.DefaultPath;
            try
            {
                fallback = Libc.Exists(path) ? FallbackFont.Open(path) : null;
            }
            catch (XenException exception)
            {
                explanation += $"; {exception.Message}";
            }
        }
        else if (options.FallbackFont != None)
        {
            fallback = FallbackFont.Open(options.FallbackFont);
        }

        return new(new(font, options.Scale, fallback), fallback is null ? explanation : $"{explanation}, and what it has not from {fallback.Path}");
    }

    /// <summary>Whether a value of the option names a built-in font, and of what height.</summary>
    internal static bool TryBuiltInHeight(string? value, out int height)
    {
        height = value switch { BuiltIn or BuiltIn + ":16" => 16, BuiltIn + ":24" => 24, BuiltIn + ":32" => 32, _ => 0 };
        return height != 0;
    }

    private static (ConsoleFont Font, string Explanation) MakeAutomatic(int scale, string root)
    {
        ConsoleFont builtIn = BuiltInFonts.Get(16);
        if (ConfiguredFont.Find(root) is not { } configured)
        {
            return (builtIn, $"font built in, {Size(builtIn, scale)}");
        }

        string why;
        if (configured.Path is null)
        {
            why = "there is no such file where console fonts are";
        }
        else
        {
            try
            {
                ConsoleFont font = ConsoleFont.Load(configured.Path);
                return (font, $"font {configured.Path}, {Size(font, scale)}, as {configured.ConfiguredIn} says (--font builtin or FILE takes another)");
            }
            catch (ConsoleFontException exception)
            {
                why = exception.Why;
            }
            catch (XenException exception)
            {
                why = exception.Message;
            }
        }

        return (builtIn, $"font built in, {Size(builtIn, scale)}, as {configured.Name}, which {configured.ConfiguredIn} names, cannot be used: {why} (--font FILE takes another)");
    }

    private static string Size(ConsoleFont font, int scale) => $"{font.CellWidth}x{font.CellHeight}" + (scale == 1 ? string.Empty : $" times {scale}");
}
