using System.Runtime.InteropServices;
using Xenbus.Domain;
using Xenbus.Linux.Interop;

namespace Xenbus.Linux;

/// <inheritdoc cref="IGntalloc"/>
/// <param name="file">Open for reading and writing; taken over.</param>
internal sealed unsafe class Gntalloc(Descriptor file) : IGntalloc
{
    /// <inheritdoc/>
    public Descriptor File => file;

    /// <inheritdoc/>
    public int Allocate(DomainId peer, int pageCount, bool isWritable, out GrantAllocation allocation)
    {
        // One reference is inside the struct; the others lie behind it.
        byte[] buffer = new byte[Math.Max(sizeof(GntallocAllocGref), GntallocAllocGref.HeaderBytes + sizeof(uint) * pageCount)];
        fixed (byte* start = buffer)
        {
            var request = (GntallocAllocGref*)start;
            request->DomainId = peer.Value;
            request->Flags = isWritable ? GntallocAllocGref.GNTALLOC_FLAG_WRITABLE : (ushort)0;
            request->Count = (uint)pageCount;
            int result = Libc.Ioctl(file.Number, Ioctl.IOCTL_GNTALLOC_ALLOC_GREF, request);
            allocation = result < 0 ? default : new(
                request->Index,
                peer,
                MemoryMarshal.Cast<byte, GrantReference>(buffer.AsSpan(GntallocAllocGref.HeaderBytes))[..pageCount].ToArray());
            return result;
        }
    }

    /// <inheritdoc/>
    public int Free(ulong index, int pageCount)
    {
        GntallocDeallocGref argument = new() { Index = index, Count = (uint)pageCount };
        return Libc.Ioctl(file.Number, Ioctl.IOCTL_GNTALLOC_DEALLOC_GREF, &argument);
    }

    /// <inheritdoc/>
    public void Dispose() => file.Dispose();
}
