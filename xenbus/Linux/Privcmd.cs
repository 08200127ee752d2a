using Xenbus.Domain;
using Xenbus.Linux.Interop;

namespace Xenbus.Linux;

/// <summary>/dev/xen/privcmd, for looking only: what is mapped by it cannot be written to.</summary>
/// <param name="paths">Where what is.</param>
internal sealed unsafe class Privcmd(LinuxPaths paths) : IPrivcmd
{
    /// <summary>Number of the hypercall. C: __HYPERVISOR_grant_table_op in xen/xen.h.</summary>
    public const ulong GrantTableHypercall = 20;

    private readonly string _path = Path.Combine(paths.Devices, "privcmd");
    private Descriptor? _file;

    /// <inheritdoc/>
    public int Open()
    {
        if (_file is not null)
        {
            return 0;
        }

        int result = Libc.Open(_path, OpenFlags.ReadWrite);
        _file = result < 0 ? null : new(result);
        return result < 0 ? -result : 0;
    }

    /// <inheritdoc/>
    public int GrantTableOperation(uint operation, void* argument)
    {
        PrivcmdHypercall call = new() { Operation = GrantTableHypercall, Argument0 = operation, Argument1 = (ulong)argument, Argument2 = 1 };
        int result = Libc.Ioctl(_file!.Number, Ioctl.IOCTL_PRIVCMD_HYPERCALL, &call);
        return result < 0 ? -result : 0;
    }

    /// <inheritdoc/>
    public SharedPages? MapFrames(DomainId owner, ReadOnlySpan<GuestFrame> frames, out int errno)
    {
        nuint bytes = (nuint)frames.Length * SharedPages.PageBytes;
        byte* address = Libc.MapShared(bytes, writable: false, _file!.Number, 0, out errno);
        if (address == null)
        {
            return null;
        }

        SharedPages pages = new(address, frames.Length, 0, isWritable: false);
        int[] errors = new int[frames.Length];
        fixed (GuestFrame* numbers = frames)
        fixed (int* results = errors)
        {
            PrivcmdMmapBatch batch = new()
            {
                Count = (uint)frames.Length,
                DomainId = owner.Value,
                Address = (ulong)address,
                Frames = (ulong)numbers,
                Errors = (ulong)results,
            };
            errno = -Math.Min(0, Libc.Ioctl(_file.Number, Ioctl.IOCTL_PRIVCMD_MMAPBATCH_V2, &batch));
        }

        foreach (int error in errors)
        {
            errno = errno == 0 ? -error : errno;
        }

        if (errno == 0)
        {
            return pages;
        }

        pages.Dispose();
        return null;
    }
}
