using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using Xenbus.Linux.Interop;

namespace Xenbus.Linux;

/// <summary>The kernel's memory to read, as a core file: /proc/kcore. C: Elf64_Ehdr and Elf64_Phdr in elf.h, fs/proc/kcore.c.</summary>
internal sealed class KernelMemory
{
    private const int HeaderBytes = 64, SegmentBytes = 56, MaxSegments = 1024;
    private const int SegmentTableOffset = 32, SegmentSizeOffset = 54, SegmentCountOffset = 56;
    private const int FileOffsetOffset = 8, AddressOffset = 16, FileBytesOffset = 32;
    private const uint LoadSegment = 1;

    private static ReadOnlySpan<byte> Elf64LittleEndian => [0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1];

    private readonly Descriptor _file;
    private readonly string _path;
    private Segment[] _segments = [];

    private KernelMemory(Descriptor file, string path)
    {
        _file = file;
        _path = path;
    }

    /// <summary>Opens it.</summary>
    public static bool TryOpen(LinuxPaths paths, [NotNullWhen(true)] out KernelMemory? memory, out string reason)
    {
        string path = Path.Combine(paths.Proc, "kcore");
        memory = null;
        int result = Libc.Open(path, OpenFlags.ReadOnly);
        if (result < 0)
        {
            reason = $"{path} cannot be opened ({Errno.Text(-result)}): " + (result == -Errno.ENOENT
                ? "boot a kernel with CONFIG_PROC_KCORE"
                : "run with CAP_SYS_RAWIO; a kernel in lockdown=confidentiality forbids it, lockdown=integrity does not");
            return false;
        }

        memory = new(new(result), path);
        reason = path;
        return true;
    }

    /// <summary>Reads where each range of addresses lies in the file. Plugged-in memory moves them, so this comes before each series of reads.</summary>
    /// <exception cref="XenException">It is no core file.</exception>
    public void ReadSegments()
    {
        Span<byte> header = stackalloc byte[HeaderBytes];
        ReadFile(header, 0);
        if (!header.StartsWith(Elf64LittleEndian))
        {
            throw Broken("it does not begin like a core file");
        }

        ulong table = BinaryPrimitives.ReadUInt64LittleEndian(header[SegmentTableOffset..]);
        int size = BinaryPrimitives.ReadUInt16LittleEndian(header[SegmentSizeOffset..]);
        int count = BinaryPrimitives.ReadUInt16LittleEndian(header[SegmentCountOffset..]);
        if (size != SegmentBytes || count > MaxSegments || table > int.MaxValue)
        {
            throw Broken("its table of segments is not as expected");
        }

        byte[] entries = new byte[count * SegmentBytes];
        ReadFile(entries, (long)table);
        List<Segment> segments = new(count);
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> entry = entries.AsSpan(i * SegmentBytes, SegmentBytes);
            if (BinaryPrimitives.ReadUInt32LittleEndian(entry) == LoadSegment)
            {
                segments.Add(new(
                    BinaryPrimitives.ReadUInt64LittleEndian(entry[AddressOffset..]),
                    BinaryPrimitives.ReadUInt64LittleEndian(entry[FileBytesOffset..]),
                    BinaryPrimitives.ReadUInt64LittleEndian(entry[FileOffsetOffset..])));
            }
        }

        _segments = [.. segments];
    }

    /// <summary>Reads words of the kernel's memory.</summary>
    /// <param name="address">Of the first.</param>
    /// <param name="words">Filled.</param>
    /// <exception cref="XenException">The address is in no segment, or the kernel refuses.</exception>
    public void Read(ulong address, Span<ulong> words)
    {
        Span<byte> bytes = MemoryMarshal.AsBytes(words);
        foreach (Segment segment in _segments)
        {
            ulong inside = address - segment.Address;
            if (address >= segment.Address && inside < segment.Bytes && segment.Bytes - inside >= (ulong)bytes.Length)
            {
                ReadFile(bytes, (long)(segment.FileOffset + inside));
                return;
            }
        }

        throw Broken($"it does not have address {address:x}");
    }

    private void ReadFile(Span<byte> bytes, long offset)
    {
        int result = Libc.ReadAllAt(_file.Number, bytes, offset);
        if (result != bytes.Length)
        {
            throw new XenException("read", _path, result < 0 ? -result : Errno.EIO);
        }
    }

    private XenException Broken(string reason) => new("read", _path, 0, reason);

    private readonly record struct Segment(ulong Address, ulong Bytes, ulong FileOffset);
}
