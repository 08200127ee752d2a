using Xenbus;
using Xenbus.Domain;
using Xenbus.Linux.Interop;
using Xenbus.Loopback;
using XenFbFront.Tests.Support;
using Xunit;

namespace XenFbFront.Tests.Loopback;

[Collection(SimulationCollection.Name)]
public class LoopbackGrantsTests
{
    private const int PageBytes = SharedPages.PageBytes;

    [Theory, InlineData(HostKind.OneThread), InlineData(HostKind.Sockets)]
    public void Allocate_Several_IndicesAreSumsReferencesAndFramesAreNotConsecutive(HostKind kind)
    {
        using LoopbackWorld world = new(kind);
        using IGrantAllocator allocator = world.Guest.OpenGrantAllocator();
        GrantAllocation first = allocator.Allocate(DomainId.Zero, 3, true);
        GrantAllocation second = allocator.Allocate(DomainId.Zero, 40, false);
        GrantAllocation third = allocator.Allocate(DomainId.Zero, 1, false);
        Assert.Equal((0, 3 * PageBytes, 43 * PageBytes), ((int)first.Index, (int)second.Index, (int)third.Index));
        Assert.Equal(44, world.Census.Pages);

        using SharedPages pages = allocator.Map(second);
        Assert.Equal((second.Index, second), (pages.Index, pages.Grants));
        using SharedPages again = allocator.Map(second.Index, 40);
        Assert.Null(again.Grants);
        Assert.True(pages.Bytes.IndexOfAnyExcept((byte)0) < 0);
        GuestFrame[] frames = new GuestFrame[40];
        world.Guest.ResolveFrames(pages, frames);
        Assert.Equal(40, frames.Distinct().Count());
        Assert.Equal(44, first.References.Concat(second.References).Concat(third.References).Distinct().Count());
        for (int i = 1; i < 40; i++)
        {
            Assert.NotEqual(frames[i - 1].Value + 1, frames[i].Value);
            Assert.NotEqual(second.References[i - 1].Value + 1, second.References[i].Value);
        }
    }

    [Fact]
    public void Allocate_SameSeed_SameNumbers()
    {
        Assert.Equal(Numbers(5), Numbers(5));
        Assert.NotEqual(Numbers(5), Numbers(6));

        static List<ulong> Numbers(int seed)
        {
            using LoopbackWorld world = new(seed: seed);
            using IGrantAllocator allocator = world.Guest.OpenGrantAllocator();
            using IEventChannels channels = world.Guest.OpenEventChannels();
            GrantAllocation allocation = allocator.Allocate(DomainId.Zero, 10, true);
            using SharedPages pages = allocator.Map(allocation.Index, 10);
            GuestFrame[] frames = new GuestFrame[10];
            world.Guest.ResolveFrames(pages, frames);
            return [.. allocation.References.Select(r => (ulong)r.Value), .. frames.Select(f => f.Value)];
        }
    }

    [Theory, InlineData(HostKind.OneThread), InlineData(HostKind.Sockets)]
    public void MapFrames_AnyOrderOfSeveralAllocations_SameBytes(HostKind kind)
    {
        using LoopbackWorld world = new(kind);
        using Frontend frontend = new(world, 5);
        GrantAllocation more = frontend.Allocator.Allocate(DomainId.Zero, 2, true);
        using SharedPages morePages = frontend.Allocator.Map(more.Index, 2);
        GuestFrame[] moreFrames = new GuestFrame[2];
        world.Guest.ResolveFrames(morePages, moreFrames);
        for (int page = 0; page < 5; page++)
        {
            frontend.Pages.Bytes[page * PageBytes] = (byte)(page + 1);
        }

        morePages.Bytes[PageBytes] = 99;
        using IForeignMemory foreign = world.Dom0.OpenForeignMemory();
        GuestFrame[] order = [frontend.Frames[4], moreFrames[1], frontend.Frames[0], frontend.Frames[1], frontend.Frames[2], frontend.Frames[0]];
        using SharedPages mapped = foreign.MapFrames(LoopbackWorld.FirstGuest, order, isWritable: true);
        byte[] expected = [5, 99, 1, 2, 3, 1];
        for (int page = 0; page < expected.Length; page++)
        {
            Assert.Equal(expected[page], mapped.Bytes[page * PageBytes]);
        }

        mapped.Bytes[5 * PageBytes + 7] = 42;
        Assert.Equal(42, frontend.Pages.Bytes[7]);
        Assert.Equal(6, world.Census.ForeignMappedPages);
        mapped.Dispose();
        Assert.Equal(0, world.Census.ForeignMappedPages);
    }

    [Fact]
    public void MapFrames_OfAnotherDomainOrNone_RefusedAndNothingStays()
    {
        using LoopbackWorld world = new();
        using Frontend frontend = new(world, 2);
        using IForeignMemory foreign = world.Dom0.OpenForeignMemory();
        XenException exception = Assert.Throws<XenException>(() => foreign.MapFrames(LoopbackWorld.SecondGuest, frontend.Frames, false));
        Assert.Equal(Errno.EINVAL, exception.ErrorNumber);
        GuestFrame[] halfRight = [frontend.Frames[0], new(1)];
        Assert.Throws<XenException>(() => foreign.MapFrames(LoopbackWorld.FirstGuest, halfRight, false));
        Assert.Equal(0, world.Census.ForeignMappedPages);
    }

    [Fact]
    public void MapGrants_ChecksPeerAndWritability()
    {
        using LoopbackWorld world = new();
        using IGrantAllocator allocator = world.Guest.OpenGrantAllocator();
        using IForeignMemory foreign = world.Dom0.OpenForeignMemory();
        GrantReference[] readOnly = allocator.Allocate(DomainId.Zero, 2, isWritable: false).References;
        GrantReference[] writable = allocator.Allocate(DomainId.Zero, 2, isWritable: true).References;
        GrantReference[] notOurs = allocator.Allocate(LoopbackWorld.SecondGuest, 1, isWritable: true).References;
        foreign.MapGrants(LoopbackWorld.FirstGuest, readOnly, isWritable: false).Dispose();
        foreign.MapGrants(LoopbackWorld.FirstGuest, writable, isWritable: true).Dispose();
        Assert.Equal(Errno.EACCES, Errors(readOnly, true));
        Assert.Equal(Errno.EACCES, Errors(notOurs, false));
        Assert.Equal(Errno.EINVAL, Errors([new(1)], false));
        Assert.Equal(0, world.Census.GrantMappedPages);

        int Errors(GrantReference[] references, bool isWritable) =>
            Assert.Throws<XenException>(() => foreign.MapGrants(LoopbackWorld.FirstGuest, references, isWritable)).ErrorNumber;
    }

    [Theory, InlineData(HostKind.OneThread), InlineData(HostKind.Sockets)]
    public void Allocate_LargestAtOnce_EveryPageResolvesAndMaps(HostKind kind)
    {
        const int pageCount = 32768;
        using LoopbackWorld world = new(kind);
        using Frontend frontend = new(world, pageCount);
        Assert.Equal(pageCount, frontend.Allocation.References.Distinct().Count());
        Assert.Equal(pageCount, frontend.Frames.Distinct().Count());
        using IForeignMemory foreign = world.Dom0.OpenForeignMemory();
        using SharedPages mapped = foreign.MapFrames(LoopbackWorld.FirstGuest, frontend.Frames, isWritable: true);
        using SharedPages granted = foreign.MapGrants(LoopbackWorld.FirstGuest, frontend.Allocation.References, isWritable: true);
        frontend.Pages.Bytes[^1] = 7;
        frontend.Pages.Bytes[2048 * PageBytes] = 8;
        Assert.Equal((7, 8), (mapped.Bytes[^1], mapped.Bytes[2048 * PageBytes]));
        Assert.Equal((7, 8), (granted.Bytes[^1], granted.Bytes[2048 * PageBytes]));
        Assert.Equal(pageCount, world.Census.ForeignMappedPages);
        Assert.Equal(pageCount, world.Census.GrantMappedPages);
    }

    [Fact]
    public void MapFrames_MoreMemoryFilesThanOneReplyHolds_All()
    {
        const int count = Libc.MaxPassedDescriptors + 20;
        using LoopbackWorld world = new();
        using IGrantAllocator allocator = world.Guest.OpenGrantAllocator();
        using IForeignMemory foreign = world.Dom0.OpenForeignMemory();
        GrantReference[] references = [.. Enumerable.Range(0, count).Select(_ => allocator.Allocate(DomainId.Zero, 1, true).References[0])];
        using SharedPages last = allocator.Map((count - 1) * PageBytes, 1);
        last.Bytes[5] = 55;
        using SharedPages mapped = foreign.MapGrants(LoopbackWorld.FirstGuest, references, false);
        Assert.Equal(55, mapped.Bytes[(count - 1) * PageBytes + 5]);
        Assert.Equal(count, world.Census.GrantMappedPages);
    }

    [Fact]
    public void Allocate_OverLimit_SaysNumbersAndRemedy()
    {
        using LoopbackWorld world = new(options: new() { GrantLimitPages = 10 });
        using IGrantAllocator allocator = world.Guest.OpenGrantAllocator();
        using IGrantAllocator another = world.OtherGuest.OpenGrantAllocator();
        allocator.Allocate(DomainId.Zero, 6, true);
        XenException exception = Assert.Throws<XenException>(() => another.Allocate(DomainId.Zero, 5, true));
        Assert.Equal(Errno.ENOSPC, exception.ErrorNumber);
        Assert.Contains("6 of 10", exception.Message);
        Assert.Contains("GrantLimitPages", exception.Message);
        Assert.True(allocator.Free(0, 6));
        Assert.Equal(0ul, another.Allocate(DomainId.Zero, 5, true).Index);
        Assert.Equal(6ul * PageBytes, allocator.Allocate(DomainId.Zero, 5, true).Index);
    }

    /// <summary>As gntalloc: an attempt over the limit leaves the next index alone, one that finds the grant table full moves it.</summary>
    [Fact]
    public void Allocate_Refused_OnlyTheGrantTableMovesTheNextIndex()
    {
        using LoopbackWorld world = new(options: new() { GrantLimitPages = 20, GrantTableEntries = 10 });
        using IGrantAllocator allocator = world.Guest.OpenGrantAllocator();
        using IGrantAllocator another = world.OtherGuest.OpenGrantAllocator();
        Assert.Equal(0ul, allocator.Allocate(DomainId.Zero, 6, true).Index);
        string message = Assert.Throws<XenException>(() => allocator.Allocate(DomainId.Zero, 5, true)).Message;
        Assert.Contains("6 of 10 grant table entries", message);
        Assert.Contains("GrantTableEntries", message);
        Assert.Contains("GrantLimitPages", Assert.Throws<XenException>(() => allocator.Allocate(DomainId.Zero, 15, true)).Message);
        Assert.Equal(11ul * PageBytes, allocator.Allocate(DomainId.Zero, 4, true).Index);
        // Every domain has a table of its own.
        Assert.Equal(0ul, another.Allocate(DomainId.Zero, 10, true).Index);
    }

    [Fact]
    public void Map_NoSuchAllocation_ThrowsAndFreeSaysFalse()
    {
        using LoopbackWorld world = new();
        using IGrantAllocator allocator = world.Guest.OpenGrantAllocator();
        allocator.Allocate(DomainId.Zero, 2, true);
        allocator.Allocate(DomainId.Zero, 2, true);
        Assert.Equal(Errno.ENOENT, Assert.Throws<XenException>(() => allocator.Map(PageBytes, 2)).ErrorNumber);
        Assert.Throws<XenException>(() => allocator.Map(4 * PageBytes, 1));
        Assert.Throws<XenException>(() => allocator.Map(1, 1));
        Assert.False(allocator.Free(PageBytes, 1));
        Assert.False(allocator.Free(0, 3));
        allocator.Map(3 * PageBytes, 1).Dispose();
        Assert.Equal(0, world.Census.Mappings);
    }

    [Fact]
    public void Free_StillMapped_PagesLiveUntilUnmapped()
    {
        using LoopbackWorld world = new();
        using Frontend frontend = new(world, 2);
        Assert.True(frontend.Allocator.Free(0, 2));
        Assert.Equal(2, world.Census.Pages);
        using IForeignMemory foreign = world.Dom0.OpenForeignMemory();
        frontend.Pages.Bytes[0] = 3;
        using (SharedPages mapped = foreign.MapFrames(LoopbackWorld.FirstGuest, frontend.Frames, false))
        {
            Assert.Equal(3, mapped.Bytes[0]);
        }

        frontend.Pages.Dispose();
        Assert.Equal(0, world.Census.Pages);
        Assert.Throws<XenException>(() => foreign.MapFrames(LoopbackWorld.FirstGuest, frontend.Frames, false));
    }

    [Theory, InlineData(HostKind.OneThread), InlineData(HostKind.Sockets)]
    public void FrontendGoes_MappedByFrame_MemoryIsGivenToOthers(HostKind kind)
    {
        using LoopbackWorld world = new(kind);
        Frontend frontend = new(world, 2);
        using IForeignMemory foreign = world.Dom0.OpenForeignMemory();
        using SharedPages mapped = foreign.MapFrames(LoopbackWorld.FirstGuest, frontend.Frames, true);
        frontend.Dispose();
        HypervisorCensus census = world.Census;
        Assert.Equal((1, 0, 2), (census.FreedWhileMapped, census.Pages, census.ForeignMappedPages));
        Assert.True(mapped.Bytes.IndexOfAnyExcept(GrantTable.RecycledByte) < 0);
        mapped.Dispose();
        foreign.Dispose();
        Assert.True(world.Census.IsEmpty);
    }

    [Fact]
    public void FrontendGoes_MappedByGrant_PagesLiveUntilBackendUnmaps()
    {
        using LoopbackWorld world = new();
        Frontend frontend = new(world, 2);
        frontend.Pages.Bytes[9] = 9;
        using IForeignMemory foreign = world.Dom0.OpenForeignMemory();
        SharedPages granted = foreign.MapGrants(LoopbackWorld.FirstGuest, frontend.Allocation.References, true);
        SharedPages mapped = foreign.MapFrames(LoopbackWorld.FirstGuest, frontend.Frames, true);
        frontend.Dispose();
        Assert.Equal((0, 2), (world.Census.FreedWhileMapped, world.Census.Pages));
        Assert.Equal(9, granted.Bytes[9]);
        granted.Dispose();
        Assert.Equal(1, world.Census.FreedWhileMapped);
        Assert.Equal(GrantTable.RecycledByte, mapped.Bytes[9]);
        mapped.Dispose();
        Assert.Equal(0, world.Census.FreedWhileMapped);
    }

    [Theory, InlineData(HostKind.OneThread), InlineData(HostKind.Sockets)]
    public void HolderKeepsFile_WorkerGoes_SuccessorFindsPagesAndFrames(HostKind kind)
    {
        using LoopbackWorld world = new(kind);
        Frontend worker = new(world, 3);
        using IForeignMemory foreign = world.Dom0.OpenForeignMemory();
        using SharedPages mapped = foreign.MapFrames(LoopbackWorld.FirstGuest, worker.Frames, true);
        Descriptor kept = worker.Allocator.File.Duplicate();
        worker.Pages.Bytes[1] = 11;
        worker.Dispose();
        Assert.Equal((0, 3), (world.Census.FreedWhileMapped, world.Census.Pages));
        mapped.Bytes[2] = 22;

        LoopbackDomain guestAgain = world.Domain(LoopbackWorld.FirstGuest);
        using IGrantAllocator successor = guestAgain.AdoptGrantAllocator(kept);
        using SharedPages pages = successor.Map(0, 3);
        Assert.Equal([0, 11, 22], pages.Bytes[..3].ToArray());
        GuestFrame[] frames = new GuestFrame[3];
        guestAgain.ResolveFrames(pages, frames);
        Assert.Equal(worker.Frames, frames);
        Assert.Equal(3ul * PageBytes, successor.Allocate(DomainId.Zero, 1, true).Index);
    }

    [Fact]
    public void ResolveFrames_PartOfAnAllocation_FramesOfThatPart()
    {
        using LoopbackWorld world = new();
        using Frontend frontend = new(world, 4);
        using SharedPages part = frontend.Allocator.Map(2 * PageBytes, 2);
        GuestFrame[] frames = new GuestFrame[2];
        world.Guest.ResolveFrames(part, frames);
        Assert.Equal(frontend.Frames[2..], frames);
    }

    [Fact]
    public void ResolveFrames_PagesOfAnotherDomain_Throws()
    {
        using LoopbackWorld world = new();
        using Frontend frontend = new(world, 1);
        Assert.Throws<XenException>(() => world.Dom0.ResolveFrames(frontend.Pages, new GuestFrame[1]));
    }

    /// <summary>A driver domain: what was granted to it, by reference and by frame, and nothing of what was granted to others.</summary>
    [Fact]
    public void Map_DriverDomain_MapsWhatWasGrantedToItAndNothingElse()
    {
        using LoopbackWorld world = new();
        world.Toolstack.AddDomain(new(3));
        using Frontend granted = new(world, 2, LoopbackWorld.SecondGuest), other = new(world, 1);
        granted.Pages.Bytes[4096] = 77;
        using IForeignMemory driver = world.OtherGuest.OpenForeignMemory(), stranger = world.Domain(new(3)).OpenForeignMemory(), dom0 = world.Dom0.OpenForeignMemory();
        using (SharedPages byFrame = driver.MapFrames(LoopbackWorld.FirstGuest, granted.Frames, isWritable: true))
        using (SharedPages byReference = driver.MapGrants(LoopbackWorld.FirstGuest, granted.Allocation.References, isWritable: true))
        {
            Assert.Equal((77, 77), (byFrame.Bytes[4096], byReference.Bytes[4096]));
            byFrame.Bytes[0] = 5;
            Assert.Equal(5, granted.Pages.Bytes[0]);
        }

        ExpectRefused(() => stranger.MapFrames(LoopbackWorld.FirstGuest, granted.Frames, isWritable: false));
        ExpectRefused(() => stranger.MapGrants(LoopbackWorld.FirstGuest, granted.Allocation.References, isWritable: false));
        ExpectRefused(() => driver.MapFrames(LoopbackWorld.FirstGuest, [granted.Frames[0], other.Frames[0]], isWritable: false));
        ExpectRefused(() => driver.MapGrants(LoopbackWorld.FirstGuest, other.Allocation.References, isWritable: false));
        ExpectRefused(() => dom0.MapGrants(LoopbackWorld.FirstGuest, granted.Allocation.References, isWritable: false));
        Assert.Equal((0, 0), (world.Census.ForeignMappedPages, world.Census.GrantMappedPages));

        static void ExpectRefused(Func<SharedPages> map) => Assert.Equal(Errno.EACCES, Assert.Throws<XenException>(map).ErrorNumber);
    }

    [Fact]
    public void Map_DriverDomain_WhatWasGrantedForReading_IsNotWritten()
    {
        using LoopbackWorld world = new();
        using Frontend granted = new(world, 1, LoopbackWorld.SecondGuest, isWritable: false);
        using IForeignMemory driver = world.OtherGuest.OpenForeignMemory();
        Assert.Equal(Errno.EACCES, Assert.Throws<XenException>(() => driver.MapFrames(LoopbackWorld.FirstGuest, granted.Frames, isWritable: true)).ErrorNumber);
        driver.MapFrames(LoopbackWorld.FirstGuest, granted.Frames, isWritable: false).Dispose();
    }

    [Fact]
    public void OpenForeignMemory_DirectoryOfAGuest_Refused()
    {
        using LoopbackWorld world = new(HostKind.Sockets);
        Assert.Equal(Errno.EACCES, Assert.Throws<XenException>(world.Guest.OpenForeignMemory).ErrorNumber);
        Assert.Equal(0, world.Census.Files);
    }

    /// <summary>A guest's pages, mapped, with their frames.</summary>
    private sealed class Frontend : IDisposable
    {
        public Frontend(LoopbackWorld world, int pageCount, DomainId backend = default, bool isWritable = true)
        {
            Allocator = world.Guest.OpenGrantAllocator();
            Allocation = Allocator.Allocate(backend, pageCount, isWritable);
            Pages = Allocator.Map(Allocation.Index, pageCount);
            Frames = new GuestFrame[pageCount];
            world.Guest.ResolveFrames(Pages, Frames);
        }

        public IGrantAllocator Allocator { get; }

        public GrantAllocation Allocation { get; }

        public SharedPages Pages { get; }

        public GuestFrame[] Frames { get; }

        public void Dispose()
        {
            Pages.Dispose();
            Allocator.Dispose();
        }
    }
}
