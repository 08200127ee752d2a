using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Xenbus.Devices;

/// <summary>What a successor must know of one device's connection, in memory that outlives the worker.</summary>
/// <remarks>
/// Not a wire format, but read by another process, perhaps of a newer version: explicit layout, and <see cref="ConnectionMemory.Version"/> changes
/// with it. Each resource is announced (<c>Intent…</c>) before it is asked for and noted after, so that a worker killed at any instruction leaves
/// nothing that cannot be found again. Stores keep their order on x86 and are <c>Volatile</c> for the compiler's and ARM's sake.
/// </remarks>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
internal struct ConnectionRecord
{
    /// <summary>Bytes of a record, before the driver's own bytes.</summary>
    public const int Bytes = 128;

    /// <summary>Allocations of one device at most.</summary>
    public const int MaxAllocations = 4;

    /// <summary>A <see cref="ConnectionPhase"/>.</summary>
    [FieldOffset(0)] public uint Phase;

    /// <summary>Device number.</summary>
    [FieldOffset(4)] public int DeviceId;

    /// <summary>Device type, up to 8 ASCII letters, the first in the lowest byte.</summary>
    [FieldOffset(8)] public ulong DeviceType;

    /// <summary>Local event channel port, 0 for none.</summary>
    [FieldOffset(16)] public uint Port;

    /// <summary>1 while a port is being asked for.</summary>
    [FieldOffset(20)] public uint IntentPort;

    /// <summary>Entries of <see cref="Allocations"/> in use.</summary>
    [FieldOffset(24)] public int AllocationCount;

    /// <summary>Pages being asked for, 0 for none.</summary>
    [FieldOffset(28)] public int IntentPages;

    /// <summary>Index that the pages being asked for will get, unless failed attempts have moved it on.</summary>
    [FieldOffset(32)] public ulong IntentIndex;

    /// <summary>The device's allocations.</summary>
    [FieldOffset(40)] public AllocationArray Allocations;

    /// <summary>Timestamp of the monotonic clock after which retired pages are freed.</summary>
    [FieldOffset(104)] public long RetiredUntil;

    /// <summary>Fixed array of allocations.</summary>
    [InlineArray(MaxAllocations)]
    public struct AllocationArray
    {
        private AllocationEntry _first;
    }

    /// <summary>One allocation of the grant allocator's file.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 16)]
    public struct AllocationEntry
    {
        /// <summary>Byte offset in the file.</summary>
        [FieldOffset(0)] public ulong Index;

        /// <summary>Pages.</summary>
        [FieldOffset(8)] public int PageCount;
    }
}

/// <summary>How far a connection had come.</summary>
internal enum ConnectionPhase : uint
{
    /// <summary>The record is free.</summary>
    Free = 0,

    /// <summary>Resources are being gathered; the backend knows nothing of them.</summary>
    Preparing = 1,

    /// <summary>The backend may know of them: they are freed only when it has let go.</summary>
    Published = 2,

    /// <summary>The pages belong to no device any more, but nobody can say that the backend has let go of them: freed after a while.</summary>
    Retired = 3,

    /// <summary>
    /// They were published before the domain was restored: no backend knows of them, the port is dead and forgotten, but the driver's own bytes and
    /// what is still in the rings count.
    /// </summary>
    Outlived = 4,
}
