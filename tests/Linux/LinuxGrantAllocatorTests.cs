using Xenbus;
using Xenbus.Domain;
using Xenbus.Linux;
using Xenbus.Linux.Interop;
using XenFbFront.Tests.Linux.Support;
using Xunit;

namespace XenFbFront.Tests.Linux;

/// <summary>Mapping without the device, and the reserve on a model of it; the device itself is tested on Xen (tests/Xen/jobs/grant-reserve).</summary>
public sealed class LinuxGrantAllocatorTests : IDisposable
{
    private const int Reserve = 64;

    private readonly FakeGntalloc _kernel = new();

    public void Dispose() => _kernel.Dispose();

    [Fact]
    public void Map_WholeFile_IsWritableAndShared()
    {
        using LinuxGrantAllocator allocator = Open(2);
        using SharedPages first = allocator.Map(0, 2);
        using SharedPages second = allocator.Map(SharedPages.PageBytes, 1);
        first.Bytes[SharedPages.PageBytes] = 5;
        Assert.Equal(5, second.Bytes[0]);
        Assert.Equal((ulong)SharedPages.PageBytes, second.Index);
        Assert.True(second.IsWritable);
    }

    [Fact]
    public void Map_OwnAllocation_KnowsItsGrants()
    {
        using LinuxGrantAllocator allocator = Open(2);
        GrantAllocation allocation = new(SharedPages.PageBytes, new(3), [new(900)]);
        using SharedPages own = allocator.Map(allocation), another = allocator.Map(SharedPages.PageBytes, 1);
        Assert.Equal(allocation, own.Grants);
        Assert.Equal((1, (ulong)SharedPages.PageBytes), (own.PageCount, own.Index));
        Assert.Null(another.Grants);
    }

    [Fact]
    public void Map_Impossible_Throws()
    {
        using LinuxGrantAllocator allocator = Open(1);
        Assert.Equal(Errno.EINVAL, Assert.Throws<XenException>(() => allocator.Map(1, 1)).ErrorNumber);
    }

    [Fact]
    public void Allocate_NoGrantDevice_Throws()
    {
        using LinuxGrantAllocator allocator = Open(1);
        Assert.Equal(Errno.ENOTTY, Assert.Throws<XenException>(() => allocator.Allocate(DomainId.Zero, 1, isWritable: true)).ErrorNumber);
        Assert.Throws<ArgumentOutOfRangeException>(() => allocator.Allocate(DomainId.Zero, 0, isWritable: true));
        Assert.False(allocator.Free(0, 1));
    }

    /// <summary>The limit is in the way or is not; the table has exactly what is wanted, and others use nothing, or all that the limit permits.</summary>
    [Theory]
    [InlineData(1024, 0, 500)]
    [InlineData(1024, 1024, 500)]
    [InlineData(10, 0, 500)]
    [InlineData(0, 0, 1)]
    [InlineData(int.MaxValue, 3, 500)]
    [InlineData(-1, 3, 500)]
    public void HoldReserve_JustEnough_HoldsTheReserveAndPutsTheLimitBack(int limit, int others, int needed)
    {
        _kernel.Limit = int.MaxValue;
        _kernel.TableEntries = others + Reserve + needed;
        _kernel.OthersAllocate(others);
        _kernel.Limit = limit;
        LinuxGrantAllocator allocator = _kernel.Open();
        IDisposable reserve = allocator.HoldReserve(DomainId.Zero, Reserve, needed);
        Assert.Equal(others + Reserve, _kernel.Used);
        Assert.False(allocator.IsAnchor);

        // What was proved is there, without another look at the limit.
        using LinuxGrantAllocator own = _kernel.Open();
        own.Allocate(DomainId.Zero, needed, isWritable: false);
        Assert.Equal(_kernel.TableEntries, _kernel.Used);
        reserve.Dispose();
        reserve.Dispose();
        Assert.Equal(others + needed, _kernel.Used);
        Assert.Equal((0, others + needed), (_kernel.Failures, _kernel.Count));
        Assert.InRange(_kernel.Limit, limit, limit < 0 ? limit : Math.Min((long)limit + needed, int.MaxValue));
    }

    [Theory]
    [InlineData(Reserve + 499)]
    [InlineData(Reserve)]
    [InlineData(Reserve - 1)]
    [InlineData(2)]
    [InlineData(1)]
    public void HoldReserve_OneGrantTooFew_FailsOnce_AndGntallocGoesOn(int free)
    {
        _kernel.TableEntries = free;
        LinuxGrantAllocator allocator = _kernel.Open();
        XenException exception = Assert.Throws<XenException>(() => allocator.HoldReserve(DomainId.Zero, Reserve, 500));
        Assert.Equal(Errno.ENOSPC, exception.ErrorNumber);
        Assert.StartsWith("find 564 free grants", exception.Message);
        Assert.EndsWith("so before the next start: rmmod xen_gntalloc; modprobe xen-gntalloc", exception.Message);
        Assert.Equal(1, _kernel.Failures);
        Assert.Equal(1024, _kernel.Limit);
        Assert.True(allocator.IsAnchor);

        // The anchor is all that is left, and its page is what is counted too few.
        Assert.Equal((1, 0), (_kernel.Used, _kernel.Count));
        using LinuxGrantAllocator keyboard = _kernel.Open();
        if (free > Reserve + 1)
        {
            keyboard.HoldReserve(DomainId.Zero, Reserve, 1).Dispose();
        }

        if (free > 1)
        {
            using LinuxGrantAllocator other = _kernel.Open();
            other.Allocate(DomainId.Zero, 1, isWritable: true);
        }

        Assert.Equal(1, _kernel.Failures);
        allocator.Dispose();
        Assert.Equal(-1, _kernel.Count);
    }

    /// <summary>Nothing is left to hold gntalloc's count up by.</summary>
    [Fact]
    public void HoldReserve_NoGrantAtAll_IsNoAnchor()
    {
        _kernel.OthersAllocate(500);
        _kernel.TableEntries = 500;
        LinuxGrantAllocator allocator = _kernel.Open();
        Assert.Throws<XenException>(() => allocator.HoldReserve(DomainId.Zero, Reserve, 1));
        Assert.False(allocator.IsAnchor);
        Assert.Equal((1, 500, 499), (_kernel.Failures, _kernel.Used, _kernel.Count));
        allocator.Dispose();
    }

    /// <summary>The allocation itself explains what is to be done about the limit.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(Reserve)]
    [InlineData(Reserve + 499)]
    public void HoldReserve_LimitInTheWayAndCannotBeRaised_HoldsNothing(int limit)
    {
        _kernel.Limit = limit;
        _kernel.IsLimitFixed = true;
        LinuxGrantAllocator allocator = _kernel.Open();
        using IDisposable reserve = allocator.HoldReserve(DomainId.Zero, Reserve, 500);
        Assert.Equal((0, 0, limit), (_kernel.Failures, _kernel.Used, _kernel.Limit));
    }

    [Fact]
    public void HoldReserve_LimitCannotBeRaisedAndIsFarAway_HoldsTheReserve()
    {
        _kernel.IsLimitFixed = true;
        using IDisposable reserve = _kernel.Open().HoldReserve(DomainId.Zero, Reserve, 500);
        Assert.Equal((Reserve, 1024), (_kernel.Used, _kernel.Limit));
    }

    [Fact]
    public void HoldReserve_OfOne_IsTheAnchorAlone()
    {
        _kernel.TableEntries = 6;
        using (_kernel.Open().HoldReserve(DomainId.Zero, 1, 5))
        {
            Assert.Equal(1, _kernel.Used);
        }

        Assert.Equal((0, 0), (_kernel.Used, _kernel.Count));
    }

    private static LinuxGrantAllocator Open(int pages) => new(new Gntalloc(new(Libc.MemoryFile("pages", pages * SharedPages.PageBytes))), new("/nowhere"));
}
