using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace XenFbFront.Tests.Linux.Support;

/// <summary>The files by which a PV guest's kernel shows its table of machine frames.</summary>
internal sealed class FakeKernel(FakeMachine machine)
{
    public const ulong DataAddress = 0xffffffff82000000, TableAddress = 0xffffc90000000000;
    public const long DataOffset = 0x1000, TableOffset = 0x2000;
    public const int DataBytes = 0x1000;

    private readonly ulong[] _table = new ulong[64];

    /// <summary>Entries, by PFN.</summary>
    public Span<ulong> Table => _table;

    /// <summary>What the symbol xen_p2m_addr holds.</summary>
    public ulong TablePointer { get; set; } = TableAddress;

    /// <summary>What the symbol xen_p2m_size holds.</summary>
    public ulong TableSize { get; set; } = 64;

    /// <summary>Writes kallsyms and kcore.</summary>
    public void Write()
    {
        machine.Write("proc/kallsyms", $"""
            ffffffff81000000 T _text
            {DataAddress:x16} B xen_p2m_addr
            {DataAddress + 8:x16} B xen_p2m_size
            ffffffffc0000000 t helper	[module]

            """);
        WriteCore();
    }

    /// <summary>Writes kcore: ELF header, a note that is to be passed over, kernel data, table.</summary>
    public void WriteCore()
    {
        byte[] head = new byte[64 + 3 * 56];
        ((ReadOnlySpan<byte>)[0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1]).CopyTo(head);
        BinaryPrimitives.WriteUInt64LittleEndian(head.AsSpan(32), 64);
        BinaryPrimitives.WriteUInt16LittleEndian(head.AsSpan(54), 56);
        BinaryPrimitives.WriteUInt16LittleEndian(head.AsSpan(56), 3);
        Segment(head.AsSpan(64), 4, DataAddress, 0x300, DataBytes);
        Segment(head.AsSpan(64 + 56), 1, DataAddress, DataOffset, DataBytes);
        Segment(head.AsSpan(64 + 112), 1, TableAddress, TableOffset, (ulong)_table.Length * 8);
        machine.WriteAt("proc/kcore", 0, head);
        machine.WriteAt("proc/kcore", DataOffset, MemoryMarshal.AsBytes<ulong>([TablePointer, TableSize]));
        machine.WriteAt("proc/kcore", TableOffset, MemoryMarshal.AsBytes<ulong>(_table));
    }

    private static void Segment(Span<byte> entry, uint type, ulong address, long offset, ulong bytes)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(entry, type);
        BinaryPrimitives.WriteInt64LittleEndian(entry[8..], offset);
        BinaryPrimitives.WriteUInt64LittleEndian(entry[16..], address);
        BinaryPrimitives.WriteUInt64LittleEndian(entry[32..], bytes);
        BinaryPrimitives.WriteUInt64LittleEndian(entry[40..], bytes);
    }
}
