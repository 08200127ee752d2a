using Xenbus.Linux;
using XenFbFront.Tests.Linux.Support;
using Xunit;

namespace XenFbFront.Tests.Linux;

public sealed class KernelPolicyTests : IDisposable
{
    private readonly FakeMachine _machine = new();

    [Theory]
    [InlineData("[none] integrity confidentiality", "none")]
    [InlineData("none [integrity] confidentiality", "integrity")]
    [InlineData("none integrity [confidentiality]", "confidentiality")]
    [InlineData("none integrity", null)]
    [InlineData("none [integrity", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void Lockdown_IsTheWordInBrackets(string? text, string? expected)
    {
        _machine.SetPolicy(lockdown: text);
        Assert.Equal(expected, new KernelPolicy(_machine.Paths).Lockdown);
    }

    [Theory]
    [InlineData("0", 0)]
    [InlineData("2", 2)]
    [InlineData("much", null)]
    [InlineData(null, null)]
    public void PointerRestriction_IsTheNumber(string? text, int? expected)
    {
        _machine.SetPolicy(restriction: text);
        Assert.Equal(expected, new KernelPolicy(_machine.Paths).PointerRestriction);
    }

    [Theory]
    [InlineData("0000000000000000", false, false)]
    [InlineData("0000000000020000", true, false)]
    [InlineData("0000008000000000", false, true)]
    [InlineData("000001ffffffffff", true, true)]
    [InlineData("many", null, null)]
    [InlineData(null, null, null)]
    public void Has_IsTheBitOfTheEffectiveSet(string? set, bool? rawio, bool? bpf)
    {
        _machine.SetPolicy(capabilities: set);
        KernelPolicy policy = new(_machine.Paths);
        Assert.Equal((rawio, bpf), (policy.Has(Capability.SysRawio), policy.Has(Capability.Bpf)));
    }

    public void Dispose() => _machine.Dispose();
}
