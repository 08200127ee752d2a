using XenFbFront.Content;

namespace XenFbFront.Configuration;

/// <summary>The options, in the one table that the command line, the configuration file and <c>--help</c> share.</summary>
/// <remarks>The manual pages, the completion of shells and README.md are compared with it by tests.</remarks>
internal static class OptionTable
{
    /// <summary>All of them, in the order of the help.</summary>
    public static Option[] All { get; } =
    [
        new("source", "WHAT", "console, term, pattern or keys") { Set = OptionValues.SetSource, Default = "console, else term", Words = ["console", "term", "pattern", "keys"] },
        new("vt", "N", "the text console to show") { Set = static (o, v) => o.VirtualTerminal = OptionValues.Number("vt", v, 1, 63), Default = "the active one" },
        new("font", "FILE", "PSF file, builtin, builtin:24 or :32") { Set = OptionValues.SetFont, Default = "the guest's", Words = ["auto", "builtin", "builtin:16", "builtin:24", "builtin:32"] },
        new("fallback-font", "FILE", "Unifont's hex file or none") { Set = static (o, v) => o.FallbackFont = v, Default = "if installed", Words = ["none"], IsRare = true },
        new("scale", "N", "pixels for one of the font, 1 to 8") { Set = static (o, v) => o.Scale = OptionValues.Number("scale", v, 1, TextFont.MaximumScale), Default = "1", IsRare = true },
        new("geometry", "CxR", "columns and rows, or keep, or fit the screen")
        {
            Set = OptionValues.SetGeometry, Default = "keep for a console that the kernel shows too or on the loopback, else fit", Words = ["fit", "keep"], IsRare = true,
        },
        new("cursor", "SHAPE", "underline, block or none") { Set = OptionValues.SetCursor, Default = "underline", Words = ["underline", "block", "none"], IsRare = true },
        new("blink", "MS", "time that cursor and blinking text show; 0: always") { Set = OptionValues.SetBlink, Default = "0", IsRare = true },
        new("vfb", "N=WHAT", "vfb/N's own: console[:VT], term[:COMMAND], keys or pattern") { Set = OptionValues.SetFramebuffer, IsNumbered = true },
        new("term", "COMMAND", "what the built-in terminal runs") { Set = static (o, v) => o.TerminalCommand = v, Default = "a login" },
        new("keymap", "FILE", "keys of the built-in terminal, by loadkeys -b")
        {
            Set = static (o, v) => o.Keymap = v == "us" ? null : v, Default = "us", Words = ["us"], IsRare = true,
        },
        new("size", "WxH,…", "sizes in pixels, the first is shown") { Set = OptionValues.SetSize, Check = OptionValues.CheckSize, Default = "the source's", IsNumbered = true },
        new("max-size", "WxH", "room for growth without another connection") { Set = OptionValues.SetMaxSize, Check = OptionValues.CheckMaxSize, IsRare = true },
        new("depth", "BITS", "bits of a pixel: 8, 16, 24 or 32") { Set = OptionValues.SetDepth, Default = "32", Words = ["8", "16", "24", "32"], IsRare = true },
        new("sink", "WHERE", "auto, uinput, uhid, console, record:FILE or none")
        {
            Set = OptionValues.SetSink, Default = "the built-in terminal when it is shown, else auto; none on the loopback",
            Words = ["auto", "uinput", "uhid", "console", "record:", "none"],
        },
        new("unbind", string.Empty, "take devices from the kernel's drivers; its console ends\nand QEMU's viewers need Ctrl-Alt-2 to see the new picture")
        {
            Set = OptionValues.SetUnbind, Default = "no", Alone = "yes", Words = ["yes", "no"],
        },
        new("grant-reserve", "N", "grants left to disks and network")
        {
            Set = static (o, v) => o.GrantReserve = OptionValues.Number("grant-reserve", v, 0, 4096), Default = "64", IsRare = true,
        },
        new("loopback", "DIR", "a device directory of tools/Loopback instead of Xen") { Set = static (o, v) => o.Loopback = v },
        new("log", "LEVEL", "error, warning, info or debug") { Set = OptionValues.SetLogLevel, Default = "info", Words = ["error", "warning", "info", "debug"] },
        new("config", "FILE", "lines `name = value`") { Default = CommandLine.DefaultConfigurationFile, IsForCommandLine = true },
        new("check-config", string.Empty, "print the settings, where each comes from, and mistakes") { IsForCommandLine = true },
        new("no-holder", string.Empty, "one process; killing it harms the guest while connected")
        {
            Set = static (o, _) => o.HasHolder = false, IsRare = true, IsForCommandLine = true,
        },
        new("help", string.Empty, "the usual options") { IsRare = true, IsForCommandLine = true },
        new("help-all", string.Empty, "these options and the rare ones") { IsForCommandLine = true },
        new("version", string.Empty, "print the version and end") { IsForCommandLine = true },
    ];

    /// <summary>The option of that name, or null.</summary>
    public static Option? Find(string name) => Array.Find(All, option => option.Name == name);

    /// <summary>The name that a person may have meant, or null when none is near.</summary>
    public static string? Nearest(string name)
    {
        (string? nearest, int least) = (null, name.Length < 4 ? 2 : 3);
        string plain = name.TrimStart('-').Replace('_', '-');
        foreach (Option option in All)
        {
            int distance = Distance(plain, option.Name);
            if (distance < least)
            {
                (nearest, least) = (option.Name, distance);
            }
        }

        return nearest;
    }

    /// <summary>Letters to be put in, left out, changed or exchanged with their neighbour until one text is the other.</summary>
    private static int Distance(string a, string b)
    {
        int[,] steps = new int[a.Length + 1, b.Length + 1];
        for (int i = 0; i <= a.Length; i++)
        {
            for (int j = 0; j <= b.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    steps[i, j] = i + j;
                    continue;
                }

                int changed = steps[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                steps[i, j] = Math.Min(changed, 1 + Math.Min(steps[i - 1, j], steps[i, j - 1]));
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    steps[i, j] = Math.Min(steps[i, j], steps[i - 2, j - 2] + 1);
                }
            }
        }

        return steps[a.Length, b.Length];
    }
}
