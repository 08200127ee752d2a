using System.Runtime.Versioning;
using Xenbus;
using Xenbus.Domain;
using Xenbus.Linux.Interop;
using Xenbus.Loopback;
using XenFbFront.Tests.Support;
using Xunit;

namespace XenFbFront.Tests.Loopback;

[SupportedOSPlatform("linux")]
[Collection(SimulationCollection.Name)]
public class LoopbackHostTests
{
    [Fact]
    public void Directory_ModeAndContent_AsDevXen()
    {
        string directory = LoopbackWorld.NewDirectory();
        using Hypervisor hypervisor = new(TimeProvider.System, 1);
        hypervisor.Toolstack.AddDomain(new(3));
        using (LoopbackHost host = new(hypervisor, directory))
        {
            host.Start();
            const UnixFileMode onlyUs = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
            Assert.Equal(onlyUs, File.GetUnixFileMode(directory));
            Assert.Equal(onlyUs, File.GetUnixFileMode(host.DirectoryOf(new(3))));
            Assert.Equal(["bus", "evtchn", "foreign", "gntalloc", "xenbus"], Names(host.DirectoryOf(DomainId.Zero)));
            Assert.Equal(["bus", "evtchn", "gntalloc", "xenbus"], Names(host.DirectoryOf(new(3))));
            hypervisor.Toolstack.AddDomain(new(4));
            Assert.True(File.Exists(Path.Combine(host.DirectoryOf(new(4)), "xenbus")));
            hypervisor.Toolstack.RemoveDomain(new(3));
            Assert.False(Directory.Exists(host.DirectoryOf(new(3))));
        }

        Assert.False(Directory.Exists(directory));
        static string[] Names(string path) => [.. Directory.GetFiles(path).Select(file => Path.GetFileName(file)).Order()];
    }

    [Fact]
    public void Directory_LeftOverOfADeadHost_IsReplaced()
    {
        string directory = LoopbackWorld.NewDirectory();
        string domain = Path.Combine(directory, "dom0");
        Directory.CreateDirectory(domain);
        using (Descriptor.Own(Libc.Listen(Path.Combine(domain, "xenbus"), Libc.Stream), "listen", "left-over"))
        {
        }

        Assert.True(File.Exists(Path.Combine(domain, "xenbus")));
        using Hypervisor hypervisor = new(TimeProvider.System, 1);
        using (LoopbackHost host = new(hypervisor, directory))
        {
            host.Start();
            using XenstoreProbe probe = new(LoopbackDomain.FromDirectory(domain).OpenXenstore());
            Assert.Equal("Domain-0", probe.Read("/local/domain/0/name"));
        }

        Assert.Empty(Directory.GetFileSystemEntries(directory));
        Directory.Delete(directory);
    }

    [Fact]
    public void Directory_AnotherHostLives_Refused()
    {
        string directory = LoopbackWorld.NewDirectory();
        using Hypervisor first = new(TimeProvider.System, 1);
        using LoopbackHost host = new(first, directory);
        using Hypervisor second = new(TimeProvider.System, 1);
        XenException exception = Assert.Throws<XenException>(() => new LoopbackHost(second, directory));
        Assert.Contains("another loopback runs", exception.Message);
        Assert.True(File.Exists(Path.Combine(host.DirectoryOf(DomainId.Zero), "xenbus")));
    }

    [Fact]
    public void Directory_PathTooLong_SaysSo()
    {
        string directory = LoopbackWorld.NewDirectory() + new string('x', 100);
        using Hypervisor hypervisor = new(TimeProvider.System, 1);
        XenException exception = Assert.Throws<XenException>(() => new LoopbackHost(hypervisor, directory));
        Assert.Equal(Errno.E2BIG, exception.ErrorNumber);
        Assert.Contains("shorter path", exception.Message);
        Assert.False(Directory.Exists(directory));
    }

    [Fact]
    public void FromDirectory_NobodyThere_SaysWhatToStart()
    {
        XenException exception = Assert.Throws<XenException>(() => LoopbackDomain.FromDirectory("/nonexistent/dom1"));
        Assert.Contains("start tools/Loopback first", exception.Message);
    }

    [Fact]
    public void Dispose_ClientStillOpen_ItsRequestsFailWithRemedy()
    {
        LoopbackWorld world = new(HostKind.Sockets);
        using IEventChannels channels = world.Guest.OpenEventChannels();
        using IXenstoreChannel xenstore = world.Guest.OpenXenstore();
        LoopbackDomain guest = world.Guest;
        world.Dispose();
        Assert.Contains("has stopped", Assert.Throws<XenException>(() => channels.BindUnbound(DomainId.Zero)).Message);
        Assert.Contains("has stopped", Assert.Throws<XenException>(() => xenstore.Read(new byte[16])).Message);
        Assert.NotEqual(0, xenstore.Write(XenstoreProbe.Message(Xenbus.Wire.XenstoreMessageType.Read, 1, 0, "x|")));
        Assert.Contains("start tools/Loopback first", Assert.Throws<XenException>(guest.OpenXenstore).Message);
    }

    [Fact]
    public void Domain_Description_SaysHowItIsReached()
    {
        using LoopbackWorld here = new();
        using LoopbackWorld there = new(HostKind.Sockets);
        Assert.Contains("domain 1 here", here.Guest.Description);
        Assert.Contains("/dom1", there.Guest.Description);
    }

    [Fact]
    public void Connect_UnknownDomain_SaysWhatToDo()
    {
        using LoopbackWorld world = new();
        Assert.Contains("add the domain", Assert.Throws<XenException>(world.Domain(new(9)).OpenXenstore).Message);
    }

    [Fact]
    public void Connect_TooManyFiles_Refused()
    {
        using LoopbackWorld world = new(options: new() { MaxOpenFiles = 2 });
        using IXenstoreChannel first = world.Guest.OpenXenstore();
        using IXenstoreChannel second = world.Guest.OpenXenstore();
        Assert.Contains("MaxOpenFiles", Assert.Throws<XenException>(world.Guest.OpenXenstore).Message);
        Assert.Equal(2, world.Census.Files);
    }
}
