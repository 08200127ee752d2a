using System.Buffers.Binary;
using Xenbus.Domain;

namespace XenFbFront.Backend;

/// <summary>How a frontend writes frame numbers: in <c>pd[]</c> of its page and in the directory pages that these name.</summary>
/// <param name="DirectoryOffset">Byte offset of <c>pd[]</c> in the shared page.</param>
/// <param name="EntryBytes">4 or 8.</param>
internal readonly record struct DirectoryFormat(int DirectoryOffset, int EntryBytes)
{
    private const int PageBytes = 4096;

    /// <summary>Frames of 4 bytes, <c>x86_32-abi</c>.</summary>
    public static DirectoryFormat Bits32 => new(VfbPage.Directory32, 4);

    /// <summary>Frames of 8 bytes, <c>x86_64-abi</c> and <c>arm-abi</c>.</summary>
    public static DirectoryFormat Bits64 => new(VfbPage.Directory64, 8);

    /// <summary>Entries of one directory page.</summary>
    public int EntriesPerPage => PageBytes / EntryBytes;

    /// <summary>The format that a <c>protocol</c> node asks for.</summary>
    /// <param name="protocol">Its value, null when it is missing; an unknown one means the backend's own width.</param>
    /// <param name="page">The shared page, looked at only when the node is missing.</param>
    /// <remarks>
    /// Frontends older than the node have one directory page, so their <c>pd[1]</c> is zero: where that would lie with 4-byte entries, 8-byte
    /// entries have the low half of <c>pd[0]</c>, which is not. Source: xenfb_map_fb in QEMU's hw/display/xenfb.c.
    /// </remarks>
    public static DirectoryFormat Of(string? protocol, ReadOnlySpan<byte> page) => protocol switch
    {
        "x86_32-abi" => Bits32,
        null when BinaryPrimitives.ReadUInt32LittleEndian(page[VfbPage.Directory64..]) == 0 => Bits32,
        _ => Bits64,
    };

    /// <summary>Directory pages needed for some pixel pages; may be more than the page can name.</summary>
    public int DirectoryPages(long pixelPages) => (int)Math.Min(int.MaxValue, (pixelPages + EntriesPerPage - 1) / EntriesPerPage);

    /// <summary>Reads the frames of the directory pages out of the shared page.</summary>
    /// <param name="page">The shared page.</param>
    /// <param name="frames">At most 256, filled.</param>
    public void ReadDirectory(ReadOnlySpan<byte> page, Span<GuestFrame> frames)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(frames.Length, VfbPage.DirectoryEntries);
        ReadEntries(page[DirectoryOffset..], frames);
    }

    /// <summary>Reads the frames of the pixel pages out of the directory pages.</summary>
    /// <param name="directory">The directory pages one after another.</param>
    /// <param name="frames">Filled; each entry is read once.</param>
    public void ReadEntries(ReadOnlySpan<byte> directory, Span<GuestFrame> frames)
    {
        for (int i = 0; i < frames.Length; i++)
        {
            ReadOnlySpan<byte> entry = directory[(i * EntryBytes)..];
            frames[i] = new(EntryBytes == 4 ? BinaryPrimitives.ReadUInt32LittleEndian(entry) : BinaryPrimitives.ReadUInt64LittleEndian(entry));
        }
    }
}
