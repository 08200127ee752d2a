using Xenbus;
using Xenbus.Domain;
using Xenbus.Linux;
using Xenbus.Linux.Interop;
using Xunit;

namespace XenFbFront.Tests.Linux;

/// <summary>What can be seen of it without the device; allocating, limits and freeing are tested on Xen.</summary>
public sealed class LinuxGrantAllocatorTests
{
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

    private static LinuxGrantAllocator Open(int pages) => new(new(Libc.MemoryFile("pages", pages * SharedPages.PageBytes)), new("/nowhere"));
}
