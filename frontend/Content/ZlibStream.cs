using System.Runtime.InteropServices;

namespace XenFbFront.Content;

/// <summary>State of packing or unpacking. C: z_stream in zlib.h. As of a system with pointers of 64 bits.</summary>
[StructLayout(LayoutKind.Explicit, Size = 112)]
internal unsafe struct ZlibStream
{
    /// <summary>Next byte of input.</summary>
    [FieldOffset(0)] public byte* NextIn;

    /// <summary>Bytes of input there are.</summary>
    [FieldOffset(8)] public uint AvailableIn;

    /// <summary>Bytes of input read so far.</summary>
    [FieldOffset(16)] public nuint TotalIn;

    /// <summary>Where the next byte of output goes.</summary>
    [FieldOffset(24)] public byte* NextOut;

    /// <summary>Room for output, bytes.</summary>
    [FieldOffset(32)] public uint AvailableOut;

    /// <summary>Bytes of output written so far.</summary>
    [FieldOffset(40)] public nuint TotalOut;

    /// <summary>Last message of an error.</summary>
    [FieldOffset(48)] public byte* Message;

    /// <summary>The library's own.</summary>
    [FieldOffset(56)] public void* State;

    /// <summary>Function that allocates; null for malloc.</summary>
    [FieldOffset(64)] public void* Allocate;

    /// <summary>Function that frees; null for free.</summary>
    [FieldOffset(72)] public void* Free;

    /// <summary>For those two.</summary>
    [FieldOffset(80)] public void* Opaque;

    /// <summary>Guess at the kind of data.</summary>
    [FieldOffset(88)] public int DataType;

    /// <summary>Checksum.</summary>
    [FieldOffset(96)] public nuint Checksum;

    /// <summary>Not used.</summary>
    [FieldOffset(104)] public nuint Reserved;
}
