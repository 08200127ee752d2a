using Xenbus.Domain;
using Xenbus.Linux.Interop;
using static Xenbus.Linux.Interop.BpfCode;

namespace Xenbus.Linux;

/// <summary>The kernel's memory to read by an eBPF program, for kernels without /proc/kcore. C: bpf_probe_read_kernel in kernel/trace/bpf_trace.c.</summary>
/// <remarks>
/// A program of a kind that everybody may write reads what the request says into another map and is run by BPF_PROG_TEST_RUN; it is attached to
/// nothing. Only loading it needs capabilities. The kernel offers the reading function to programs whose loader has CAP_PERFMON, and not under
/// lockdown=confidentiality.
/// </remarks>
/// <param name="paths">Where what is.</param>
internal sealed unsafe class KernelProbe(LinuxPaths paths) : IKernelMemory
{
    /// <summary>Words read by one run: a page.</summary>
    private const int ChunkWords = SharedPages.PageBytes / sizeof(ulong);

    /// <summary>Bytes of the request: address and length.</summary>
    private const int RequestBytes = 16;

    /// <summary>What the program returns when its maps are not as it expects. The reading function returns 0 or a negated errno.</summary>
    private const int Confused = 1;

    /// <summary>A packet to run on: an Ethernet header at least. C: bpf_prog_test_run_skb in net/bpf/test_run.c.</summary>
    private const int PacketBytes = 64;

    private Descriptor? _request;
    private Descriptor? _answer;
    private Descriptor? _program;

    /// <inheritdoc/>
    public string Name => "eBPF";

    /// <inheritdoc/>
    public bool TryOpen(out string reason)
    {
        reason = string.Empty;
        if (_program is not null)
        {
            return true;
        }

        int result = TryMakeMap(RequestBytes, ref _request);
        result = result < 0 ? result : TryMakeMap(SharedPages.PageBytes, ref _answer);
        if (result < 0)
        {
            reason = Explain(paths, "an eBPF map cannot be made", -result);
            return false;
        }

        result = Load(Program(_request!.Number, _answer!.Number));
        if (result < 0)
        {
            reason = Explain(paths, "an eBPF program that reads the kernel's memory cannot be loaded", -result);
            return false;
        }

        _program = new(result);
        return true;
    }

    /// <inheritdoc/>
    public bool TryPrepare(out string reason)
    {
        reason = string.Empty;
        return true;
    }

    /// <inheritdoc/>
    public bool TryRead(ulong address, Span<ulong> words, out string reason)
    {
        ulong* chunk = stackalloc ulong[ChunkWords];
        for (int done = 0; done < words.Length; done += ChunkWords)
        {
            int count = Math.Min(ChunkWords, words.Length - done);
            ulong start = address + (ulong)done * sizeof(ulong);
            int result = Run(start, count * sizeof(ulong), chunk);
            // ERANGE: no address of the kernel. C: copy_from_kernel_nofault in mm/maccess.c.
            if (result is -Errno.EFAULT or -Errno.ERANGE)
            {
                throw new XenException("read", "the kernel's memory by eBPF", 0, $"there is nothing at address {start:x}");
            }

            if (result < 0)
            {
                reason = Explain(paths, "an eBPF program that reads the kernel's memory cannot be run", -result);
                return false;
            }

            new ReadOnlySpan<ulong>(chunk, count).CopyTo(words[done..]);
        }

        reason = string.Empty;
        return true;
    }

    /// <summary>What a refusal comes from and the remedy.</summary>
    /// <param name="paths">Where what is.</param>
    /// <param name="what">What was refused.</param>
    /// <param name="errno">By which error.</param>
    internal static string Explain(LinuxPaths paths, string what, int errno)
    {
        KernelPolicy policy = new(paths);
        bool? isAdmin = policy.Has(Capability.SysAdmin);
        string remedy = (errno, isAdmin, policy.Has(Capability.Bpf), policy.Has(Capability.Perfmon), policy.Lockdown) switch
        {
            (Errno.ENOSYS, _, _, _, _) => "boot a kernel with CONFIG_BPF_SYSCALL",
            (_, false, false, _, _) => "CAP_BPF is missing, run with it and CAP_PERFMON, or with CAP_SYS_ADMIN",
            (_, false, _, false, _) => "CAP_PERFMON is missing, run with it, or with CAP_SYS_ADMIN",
            (_, _, _, _, KernelPolicy.Confidentiality) => "lockdown=confidentiality forbids it, boot with lockdown=integrity",
            (Errno.EINVAL, not null, _, _, not null) => "boot a kernel with CONFIG_BPF_EVENTS, 5.5 or later",
            (Errno.EPERM, not null, _, _, _) => "a seccomp filter, a security module or RLIMIT_MEMLOCK forbids it, let this program use bpf(2)",
            _ => "run with CAP_BPF and CAP_PERFMON, or with CAP_SYS_ADMIN, on a kernel with CONFIG_BPF_EVENTS; lockdown=confidentiality forbids it, lockdown=integrity does not",
        };
        return $"{what} ({Errno.Text(errno)}): {remedy}";
    }

    /// <summary>The program: the entry of one map says where and how much to read into the entry of the other.</summary>
    /// <param name="request">Map with one entry: address and length, 8 bytes each.</param>
    /// <param name="answer">Map with one entry of a page.</param>
    internal static ulong[] Program(int request, int answer) =>
    [
        // Key 0 on the stack.
        Instruction(StoreConstant32, destination: 10, offset: -4),
        Instruction(LoadConstant, destination: 1, source: BPF_PSEUDO_MAP_FD, constant: request), 0,
        Instruction(Move, destination: 2, source: 10),
        Instruction(AddConstant, destination: 2, constant: -4),
        Instruction(Call, constant: BPF_FUNC_map_lookup_elem),
        Instruction(JumpIfEqual, offset: 13, constant: 0),
        Instruction(Move, destination: 6, source: 0),
        Instruction(LoadConstant, destination: 1, source: BPF_PSEUDO_MAP_FD, constant: answer), 0,
        Instruction(Move, destination: 2, source: 10),
        Instruction(AddConstant, destination: 2, constant: -4),
        Instruction(Call, constant: BPF_FUNC_map_lookup_elem),
        Instruction(JumpIfEqual, offset: 6, constant: 0),
        // The verifier wants to see that the length fits the entry.
        Instruction(Load64, destination: 2, source: 6, offset: 8),
        Instruction(JumpIfAbove, destination: 2, offset: 4, constant: SharedPages.PageBytes),
        Instruction(Load64, destination: 3, source: 6, offset: 0),
        Instruction(Move, destination: 1, source: 0),
        Instruction(Call, constant: BPF_FUNC_probe_read_kernel),
        Instruction(Exit),
        Instruction(MoveConstant, destination: 0, constant: Confused),
        Instruction(Exit),
    ];

    private static int TryMakeMap(int valueBytes, ref Descriptor? map)
    {
        if (map is not null)
        {
            return 0;
        }

        BpfAttributes attributes = new() { MapType = BPF_MAP_TYPE_ARRAY, KeyBytes = sizeof(uint), ValueBytes = (uint)valueBytes, MaxEntries = 1 };
        int result = Libc.Bpf(BPF_MAP_CREATE, ref attributes);
        map = result < 0 ? null : new(result);
        return result;
    }

    private static int Load(ReadOnlySpan<ulong> program)
    {
        // The reading function is for programs under the GPL only.
        fixed (byte* licence = "GPL\0"u8)
        fixed (ulong* instructions = program)
        {
            BpfAttributes attributes = new()
            {
                ProgramType = BPF_PROG_TYPE_SOCKET_FILTER,
                InstructionCount = (uint)program.Length,
                Instructions = (ulong)instructions,
                Licence = (ulong)licence,
            };
            return Libc.Bpf(BPF_PROG_LOAD, ref attributes);
        }
    }

    /// <returns>0, or a negated errno.</returns>
    private int Run(ulong address, int bytes, ulong* chunk)
    {
        uint key = 0;
        ulong* request = stackalloc ulong[] { address, (ulong)bytes };
        BpfAttributes attributes = new() { Map = (uint)_request!.Number, Key = (ulong)&key, Value = (ulong)request };
        int result = Libc.Bpf(BPF_MAP_UPDATE_ELEM, ref attributes);
        if (result < 0)
        {
            return result;
        }

        byte* packet = stackalloc byte[PacketBytes];
        new Span<byte>(packet, PacketBytes).Clear();
        attributes = new() { Program = (uint)_program!.Number, PacketBytes = PacketBytes, Packet = (ulong)packet, Repeat = 1 };
        result = Libc.Bpf(BPF_PROG_TEST_RUN, ref attributes);
        if (result < 0 || attributes.Returned != 0)
        {
            return result < 0 ? result : attributes.Returned == Confused ? -Errno.EIO : (int)attributes.Returned;
        }

        attributes = new() { Map = (uint)_answer!.Number, Key = (ulong)&key, Value = (ulong)chunk };
        return Libc.Bpf(BPF_MAP_LOOKUP_ELEM, ref attributes);
    }
}
