using System.Buffers.Binary;
using Xenbus.Linux.Interop;

namespace Xenbus.Loopback;

/// <summary>What is said over a loopback file, except xenstore's, which speaks xenstore's own protocol.</summary>
/// <remarks>
/// One request, one reply, each one SOCK_SEQPACKET message: a head of 24 bytes and a list of 64-bit numbers, little-endian. Long lists are
/// asked for in slices, so no reply needs a queue: a client that does not read its reply before the next request is at fault.
/// </remarks>
internal static class LoopbackProtocol
{
    /// <summary>Bytes before the list.</summary>
    public const int HeadBytes = 24;

    /// <summary>Most numbers in one list: 16 KiB, well below the send buffer of a Unix socket.</summary>
    public const int MaxEntries = 2048;

    /// <summary>Largest message, bytes.</summary>
    public const int MaxBytes = HeadBytes + MaxEntries * sizeof(ulong);

    /// <summary>Most ports in one <see cref="LoopbackOperation.ListPorts"/> reply: each has two descriptors.</summary>
    public const int MaxPortsPerReply = Libc.MaxPassedDescriptors / 2;

    /// <summary>Bit in <see cref="LoopbackRequest.Second"/> of mappings and in <see cref="LoopbackRequest.Index"/> of allocations.</summary>
    public const uint Writable = 1;

    /// <summary>In the list of a refused allocation's reply: the grant table was the reason, not the limit.</summary>
    public const ulong TableIsFull = 1;

    /// <summary>How long a client waits, milliseconds. The hypervisor answers at once; a machine that swaps may need seconds.</summary>
    public const int DeadlineMs = 5000;

    /// <summary>What a person can do when the other end is closed.</summary>
    public const string GoneRemedy = "the loopback hypervisor has stopped, or closed this file for a reason that is in its log";

    /// <summary>What a person can do when the other end says nothing for <see cref="DeadlineMs"/>.</summary>
    public const string SilentRemedy = "the loopback hypervisor did not answer within 5 s; see whether it is stopped or its machine overloaded";

    /// <summary>Names in a domain's directory that begin so are a frontend's own: its lock, its control socket.</summary>
    public const string FrontendFiles = "frontend.";

    /// <summary>Name of the socket that stands for a device file.</summary>
    public static string FileName(LoopbackFileKind kind) => kind switch
    {
        LoopbackFileKind.Xenstore => "xenbus",
        LoopbackFileKind.EventChannels => "evtchn",
        LoopbackFileKind.GrantAllocator => "gntalloc",
        LoopbackFileKind.ForeignMemory => "foreign",
        LoopbackFileKind.Bus => "bus",
    };

    /// <summary>Up to 8 ASCII characters as a number, the first in the lowest byte; those behind the eighth are left out.</summary>
    public static ulong Pack(string text)
    {
        ulong packed = 0;
        for (int i = 0; i < Math.Min(text.Length, sizeof(ulong)); i++)
        {
            packed |= (ulong)(byte)text[i] << (8 * i);
        }

        return packed;
    }

    /// <summary>The characters of <see cref="Pack"/>, as far as none of them is NUL.</summary>
    public static string Unpack(ulong packed)
    {
        string text = string.Empty;
        for (; packed != 0; packed >>= 8)
        {
            text += (char)(byte)packed;
        }

        return text;
    }

    /// <summary>Socket type of a file.</summary>
    public static int SocketType(LoopbackFileKind kind) => kind == LoopbackFileKind.Xenstore ? Libc.Stream : Libc.SequencedPacket;
}

/// <summary>What a client asks for.</summary>
internal enum LoopbackOperation : uint
{
    /// <summary>First: remote domain. Reply: value is the port, descriptors are its receiving and its sending eventfd.</summary>
    BindUnbound = 1,

    /// <summary>First: remote domain, second: its port. Reply as <see cref="BindUnbound"/>.</summary>
    BindInterdomain = 2,

    /// <summary>First: port.</summary>
    Unbind = 3,

    /// <summary>First: the port before the first one wanted. Reply: list of ports, two descriptors each; empty at the end.</summary>
    ListPorts = 4,

    /// <summary>First: peer, second: pages, index: <see cref="LoopbackProtocol.Writable"/> or 0. Reply: value is the index.</summary>
    /// <remarks>On ENOSPC count is the pages in use, value the limit; with <see cref="LoopbackProtocol.TableIsFull"/> in the list they are the grant table's.</remarks>
    Allocate = 5,

    /// <summary>Second: pages, index: of the allocation.</summary>
    Free = 6,

    /// <summary>First: pages to skip, second: entries wanted, index: of the allocation. Reply: list of grant references.</summary>
    References = 7,

    /// <summary>As <see cref="References"/>. Reply: list of frames.</summary>
    Frames = 8,

    /// <summary>Second: pages, index: of the first page. Reply: value is the offset in the first descriptor, bytes; the second is the lease.</summary>
    MapPages = 9,

    /// <summary>First: owner, second: <see cref="LoopbackProtocol.Writable"/> or 0, index: mapping to be made longer or 0, list: frames.</summary>
    /// <remarks>
    /// Reply: value is the mapping, count is the descriptors that come along, list has (descriptor number shifted left by 32) + page in it for as many
    /// frames as could be served. The first descriptor of a new mapping's reply is its lease.
    /// </remarks>
    MapFrames = 10,

    /// <summary>As <see cref="MapFrames"/>, with grant references.</summary>
    MapGrants = 11,

    /// <summary>First: device number, index: device type, up to 8 ASCII letters, the first in the lowest byte.</summary>
    /// <remarks>
    /// Reply: value is the bytes of the text in the list, 8 in each number: the name of the driver that holds the device, its module and its init
    /// function, a line each; 0 when none does.
    /// </remarks>
    FindDriver = 12,

    /// <summary>As <see cref="FindDriver"/>; the status says whether <see cref="UnbindDriver"/> would be refused.</summary>
    CheckUnbindDriver = 13,

    /// <summary>As <see cref="FindDriver"/>: the driver lets go.</summary>
    UnbindDriver = 14,
}

/// <summary>Head of a request.</summary>
/// <param name="Id">Repeated in the reply, word at 0.</param>
/// <param name="Operation">Word at 4.</param>
/// <param name="First">Word at 8.</param>
/// <param name="Second">Word at 12.</param>
/// <param name="Index">64 bits at 16.</param>
internal readonly record struct LoopbackRequest(uint Id, LoopbackOperation Operation, uint First, uint Second, ulong Index)
{
    /// <summary>Writes the 24 bytes.</summary>
    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(destination, Id);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[4..], (uint)Operation);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[8..], First);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[12..], Second);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[16..], Index);
    }

    /// <summary>Reads the 24 bytes; nothing is judged here.</summary>
    public static LoopbackRequest Read(ReadOnlySpan<byte> source) => new(
        BinaryPrimitives.ReadUInt32LittleEndian(source),
        (LoopbackOperation)BinaryPrimitives.ReadUInt32LittleEndian(source[4..]),
        BinaryPrimitives.ReadUInt32LittleEndian(source[8..]),
        BinaryPrimitives.ReadUInt32LittleEndian(source[12..]),
        BinaryPrimitives.ReadUInt64LittleEndian(source[16..]));
}

/// <summary>Head of a reply.</summary>
/// <param name="Id">Of the request, word at 0.</param>
/// <param name="Status">0 or an errno, word at 4.</param>
/// <param name="Count">Word at 8; the word at 12 is zero.</param>
/// <param name="Value">64 bits at 16.</param>
internal readonly record struct LoopbackReply(uint Id, int Status, uint Count, ulong Value)
{
    /// <summary>Writes the 24 bytes.</summary>
    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(destination, Id);
        BinaryPrimitives.WriteInt32LittleEndian(destination[4..], Status);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[8..], Count);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[12..], 0);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[16..], Value);
    }

    /// <summary>Reads the 24 bytes.</summary>
    public static LoopbackReply Read(ReadOnlySpan<byte> source) => new(
        BinaryPrimitives.ReadUInt32LittleEndian(source),
        BinaryPrimitives.ReadInt32LittleEndian(source[4..]),
        BinaryPrimitives.ReadUInt32LittleEndian(source[8..]),
        BinaryPrimitives.ReadUInt64LittleEndian(source[16..]));
}
