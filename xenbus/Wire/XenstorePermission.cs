using System.Diagnostics.CodeAnalysis;
using Xenbus.Domain;

namespace Xenbus.Wire;

/// <summary>Who may do what with a node: one entry of its list; the first names the owner, whose letter is the default for everybody else.</summary>
/// <param name="Access">What is allowed.</param>
/// <param name="Domain">To whom.</param>
public readonly record struct XenstorePermission(XenstoreAccess Access, DomainId Domain)
{
    /// <summary>Reads <c>n0</c>, <c>r1</c>, <c>w2</c>, <c>b3</c>.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, [NotNullWhen(true)] out XenstorePermission permission)
    {
        permission = default;
        if (text.Length < 2 || !System.Buffers.Text.Utf8Parser.TryParse(text[1..], out ushort domain, out int used) || used != text.Length - 1)
        {
            return false;
        }

        XenstoreAccess? access = text[0] switch
        {
            (byte)'n' => XenstoreAccess.None,
            (byte)'r' => XenstoreAccess.Read,
            (byte)'w' => XenstoreAccess.Write,
            (byte)'b' => XenstoreAccess.Read | XenstoreAccess.Write,
            _ => null,
        };
        permission = new(access ?? default, new(domain));
        return access is not null;
    }

    /// <summary>The text on the wire.</summary>
    public override string ToString() => Access switch
    {
        XenstoreAccess.Read => $"r{Domain}",
        XenstoreAccess.Write => $"w{Domain}",
        XenstoreAccess.Read | XenstoreAccess.Write => $"b{Domain}",
        _ => $"n{Domain}",
    };
}

/// <summary>Rights on a node.</summary>
[Flags]
public enum XenstoreAccess
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Read value, children, permissions.</summary>
    Read = 1,

    /// <summary>Write value, make and remove children.</summary>
    Write = 2,
}
