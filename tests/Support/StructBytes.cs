using System.Runtime.InteropServices;

namespace XenFbFront.Tests.Support;

/// <summary>Structs as the bytes they are on the wire.</summary>
internal static class StructBytes
{
    public static byte[] Print<T>(T value)
        where T : unmanaged => MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in value)).ToArray();

    public static T Parse<T>(ReadOnlySpan<byte> bytes)
        where T : unmanaged => MemoryMarshal.Read<T>(bytes);
}
