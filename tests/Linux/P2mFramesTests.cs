using Xenbus;
using Xenbus.Domain;
using Xenbus.Linux;
using XenFbFront.Tests.Linux.Support;
using Xunit;

namespace XenFbFront.Tests.Linux;

public sealed class P2mFramesTests : IDisposable
{
    private const ulong Present = 1UL << 63;

    private readonly FakeMachine _machine = new();
    private readonly FakeKernel _kernel;
    private readonly SharedPages _pages = FakeMachine.MapPages(2);
    private readonly Dictionary<string, string> _nodes = new() { ["store/ring-ref"] = "1001", ["console/ring-ref"] = "1002" };

    public P2mFramesTests()
    {
        _machine.BecomeGuest("PV");
        _machine.WritePagemap(_pages, Present | 20, Present | 40);
        _kernel = new(_machine);
        _kernel.Table[5] = 1001;
        _kernel.Table[6] = 1002;
        _kernel.Table[20] = 0x67633;
        _kernel.Table[40] = 0x1_2345_6789;
        _kernel.Table[50] = ulong.MaxValue;
    }

    [Fact]
    public void Resolve_TableIsSound_GivesMachineFrames()
    {
        _kernel.Write();
        P2mFrames resolver = new(_machine.Paths, _nodes.GetValueOrDefault);
        Assert.True(resolver.TryExplain(out string reason), reason);
        GuestFrame[] frames = new GuestFrame[2];
        resolver.Resolve(_pages, frames);
        Assert.Equal([new(0x67633), new(0x1_2345_6789)], frames);
    }

    /// <summary>After a restore the same pages have other machine frames, and so have the rings.</summary>
    [Fact]
    public void Resolve_TableChanged_ReadsItAgain()
    {
        _kernel.Write();
        P2mFrames resolver = new(_machine.Paths, _nodes.GetValueOrDefault);
        GuestFrame[] frames = new GuestFrame[2];
        resolver.Resolve(_pages, frames);
        (_kernel.Table[5], _kernel.Table[6], _kernel.Table[20]) = (2001, 2002, 77);
        (_nodes["store/ring-ref"], _nodes["console/ring-ref"]) = ("2001", "2002");
        _kernel.WriteCore();
        resolver.Resolve(_pages, frames);
        Assert.Equal(77UL, frames[0].Value);
    }

    [Theory]
    [InlineData(0UL)]
    [InlineData(ulong.MaxValue)]
    [InlineData(1UL << 63 | 7)]
    [InlineData(1UL << 62 | 7)]
    [InlineData(1UL << 41)]
    public void Resolve_EntryIsNoFrameOfThisDomain_Refuses(ulong entry)
    {
        _kernel.Table[40] = entry;
        Assert.Contains("page 28 has entry", Refusal());
    }

    [Fact]
    public void Resolve_PageBehindTheTable_Refuses()
    {
        _kernel.TableSize = 40;
        Assert.Contains("page 28 lies behind", Refusal());
    }

    [Theory]
    [InlineData("store/ring-ref", "1003", "it lacks")]
    [InlineData("console/ring-ref", "1003", "it lacks")]
    [InlineData("store/ring-ref", null, "no store/ring-ref")]
    [InlineData("console/ring-ref", "", "no console/ring-ref")]
    [InlineData("console/ring-ref", "-1", "no console/ring-ref")]
    [InlineData("console/ring-ref", "18446744073709551615", "no console/ring-ref")]
    public void Resolve_TableIsNotProvedByTheRings_Refuses(string node, string? value, string reason)
    {
        _nodes.Remove(node);
        if (value is not null)
        {
            _nodes[node] = value;
        }

        Assert.Contains(reason, Refusal());
    }

    /// <summary>The frame that stands twice must not count for the one that is missing.</summary>
    [Fact]
    public void Resolve_OneRingTwiceAndTheOtherMissing_Refuses()
    {
        (_kernel.Table[5], _kernel.Table[6]) = (1001, 1001);
        Assert.Contains("it lacks", Refusal());
    }

    [Theory]
    [InlineData(0UL, 64UL)]
    [InlineData(0x1000UL, 64UL)]
    [InlineData(FakeKernel.TableAddress + 1, 64UL)]
    [InlineData(FakeKernel.TableAddress, 0UL)]
    [InlineData(FakeKernel.TableAddress, 1UL << 40)]
    [InlineData(FakeKernel.TableAddress + 0x10000000, 64UL)]
    public void Resolve_NoTableThere_Refuses(ulong pointer, ulong size)
    {
        (_kernel.TablePointer, _kernel.TableSize) = (pointer, size);
        Refusal();
    }

    [Fact]
    public void TryExplain_AddressesHidden_NamesCapabilityAndSetting()
    {
        _kernel.Write();
        _machine.Write("proc/kallsyms", "0000000000000000 B xen_p2m_addr\n0000000000000000 B xen_p2m_size\n");
        Assert.Contains("kptr_restrict", Explanation());
    }

    [Fact]
    public void TryExplain_NoSymbols_NamesTheKernelOption()
    {
        _kernel.Write();
        File.Delete(_machine.At("proc/kallsyms"));
        Assert.Contains("CONFIG_KALLSYMS", Explanation());
    }

    [Fact]
    public void TryExplain_NoCore_NamesTheKernelOption() => Assert.Contains("CONFIG_PROC_KCORE", Explanation());

    [Fact]
    public void TryExplain_AnotherKindOfGuest_Refuses()
    {
        _machine.BecomeGuest("PVH");
        Assert.Contains("no PV guest", Explanation());
    }

    public void Dispose()
    {
        _pages.Dispose();
        _machine.Dispose();
    }

    private string Explanation()
    {
        Assert.False(new P2mFrames(_machine.Paths, _nodes.GetValueOrDefault).TryExplain(out string reason));
        return reason;
    }

    private string Refusal()
    {
        _kernel.Write();
        return Assert.Throws<XenException>(() => new P2mFrames(_machine.Paths, _nodes.GetValueOrDefault).Resolve(_pages, new GuestFrame[2])).Message;
    }
}
