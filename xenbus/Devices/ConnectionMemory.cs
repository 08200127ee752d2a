using System.Runtime.CompilerServices;
using System.Text;
using Xenbus.Domain;
using Xenbus.Linux.Interop;

namespace Xenbus.Devices;

/// <summary>The memory file with the records of all devices, kept by the holder.</summary>
public sealed unsafe class ConnectionMemory : IDisposable
{
    /// <summary>Changes with the layout of any record.</summary>
    internal const uint Version = 4;

    /// <summary>Records: devices at most, and what they retired lately. A guest has one or two devices of each type.</summary>
    internal const int MaxDevices = 31;

    private const uint Magic = 0x62665858;
    private const uint LifeIsNoted = 1u << 31, LifeIsMarked = 1u << 30;
    private const int SlotBytes = SharedPages.PageBytes;
    private readonly SharedPages _pages;

    private ConnectionMemory(Descriptor file, SharedPages pages)
    {
        File = file;
        _pages = pages;
    }

    /// <summary>The memory file.</summary>
    public Descriptor File { get; }

    /// <summary>End of what was allocated last on the grant allocator's file: the index of its next allocation is this or up to <see cref="SkippedBytes"/> more.</summary>
    internal ref ulong AllocatedBytes => ref *(ulong*)(_pages.Address + 8);

    /// <summary>By how much attempts that failed since then may have moved the next index, at most. See <see cref="IGrantAllocator"/>.</summary>
    internal ref ulong SkippedBytes => ref *(ulong*)(_pages.Address + 16);

    /// <summary>Number of the domain's present life, 0 at first: goes up with each restore that was seen.</summary>
    internal ref uint Life => ref *(uint*)(_pages.Address + 24);

    /// <summary>The life up to whose beginning the records have forgotten their ports.</summary>
    internal ref uint ForgottenLife => ref *(uint*)(_pages.Address + 28);

    /// <summary>Tells this program's mark in xenstore from those of others.</summary>
    internal ulong Mark => *(ulong*)(_pages.Address + 32);

    /// <summary>New, empty memory.</summary>
    /// <exception cref="XenException">No memory file can be made.</exception>
    public static ConnectionMemory Create()
    {
        Descriptor file = Descriptor.Own(Libc.MemoryFile("xenbus-connections", (MaxDevices + 1) * SlotBytes), "create", "a memory file");
        ConnectionMemory memory = MapOrClose(file);
        *(uint*)memory._pages.Address = Magic;
        *(uint*)(memory._pages.Address + 4) = Version;
        *(ulong*)(memory._pages.Address + 32) = (ulong)Random.Shared.NextInt64();
        return memory;
    }

    /// <summary>Takes up the memory of a predecessor.</summary>
    /// <param name="file">Taken over, also on failure.</param>
    /// <exception cref="XenException">It is not such a file, or of a version that this program does not know.</exception>
    public static ConnectionMemory Adopt(Descriptor file)
    {
        ConnectionMemory memory = MapOrClose(file);
        if (*(uint*)memory._pages.Address != Magic || *(uint*)(memory._pages.Address + 4) != Version)
        {
            memory.Dispose();
            throw new XenException("take over", "the connection memory", 0, "it was written by another version; stop the old program in order first");
        }

        return memory;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _pages.Dispose();
        File.Dispose();
    }

    /// <summary>What was noted of the present life or of the next one; null when nothing was.</summary>
    internal Life? ReadLife(uint number)
    {
        uint word = LifeWord(number);
        return word == 0 ? null : new(new((ushort)word), (word & LifeIsMarked) != 0);
    }

    /// <summary>Notes a life, in one store. Two have room: the next one is noted before <see cref="Life"/> makes it the present one.</summary>
    internal void WriteLife(uint number, Life life) =>
        Volatile.Write(ref LifeWord(number), LifeIsNoted | (life.IsMarked ? LifeIsMarked : 0) | life.Domain.Value);

    internal ref ConnectionRecord Record(int slot) => ref Unsafe.AsRef<ConnectionRecord>((void*)Address(slot));

    internal Span<byte> DriverBytes(int slot) => new((void*)(Address(slot) + ConnectionRecord.Bytes), SlotBytes - ConnectionRecord.Bytes);

    /// <summary>The record of a device; a free one is given to it when it has none.</summary>
    /// <exception cref="XenException">All records are taken.</exception>
    internal int SlotOf(string type, int id)
    {
        ulong name = Pack(type);
        int free = -1;
        for (int slot = 0; slot < MaxDevices; slot++)
        {
            ref ConnectionRecord record = ref Record(slot);
            if (record.Phase == (uint)ConnectionPhase.Free)
            {
                free = free < 0 ? slot : free;
            }
            else if (record.DeviceType == name && record.DeviceId == id && record.Phase != (uint)ConnectionPhase.Retired)
            {
                return slot;
            }
        }

        if (free < 0)
        {
            throw new XenException("serve", $"{type}/{id}", 0, $"more than {MaxDevices} devices are not supported");
        }

        Record(free) = new ConnectionRecord { DeviceType = name, DeviceId = id };
        DriverBytes(free).Clear();
        return free;
    }

    private ref uint LifeWord(uint number) => ref *(uint*)(_pages.Address + 40 + (nint)(number & 1) * sizeof(uint));

    private nint Address(int slot) => _pages.Address + (slot + 1) * SlotBytes;

    private static ConnectionMemory MapOrClose(Descriptor file)
    {
        byte* address = Libc.MapShared((MaxDevices + 1) * SlotBytes, true, file.Number, 0, out int errno);
        if (address == null)
        {
            file.Dispose();
            throw new XenException("map", "the connection memory", errno);
        }

        return new(file, new SharedPages(address, MaxDevices + 1, 0));
    }

    /// <summary>A device type from a record.</summary>
    internal static string Unpack(ulong type)
    {
        Span<byte> letters = stackalloc byte[8];
        BitConverter.TryWriteBytes(letters, type);
        return Encoding.ASCII.GetString(letters.TrimEnd((byte)0));
    }

    private static ulong Pack(string type)
    {
        Span<byte> letters = stackalloc byte[8];
        letters.Clear();
        Encoding.ASCII.GetBytes(type, letters);
        return BitConverter.ToUInt64(letters);
    }
}
