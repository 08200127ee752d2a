namespace Xenbus.Linux.Interop;

/// <summary>Numbers of eBPF, as many as one program needs. C: linux/bpf.h and linux/bpf_common.h, the same names.</summary>
internal static class BpfCode
{
    public const int BPF_MAP_CREATE = 0;
    public const int BPF_MAP_LOOKUP_ELEM = 1;
    public const int BPF_MAP_UPDATE_ELEM = 2;
    public const int BPF_PROG_LOAD = 5;
    public const int BPF_PROG_TEST_RUN = 10;

    public const uint BPF_MAP_TYPE_ARRAY = 2;
    public const uint BPF_PROG_TYPE_SOCKET_FILTER = 1;
    public const int BPF_FUNC_map_lookup_elem = 1;
    public const int BPF_FUNC_probe_read_kernel = 113;

    /// <summary>Source register of <see cref="LoadConstant"/>: the constant is a map's descriptor.</summary>
    public const byte BPF_PSEUDO_MAP_FD = 1;

    /// <summary>Instruction: the 64-bit constant of this one and the next into a register. C: BPF_LD | BPF_DW | BPF_IMM.</summary>
    public const byte LoadConstant = 0x18;

    /// <summary>Instruction: 8 bytes at source + offset into a register. C: BPF_LDX | BPF_DW | BPF_MEM.</summary>
    public const byte Load64 = 0x79;

    /// <summary>Instruction: a constant to 4 bytes at register + offset. C: BPF_ST | BPF_W | BPF_MEM.</summary>
    public const byte StoreConstant32 = 0x62;

    /// <summary>Instruction: C: BPF_ALU64 | BPF_MOV | BPF_K.</summary>
    public const byte MoveConstant = 0xb7;

    /// <summary>Instruction: C: BPF_ALU64 | BPF_MOV | BPF_X.</summary>
    public const byte Move = 0xbf;

    /// <summary>Instruction: C: BPF_ALU64 | BPF_ADD | BPF_K.</summary>
    public const byte AddConstant = 0x07;

    /// <summary>Instruction: on by offset when the register equals the constant. C: BPF_JMP | BPF_JEQ | BPF_K.</summary>
    public const byte JumpIfEqual = 0x15;

    /// <summary>Instruction: on by offset when the register is above the constant. C: BPF_JMP | BPF_JGT | BPF_K.</summary>
    public const byte JumpIfAbove = 0x25;

    /// <summary>Instruction: a function of the kernel, arguments in registers 1 to 5, result in 0. C: BPF_JMP | BPF_CALL.</summary>
    public const byte Call = 0x85;

    /// <summary>Instruction: ends the program with the result in register 0. C: BPF_JMP | BPF_EXIT.</summary>
    public const byte Exit = 0x95;

    /// <summary>One instruction. C: struct bpf_insn, whose two registers share a byte.</summary>
    /// <param name="code">What it does.</param>
    /// <param name="destination">Register, 0 to 10; 10 is the end of the stack.</param>
    /// <param name="source">Register.</param>
    /// <param name="offset">Of a memory access, bytes, or of a jump, instructions.</param>
    /// <param name="constant">The constant.</param>
    public static ulong Instruction(byte code, byte destination = 0, byte source = 0, short offset = 0, int constant = 0) =>
        code | (ulong)(destination | source << 4) << 8 | (ulong)(ushort)offset << 16 | (ulong)(uint)constant << 32;
}
