using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Xenbus.Linux.Interop;

/// <summary>Room for what is ready of an epoll instance. C: an array of struct epoll_event in sys/epoll.h, which is packed on x86-64 only.</summary>
/// <param name="capacity">Entries, at least 1.</param>
internal sealed class EpollEvents(int capacity)
{
    /// <summary>Bytes of an entry on x86-64.</summary>
    public const int EntryBytesOnX64 = 12;

    /// <summary>Bytes of an entry on arm64.</summary>
    public const int EntryBytesOnArm64 = 16;

    /// <summary>Where an entry's data begins on x86-64, bytes; the event bits are the four bytes at 0.</summary>
    public const int DataOffsetOnX64 = 4;

    /// <summary>The same on arm64.</summary>
    public const int DataOffsetOnArm64 = 8;

    private readonly byte[] _entries = new byte[capacity * EntryBytes];

    /// <summary>Bytes of an entry.</summary>
    public static int EntryBytes => IsArm64 ? EntryBytesOnArm64 : EntryBytesOnX64;

    /// <summary>Entries.</summary>
    public int Capacity => capacity;

    /// <summary>All entries, for the kernel to fill.</summary>
    public Span<byte> Entries => _entries;

    private static bool IsArm64 => RuntimeInformation.ProcessArchitecture == Architecture.Arm64;

    private static int DataOffset => IsArm64 ? DataOffsetOnArm64 : DataOffsetOnX64;

    /// <summary>The data that a ready descriptor was added with.</summary>
    /// <param name="entry">Which, below what <see cref="Libc.EpollWait"/> returned.</param>
    public ulong this[int entry] => BinaryPrimitives.ReadUInt64LittleEndian(_entries.AsSpan(entry * EntryBytes + DataOffset));

    /// <summary>Writes one entry.</summary>
    /// <param name="entry">Its <see cref="EntryBytes"/> bytes.</param>
    /// <param name="events">Bits of <see cref="PollEvents"/>.</param>
    /// <param name="data">What is given back when it is ready.</param>
    public static void Write(Span<byte> entry, uint events, ulong data)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(entry, events);
        BinaryPrimitives.WriteUInt64LittleEndian(entry[DataOffset..], data);
    }
}
