using System.Runtime.CompilerServices;

namespace Xenbus.Rings;

/// <summary>Access to 32-bit indices in a shared page.</summary>
internal static class RingIndex
{
    /// <summary>Reads with acquire order: what the peer wrote before it stored the index is seen after this.</summary>
    public static uint Read(Span<byte> page, int offset) => Volatile.Read(ref Unsafe.As<byte, uint>(ref page.Slice(offset, 4)[0]));

    /// <summary>Writes with release order: what we wrote before is seen by who reads the index.</summary>
    public static void Write(Span<byte> page, int offset, uint value) => Volatile.Write(ref Unsafe.As<byte, uint>(ref page.Slice(offset, 4)[0]), value);
}
