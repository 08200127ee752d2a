using Xenbus;
using Xenbus.Domain;
using Xenbus.Linux.Interop;
using Xenbus.Loopback;
using Xenbus.Wire;
using XenFbFront.Tests.Support;
using Xunit;

namespace XenFbFront.Tests.Loopback;

/// <summary>Clients that mean harm, and what is left after clients of every kind have gone.</summary>
[Collection(SimulationCollection.Name)]
public class HypervisorTests
{
    [Theory]
    [InlineData(LoopbackFileKind.EventChannels), InlineData(LoopbackFileKind.GrantAllocator), InlineData(LoopbackFileKind.ForeignMemory)]
    public void Request_WrongSize_FileIsClosedWithReason(LoopbackFileKind kind)
    {
        using LoopbackWorld world = new();
        foreach (int length in (int[])[1, LoopbackProtocol.HeadBytes - 1, LoopbackProtocol.HeadBytes + 3, LoopbackProtocol.MaxBytes + 8])
        {
            world.Log.Clear();
            using Descriptor socket = world.Hypervisor.Connect(DomainId.Zero, kind);
            Assert.Equal(length, Libc.Send(socket.Number, new byte[length]));
            Assert.Equal(0, world.Census.Files);
            Assert.Contains("a request of", Assert.Single(world.Log));
        }
    }

    [Theory]
    [InlineData(LoopbackFileKind.EventChannels), InlineData(LoopbackFileKind.GrantAllocator), InlineData(LoopbackFileKind.ForeignMemory)]
    public void Request_Random_NothingBreaksAndNothingStays(LoopbackFileKind kind)
    {
        const int seed = 4711;
        Random random = new(seed);
        using LoopbackWorld world = new(options: new() { GrantLimitPages = 100 });
        byte[] request = new byte[LoopbackProtocol.HeadBytes + 8 * 4];
        byte[] reply = new byte[LoopbackProtocol.MaxBytes];
        int[] descriptors = new int[Libc.MaxPassedDescriptors];
        using (Descriptor socket = world.Hypervisor.Connect(DomainId.Zero, kind))
        {
            for (int i = 0; i < 3000; i++)
            {
                Array.Clear(request);
                new LoopbackRequest((uint)i, (LoopbackOperation)random.Next(0, 13), Word(), Word(), Word()).Write(request);
                int length = LoopbackProtocol.HeadBytes + 8 * random.Next(0, 5);
                Assert.True(Libc.Send(socket.Number, request.AsSpan(0, length)) == length, $"seed {seed}, request {i}");
                world.Hypervisor.Pump();
                Assert.True(Libc.Receive(socket.Number, reply, descriptors, out int count, wait: false) > 0, $"seed {seed}, request {i}");
                foreach (int descriptor in descriptors.AsSpan(0, count))
                {
                    Libc.Close(descriptor);
                }
            }
        }

        Assert.True(world.Census.IsEmpty, world.Census.ToString());
        uint Word() => random.Next(4) switch { 0 => 0, 1 => 1, 2 => (uint)random.Next(0, 64), _ => (uint)random.NextInt64(0, uint.MaxValue + 1L) };
    }

    [Fact]
    public void Request_RepliesNotTaken_FileIsClosed()
    {
        using LoopbackWorld world = new();
        using Descriptor socket = world.Hypervisor.Connect(LoopbackWorld.FirstGuest, LoopbackFileKind.GrantAllocator);
        byte[] request = new byte[LoopbackProtocol.HeadBytes];
        for (int i = 0; i < 2000 && world.Log.Count == 0; i++)
        {
            new LoopbackRequest((uint)i, LoopbackOperation.Free, 0, 1, 0).Write(request);
            Libc.Send(socket.Number, request, wait: false);
            world.Hypervisor.Pump();
        }

        Assert.Contains("does not take its replies", Assert.Single(world.Log));
        Assert.Equal(0, world.Census.Files);
    }

    [Fact]
    public void Xenstore_HugeLength_FileIsClosed()
    {
        using LoopbackWorld world = new();
        using XenstoreProbe guest = new(world.Guest.OpenXenstore());
        byte[] header = new byte[XenstoreHeader.Bytes];
        new XenstoreHeader(XenstoreMessageType.Read, 1, 0, 4097).Write(header);
        Libc.Send(guest.Channel.Descriptor, header);
        Assert.True(guest.IsClosedByServer());
        Assert.Contains("4097", Assert.Single(world.Log));
    }

    [Fact]
    public void Xenstore_RandomBytes_NothingBreaks()
    {
        const int seed = 99;
        Random random = new(seed);
        using LoopbackWorld world = new();
        for (int round = 0; round < 200; round++)
        {
            using XenstoreProbe guest = new(world.Guest.OpenXenstore());
            byte[] payload = new byte[random.Next(0, 60)];
            random.NextBytes(payload);
            for (int i = 0; i < payload.Length; i++)
            {
                payload[i] = random.Next(4) switch { 0 => 0, 1 => (byte)"data/@nrwb0123456789T"[random.Next(21)], _ => payload[i] };
            }

            byte[] message = new byte[XenstoreHeader.Bytes + payload.Length];
            new XenstoreHeader((XenstoreMessageType)random.Next(0, 30), 1, (uint)random.Next(0, 2), (uint)payload.Length).Write(message);
            payload.CopyTo(message, XenstoreHeader.Bytes);
            Libc.Send(guest.Channel.Descriptor, message);
            Assert.True(guest.Next() is not null, $"seed {seed}, round {round}");
        }

        Assert.True(world.Census.IsEmpty, world.Census.ToString());
    }

    [Theory, InlineData(HostKind.OneThread), InlineData(HostKind.Sockets)]
    public void Census_AllClientsGone_IsEmpty(HostKind kind)
    {
        using LoopbackWorld world = new(kind);
        HypervisorCensus before = world.Census;
        XenstoreProbe xenstore = new(world.Guest.OpenXenstore());
        xenstore.Watch("data", "t");
        xenstore.Begin();
        IEventChannels frontend = world.Guest.OpenEventChannels();
        IEventChannels backend = world.Dom0.OpenEventChannels();
        backend.BindInterdomain(LoopbackWorld.FirstGuest, frontend.BindUnbound(DomainId.Zero));
        IGrantAllocator allocator = world.Guest.OpenGrantAllocator();
        GrantAllocation allocation = allocator.Allocate(DomainId.Zero, 2, true);
        SharedPages pages = allocator.Map(0, 2);
        IForeignMemory foreign = world.Dom0.OpenForeignMemory();
        SharedPages granted = foreign.MapGrants(LoopbackWorld.FirstGuest, allocation.References, true);
        HypervisorCensus during = world.Census;
        Assert.Equal((1, 2, 1, 1, 5), (during.XenstoreFiles, during.EventChannelFiles, during.GrantAllocatorFiles, during.ForeignMemoryFiles, during.Files));
        Assert.Equal((2, 1, 2, 2, 2), (during.Ports, during.Allocations, during.Pages, during.Mappings, during.GrantMappedPages));
        Assert.False(during.IsEmpty);

        foreach (IDisposable one in (IDisposable[])[granted, foreign, pages, allocator, backend, frontend, xenstore])
        {
            one.Dispose();
        }

        Assert.True(world.Census.IsEmpty, world.Census.ToString());
        Assert.Equal(before.NodesByDomain, world.Census.NodesByDomain);
        Assert.Empty(world.Log);
    }

    [Fact]
    public void RemoveDomain_FilesAreClosedAndNodesGo()
    {
        using LoopbackWorld world = new();
        world.Toolstack.AddDevice("vfb", LoopbackWorld.FirstGuest, 0);
        using XenstoreProbe guest = new(world.Guest.OpenXenstore());
        using IEventChannels channels = world.Guest.OpenEventChannels();
        Assert.True(world.Toolstack.RemoveDomain(LoopbackWorld.FirstGuest));
        Assert.True(guest.IsClosedByServer());
        Assert.Throws<XenException>(() => channels.BindUnbound(DomainId.Zero));
        Assert.True(world.Census.IsEmpty);
        Assert.False(world.Census.NodesByDomain.ContainsKey(1));
        Assert.Null(world.Toolstack.Read("/local/domain/0/backend/vfb/1/0/state"));
    }

    [Fact]
    public void Pump_NothingToDo_False()
    {
        using LoopbackWorld world = new();
        using XenstoreProbe guest = new(world.Guest.OpenXenstore());
        world.Hypervisor.Pump();
        Assert.False(world.Hypervisor.Pump());
        guest.Send(XenstoreMessageType.Read, "domid|");
        Assert.True(world.Hypervisor.Pump());
        Assert.False(world.Hypervisor.Pump());
        Assert.Equal("1", guest.Next()!.Value.Payload);
        Assert.False(guest.Channel.WaitReadable(Timeout.InfiniteTimeSpan));
    }
}
