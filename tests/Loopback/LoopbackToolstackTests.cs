using Xenbus;
using Xenbus.Domain;
using Xenbus.Loopback;
using Xenbus.Wire;
using Xunit;

namespace XenFbFront.Tests.Loopback;

public class LoopbackToolstackTests
{
    private const string Frontend = "/local/domain/1/device/vfb/0";
    private const string Backend = "/local/domain/0/backend/vfb/1/0";

    [Theory, InlineData(HostKind.OneThread), InlineData(HostKind.Sockets)]
    public void AddDevice_ContentAndPermissions_AsLibxl(HostKind kind)
    {
        using LoopbackWorld world = new(kind);
        using XenstoreProbe guest = new(world.Guest.OpenXenstore());
        using XenstoreProbe other = new(world.OtherGuest.OpenXenstore());
        world.Toolstack.AddDevice("vfb", LoopbackWorld.FirstGuest, 0, new Dictionary<string, string> { ["vnc"] = "1" });
        Assert.Equal(["backend", "backend-id", "state"], world.Toolstack.List(Frontend));
        Assert.Equal(["frontend", "frontend-id", "online", "state", "vnc"], world.Toolstack.List(Backend));
        Assert.Equal("vfb|", guest.List("device"));
        Assert.Equal("0|", guest.List("device/vfb"));
        Assert.Equal(Backend, guest.Read("device/vfb/0/backend"));
        Assert.Equal("0", guest.Read("device/vfb/0/backend-id"));
        Assert.Equal("n1|r0|", guest.Ask(XenstoreMessageType.GetPermissions, "device/vfb/0/state|"));
        Assert.Equal("n0|r1|", guest.Ask(XenstoreMessageType.GetPermissions, $"{Backend}/state|"));
        Assert.Equal("1", guest.Read($"{Backend}/online"));
        Assert.Equal(Frontend, guest.Read($"{Backend}/frontend"));
        Assert.Equal("1", guest.Read($"{Backend}/frontend-id"));
        Assert.Equal("OK|", guest.Write("device/vfb/0/state", "3"));
        Assert.Equal("OK|", guest.Write("device/vfb/0/page-ref", "123"));
        Assert.Equal("EACCES|", guest.Write($"{Backend}/state", "3"));
        Assert.Equal("EACCES|", guest.Write("device/vfb/1", ""));
        Assert.Equal("EACCES|", guest.Remove("device/vfb"));
        Assert.Equal("EACCES|", other.Read($"{Frontend}/state"));
        Assert.Equal("EACCES|", other.Read($"{Backend}/state"));
        Assert.Equal((XenbusState.Initialised, XenbusState.Initialising), (world.Toolstack.ReadState(Frontend), world.Toolstack.ReadState(Backend)));

        world.Toolstack.AddDevice("vfb", LoopbackWorld.FirstGuest, 0);
        Assert.Equal(["backend", "backend-id", "state"], world.Toolstack.List(Frontend));
        Assert.Null(world.Toolstack.Read($"{Backend}/vnc"));
        Assert.Equal(XenbusState.Initialising, world.Toolstack.ReadState(Frontend));
    }

    [Fact]
    public void AddDomain_GuestMayWriteWhereItMayOnXen()
    {
        using LoopbackWorld world = new();
        using XenstoreProbe guest = new(world.Guest.OpenXenstore());
        Assert.Equal("OK|", guest.Write("error/device/vfb/0/error", "22 bad"));
        Assert.Equal("OK|", guest.Write("data/x", ""));
        Assert.Equal("OK|", guest.Write("control/shutdown", ""));
        Assert.Equal("EACCES|", guest.Write("device/x", ""));
        Assert.Equal("EACCES|", guest.Write("name", "me"));
        Assert.Equal("guest-1", guest.Read("name"));
        Assert.Equal("EACCES|", guest.List("/"));
        Assert.Throws<XenException>(() => world.Toolstack.AddDomain(LoopbackWorld.FirstGuest));
    }

    [Fact]
    public void RemoveDevice_BackendCloses_DirectoriesGo()
    {
        using LoopbackWorld world = new();
        using XenstoreProbe guest = new(world.Guest.OpenXenstore());
        using XenstoreProbe dom0 = new(world.Dom0.OpenXenstore());
        world.Toolstack.AddDevice("vfb", LoopbackWorld.FirstGuest, 0);
        guest.Watch("device", "d");
        guest.TakeEvents();
        world.Toolstack.RemoveDevice("vfb", LoopbackWorld.FirstGuest, 0);
        Assert.Equal(("0", XenbusState.Closing), (world.Toolstack.Read($"{Backend}/online"), world.Toolstack.ReadState(Backend)));
        Assert.Equal("OK|", guest.Write("device/vfb/0/state", "6"));
        Assert.Equal(XenbusState.Closing, world.Toolstack.ReadState(Backend));
        Assert.Equal("OK|", dom0.Write($"{Backend}/state", "6"));
        Assert.Equal(XenbusState.Unknown, world.Toolstack.ReadState(Backend));
        Assert.Null(world.Toolstack.Read(Frontend));
        Assert.Contains("device/vfb/0 d", guest.TakeEvents());
        Assert.Equal("EACCES|", guest.Write("device/vfb/0/state", "1"));
    }

    [Fact]
    public void RemoveDevice_BackendSilent_ByForceAfterTenSeconds()
    {
        using LoopbackWorld world = new();
        world.Toolstack.AddDevice("vfb", LoopbackWorld.FirstGuest, 0);
        world.Toolstack.AddDevice("vfb", LoopbackWorld.FirstGuest, 1);
        world.Toolstack.RemoveDevice("vfb", LoopbackWorld.FirstGuest, 0);
        world.Clock.Advance(TimeSpan.FromSeconds(9));
        world.Hypervisor.Pump();
        Assert.Equal(XenbusState.Closing, world.Toolstack.ReadState(Backend));
        world.Clock.Advance(TimeSpan.FromSeconds(2));
        world.Hypervisor.Pump();
        Assert.Equal(XenbusState.Unknown, world.Toolstack.ReadState(Backend));
        Assert.Equal(XenbusState.Initialising, world.Toolstack.ReadState(LoopbackToolstack.FrontendPath("vfb", LoopbackWorld.FirstGuest, 1)));
        world.Toolstack.RemoveDeviceByForce("vfb", LoopbackWorld.FirstGuest, 1);
        Assert.Empty(world.Toolstack.List("/local/domain/1/device"));
    }

    [Fact]
    public void WriteReadSetPermissions_Helpers()
    {
        using LoopbackWorld world = new();
        world.Toolstack.Write("/a/b", "c");
        Assert.Equal("c", world.Toolstack.Read("/a/b"));
        world.Toolstack.SetPermissions("/a/b", new XenstorePermission(XenstoreAccess.Read, new(1)));
        Assert.Equal([new(XenstoreAccess.Read, new DomainId(1))], world.Toolstack.GetPermissions("/a/b"));
        world.Toolstack.Remove("/a");
        world.Toolstack.Remove("/a/b");
        Assert.Null(world.Toolstack.Read("/a/b"));
        Assert.Throws<XenException>(() => world.Toolstack.SetPermissions("/a", new XenstorePermission(XenstoreAccess.Read, new(1))));
        Assert.Throws<XenException>(() => world.Toolstack.Write("relative", ""));
    }
}
