using System.Runtime.InteropServices;
using Xenbus.Linux.Interop;

namespace Xenbus.Domain;

/// <summary>Whole pages mapped into this process and shared with another domain.</summary>
/// <remarks>The owner disposes it last: every span over it must be gone by then.</remarks>
public sealed unsafe class SharedPages : SafeHandle
{
    /// <summary>Bytes of a page.</summary>
    public const int PageBytes = 4096;

    private readonly bool _isWritable;

    /// <summary>Takes over a mapping.</summary>
    internal SharedPages(byte* address, int pageCount, ulong index, bool isWritable = true)
        : base(0, ownsHandle: true)
    {
        SetHandle((nint)address);
        PageCount = pageCount;
        Index = index;
        _isWritable = isWritable;
    }

    /// <summary>Pages mapped.</summary>
    public int PageCount { get; }

    /// <summary>Offset in the allocator's file, bytes; 0 for pages of another domain.</summary>
    public ulong Index { get; }

    /// <summary>Address of the first page, for frame resolvers.</summary>
    public nint Address => handle;

    /// <inheritdoc/>
    public override bool IsInvalid => handle == 0;

    /// <summary>All bytes, <c>PageCount * 4096</c>. Writing needs a writable mapping.</summary>
    /// <exception cref="ObjectDisposedException">The mapping is gone.</exception>
    public Span<byte> Bytes
    {
        get
        {
            ObjectDisposedException.ThrowIf(IsClosed, this);
            return new((void*)handle, PageCount * PageBytes);
        }
    }

    /// <summary>Whether this process may write.</summary>
    public bool IsWritable => _isWritable;

    /// <inheritdoc/>
    protected override bool ReleaseHandle() => Libc.Unmap((byte*)handle, (nuint)PageCount * PageBytes) == 0;
}
