using System.Buffers;
using System.Text;
using Xenbus.Domain;
using Xenbus.Wire;

namespace Xenbus.Loopback;

/// <summary>Rules for xenstore paths. Source: is_valid_nodename of xenstored_core.c, docs/misc/xenstore.txt.</summary>
internal static class XenstorePath
{
    private static readonly SearchValues<byte> s_allowed =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-/_@"u8);

    /// <summary>Directory of a domain.</summary>
    public static string Home(DomainId domain) => $"/local/domain/{domain}";

    /// <summary>Makes a path absolute and checks it.</summary>
    /// <param name="raw">As the client wrote it, without the NUL.</param>
    /// <param name="home">What relative paths are relative to; null when the client may not use them.</param>
    /// <param name="absolute">The path.</param>
    /// <param name="isRelative">Whether it was relative.</param>
    public static bool TryResolve(ReadOnlySpan<byte> raw, string? home, out string absolute, out bool isRelative)
    {
        absolute = string.Empty;
        isRelative = raw.IsEmpty || raw[0] != '/';
        if (raw.IsEmpty || raw.ContainsAnyExcept(s_allowed) || raw.IndexOf("//"u8) >= 0 || (raw.Length > 1 && raw[^1] == '/')
            || (isRelative && (home is null || raw.Length > XenstoreHeader.MaxRelativePathBytes)))
        {
            return false;
        }

        string text = Encoding.ASCII.GetString(raw);
        absolute = isRelative ? $"{home}/{text}" : text;
        return absolute.Length <= XenstoreHeader.MaxAbsolutePathBytes;
    }

    /// <summary>The path above; of the root, the root.</summary>
    public static string Parent(string path)
    {
        int slash = path.LastIndexOf('/');
        return slash <= 0 ? "/" : path[..slash];
    }

    /// <summary>Whether a path is another one or below it.</summary>
    public static bool IsAtOrBelow(string path, string ancestor) =>
        ancestor == "/"
        || (path.StartsWith(ancestor, StringComparison.Ordinal) && (path.Length == ancestor.Length || path[ancestor.Length] == '/'));

    /// <summary>A child's path.</summary>
    public static string Child(string path, string name) => path == "/" ? $"/{name}" : $"{path}/{name}";
}
