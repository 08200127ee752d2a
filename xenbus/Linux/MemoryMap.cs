using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using Xenbus.Domain;
using Xenbus.Linux.Interop;

namespace Xenbus.Linux;

/// <summary>Which page frames are memory: the ranges "System RAM" of /proc/iomem. C: kernel/resource.c; a line is "first-last : name", addresses in hexadecimal.</summary>
/// <remarks>Whoever opened it without CAP_SYS_ADMIN reads zeros.</remarks>
internal sealed class MemoryMap
{
    /// <summary>The largest map read. A line has about 40 bytes, and machines have some hundred of them.</summary>
    private const int MaxBytes = 1 << 20;

    private readonly Descriptor _file;
    private readonly string _path;

    private MemoryMap(Descriptor file, string path)
    {
        _file = file;
        _path = path;
    }

    private static ReadOnlySpan<byte> Name => " : System RAM"u8;

    /// <summary>Opens it.</summary>
    /// <param name="paths">Where what is.</param>
    /// <param name="map">The map.</param>
    /// <param name="reason">Why it cannot be opened and the remedy.</param>
    public static bool TryOpen(LinuxPaths paths, [NotNullWhen(true)] out MemoryMap? map, out string reason)
    {
        string path = Path.Combine(paths.Proc, "iomem");
        int result = Libc.Open(path, OpenFlags.ReadOnly);
        map = result < 0 ? null : new(new(result), path);
        reason = result < 0 ? $"{path}, by which frame numbers are checked, cannot be opened ({Errno.Text(-result)}): run as root, with the guest's /proc" : string.Empty;
        return map is not null;
    }

    /// <summary>Reads the ranges; pages are plugged in and out.</summary>
    /// <param name="ranges">Filled: first frame, and the one behind the last.</param>
    /// <param name="reason">Why there are none and the remedy.</param>
    public bool TryRead(List<(ulong First, ulong End)> ranges, out string reason)
    {
        ranges.Clear();
        byte[] buffer = new byte[SharedPages.PageBytes];
        int length = Libc.ReadAllAt(_file.Number, buffer, 0);
        while (length == buffer.Length && length < MaxBytes)
        {
            buffer = new byte[buffer.Length * 2];
            length = Libc.ReadAllAt(_file.Number, buffer, 0);
        }

        if (length < 0)
        {
            reason = $"{_path}, by which frame numbers are checked, cannot be read ({Errno.Text(-length)})";
            return false;
        }

        ReadOnlySpan<byte> rest = buffer.AsSpan(0, length);
        for (int end = rest.IndexOf((byte)'\n'); end >= 0; end = rest.IndexOf((byte)'\n'))
        {
            if (TryParse(rest[..end], out (ulong, ulong) range))
            {
                ranges.Add(range);
            }

            rest = rest[(end + 1)..];
        }

        reason = ranges.Count > 0 ? string.Empty : $"{_path}, by which frame numbers are checked, shows no memory: run with CAP_SYS_ADMIN in the guest's first user namespace";
        return ranges.Count > 0;
    }

    /// <summary>Lines that begin with a space say what a range is used for, and count for nothing here.</summary>
    private static bool TryParse(ReadOnlySpan<byte> line, out (ulong First, ulong End) range)
    {
        range = default;
        if (!Utf8Parser.TryParse(line, out ulong first, out int digits, 'x') || digits >= line.Length || line[digits] != (byte)'-'
            || !Utf8Parser.TryParse(line[(digits + 1)..], out ulong last, out int moreDigits, 'x')
            || last <= first || !line[(digits + 1 + moreDigits)..].StartsWith(Name))
        {
            return false;
        }

        // Only whole pages.
        range = ((first + SharedPages.PageBytes - 1) / SharedPages.PageBytes, (last + 1) / SharedPages.PageBytes);
        return true;
    }
}
