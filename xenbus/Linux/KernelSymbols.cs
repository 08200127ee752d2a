using System.Buffers.Text;
using System.Text;
using Xenbus.Linux.Interop;

namespace Xenbus.Linux;

/// <summary>Addresses of the kernel's own symbols. C: kernel/kallsyms.c; a line is "address type name", those of modules with "[module]" behind.</summary>
internal static class KernelSymbols
{
    private const int BufferBytes = 64 * 1024;

    /// <summary>Looks symbols up.</summary>
    /// <param name="path">As in /proc/kallsyms.</param>
    /// <param name="names">Symbols of the kernel proper.</param>
    /// <param name="addresses">One for each name; 0 for one that is not there or is hidden.</param>
    /// <returns>0, or the errno.</returns>
    public static int Find(string path, ReadOnlySpan<string> names, Span<ulong> addresses)
    {
        addresses.Clear();
        int number = Libc.Open(path, OpenFlags.ReadOnly);
        if (number < 0)
        {
            return -number;
        }

        using Descriptor file = new(number);
        byte[] buffer = new byte[BufferBytes];
        int length = 0, found = 0;
        while (found < names.Length)
        {
            // A whole buffer without a line feed is no symbol table.
            int count = length < buffer.Length ? Libc.Read(number, buffer.AsSpan(length)) : -Errno.EIO;
            if (count <= 0)
            {
                return -count;
            }

            length += count;
            ReadOnlySpan<byte> rest = buffer.AsSpan(0, length);
            for (int end = rest.IndexOf((byte)'\n'); end >= 0; end = rest.IndexOf((byte)'\n'))
            {
                found += LookAt(rest[..end], names, addresses) ? 1 : 0;
                rest = rest[(end + 1)..];
            }

            rest.CopyTo(buffer);
            length = rest.Length;
        }

        return 0;
    }

    private static bool LookAt(ReadOnlySpan<byte> line, ReadOnlySpan<string> names, Span<ulong> addresses)
    {
        // The type is one letter between two spaces.
        const int nameBehindAddress = 3;
        if (!Utf8Parser.TryParse(line, out ulong address, out int digits, 'x') || line.Length <= digits + nameBehindAddress)
        {
            return false;
        }

        ReadOnlySpan<byte> name = line[(digits + nameBehindAddress)..];
        for (int i = 0; i < names.Length; i++)
        {
            if (addresses[i] == 0 && Ascii.Equals(name, names[i]))
            {
                addresses[i] = address;
                return true;
            }
        }

        return false;
    }
}
