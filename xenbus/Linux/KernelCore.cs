using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Xenbus.Linux.Interop;

namespace Xenbus.Linux;

/// <summary>The kernel's memory to read, as a core file: /proc/kcore. C: Elf64_Ehdr and Elf64_Phdr in elf.h, fs/proc/kcore.c.</summary>
/// <param name="paths">Where what is.</param>
internal sealed class KernelCore(LinuxPaths paths) : IKernelMemory
{
    private const int HeaderBytes = 64, SegmentBytes = 56, MaxSegments = 1024;
    private const int SegmentTableOffset = 32, SegmentSizeOffset = 54, SegmentCountOffset = 56;
    private const int FileOffsetOffset = 8, AddressOffset = 16, FileBytesOffset = 32;
    private const uint LoadSegment = 1;

    private static ReadOnlySpan<byte> Elf64LittleEndian => [0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1];

    private readonly string _path = Path.Combine(paths.Proc, "kcore");
    private Descriptor? _file;
    private Segment[] _segments = [];

    /// <inheritdoc/>
    public string Name => "kcore";

    /// <inheritdoc/>
    public bool TryOpen(out string reason)
    {
        reason = string.Empty;
        if (_file is null)
        {
            int result = Libc.Open(_path, OpenFlags.ReadOnly);
            if (result < 0)
            {
                reason = $"{_path} cannot be opened ({Errno.Text(-result)}): {Remedy(-result)}";
                return false;
            }

            _file = new(result);
        }

        return true;
    }

    /// <inheritdoc/>
    /// <remarks>Reads where each range of addresses lies in the file.</remarks>
    public bool TryPrepare(out string reason)
    {
        Span<byte> header = stackalloc byte[HeaderBytes];
        if (!TryReadFile(header, 0, out reason))
        {
            return false;
        }

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
        if (!TryReadFile(entries, (long)table, out reason))
        {
            return false;
        }

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
        return true;
    }

    /// <inheritdoc/>
    public bool TryRead(ulong address, Span<ulong> words, out string reason)
    {
        Span<byte> bytes = MemoryMarshal.AsBytes(words);
        foreach (Segment segment in _segments)
        {
            ulong inside = address - segment.Address;
            if (address >= segment.Address && inside < segment.Bytes && segment.Bytes - inside >= (ulong)bytes.Length)
            {
                return TryReadFile(bytes, (long)(segment.FileOffset + inside), out reason);
            }
        }

        throw Broken($"it does not have address {address:x}");
    }

    private string Remedy(int errno)
    {
        KernelPolicy policy = new(paths);
        return (errno, policy.Has(Capability.SysRawio), policy.Lockdown) switch
        {
            (Errno.ENOENT, _, _) => "boot a kernel with CONFIG_PROC_KCORE",
            (_, false, _) => "CAP_SYS_RAWIO is missing, run with it",
            (_, _, KernelPolicy.Confidentiality) => "lockdown=confidentiality forbids it, boot with lockdown=integrity",
            _ => "run as root with CAP_SYS_RAWIO; a kernel in lockdown=confidentiality forbids it, lockdown=integrity does not",
        };
    }

    private bool TryReadFile(Span<byte> bytes, long offset, out string reason)
    {
        int result = Libc.ReadAllAt(_file!.Number, bytes, offset);
        reason = result == bytes.Length ? string.Empty : $"{_path} cannot be read ({Errno.Text(result < 0 ? -result : Errno.EIO)})";
        return result == bytes.Length;
    }

    private XenException Broken(string reason) => new("read", _path, 0, reason);

    private readonly record struct Segment(ulong Address, ulong Bytes, ulong FileOffset);
}
