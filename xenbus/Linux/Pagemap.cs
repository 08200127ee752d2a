using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using Xenbus.Domain;
using Xenbus.Linux.Interop;

namespace Xenbus.Linux;

/// <summary>The page frames behind this process's addresses. C: Documentation/admin-guide/mm/pagemap.rst.</summary>
internal sealed unsafe class Pagemap
{
    private const ulong Present = 1UL << 63, FrameMask = (1UL << 55) - 1;
    private const string NeedsAdmin = "frame numbers are hidden: run with CAP_SYS_ADMIN in the guest's first user namespace";

    private readonly Descriptor _file;
    private readonly string _path;

    private Pagemap(Descriptor file, string path)
    {
        _file = file;
        _path = path;
    }

    /// <summary>Opens it and looks whether it tells frame numbers: that depends on the capabilities of who opens it.</summary>
    public static bool TryOpen(LinuxPaths paths, [NotNullWhen(true)] out Pagemap? pagemap, out string reason)
    {
        string path = Path.Combine(paths.Proc, "self/pagemap");
        pagemap = null;
        int result = Libc.Open(path, OpenFlags.ReadOnly);
        if (result < 0)
        {
            string remedy = result != -Errno.ENOENT ? NeedsAdmin
                : Libc.Exists(Path.Combine(paths.Proc, "self")) ? "boot a kernel with CONFIG_PROC_PAGE_MONITOR"
                : $"mount -t proc proc {paths.Proc}";
            reason = $"{path} cannot be opened ({Errno.Text(-result)}): {remedy}";
            return false;
        }

        Pagemap opened = new(new(result), path);
        byte onStack = 1;
        ulong entry = 0;
        result = opened.ReadEntries((nint)(&onStack), new(ref entry));
        if (result < 0)
        {
            opened._file.Dispose();
            reason = $"{path} cannot be read ({Errno.Text(-result)})";
            return false;
        }

        if ((entry & Present) != 0 && (entry & FrameMask) == 0)
        {
            opened._file.Dispose();
            reason = NeedsAdmin;
            return false;
        }

        pagemap = opened;
        reason = path;
        return true;
    }

    /// <summary>Frames of mapped pages.</summary>
    /// <exception cref="XenException">A page has none, or they are hidden.</exception>
    public void Read(SharedPages pages, Span<ulong> frames)
    {
        // A page that was never touched may have no frame yet.
        ReadOnlySpan<byte> bytes = pages.Bytes;
        for (int i = 0; i < pages.PageCount; i++)
        {
            Volatile.Read(in bytes[i * SharedPages.PageBytes]);
        }

        int result = ReadEntries(pages.Address, frames);
        if (result != frames.Length * sizeof(ulong))
        {
            throw new XenException("read", _path, result < 0 ? -result : Errno.EIO);
        }

        for (int i = 0; i < frames.Length; i++)
        {
            ulong frame = frames[i] & FrameMask;
            if ((frames[i] & Present) == 0)
            {
                throw new XenException("find the frame of", $"page {i} of {frames.Length}", 0, $"{_path} says that it is not in memory");
            }

            frames[i] = frame != 0 ? frame : throw new XenException("find the frame of", $"page {i} of {frames.Length}", 0, NeedsAdmin);
        }
    }

    /// <returns>Bytes read; negative: the errno.</returns>
    private int ReadEntries(nint address, Span<ulong> entries) =>
        Libc.ReadAllAt(_file.Number, MemoryMarshal.AsBytes(entries), address / SharedPages.PageBytes * sizeof(ulong));
}
