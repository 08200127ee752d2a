using Xenbus;
using Xenbus.Domain;
using Xenbus.Linux;
using Xenbus.Linux.Interop;
using XenFbFront.Tests.Linux.Support;
using Xunit;

namespace XenFbFront.Tests.Linux;

public sealed class LinuxDomainTests : IDisposable
{
    private readonly FakeMachine _machine = new();

    [Theory]
    [InlineData("xen\n", true, "")]
    [InlineData("kvm\n", false, "guest of kvm")]
    [InlineData(null, false, "no Xen guest")]
    public void IsXenGuest_ByTheHypervisorsType_SaysWhyNotAndTheWayOut(string? type, bool expected, string reason)
    {
        _machine.Write("sys/kernel/uevent_seqnum", "1\n");
        if (type is not null)
        {
            _machine.Write("sys/hypervisor/type", type);
        }

        Assert.Equal(expected, LinuxDomain.IsXenGuest(_machine.Paths, out string why));
        Assert.Contains(reason, why);
        Assert.Equal(!expected, why.Contains("--loopback"));
    }

    [Fact]
    public void IsXenGuest_NoSysfs_NamesTheMount()
    {
        Assert.False(LinuxDomain.IsXenGuest(_machine.Paths, out string why));
        Assert.Contains($"mount -t sysfs sysfs {_machine.Paths.Sysfs};", why);
    }

    [Fact]
    public void Open_DeviceMissingOnXen_NamesTheModule()
    {
        _machine.BecomeGuest("PVH");
        LinuxDomain domain = new(_machine.Paths);
        Assert.EndsWith("modprobe xen-evtchn", Assert.Throws<XenException>(domain.OpenEventChannels).Message);
        Assert.EndsWith("modprobe xen-gntalloc", Assert.Throws<XenException>(domain.OpenGrantAllocator).Message);
        Assert.Contains("modprobe xenfs", Assert.Throws<XenException>(domain.OpenXenstore).Message);
    }

    [Fact]
    public void Open_NoXen_SaysSo()
    {
        _machine.Write("sys/kernel/uevent_seqnum", "1\n");
        LinuxDomain domain = new(_machine.Paths);
        Assert.Contains("no Xen guest", Assert.Throws<XenException>(domain.OpenEventChannels).Message);
        Assert.Contains("no Xen guest", Assert.Throws<XenException>(domain.OpenGrantAllocator).Message);
        Assert.Contains("no Xen guest", Assert.Throws<XenException>(domain.OpenXenstore).Message);
    }

    [Theory]
    [InlineData(Errno.EACCES)]
    [InlineData(Errno.EPERM)]
    public void Remedy_Forbidden_IsRoot(int errno) => Assert.Equal("run as root", LinuxDomain.Remedy(errno, "other", _machine.Paths));

    [Fact]
    public void Description_NamesGuestAndVersion()
    {
        _machine.BecomeGuest("PVH");
        _machine.Write("sys/hypervisor/version/major", "4\n");
        _machine.Write("sys/hypervisor/version/minor", "17\n");
        Assert.StartsWith("PVH domain of Xen 4.17, ", new LinuxDomain(_machine.Paths).Description);
    }

    [Fact]
    public void ResolveFrames_TwoWays_TheFirstThatCanIsTaken()
    {
        using SharedPages pages = FakeMachine.MapPages(2);
        LinuxDomain domain = new(_machine.Paths, [new FakeWay("closed", null), new FakeWay("open", [7, 8]), new FakeWay("other", [1, 2])]);
        GuestFrame[] frames = new GuestFrame[2];
        domain.ResolveFrames(pages, frames);
        Assert.Equal([new(7), new(8)], frames);
    }

    [Fact]
    public void ResolveFrames_NoWay_NamesEveryReason()
    {
        using SharedPages pages = FakeMachine.MapPages(2);
        LinuxDomain domain = new(_machine.Paths, [new FakeWay("first", null), new FakeWay("second", null)]);
        string message = Assert.Throws<XenException>(() => domain.ResolveFrames(pages, new GuestFrame[2])).Message;
        Assert.Contains("first: it is closed; second: it is closed", message);
    }

    /// <summary>A way that explained itself well and then cannot is passed over.</summary>
    [Fact]
    public void ResolveFrames_FirstRefusesAtRunTime_TheNextIsTaken()
    {
        using SharedPages pages = FakeMachine.MapPages(2);
        LinuxDomain domain = new(_machine.Paths, [new FakeWay("late", null, isExplained: true), new FakeWay("open", [7, 8])]);
        Assert.True(domain.FrameResolvers[0].TryExplain(out _));
        GuestFrame[] frames = new GuestFrame[2];
        domain.ResolveFrames(pages, frames);
        Assert.Equal([new(7), new(8)], frames);
    }

    /// <summary>Numbers that cannot be right say something about the guest, and are no reason to believe others.</summary>
    [Fact]
    public void ResolveFrames_FirstIsImplausible_NoOtherIsAsked()
    {
        using SharedPages pages = FakeMachine.MapPages(2);
        LinuxDomain domain = new(_machine.Paths, [new FakeWay("odd", []), new FakeWay("open", [7, 8])]);
        Assert.Contains("odd", Assert.Throws<XenException>(() => domain.ResolveFrames(pages, new GuestFrame[2])).Message);
    }

    [Fact]
    public void ResolveFrames_OneFrameForTwoPages_Refuses()
    {
        using SharedPages pages = FakeMachine.MapPages(3);
        LinuxDomain domain = new(_machine.Paths, [new FakeWay("odd", [7, 8, 7])]);
        Assert.Contains("frame 7", Assert.Throws<XenException>(() => domain.ResolveFrames(pages, new GuestFrame[3])).Message);
    }

    [Fact]
    public void ResolveFrames_DefaultWaysOnNoGuest_AllRefuse()
    {
        using SharedPages pages = FakeMachine.MapPages(1);
        string message = Assert.Throws<XenException>(() => new LinuxDomain(_machine.Paths).ResolveFrames(pages, new GuestFrame[1])).Message;
        Assert.Contains("pagemap: ", message);
        Assert.Contains("p2m by kcore: ", message);
        Assert.Contains("p2m by eBPF: ", message);
        Assert.Contains("grant table by privcmd: ", message);
    }

    public void Dispose() => _machine.Dispose();

    /// <param name="name">Its name.</param>
    /// <param name="frames">What it finds; null when it refuses, none when what it finds is implausible.</param>
    /// <param name="isExplained">Whether it says that it works, although it refuses.</param>
    private sealed class FakeWay(string name, ulong[]? frames, bool isExplained = false) : IFrameResolver
    {
        public string Name => name;

        public bool TryExplain(out string reason)
        {
            reason = frames is null ? "it is closed" : "it is open";
            return frames is not null || isExplained;
        }

        public bool TryResolve(SharedPages pages, Span<GuestFrame> found, out string reason)
        {
            reason = frames is null ? "it is closed" : string.Empty;
            for (int i = 0; i < found.Length && frames is not null; i++)
            {
                found[i] = i < frames.Length ? new(frames[i]) : throw new XenException("trust", name, 0, "implausible");
            }

            return frames is not null;
        }
    }
}
