using Xenbus;
using Xenbus.Domain;
using Xenbus.Linux.Interop;
using Xenbus.Wire;
using XenFbFront.Tests.Support;
using Xunit;

namespace XenFbFront.Tests.Loopback;

/// <summary>What a guest finds after it was saved and restored.</summary>
[Collection(SimulationCollection.Name)]
public sealed class RestoreTests
{
    private static readonly DomainId s_next = new(7);

    [Theory, InlineData(HostKind.OneThread), InlineData(HostKind.Sockets)]
    public void Xenstore_FreshDirectoriesForTheSameDevices_EveryWatchFires_TransactionsAreForgotten(HostKind kind)
    {
        using LoopbackWorld world = new(kind);
        using XenstoreProbe guest = new(world.Guest.OpenXenstore());
        world.Toolstack.AddDevice("vfb", LoopbackWorld.FirstGuest, 0);
        guest.Write("device/vfb/0/page-ref", "1");
        guest.Write("data/mine", "1");
        guest.Ask(XenstoreMessageType.Watch, "device|one|");
        guest.Ask(XenstoreMessageType.Watch, "/local/domain/0/backend/vfb/1/0|two|");
        uint transaction = uint.Parse(guest.Ask(XenstoreMessageType.TransactionStart, "|").TrimEnd('|'));
        Drain(guest);
        guest.Events.Clear();

        world.Toolstack.Restore(LoopbackWorld.FirstGuest, s_next);

        Assert.Equal("ENOENT|", guest.Ask(XenstoreMessageType.TransactionEnd, "T|", transaction));
        Assert.Equal("7", guest.Read("domid"));
        Assert.Equal("/local/domain/0/backend/vfb/7/0", guest.Read("device/vfb/0/backend"));
        Assert.Equal("1", guest.Read("device/vfb/0/state"));
        Assert.Equal("ENOENT|", guest.Read("device/vfb/0/page-ref"));
        Assert.Equal("ENOENT|", guest.Read("data/mine"));
        Assert.Equal("OK|", guest.Write("device/vfb/0/state", "3"));
        Drain(guest);
        Assert.Equal(["/local/domain/0/backend/vfb/1/0 two", "device one", "device/vfb/0/state one"], guest.Events.Order(StringComparer.Ordinal));
        Assert.Empty(world.Toolstack.List("/local/domain/1"));
        Assert.False(world.Toolstack.RemoveDomain(LoopbackWorld.FirstGuest));
        Assert.True(world.Toolstack.RemoveDomain(s_next));
    }

    [Theory, InlineData(false), InlineData(true)]
    public void Pages_StayWithTheirContents_OnOtherFramesIfParavirtual_WithoutGrants_AndAreFreedAsEver(bool keepsFrames)
    {
        using LoopbackWorld world = new();
        using IGrantAllocator allocator = world.Guest.OpenGrantAllocator();
        GrantAllocation allocation = allocator.Allocate(DomainId.Zero, 2, true);
        using IForeignMemory foreign = world.Dom0.OpenForeignMemory();
        GuestFrame[] before = new GuestFrame[2], after = new GuestFrame[2];
        using (SharedPages pages = allocator.Map(allocation.Index, 2))
        {
            pages.Bytes[5000] = 77;
            world.Guest.ResolveFrames(pages, before);
            world.Toolstack.Restore(LoopbackWorld.FirstGuest, s_next, keepsFrames);
            world.Guest.ResolveFrames(pages, after);
            Assert.Equal(77, pages.Bytes[5000]);
        }

        Assert.Equal(keepsFrames, before.SequenceEqual(after));
        using (SharedPages mapped = foreign.MapFrames(s_next, after, true))
        {
            Assert.Equal(77, mapped.Bytes[5000]);
        }

        Assert.Throws<XenException>(() => foreign.MapGrants(s_next, allocation.References, true));
        Assert.True(allocator.Free(allocation.Index, 2));
        Assert.Equal(0, world.Census.Pages);
        Assert.Equal(2, allocator.Allocate(DomainId.Zero, 2, true).References.Length);
    }

    [Fact]
    public void Port_IsDead_UnbindingItOrClosingItsFileIsAKernelBug_ALaterFileIsNot()
    {
        using LoopbackWorld world = new();
        IEventChannels old = world.Guest.OpenEventChannels();
        EventChannelPort port = old.BindUnbound(DomainId.Zero);
        EventChannelPort second = old.BindUnbound(DomainId.Zero);
        Assert.NotEqual(port, second);
        world.Toolstack.Restore(LoopbackWorld.FirstGuest, s_next);
        Assert.Equal(0, world.Census.Ports);
        using (IEventChannels backend = world.Dom0.OpenEventChannels())
        {
            Assert.Throws<XenException>(() => backend.BindInterdomain(s_next, port));
            using IEventChannels next = world.Guest.OpenEventChannels();
            EventChannelPort fresh = next.BindUnbound(DomainId.Zero);
            backend.BindInterdomain(s_next, fresh);
            Assert.True(next.Unbind(fresh));
        }

        Assert.Equal(0, world.Census.KernelBugs);
        old.Unbind(port);
        Assert.Equal(1, world.Census.KernelBugs);
        old.Dispose();
        Assert.Equal(2, world.Census.KernelBugs);
    }

    [Fact]
    public void EndOfTheGuest_IsNoKernelBug()
    {
        using LoopbackWorld world = new();
        using IEventChannels channels = world.Guest.OpenEventChannels();
        channels.BindUnbound(DomainId.Zero);
        world.Toolstack.Restore(LoopbackWorld.FirstGuest, s_next);
        world.Toolstack.RemoveDomain(s_next);
        Assert.Equal(0, world.Census.KernelBugs);
    }

    [Fact]
    public void BackendStillMaps_NumberTaken_NoSuchGuest_AreRefused()
    {
        using LoopbackWorld world = new();
        using IGrantAllocator allocator = world.Guest.OpenGrantAllocator();
        GrantAllocation allocation = allocator.Allocate(DomainId.Zero, 1, true);
        using IForeignMemory foreign = world.Dom0.OpenForeignMemory();
        SharedPages mapped = foreign.MapGrants(LoopbackWorld.FirstGuest, allocation.References, true);
        Assert.Equal(Errno.EBUSY, Assert.Throws<XenException>(() => world.Toolstack.Restore(LoopbackWorld.FirstGuest, s_next)).ErrorNumber);
        mapped.Dispose();
        Assert.Equal(0, world.Census.GrantMappedPages);
        Assert.Throws<XenException>(() => world.Toolstack.Restore(LoopbackWorld.FirstGuest, LoopbackWorld.SecondGuest));
        Assert.Throws<XenException>(() => world.Toolstack.Restore(s_next, new(8)));
        Assert.Throws<XenException>(() => world.Toolstack.Restore(DomainId.Zero, s_next));
        world.Toolstack.Restore(LoopbackWorld.FirstGuest, s_next);
    }

    private static void Drain(XenstoreProbe probe)
    {
        // Also what was put off to another turn.
        for (int i = 0; i < 20; i++)
        {
            probe.Read("domid");
        }
    }
}
