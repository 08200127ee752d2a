using Xenbus;
using Xenbus.Domain;
using Xenbus.Linux;
using Xenbus.Linux.Interop;
using XenFbFront.Tests.Linux.Support;
using Xunit;

namespace XenFbFront.Tests.Linux;

public sealed class PagemapFramesTests : IDisposable
{
    private const ulong Present = 1UL << 63, Shared = 1UL << 61, SoftDirty = 1UL << 55;

    private readonly FakeMachine _machine = new();
    private readonly SharedPages _pages = FakeMachine.MapPages(3);
    private readonly Dictionary<string, string> _nodes = [];

    public PagemapFramesTests() => _machine.Write("proc/iomem", """
        00000000-00000fff : Reserved
        00001000-0009ffff : System RAM
        000a0000-000fffff : Reserved
          000f0000-000fffff : System ROM
        00100000-0fffffff : System RAM
          01000000-01e01b5f : Kernel code
        100000000-13fffffff : System RAM

        """);

    [Theory]
    [InlineData("PVH")]
    [InlineData("HVM")]
    [InlineData("Xen")]
    public void TryResolve_PresentPages_GivesTheirFramesWithoutFlags(string guestType)
    {
        _machine.BecomeGuest(guestType);
        _machine.WritePagemap(_pages, Present | Shared | 0x5ef7, Present | SoftDirty | 0x5ef9, Present | 0x13ffff);
        PagemapFrames resolver = new(_machine.Paths, _nodes.GetValueOrDefault);
        Assert.True(resolver.TryExplain(out string reason), reason);
        GuestFrame[] frames = new GuestFrame[3];
        Assert.True(resolver.TryResolve(_pages, frames, out reason), reason);
        Assert.Equal([new(0x5ef7), new(0x5ef9), new(0x13ffff)], frames);
    }

    [Fact]
    public void TryResolve_PageNotPresent_Refuses() =>
        Assert.Contains("page 1 of 3", ResolveFails(Present | 5, 1UL << 62, Present | 6).Message);

    [Fact]
    public void TryResolve_FrameHidden_NamesTheCapability() =>
        Assert.Contains("CAP_SYS_ADMIN", ResolveFails(Present | 5, Present | 6, Present).Message);

    [Fact]
    public void TryResolve_PagemapTooShort_Refuses() => Assert.Equal(Errno.EIO, ResolveFails(Present | 5).ErrorNumber);

    /// <summary>Frame 0, a hole, the last that pagemap can show, and a page that memory has only in part.</summary>
    [Theory]
    [InlineData(0xa0UL)]
    [InlineData(0x10000UL)]
    [InlineData(0x140000UL)]
    [InlineData((1UL << 55) - 1)]
    public void TryResolve_FrameIsNoMemory_Refuses(ulong frame) =>
        Assert.Contains($"page 1 would be frame {frame:x}, where /proc/iomem has no memory", ResolveFails(Present | 5, Present | frame, Present | 6).Message);

    [Theory]
    [InlineData("store/ring-ref", "the ring of xenstore")]
    [InlineData("console/ring-ref", "the ring of the console")]
    public void TryResolve_PageIsARing_Refuses(string node, string reason)
    {
        _nodes[node] = "6";
        Assert.Contains(reason, ResolveFails(Present | 5, Present | 6, Present | 7).Message);
    }

    [Theory]
    [InlineData("00000000-00000000 : System RAM\n00000000-00000000 : System RAM\n", "shows no memory: run with CAP_SYS_ADMIN")]
    [InlineData("", "shows no memory: run with CAP_SYS_ADMIN")]
    [InlineData("00001000-0009ffff : Reserved\n  00001000-0009ffff : System RAM\n00001000-0009ffff\n00001000 : System RAM\nnonsense\n", "shows no memory: run with CAP_SYS_ADMIN")]
    [InlineData(null, "cannot be opened (no such file or directory)")]
    public void TryExplain_NoMemoryMap_NamesTheRemedy(string? map, string expected)
    {
        _machine.WritePagemap(_pages, Present | 5, Present | 6, Present | 7);
        if (map is null)
        {
            File.Delete(_machine.At("proc/iomem"));
        }
        else
        {
            _machine.Write("proc/iomem", map);
        }

        Assert.Contains(expected, Refusal("PVH"));
    }

    /// <summary>The ranges of interest may lie behind the first page of the file.</summary>
    [Fact]
    public void TryResolve_LongMemoryMap_IsReadWhole()
    {
        string devices = string.Concat(Enumerable.Range(0, 500).Select(i => $"{0xf0000000 + i * 0x1000:x8}-{0xf0000fff + i * 0x1000:x8} : device\n"));
        _machine.Write("proc/iomem", devices + "00001000-0009ffff : System RAM\n");
        _machine.BecomeGuest("PVH");
        _machine.WritePagemap(_pages, Present | 5, Present | 6, Present | 7);
        Assert.True(new PagemapFrames(_machine.Paths, _nodes.GetValueOrDefault).TryResolve(_pages, new GuestFrame[3], out string reason), reason);
    }

    [Fact]
    public void TryExplain_PvGuest_Refuses() => Assert.Contains("PV guest", Refusal("PV"));

    [Fact]
    public void TryExplain_UnknownGuest_Refuses() => Assert.Contains("guest_type does not tell", Refusal("other"));

    [Fact]
    public void TryExplain_NoPagemap_NamesTheKernelOption()
    {
        _machine.Write("proc/self/status", string.Empty);
        Assert.EndsWith("boot a kernel with CONFIG_PROC_PAGE_MONITOR", Refusal("PVH"));
    }

    [Fact]
    public void TryExplain_NoProc_NamesTheMount() => Assert.EndsWith($"mount -t proc proc {_machine.Paths.Proc}", Refusal("PVH"));

    /// <summary>Kernels before 4.13 have no guest_type; XENFEAT_auto_translated_physmap is bit 2.</summary>
    [Theory]
    [InlineData("00000005", true)]
    [InlineData("00000b05", true)]
    [InlineData("00000001", false)]
    public void IsTranslated_OldKernel_IsReadFromTheFeatures(string features, bool expected)
    {
        _machine.Write("sys/hypervisor/properties/features", features + "\n");
        Assert.Equal(expected, GuestType.IsTranslated(_machine.Paths));
    }

    public void Dispose()
    {
        _pages.Dispose();
        _machine.Dispose();
    }

    private XenException ResolveFails(params ReadOnlySpan<ulong> entries)
    {
        _machine.BecomeGuest("PVH");
        _machine.WritePagemap(_pages, entries);
        return Assert.Throws<XenException>(() => new PagemapFrames(_machine.Paths, _nodes.GetValueOrDefault).TryResolve(_pages, new GuestFrame[3], out _));
    }

    private string Refusal(string guestType)
    {
        _machine.BecomeGuest(guestType);
        PagemapFrames resolver = new(_machine.Paths, _nodes.GetValueOrDefault);
        Assert.False(resolver.TryExplain(out string reason));
        Assert.False(resolver.TryResolve(_pages, new GuestFrame[3], out string same));
        Assert.Equal(reason, same);
        return reason;
    }
}
