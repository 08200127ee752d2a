using System.Runtime.InteropServices;

namespace Xenbus.Linux.Interop;

/// <summary>eBPF, for which the C library has no function.</summary>
internal static unsafe partial class Libc
{
    /// <summary>Number of the system call on x86-64, the only processor with PV guests. C: __NR_bpf in asm/unistd_64.h.</summary>
    private const nint BpfSystemCall = 321;

    /// <summary>bpf(2).</summary>
    /// <param name="command">One of <see cref="BpfCode"/>.</param>
    /// <param name="attributes">What the command takes; what lies behind them counts as zero.</param>
    /// <returns>A descriptor or 0; negative: the errno.</returns>
    public static int Bpf(int command, ref BpfAttributes attributes)
    {
        fixed (BpfAttributes* pointer = &attributes)
        {
            return Result(syscall(BpfSystemCall, command, (nint)pointer, sizeof(BpfAttributes)));
        }
    }

    [LibraryImport(Library, SetLastError = true)]
    private static partial nint syscall(nint number, nint first, nint second, nint third);
}

/// <summary>Argument of bpf(2), as far as it is used. C: union bpf_attr in linux/bpf.h, which is longer.</summary>
[StructLayout(LayoutKind.Explicit, Size = 48)]
internal struct BpfAttributes
{
    /// <summary>Of a new map. C: map_type.</summary>
    [FieldOffset(0)] public uint MapType;

    /// <summary>Of a new map, bytes. C: key_size.</summary>
    [FieldOffset(4)] public uint KeyBytes;

    /// <summary>Of a new map, bytes. C: value_size.</summary>
    [FieldOffset(8)] public uint ValueBytes;

    /// <summary>Of a new map. C: max_entries.</summary>
    [FieldOffset(12)] public uint MaxEntries;

    /// <summary>The map whose entry is read or written, a descriptor. C: map_fd.</summary>
    [FieldOffset(0)] public uint Map;

    /// <summary>Address of the entry's key. C: key.</summary>
    [FieldOffset(8)] public ulong Key;

    /// <summary>Address of the value to be filled or stored. C: value.</summary>
    [FieldOffset(16)] public ulong Value;

    /// <summary>Of a program to be loaded. C: prog_type.</summary>
    [FieldOffset(0)] public uint ProgramType;

    /// <summary>How many there are. C: insn_cnt.</summary>
    [FieldOffset(4)] public uint InstructionCount;

    /// <summary>Address of the instructions, 8 bytes each. C: insns.</summary>
    [FieldOffset(8)] public ulong Instructions;

    /// <summary>Address of the licence's name, with a NUL behind it. C: license.</summary>
    [FieldOffset(16)] public ulong Licence;

    /// <summary>The program to be run, a descriptor. C: test.prog_fd.</summary>
    [FieldOffset(0)] public uint Program;

    /// <summary>What it returned. C: test.retval.</summary>
    [FieldOffset(4)] public uint Returned;

    /// <summary>Bytes of the packet that it is run on, 14 or more. C: test.data_size_in.</summary>
    [FieldOffset(8)] public uint PacketBytes;

    /// <summary>Address of that packet. C: test.data_in.</summary>
    [FieldOffset(16)] public ulong Packet;

    /// <summary>How often it is run. C: test.repeat.</summary>
    [FieldOffset(32)] public uint Repeat;
}
