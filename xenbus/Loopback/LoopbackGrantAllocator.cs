using Xenbus.Domain;
using Xenbus.Linux.Interop;

namespace Xenbus.Loopback;

/// <summary>Granted pages made of memory files, one for each allocation.</summary>
internal sealed unsafe class LoopbackGrantAllocator : IGrantAllocator
{
    private readonly LoopbackConnection _connection;
    private readonly LoopbackMappings _mappings;

    /// <summary>Takes over a connection.</summary>
    /// <param name="connection">To a grant allocator file.</param>
    /// <param name="mappings">Where each mapping is entered, for frame numbers.</param>
    public LoopbackGrantAllocator(LoopbackConnection connection, LoopbackMappings mappings)
    {
        _connection = connection;
        _mappings = mappings;
    }

    /// <inheritdoc/>
    public Descriptor File => _connection.Socket;

    /// <inheritdoc/>
    public GrantAllocation Allocate(DomainId peer, int pageCount, bool isWritable)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(pageCount, 1);
        ulong flags = isWritable ? LoopbackProtocol.Writable : 0;
        LoopbackAnswer answer = _connection.Request(LoopbackOperation.Allocate, peer.Value, (uint)pageCount, flags);
        if (answer.Status == Errno.ENOSPC)
        {
            bool isTableFull = answer.EntryCount > 0 && answer[0] == LoopbackProtocol.TableIsFull;
            string what = isTableFull ? "grant table entries" : "pages";
            string option = isTableFull ? nameof(HypervisorOptions.GrantTableEntries) : nameof(HypervisorOptions.GrantLimitPages);
            throw new XenException(
                "allocate", $"{pageCount} pages", Errno.ENOSPC, $"{answer.Count} of {answer.Value} {what} are in use; raise {nameof(HypervisorOptions)}.{option}");
        }

        ThrowUnless(answer.Status, "allocate", $"{pageCount} pages");
        ulong index = answer.Value;
        GrantReference[] references = new GrantReference[pageCount];
        for (int done = 0; done < pageCount;)
        {
            LoopbackAnswer slice = Slice(LoopbackOperation.References, index, done, pageCount);
            for (int i = 0; i < slice.EntryCount; i++)
            {
                references[done++] = new((uint)slice[i]);
            }
        }

        return new(index, peer, references);
    }

    /// <inheritdoc/>
    public SharedPages Map(GrantAllocation allocation) => Map(allocation.Index, allocation.References.Length, allocation);

    /// <inheritdoc/>
    public SharedPages Map(ulong index, int pageCount) => Map(index, pageCount, null);

    private SharedPages Map(ulong index, int pageCount, GrantAllocation? grants)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(pageCount, 1);
        Span<int> descriptors = stackalloc int[2];
        LoopbackAnswer answer = _connection.Request(LoopbackOperation.MapPages, 0, (uint)pageCount, index, default, descriptors);
        ThrowUnless(answer.Status, "map", $"{pageCount} pages at {index}");
        _connection.RequireDescriptors(answer, descriptors, 2);
        using Descriptor memory = new(descriptors[0]);
        Descriptor lease = new(descriptors[1]);
        byte* address = Libc.MapShared((nuint)pageCount * SharedPages.PageBytes, writable: true, memory.Number, (long)answer.Value, out int errno);
        if (address == null)
        {
            lease.Dispose();
            throw new XenException("map", $"{pageCount} pages at {index}", errno);
        }

        _mappings.Add((nint)address, this);
        LoopbackMappings mappings = _mappings;
        return new(address, pageCount, index, isWritable: true, () =>
        {
            mappings.Remove((nint)address);
            lease.Dispose();
        })
        {
            Grants = grants,
        };
    }

    /// <inheritdoc/>
    public bool Free(ulong index, int pageCount) => _connection.Request(LoopbackOperation.Free, 0, (uint)pageCount, index).Status == 0;

    /// <summary>Frame numbers of allocated pages.</summary>
    /// <param name="index">Offset of the first page, bytes.</param>
    /// <param name="frames">Filled; as many pages must be there.</param>
    /// <exception cref="XenException">They are not.</exception>
    public void ResolveFrames(ulong index, Span<GuestFrame> frames)
    {
        for (int done = 0; done < frames.Length;)
        {
            LoopbackAnswer slice = Slice(LoopbackOperation.Frames, index, done, frames.Length);
            for (int i = 0; i < slice.EntryCount; i++)
            {
                frames[done++] = new(slice[i]);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _connection.Dispose();

    private LoopbackAnswer Slice(LoopbackOperation operation, ulong index, int done, int total)
    {
        uint wanted = (uint)Math.Min(LoopbackProtocol.MaxEntries, total - done);
        LoopbackAnswer answer = _connection.Request(operation, (uint)done, wanted, index);
        ThrowUnless(answer.EntryCount == wanted ? answer.Status : Errno.EINVAL, "look up", $"{total} pages at {index}");
        return answer;
    }

    private static void ThrowUnless(int status, string operation, string what)
    {
        if (status != 0)
        {
            throw new XenException(operation, what, status);
        }
    }
}
