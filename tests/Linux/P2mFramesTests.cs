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
    public void TryResolve_TableIsSound_GivesMachineFrames()
    {
        _kernel.Write();
        P2mFrames resolver = Way();
        Assert.True(resolver.TryExplain(out string reason), reason);
        GuestFrame[] frames = new GuestFrame[2];
        Assert.True(resolver.TryResolve(_pages, frames, out reason), reason);
        Assert.Equal([new(0x67633), new(0x1_2345_6789)], frames);
    }

    /// <summary>After a restore the same pages have other machine frames, and so have the rings.</summary>
    [Fact]
    public void TryResolve_TableChanged_ReadsItAgain()
    {
        _kernel.Write();
        P2mFrames resolver = Way();
        GuestFrame[] frames = new GuestFrame[2];
        Assert.True(resolver.TryResolve(_pages, frames, out _));
        (_kernel.Table[5], _kernel.Table[6], _kernel.Table[20]) = (2001, 2002, 77);
        (_nodes["store/ring-ref"], _nodes["console/ring-ref"]) = ("2001", "2002");
        _kernel.WriteCore();
        Assert.True(resolver.TryResolve(_pages, frames, out _));
        Assert.Equal(77UL, frames[0].Value);
    }

    [Theory]
    [InlineData(0UL)]
    [InlineData(ulong.MaxValue)]
    [InlineData(1UL << 63 | 7)]
    [InlineData(1UL << 62 | 7)]
    [InlineData(1UL << 41)]
    public void TryResolve_EntryIsNoFrameOfThisDomain_Refuses(ulong entry)
    {
        _kernel.Table[40] = entry;
        Assert.Contains("page 28 has entry", Refusal());
    }

    [Fact]
    public void TryResolve_PageBehindTheTable_Refuses()
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
    public void TryResolve_TableIsNotProvedByTheRings_Refuses(string node, string? value, string reason)
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
    public void TryResolve_OneRingTwiceAndTheOtherMissing_Refuses()
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
    public void TryResolve_NoTableThere_Refuses(ulong pointer, ulong size)
    {
        (_kernel.TablePointer, _kernel.TableSize) = (pointer, size);
        Refusal();
    }

    /// <summary>Nobody can have allocated the page of a ring.</summary>
    [Theory]
    [InlineData(1001UL, "the ring of xenstore")]
    [InlineData(1002UL, "the ring of the console")]
    public void TryResolve_PageIsARing_Refuses(ulong frame, string reason)
    {
        _kernel.Table[40] = frame;
        Assert.Contains(reason, Refusal());
    }

    [Fact]
    public void TryResolve_NoSuchAddressInTheCore_Refuses()
    {
        _kernel.TablePointer = FakeKernel.TableAddress + 0x10000000;
        Assert.Contains("does not have address", Refusal());
    }

    /// <summary>The environment's refusal, which lets another way be tried, however late it comes.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public void TryResolve_MemoryRefusesAtRunTime_SaysWhy(int readsBefore)
    {
        _kernel.Write();
        FakeMemory memory = new(_kernel) { ReadsUntilRefusal = readsBefore };
        Assert.False(Way(memory).TryResolve(_pages, new GuestFrame[2], out string reason));
        Assert.Equal("it is refused", reason);
    }

    /// <summary>Two variables, two remembered entries, one chunk for the rings, one window for all pages; afterwards no chunk.</summary>
    [Fact]
    public void TryResolve_NeighbouringPages_AreReadTogetherAndTheRingsAreRemembered()
    {
        _kernel.Write();
        FakeMemory memory = new(_kernel);
        P2mFrames resolver = Way(memory);
        GuestFrame[] frames = new GuestFrame[2];
        Assert.True(resolver.TryResolve(_pages, frames, out string reason), reason);
        Assert.Equal([new(0x67633), new(0x1_2345_6789)], frames);
        Assert.Equal(6, memory.Reads);
        Assert.True(resolver.TryResolve(_pages, frames, out reason), reason);
        Assert.Equal(11, memory.Reads);
    }

    [Theory]
    [InlineData("2", null, "kernel.kptr_restrict=2 hides the addresses in")]
    [InlineData("2", null, ": sysctl kernel.kptr_restrict=1")]
    [InlineData("1", "000001fbffffffff", "CAP_SYSLOG is missing, so")]
    [InlineData("1", "000001fbffffffff", "(kernel.kptr_restrict=1): run with it")]
    [InlineData(null, "000001fbffffffff", "(kernel.kptr_restrict=unknown): run with it")]
    [InlineData("0", "000001ffffffffff", "has no xen_p2m_addr: boot a kernel with CONFIG_KALLSYMS_ALL and CONFIG_XEN_PV")]
    [InlineData(null, null, "run with CAP_SYSLOG, set kernel.kptr_restrict to 0 or 1, and use a kernel with CONFIG_KALLSYMS_ALL")]
    public void TryExplain_AddressesHidden_NamesTheCauseAndTheRemedy(string? restriction, string? capabilities, string expected)
    {
        _kernel.Write();
        _machine.Write("proc/kallsyms", "0000000000000000 B xen_p2m_addr\n0000000000000000 B xen_p2m_size\n");
        _machine.SetPolicy(restriction: restriction, capabilities: capabilities);
        Assert.Contains(expected, Explanation());
    }

    [Fact]
    public void TryExplain_OneSymbolMissing_NamesIt()
    {
        _kernel.Write();
        _machine.Write("proc/kallsyms", "ffffffff82000000 B xen_p2m_addr\n");
        _machine.SetPolicy(restriction: "0", capabilities: "000001ffffffffff");
        Assert.Contains("has no xen_p2m_size", Explanation());
    }

    [Fact]
    public void TryExplain_NoSymbols_NamesTheKernelOption()
    {
        _kernel.Write();
        File.Delete(_machine.At("proc/kallsyms"));
        Assert.EndsWith("(no such file or directory): boot a kernel with CONFIG_KALLSYMS", Explanation());
    }

    [Fact]
    public void TryExplain_NoCore_NamesTheKernelOption() => Assert.Contains("CONFIG_PROC_KCORE", Explanation());

    [Fact]
    public void TryExplain_NoPagemap_NamesTheKernelOption()
    {
        File.Delete(_machine.At("proc/self/pagemap"));
        Assert.Contains("CONFIG_PROC_PAGE_MONITOR", Explanation());
    }

    /// <summary>It explains what it would refuse, instead of throwing.</summary>
    [Fact]
    public void TryExplain_NoTableThere_SaysSo()
    {
        _kernel.TableSize = 0;
        _kernel.Write();
        Assert.False(Way().TryExplain(out string reason));
        Assert.Contains("xen_p2m_size 0 are no table", reason);
    }

    [Theory]
    [InlineData("PVH", "no PV guest")]
    [InlineData("other", "guest_type does not tell")]
    public void TryExplain_AnotherKindOfGuest_Refuses(string type, string expected)
    {
        _machine.BecomeGuest(type);
        Assert.Contains(expected, Explanation());
    }

    public void Dispose()
    {
        _pages.Dispose();
        _machine.Dispose();
    }

    private P2mFrames Way(IKernelMemory? memory = null) =>
        new(_machine.Paths, memory ?? new KernelCore(_machine.Paths), new P2mSymbols(_machine.Paths), _nodes.GetValueOrDefault);

    private string Explanation()
    {
        Assert.False(Way().TryExplain(out string reason));
        Assert.False(Way().TryResolve(_pages, new GuestFrame[2], out string same) && same != reason);
        return reason;
    }

    private string Refusal()
    {
        _kernel.Write();
        return Assert.Throws<XenException>(() => Way().TryResolve(_pages, new GuestFrame[2], out _)).Message;
    }

    /// <summary>Another way to read the same kernel, which counts and can begin to refuse.</summary>
    private sealed class FakeMemory(FakeKernel kernel) : IKernelMemory
    {
        public string Name => "fake";

        public int Reads { get; private set; }

        /// <summary>Calls that are served before all others are refused; the first is that which prepares.</summary>
        public int ReadsUntilRefusal { get; set; } = int.MaxValue;

        public bool TryOpen(out string reason)
        {
            reason = string.Empty;
            return true;
        }

        public bool TryPrepare(out string reason) => IsServed(out reason);

        public bool TryRead(ulong address, Span<ulong> words, out string reason)
        {
            Reads++;
            if (address is FakeKernel.DataAddress or FakeKernel.DataAddress + 8)
            {
                words[0] = address == FakeKernel.DataAddress ? kernel.TablePointer : kernel.TableSize;
            }
            else
            {
                kernel.Table.Slice((int)(address - FakeKernel.TableAddress) / 8, words.Length).CopyTo(words);
            }

            return IsServed(out reason);
        }

        private bool IsServed(out string reason)
        {
            bool isServed = ReadsUntilRefusal-- > 0;
            reason = isServed ? string.Empty : "it is refused";
            return isServed;
        }
    }
}
