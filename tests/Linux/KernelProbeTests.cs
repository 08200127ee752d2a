using System.Runtime.InteropServices;
using Xenbus;
using Xenbus.Linux;
using Xenbus.Linux.Interop;
using XenFbFront.Tests.Linux.Support;
using Xunit;

namespace XenFbFront.Tests.Linux;

public sealed class KernelProbeTests : IDisposable
{
    private const string All = "000001ffffffffff", NoAdmin = "000001ffffdfffff", OnlyPerfmon = "0000004000000000", OnlyBpf = "0000008000000000", Nothing = "0000000000000000";
    private const string None = "[none] integrity confidentiality", Confidentiality = "none integrity [confidentiality]";
    private const string General = "run with CAP_BPF and CAP_PERFMON, or with CAP_SYS_ADMIN, on a kernel with CONFIG_BPF_EVENTS; lockdown=confidentiality forbids it, lockdown=integrity does not";

    private readonly FakeMachine _machine = new();

    [Theory]
    [InlineData(Errno.ENOSYS, Nothing, Confidentiality, "(not implemented): boot a kernel with CONFIG_BPF_SYSCALL")]
    [InlineData(Errno.EPERM, Nothing, None, "(operation not permitted): CAP_BPF is missing, run with it and CAP_PERFMON, or with CAP_SYS_ADMIN")]
    [InlineData(Errno.EPERM, OnlyPerfmon, None, "CAP_BPF is missing, run with it and CAP_PERFMON, or with CAP_SYS_ADMIN")]
    [InlineData(Errno.EINVAL, OnlyBpf, None, "CAP_PERFMON is missing, run with it, or with CAP_SYS_ADMIN")]
    [InlineData(Errno.EINVAL, All, Confidentiality, "lockdown=confidentiality forbids it, boot with lockdown=integrity")]
    [InlineData(Errno.EINVAL, NoAdmin, Confidentiality, "lockdown=confidentiality forbids it, boot with lockdown=integrity")]
    [InlineData(Errno.EINVAL, All, None, "boot a kernel with CONFIG_BPF_EVENTS, 5.5 or later")]
    [InlineData(Errno.EPERM, NoAdmin, None, "a seccomp filter, a security module or RLIMIT_MEMLOCK forbids it, let this program use bpf(2)")]
    [InlineData(Errno.EPERM, null, None, General)]
    [InlineData(Errno.EINVAL, All, null, General)]
    [InlineData(Errno.ENOMEM, All, None, General)]
    public void Explain_Refused_NamesTheCauseAndTheRemedy(int errno, string? capabilities, string? lockdown, string expected)
    {
        _machine.SetPolicy(capabilities: capabilities, lockdown: lockdown);
        string reason = KernelProbe.Explain(_machine.Paths, "it cannot", errno);
        Assert.StartsWith("it cannot (", reason);
        Assert.EndsWith(expected, reason);
    }

    /// <summary>By hand from struct bpf_insn: code, registers (source in the upper half), offset, constant.</summary>
    [Fact]
    public void Program_Instructions_AreTheseBytes() => Assert.Equal(
        string.Concat(
            "620afcff00000000", "1811000007000000", "0000000000000000", "bfa2000000000000", "07020000fcffffff", "8500000001000000", "15000d0000000000", "bf06000000000000",
            "1811000008000000", "0000000000000000", "bfa2000000000000", "07020000fcffffff", "8500000001000000", "1500060000000000",
            "7962080000000000", "2502040000100000", "7963000000000000", "bf01000000000000", "8500000071000000", "9500000000000000",
            "b700000001000000", "9500000000000000"),
        Convert.ToHexStringLower(MemoryMarshal.AsBytes<ulong>(KernelProbe.Program(7, 8))));

    /// <summary>This machine's own kernel: its code, which a run that begins elsewhere reads the same, over the ends of the pages that one run reads.</summary>
    [Fact]
    public void TryRead_ThisKernel_ReadsTheSameFromEverywhere()
    {
        KernelProbe probe = Open(out ulong code);
        ulong[] words = new ulong[2000], behind = new ulong[500];
        Assert.True(probe.TryRead(code, words, out string reason), reason);
        Assert.True(probe.TryRead(code + 1500 * sizeof(ulong), behind, out reason), reason);
        Assert.Equal(behind, words[1500..]);
        Assert.NotEqual(words[..500], behind);
        Assert.True(words.Distinct().Count() > 100);
    }

    /// <summary>A user's address, the last page that no pointer of the kernel means, and one between both halves.</summary>
    [Theory]
    [InlineData(8UL)]
    [InlineData(0xfffffffffffff000UL)]
    [InlineData(0x8000000000000000UL)]
    public void TryRead_NothingThere_Refuses(ulong address)
    {
        KernelProbe probe = Open(out _);
        string message = Assert.Throws<XenException>(() => probe.TryRead(address, new ulong[1], out _)).Message;
        Assert.Contains($"there is nothing at address {address:x}", message);
    }

    public void Dispose() => _machine.Dispose();

    private static KernelProbe Open(out ulong code)
    {
        ulong[] address = new ulong[1];
        KernelSymbols.Find("/proc/kallsyms", ["_text"], address);
        code = address[0];
        KernelProbe probe = new(new());
        Assert.SkipUnless(probe.TryOpen(out string reason) && code != 0, $"the kernel does not show its memory here: {(code == 0 ? "no address of _text" : reason)}");
        return probe;
    }
}
