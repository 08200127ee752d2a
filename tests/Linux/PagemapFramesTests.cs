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

    [Theory]
    [InlineData("PVH")]
    [InlineData("HVM")]
    [InlineData("Xen")]
    public void Resolve_PresentPages_GivesTheirFramesWithoutFlags(string guestType)
    {
        _machine.BecomeGuest(guestType);
        _machine.WritePagemap(_pages, Present | Shared | 0x5ef7, Present | SoftDirty | 0x5ef9, Present | (1UL << 55) - 1);
        PagemapFrames resolver = new(_machine.Paths);
        Assert.True(resolver.TryExplain(out string reason), reason);
        GuestFrame[] frames = new GuestFrame[3];
        resolver.Resolve(_pages, frames);
        Assert.Equal([new(0x5ef7), new(0x5ef9), new((1UL << 55) - 1)], frames);
    }

    [Fact]
    public void Resolve_PageNotPresent_Refuses() =>
        Assert.Contains("page 1 of 3", ResolveFails(Present | 5, 1UL << 62, Present | 6).Message);

    [Fact]
    public void Resolve_FrameHidden_NamesTheCapability() =>
        Assert.Contains("CAP_SYS_ADMIN", ResolveFails(Present | 5, Present | 6, Present).Message);

    [Fact]
    public void Resolve_PagemapTooShort_Refuses() => Assert.Equal(Errno.EIO, ResolveFails(Present | 5).ErrorNumber);

    [Fact]
    public void TryExplain_PvGuest_Refuses() => Assert.Contains("PV guest", Refusal("PV"));

    [Fact]
    public void TryExplain_UnknownGuest_Refuses() => Assert.Contains("guest_type does not tell", Refusal("other"));

    [Fact]
    public void TryExplain_NoPagemap_NamesTheKernelOption() => Assert.Contains("CONFIG_PROC_PAGE_MONITOR", Refusal("PVH"));

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
        return Assert.Throws<XenException>(() => new PagemapFrames(_machine.Paths).Resolve(_pages, new GuestFrame[3]));
    }

    private string Refusal(string guestType)
    {
        _machine.BecomeGuest(guestType);
        Assert.False(new PagemapFrames(_machine.Paths).TryExplain(out string reason));
        Assert.Contains(reason, Assert.Throws<XenException>(() => new PagemapFrames(_machine.Paths).Resolve(_pages, new GuestFrame[3])).Message);
        return reason;
    }
}
