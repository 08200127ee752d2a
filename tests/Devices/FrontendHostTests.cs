using Moq;
using Xenbus;
using Xenbus.Devices;
using Xenbus.Domain;
using Xenbus.Domain.Faults;
using Xenbus.Linux.Interop;
using Xenbus.Loop;
using Xenbus.Loopback;
using XenFbFront.Tests.Support;
using Xunit;

namespace XenFbFront.Tests.Devices;

[Collection(SimulationCollection.Name)]
public sealed class FrontendHostTests : IDisposable
{
    private readonly ManualTimeProvider _clock = new();
    private readonly Hypervisor _hypervisor;
    private readonly EventLoop _loop;

    public FrontendHostTests()
    {
        _hypervisor = new(_clock, seed: 1);
        _loop = new(_clock);
        _hypervisor.Toolstack.AddDomain(SimulatedSystem.Guest);
    }

    public void Dispose()
    {
        _loop.Dispose();
        _hypervisor.Dispose();
    }

    /// <summary>Records without the files that they speak of would mislead a successor, so they are given away last.</summary>
    [Fact]
    public void Start_GivesTheFilesAwayBeforeTheRecords()
    {
        List<string> calls = [];
        Mock<IDescriptorStore> store = new();
        store.Setup(s => s.Take(It.IsAny<string>())).Returns((Descriptor?)null);
        store.Setup(s => s.Keep(It.IsAny<string>(), It.IsAny<Descriptor>())).Callback((string name, Descriptor _) => calls.Add(name));
        using FrontendHost host = NewHost(store.Object);
        host.Start();
        Assert.Equal(["evtchn", "gntalloc", "connections"], calls);
    }

    [Theory]
    [InlineData("evtchn")]
    [InlineData("gntalloc")]
    [InlineData("connections")]
    public void Start_HolderGone_FailsAndClosesEverything(string failing)
    {
        Mock<IDescriptorStore> store = new();
        store.Setup(s => s.Keep(failing, It.IsAny<Descriptor>())).Throws(new XenException("keep", failing, Errno.EPIPE, "the holder process is gone"));
        using FrontendHost host = NewHost(store.Object);
        Assert.Contains("holder process is gone", Assert.Throws<XenException>(host.Start).Message);
        Assert.True(_hypervisor.Census.IsEmpty, $"left: {_hypervisor.Census}");
    }

    [Fact]
    public void Start_RecordsOfAnotherVersion_AreRefusedWithTheRemedy()
    {
        using Descriptor file = Descriptor.Own(Libc.MemoryFile("other", 32 * 4096), "create", "a memory file");
        Mock<IDescriptorStore> store = new();
        store.Setup(s => s.Take("connections")).Returns(file.Duplicate);
        using FrontendHost host = NewHost(store.Object);
        Assert.Contains("stop the old program in order first", Assert.Throws<XenException>(host.Start).Message);
        Assert.True(_hypervisor.Census.IsEmpty, $"left: {_hypervisor.Census}");
    }

    /// <summary>Whatever is refused while it starts: without a connection of a predecessor nothing of it stays in xenstore.</summary>
    [Fact]
    public void Start_EachCallRefusedOnce_LeavesNoMark()
    {
        int failures = 0;
        for (int number = 1; ; number++)
        {
            WorkerFate fate = new() { Refuse = (_, call) => call == number ? Errno.EIO : 0 };
            using FrontendHost host = new(
                new FaultyDomain(new LoopbackDomain(_hypervisor, SimulatedSystem.Guest), fate), _loop, new NoDescriptorStore(), [], new ListLogger(), new());
            try
            {
                host.Start();
            }
            catch (XenException)
            {
                failures++;
                Assert.Empty(_hypervisor.Toolstack.List($"/local/domain/{SimulatedSystem.Guest}/data"));
                continue;
            }

            if (fate.FallibleCalls < number)
            {
                break;
            }
        }

        Assert.InRange(failures, 4, 40);
    }

    [Fact]
    public void Stop_BeforeStart_IsDoneAtOnce()
    {
        bool hasStopped = false;
        using FrontendHost host = NewHost(new NoDescriptorStore());
        host.Stop(() => hasStopped = true);
        _loop.RunOnce(TimeSpan.Zero);
        Assert.True(hasStopped);
    }

    [Theory]
    [InlineData("/local/domain/0/backend/vfb/1/0", 0, true)]
    [InlineData("/local/domain/3/backend/vfb/1/0", 3, true)]
    [InlineData("/local/domain/0/backend/vinput/1/0", 0, true)]
    [InlineData("/local/domain/0/backend/vfb/1/0", 3, false)]
    [InlineData("/local/domain/0/backend/vfb/2/0", 0, false)]
    [InlineData("/local/domain/0/backend/vfb/1/1", 0, false)]
    [InlineData("/local/domain/0/backend/a/b/1/0", 0, false)]
    [InlineData("/local/domain/0/backend//1/0", 0, false)]
    [InlineData("/local/domain/0/backend/1/0", 0, false)]
    [InlineData("/local/domain/1/data/vfb/1/0", 1, false)]
    [InlineData("", 0, false)]
    public void Identity_BackendPath_MustBeOneThatAToolstackWrites(string path, ushort backend, bool expected) =>
        Assert.Equal(expected, new DeviceIdentity("vfb", 0, "device/vfb/0", path, new(backend)).IsPlausible(new DomainId(1)));

    private FrontendHost NewHost(IDescriptorStore store) =>
        new(new LoopbackDomain(_hypervisor, SimulatedSystem.Guest), _loop, store, [], new ListLogger(), new());
}
