using System.Text;
using Xenbus.Linux.Interop;

namespace Xenbus.Wire;

/// <summary>Error names on the wire and the errno they stand for. C: xsd_errors in io/xs_wire.h.</summary>
public static class XenstoreErrors
{
    private static readonly (string Name, int Number)[] s_table =
    [
        ("EINVAL", Errno.EINVAL), ("EACCES", Errno.EACCES), ("EEXIST", Errno.EEXIST), ("EISDIR", Errno.EISDIR),
        ("ENOENT", Errno.ENOENT), ("ENOMEM", Errno.ENOMEM), ("ENOSPC", Errno.ENOSPC), ("EIO", Errno.EIO),
        ("ENOTEMPTY", Errno.ENOTEMPTY), ("ENOSYS", Errno.ENOSYS), ("EROFS", Errno.EROFS), ("EBUSY", Errno.EBUSY),
        ("EAGAIN", Errno.EAGAIN), ("EISCONN", Errno.EISCONN), ("E2BIG", Errno.E2BIG), ("EPERM", Errno.EPERM),
    ];

    /// <summary>Number of a name as it stands in an error message (a NUL behind it is allowed); EIO for names nobody knows.</summary>
    public static int Parse(ReadOnlySpan<byte> payload)
    {
        ReadOnlySpan<byte> name = payload.TrimEnd((byte)0);
        foreach ((string known, int number) in s_table)
        {
            if (name.Length == known.Length && Ascii.Equals(name, known))
            {
                return number;
            }
        }

        return Errno.EIO;
    }

    /// <summary>Name of a number; EIO for numbers that have none.</summary>
    public static string Print(int errno)
    {
        foreach ((string known, int number) in s_table)
        {
            if (number == errno)
            {
                return known;
            }
        }

        return "EIO";
    }
}
