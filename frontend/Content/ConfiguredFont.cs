using System.Globalization;
using System.Text;
using Xenbus.Linux.Interop;

namespace XenFbFront.Content;

/// <summary>The console font that the guest's own configuration names.</summary>
/// <remarks>
/// Read like the distribution's own programs do: Debian's <c>setupcon</c>, systemd's <c>vconsole-setup</c>, OpenRC's <c>consolefont</c>, Void's <c>core-services</c>.
/// Asking the kernel for its font instead would give the default of the dummy console, which takes no other.
/// </remarks>
/// <param name="Name">As it is configured, or as it follows from there.</param>
/// <param name="ConfiguredIn">The file that names it.</param>
/// <param name="Path">Where it was found; null when it is nowhere.</param>
internal sealed record ConfiguredFont(string Name, string ConfiguredIn, string? Path)
{
    private const string DebianFile = "/etc/default/console-setup", DebianScript = "/etc/console-setup/cached_setup_font.sh";
    private const string SystemdFile = "/etc/vconsole.conf", OpenRcFile = "/etc/conf.d/consolefont", VoidFile = "/etc/rc.conf";

    /// <summary>Configuration files are a few kilobytes; what lies beyond this is not looked at.</summary>
    private const int MaximumFileBytes = 64 * 1024;

    // The directories of setfont and of setupcon, whose copies in /etc are for the time before /usr is mounted.
    private static readonly string[] s_prefixes =
    [
        "/usr/local/share/consolefonts/", "/usr/share/consolefonts/", "/usr/share/kbd/consolefonts/", "/usr/lib/kbd/consolefonts/", "/lib/kbd/consolefonts/",
        "/etc/console-setup/cached_", "/etc/console-setup/",
    ];

    private static readonly string[] s_suffixes = ["", ".psfu.gz", ".psf.gz", ".psfu", ".psf", ".gz"];

    /// <summary>Looks for it.</summary>
    /// <param name="root">What stands before each path; empty for the running system.</param>
    /// <returns>Null when none is configured.</returns>
    public static ConfiguredFont? Find(string root)
    {
        foreach (string file in (ReadOnlySpan<string>)[DebianFile, SystemdFile, OpenRcFile, VoidFile])
        {
            if (file == OpenRcFile && !Libc.Exists(root + "/etc/runlevels/boot/consolefont") && !Libc.Exists(root + "/etc/runlevels/default/consolefont"))
            {
                // The file comes with the package and names a font also where the service is not used.
                continue;
            }

            string? text = TryReadText(root + file);
            string? name = text is null ? null : file switch
            {
                DebianFile => DebianName(text, root),
                OpenRcFile => ShellAssignments.ValueOf(text, "consolefont") ?? ShellAssignments.ValueOf(text, "CONSOLEFONT"),
                _ => ShellAssignments.ValueOf(text, "FONT"),
            };
            if (!string.IsNullOrWhiteSpace(name))
            {
                return new(name, file, Locate(name, root));
            }
        }

        return null;
    }

    /// <summary>The name of Debian's file for code set, face and size, as setupcon puts it together: the height first, the width only when it is not 8.</summary>
    /// <param name="codeSet">Such as <c>Lat15</c>.</param>
    /// <param name="face">Such as <c>Terminus</c>.</param>
    /// <param name="size">Such as <c>8x16</c>, <c>16</c> or <c>12x24</c>, in either order; empty or <c>guess</c> is 16.</param>
    internal static string NameOf(string codeSet, string face, string size)
    {
        if (size is "" or "guess")
        {
            size = "16";
        }

        int cross = size.IndexOf('x', StringComparison.Ordinal);
        if (cross > 0)
        {
            string first = size[..cross], second = size[(cross + 1)..];
            bool isWidthFirst = int.TryParse(first, CultureInfo.InvariantCulture, out int width) && int.TryParse(second, CultureInfo.InvariantCulture, out int height) && width < height;
            size = first == "8" ? second : second == "8" ? first : isWidthFirst ? $"{second}x{first}" : size;
        }

        return $"{codeSet}-{face}{size}.psf.gz";
    }

    private static string? DebianName(string text, string root)
    {
        if (ShellAssignments.ValueOf(text, "FONT") is { Length: > 0 } font)
        {
            // Several may be named, the later ones for single characters.
            return font.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [string first, ..] ? first : null;
        }

        string face = ShellAssignments.ValueOf(text, "FONTFACE") ?? string.Empty, codeSet = ShellAssignments.ValueOf(text, "CODESET") ?? string.Empty;
        if (face is "" or "guess")
        {
            return null;
        }

        if (codeSet is "" or "guess")
        {
            // What setupcon guessed stands in the script that it left for the next start. UTF-8 makes it guess Uni2.
            return SavedName(root) ?? NameOf("Uni2", face, ShellAssignments.ValueOf(text, "FONTSIZE") ?? string.Empty);
        }

        return NameOf(codeSet, face, ShellAssignments.ValueOf(text, "FONTSIZE") ?? string.Empty);
    }

    /// <summary>The argument of the first <c>setfont '…'</c> in setupcon's script.</summary>
    private static string? SavedName(string root)
    {
        const string command = "setfont '";
        string? script = TryReadText(root + DebianScript);
        int start = script?.IndexOf(command, StringComparison.Ordinal) ?? -1;
        if (start < 0)
        {
            return null;
        }

        start += command.Length;
        int end = script!.IndexOf('\'', start);
        return end > start ? script[start..end] : null;
    }

    private static string? Locate(string name, string root)
    {
        foreach (string suffix in s_suffixes)
        {
            if (name[0] == '/')
            {
                if (Libc.Exists(root + name + suffix))
                {
                    return root + name + suffix;
                }

                continue;
            }

            foreach (string prefix in s_prefixes)
            {
                if (Libc.Exists(root + prefix + name + suffix))
                {
                    return root + prefix + name + suffix;
                }
            }
        }

        return null;
    }

    private static string? TryReadText(string path)
    {
        int result = Libc.Open(path, OpenFlags.ReadOnly);
        if (result < 0)
        {
            return null;
        }

        using Descriptor file = new(result);
        byte[] content = new byte[MaximumFileBytes];
        int length = Libc.ReadAllAt(file.Number, content, 0);
        return length < 0 ? null : Encoding.UTF8.GetString(content, 0, length);
    }
}
