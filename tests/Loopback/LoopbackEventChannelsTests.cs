using Xenbus;
using Xenbus.Domain;
using Xenbus.Linux.Interop;
using Xenbus.Loop;
using Xenbus.Loopback;
using XenFbFront.Tests.Content.Support;
using XenFbFront.Tests.Support;
using Xunit;

namespace XenFbFront.Tests.Loopback;

[Collection(SimulationCollection.Name)]
public class LoopbackEventChannelsTests
{
    [Theory, InlineData(HostKind.OneThread), InlineData(HostKind.Sockets)]
    public void BindInterdomain_Fresh_BinderIsPendingOnceAndGuestIsNot(HostKind kind)
    {
        using LoopbackWorld world = new(kind);
        using Pair pair = new(world);
        Assert.Equal([pair.BackendPort], Pending(pair.Backend));
        pair.Backend.Unmask(pair.BackendPort);
        Assert.Empty(Pending(pair.Backend));
        Assert.Empty(Pending(pair.Frontend));
    }

    [Theory, InlineData(HostKind.OneThread), InlineData(HostKind.Sockets)]
    public void Notify_BothWays_ArrivesAtTheOtherEndOnly(HostKind kind)
    {
        using LoopbackWorld world = new(kind);
        using Pair pair = new(world);
        pair.Settle();
        pair.Frontend.Notify(pair.FrontendPort);
        Assert.Equal([pair.BackendPort], Pending(pair.Backend));
        Assert.Empty(Pending(pair.Frontend));
        pair.Backend.Notify(pair.BackendPort);
        Assert.Equal([pair.FrontendPort], Pending(pair.Frontend));
    }

    [Fact]
    public void Notify_BeforeAnybodyIsBound_GoesIntoTheVoid()
    {
        using LoopbackWorld world = new();
        using IEventChannels frontend = world.Guest.OpenEventChannels();
        using IEventChannels backend = world.Dom0.OpenEventChannels();
        EventChannelPort port = frontend.BindUnbound(DomainId.Zero);
        frontend.Notify(port);
        frontend.Notify(port);
        Assert.Empty(Pending(frontend));
        EventChannelPort bound = backend.BindInterdomain(LoopbackWorld.FirstGuest, port);
        Assert.Equal([bound], Pending(backend));
        backend.Unmask(bound);
        Assert.Empty(Pending(backend));
    }

    [Fact]
    public void ReadPending_Masked_NothingUntilUnmaskThenNotLost()
    {
        using LoopbackWorld world = new();
        using Pair pair = new(world);
        pair.Settle();
        pair.Frontend.Notify(pair.FrontendPort);
        Assert.Equal([pair.BackendPort], Pending(pair.Backend));
        pair.Frontend.Notify(pair.FrontendPort);
        pair.Frontend.Notify(pair.FrontendPort);
        Assert.Empty(Pending(pair.Backend));
        pair.Backend.Unmask(pair.BackendPort);
        Assert.Equal([pair.BackendPort], Pending(pair.Backend));
        pair.Backend.Unmask(pair.BackendPort);
        Assert.Empty(Pending(pair.Backend));
    }

    [Fact]
    public void PollDescriptor_InAnotherLoop_ReadyWhilePendingAndUnmaskedOnly()
    {
        using LoopbackWorld world = new();
        using Pair pair = new(world);
        pair.Settle();
        using EventLoop loop = new(world.Clock);
        int calls = 0;
        using LoopWatch watch = loop.Watch(pair.Backend.PollDescriptor, LoopInterest.Readable, () => calls += Pending(pair.Backend).Length);
        Assert.False(loop.RunOnce(TimeSpan.Zero));
        pair.Frontend.Notify(pair.FrontendPort);
        loop.RunOnce(TimeSpan.Zero);
        Assert.Equal(1, calls);
        pair.Frontend.Notify(pair.FrontendPort);
        loop.RunOnce(TimeSpan.Zero);
        Assert.Equal(1, calls);
        pair.Backend.Unmask(pair.BackendPort);
        loop.RunOnce(TimeSpan.Zero);
        Assert.Equal(2, calls);
    }

    [Fact]
    public void ReadPending_MorePortsThanRoom_RestComesNextTime()
    {
        using LoopbackWorld world = new();
        using IEventChannels frontend = world.Guest.OpenEventChannels();
        using IEventChannels backend = world.Dom0.OpenEventChannels();
        HashSet<EventChannelPort> expected = [];
        for (int i = 0; i < 50; i++)
        {
            expected.Add(backend.BindInterdomain(LoopbackWorld.FirstGuest, frontend.BindUnbound(DomainId.Zero)));
        }

        HashSet<EventChannelPort> seen = [];
        EventChannelPort[] some = new EventChannelPort[7];
        while (backend.ReadPending(some) is var count and > 0)
        {
            seen.UnionWith(some.AsSpan(0, count).ToArray());
        }

        Assert.Equal(expected, seen);
    }

    [Theory, InlineData(HostKind.OneThread), InlineData(HostKind.Sockets)]
    public void BindInterdomain_NotOfferedToUs_Refused(HostKind kind)
    {
        using LoopbackWorld world = new(kind);
        using IEventChannels frontend = world.Guest.OpenEventChannels();
        using IEventChannels other = world.OtherGuest.OpenEventChannels();
        using IEventChannels backend = world.Dom0.OpenEventChannels();
        EventChannelPort port = frontend.BindUnbound(DomainId.Zero);
        Assert.Equal(Errno.EINVAL, Assert.Throws<XenException>(() => other.BindInterdomain(LoopbackWorld.FirstGuest, port)).ErrorNumber);
        Assert.Throws<XenException>(() => backend.BindInterdomain(LoopbackWorld.FirstGuest, new(port.Value + 1)));
        Assert.Throws<XenException>(() => backend.BindInterdomain(LoopbackWorld.SecondGuest, port));
        backend.BindInterdomain(LoopbackWorld.FirstGuest, port);
        Assert.Throws<XenException>(() => backend.BindInterdomain(LoopbackWorld.FirstGuest, port));
        Assert.Equal(2, world.Census.Ports);
    }

    [Fact]
    public void Unbind_NotOurs_False()
    {
        using LoopbackWorld world = new();
        using IEventChannels first = world.Guest.OpenEventChannels();
        using IEventChannels second = world.Guest.OpenEventChannels();
        EventChannelPort port = first.BindUnbound(DomainId.Zero);
        Assert.False(second.Unbind(port));
        Assert.False(first.Unbind(new(port.Value + 1)));
        Assert.True(first.Unbind(port));
        Assert.False(first.Unbind(port));
        Assert.Equal(0, world.Census.Ports);
    }

    [Fact]
    public void Notify_NotOurs_Throws()
    {
        using LoopbackWorld world = new();
        using IEventChannels channels = world.Guest.OpenEventChannels();
        Assert.Equal(Errno.ENOTCONN, Assert.Throws<XenException>(() => channels.Notify(new(3))).ErrorNumber);
        channels.Unmask(new(3));
    }

    [Theory, InlineData(false), InlineData(true)]
    public void BackendGoes_FrontendPortIsUnboundAgain_NewBackendBindsIt(bool isOrderly)
    {
        using LoopbackWorld world = new();
        using IEventChannels frontend = world.Guest.OpenEventChannels();
        EventChannelPort port = frontend.BindUnbound(DomainId.Zero);
        IEventChannels backend = world.Dom0.OpenEventChannels();
        EventChannelPort bound = backend.BindInterdomain(LoopbackWorld.FirstGuest, port);
        if (isOrderly)
        {
            Assert.True(backend.Unbind(bound));
        }

        backend.Dispose();
        Assert.Equal(1, world.Census.Ports);
        frontend.Notify(port);

        using IEventChannels successor = world.Dom0.OpenEventChannels();
        bound = successor.BindInterdomain(LoopbackWorld.FirstGuest, port);
        Assert.Equal([bound], Pending(successor));
        successor.Unmask(bound);
        Assert.Empty(Pending(successor));
        frontend.Notify(port);
        Assert.Equal([bound], Pending(successor));
        successor.Notify(bound);
        Assert.Equal([port], Pending(frontend));
    }

    [Fact]
    public void FrontendGoes_BackendPortRemainsAndNotifiesTheVoid()
    {
        using LoopbackWorld world = new();
        using Pair pair = new(world);
        pair.Settle();
        pair.Frontend.Dispose();
        Assert.Equal(1, world.Census.Ports);
        pair.Backend.Notify(pair.BackendPort);
        Assert.Empty(Pending(pair.Backend));
        Assert.True(pair.Backend.Unbind(pair.BackendPort));
        Assert.Equal(0, world.Census.Ports);
    }

    [Theory, InlineData(HostKind.OneThread), InlineData(HostKind.Sockets)]
    public void Adopt_PredecessorGone_PortsLiveAndMaskedOneIsUnmasked(HostKind kind)
    {
        using LoopbackWorld world = new(kind);
        using Pair pair = new(world);
        pair.Settle();
        pair.Backend.Notify(pair.BackendPort);
        Assert.Equal([pair.FrontendPort], Pending(pair.Frontend));
        Descriptor kept = pair.Frontend.File.Duplicate();
        pair.Frontend.Dispose();
        Assert.Equal(2, world.Census.Ports);

        using IEventChannels successor = world.Guest.AdoptEventChannels(kept);
        pair.Backend.Notify(pair.BackendPort);
        Assert.Equal([pair.FrontendPort], Pending(successor));
        successor.Notify(pair.FrontendPort);
        Assert.Equal([pair.BackendPort], Pending(pair.Backend));
        Assert.True(successor.Unbind(pair.FrontendPort));
        Assert.Equal(1, world.Census.Ports);
    }

    [Fact]
    public void Adopt_MorePortsThanOneReplyHolds_All()
    {
        using LoopbackWorld world = new();
        using IEventChannels first = world.Guest.OpenEventChannels();
        List<EventChannelPort> ports = [];
        for (int i = 0; i < LoopbackProtocol.MaxPortsPerReply + 10; i++)
        {
            ports.Add(first.BindUnbound(DomainId.Zero));
        }

        using IEventChannels successor = world.Guest.AdoptEventChannels(first.File.Duplicate());
        ports.ForEach(successor.Notify);
    }

    [Theory, InlineData(HostKind.OneThread), InlineData(HostKind.Sockets)]
    public void Adopt_PredecessorKilledWhileItWaitedForReply_StaleReplyIsSkipped(HostKind kind)
    {
        using LoopbackWorld world = new(kind);
        IEventChannels predecessor = world.Guest.OpenEventChannels();
        byte[] request = new byte[LoopbackProtocol.HeadBytes];
        new LoopbackRequest(77, LoopbackOperation.BindUnbound, 0, 0, 0).Write(request);
        Assert.Equal(request.Length, Libc.Send(predecessor.File.Number, request));
        Descriptor kept = predecessor.File.Duplicate();
        predecessor.Dispose();

        using IEventChannels successor = world.Guest.AdoptEventChannels(kept);
        EventChannelPort port = successor.BindUnbound(DomainId.Zero);
        Assert.Equal(2, world.Census.Ports);
        successor.Notify(port);
    }

    [Fact]
    public void Dispose_LastDescriptor_PortsGo()
    {
        using LoopbackWorld world = new();
        using Pair pair = new(world);
        Descriptor kept = pair.Frontend.File.Duplicate();
        pair.Frontend.Dispose();
        pair.Backend.Dispose();
        Assert.Equal(1, world.Census.Ports);
        kept.Dispose();
        Assert.True(world.Census.IsEmpty);
    }

    [Fact]
    public void NotifyReadPendingUnmask_SteadyState_AllocateNothing()
    {
        using LoopbackWorld world = new();
        using Pair pair = new(world);
        pair.Settle();
        EventChannelPort[] ports = new EventChannelPort[4];
        int events = 0;
        int runs = AllocationMeter.AssertNone(() => events += Turn(5000));
        Assert.Equal(5000 * runs, events);

        int Turn(int count)
        {
            int seen = 0;
            for (int i = 0; i < count; i++)
            {
                pair.Frontend.Notify(pair.FrontendPort);
                seen += pair.Backend.ReadPending(ports);
                pair.Backend.Unmask(pair.BackendPort);
            }

            return seen;
        }
    }

    private static EventChannelPort[] Pending(IEventChannels channels)
    {
        EventChannelPort[] ports = new EventChannelPort[16];
        return ports[..channels.ReadPending(ports)];
    }

    /// <summary>A frontend's port and a backend's, bound.</summary>
    private sealed class Pair : IDisposable
    {
        public Pair(LoopbackWorld world)
        {
            Frontend = world.Guest.OpenEventChannels();
            Backend = world.Dom0.OpenEventChannels();
            FrontendPort = Frontend.BindUnbound(DomainId.Zero);
            BackendPort = Backend.BindInterdomain(LoopbackWorld.FirstGuest, FrontendPort);
        }

        public IEventChannels Frontend { get; }

        public IEventChannels Backend { get; }

        public EventChannelPort FrontendPort { get; }

        public EventChannelPort BackendPort { get; }

        /// <summary>Takes the event that a fresh binding brings.</summary>
        public void Settle()
        {
            Pending(Backend);
            Backend.Unmask(BackendPort);
        }

        public void Dispose()
        {
            Frontend.Dispose();
            Backend.Dispose();
        }
    }
}
