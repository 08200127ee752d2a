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
    private readonly Action? _released;

    /// <summary>Takes over a mapping.</summary>
    /// <param name="address">First byte, at a page boundary.</param>
    /// <param name="pageCount">Pages mapped.</param>
    /// <param name="index">Value of <see cref="Index"/>.</param>
    /// <param name="isWritable">Value of <see cref="IsWritable"/>.</param>
    /// <param name="released">Called once after unmapping, possibly by the finalizer's thread; must not throw.</param>
    internal SharedPages(byte* address, int pageCount, ulong index, bool isWritable = true, Action? released = null)
        : base(0, ownsHandle: true)
    {
        SetHandle((nint)address);
        PageCount = pageCount;
        Index = index;
        _isWritable = isWritable;
        _released = released;
    }

    /// <summary>Pages mapped.</summary>
    public int PageCount { get; }

    /// <summary>Offset in the allocator's file, bytes; 0 for pages of another domain.</summary>
    public ulong Index { get; }

    /// <summary>The grants of these pages, one for each; null for pages of another domain or another process's allocation.</summary>
    public GrantAllocation? Grants { get; internal init; }

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
    protected override bool ReleaseHandle()
    {
        bool isUnmapped = Libc.Unmap((byte*)handle, (nuint)PageCount * PageBytes) == 0;
        _released?.Invoke();
        return isUnmapped;
    }
}
