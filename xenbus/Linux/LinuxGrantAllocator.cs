using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Xenbus.Domain;
using Xenbus.Linux.Interop;

namespace Xenbus.Linux;

/// <summary>Granted pages by /dev/xen/gntalloc.</summary>
/// <remarks>
/// The kernel's limit, 1024 pages for the whole system unless somebody raised it, is less than one screen of 1280 x 1024. How much of it others
/// use is not to be seen, so an allocation is tried, and when it does not fit the limit is raised by its size: as no more than the limit can be in
/// use, that is enough, and the least that surely is.
/// </remarks>
internal sealed unsafe class LinuxGrantAllocator : IGrantAllocator
{
    private readonly Descriptor _file;
    private readonly string _limitPath;

    /// <summary>Takes over the device.</summary>
    /// <param name="file">Open for reading and writing.</param>
    /// <param name="limitPath">The module's parameter, pages of the whole system, decimal.</param>
    public LinuxGrantAllocator(Descriptor file, string limitPath)
    {
        _file = file;
        _limitPath = limitPath;
    }

    /// <inheritdoc/>
    public Descriptor File => _file;

    /// <inheritdoc/>
    public GrantAllocation Allocate(DomainId peer, int pageCount, bool isWritable)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(pageCount, 1);
        int result = TryAllocate(peer, pageCount, isWritable, out GrantAllocation allocation);
        if (result == -Errno.ENOSPC)
        {
            result = AllocateWithHigherLimit(peer, pageCount, isWritable, out allocation);
        }

        if (result < 0)
        {
            throw new XenException("allocate", $"{pageCount} pages", -result, result == -Errno.ENOMEM ? "the guest has not that much memory free" : null);
        }

        return allocation;
    }

    /// <inheritdoc/>
    public SharedPages Map(GrantAllocation allocation) => Map(allocation.Index, allocation.References.Length, allocation);

    /// <inheritdoc/>
    public SharedPages Map(ulong index, int pageCount) => Map(index, pageCount, null);

    private SharedPages Map(ulong index, int pageCount, GrantAllocation? grants)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(pageCount, 1);
        byte* address = Libc.MapShared((nuint)pageCount * SharedPages.PageBytes, writable: true, _file.Number, (long)index, out int errno);
        return address != null
            ? new(address, pageCount, index) { Grants = grants }
            : throw new XenException("map", $"{pageCount} pages at {index}", errno, errno == Errno.ENOENT ? "there is no such allocation" : null);
    }

    /// <inheritdoc/>
    public bool Free(ulong index, int pageCount)
    {
        GntallocDeallocGref argument = new() { Index = index, Count = (uint)pageCount };
        return Libc.Ioctl(_file.Number, Ioctl.IOCTL_GNTALLOC_DEALLOC_GREF, &argument) >= 0;
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private int AllocateWithHigherLimit(DomainId peer, int pageCount, bool isWritable, out GrantAllocation allocation)
    {
        long limit = ReadLimit() ?? throw new XenException("allocate", $"{pageCount} pages", Errno.ENOSPC, $"raise gntalloc's limit; {_limitPath} cannot be read");
        long wanted = limit + pageCount;
        int error = WriteLimit(wanted);
        if (error != 0)
        {
            string remedy = $"they do not fit under gntalloc's limit of {limit} pages; as root, echo {wanted} > {_limitPath}, or boot with xen_gntalloc.limit={wanted}";
            throw new XenException("allocate", $"{pageCount} pages", Errno.ENOSPC, remedy);
        }

        int result = TryAllocate(peer, pageCount, isWritable, out allocation);
        if (result == -Errno.ENOSPC)
        {
            WriteLimit(limit);
            string remedy = $"the grant table is full (gntalloc's limit of {limit} pages was not the reason); show less, or raise max_grant_frames in the guest's xl.cfg";
            throw new XenException("allocate", $"{pageCount} pages", Errno.ENOSPC, remedy);
        }

        return result;
    }

    private int TryAllocate(DomainId peer, int pageCount, bool isWritable, out GrantAllocation allocation)
    {
        // One reference is inside the struct; the others lie behind it.
        byte[] buffer = new byte[Math.Max(sizeof(GntallocAllocGref), GntallocAllocGref.HeaderBytes + sizeof(uint) * pageCount)];
        fixed (byte* start = buffer)
        {
            var request = (GntallocAllocGref*)start;
            request->DomainId = peer.Value;
            request->Flags = isWritable ? GntallocAllocGref.GNTALLOC_FLAG_WRITABLE : (ushort)0;
            request->Count = (uint)pageCount;
            int result = Libc.Ioctl(_file.Number, Ioctl.IOCTL_GNTALLOC_ALLOC_GREF, request);
            allocation = result < 0 ? default : new(
                request->Index,
                peer,
                MemoryMarshal.Cast<byte, GrantReference>(buffer.AsSpan(GntallocAllocGref.HeaderBytes))[..pageCount].ToArray());
            return result;
        }
    }

    private long? ReadLimit() =>
        long.TryParse(LinuxPaths.ReadText(_limitPath), NumberStyles.None, CultureInfo.InvariantCulture, out long limit) ? limit : null;

    /// <returns>0, or the errno.</returns>
    private int WriteLimit(long pages)
    {
        int number = Libc.Open(_limitPath, OpenFlags.WriteOnly | OpenFlags.Truncate);
        if (number < 0)
        {
            return -number;
        }

        using Descriptor file = new(number);
        int result = Libc.Write(number, Encoding.ASCII.GetBytes(pages.ToString(CultureInfo.InvariantCulture)));
        return result < 0 ? -result : 0;
    }
}
