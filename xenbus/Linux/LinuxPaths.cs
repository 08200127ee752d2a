using System.Text;
using Xenbus.Linux.Interop;

namespace Xenbus.Linux;

/// <summary>Where a Linux guest shows what it has from Xen. The defaults are those of every distribution.</summary>
public sealed record LinuxPaths
{
    /// <summary>Folder of Xen's device nodes.</summary>
    public string Devices { get; init; } = "/dev/xen";

    /// <summary>Where sysfs is mounted.</summary>
    public string Sysfs { get; init; } = "/sys";

    /// <summary>Where procfs is mounted, and xenfs below it.</summary>
    public string Proc { get; init; } = "/proc";

    /// <summary>Socket of xenstored, where it runs in this domain.</summary>
    public string XenstoredSocket { get; init; } = "/run/xenstored/socket";

    /// <summary>Xenstore's socket or device by order of the user, before all others: XENSTORED_PATH of Xen's own tools. Null for none.</summary>
    public string? XenstoreOverride { get; init; } = Environment.GetEnvironmentVariable("XENSTORED_PATH");

    /// <summary>Text of a small file, a page of it at most, without the line feed at its end; null when it cannot be read.</summary>
    internal static string? ReadText(string path)
    {
        // What sysfs shows fits a page.
        const int maxBytes = 4096;
        int result = Libc.Open(path, OpenFlags.ReadOnly);
        if (result < 0)
        {
            return null;
        }

        using Descriptor file = new(result);
        Span<byte> text = stackalloc byte[maxBytes];
        int length = Libc.Read(file.Number, text);
        return length < 0 ? null : Encoding.UTF8.GetString(text[..length]).TrimEnd();
    }
}
