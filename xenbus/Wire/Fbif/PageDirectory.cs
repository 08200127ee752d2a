using System.Buffers.Binary;
using Xenbus.Domain;

namespace Xenbus.Wire.Fbif;

/// <summary>Two-level table by which the backend finds the pixel pages: <c>pd[]</c> in the shared page names directory pages, they name pixel pages.</summary>
/// <remarks>
/// Entries are as wide as the ABI's unsigned long. <c>pd[]</c> physically overlaps the in ring at 1024, so only the entries before it are safe:
/// 123 of 8 bytes from 40 (246 MiB of pixels), 247 of 4 bytes from 36 (988 MiB). C: xenfb_page.pd in io/fbif.h, XENFB_DEFAULT… in QEMU's xenfb.c.
/// </remarks>
public static class PageDirectory
{
    private const int PageBytes = 4096;

    /// <summary>Byte offset of <c>pd[0]</c> in the shared page.</summary>
    public static int Offset(ProtocolAbi abi) => abi == ProtocolAbi.X86Bits32 ? 36 : 40;

    /// <summary>Frame numbers in one directory page.</summary>
    public static int EntriesPerPage(ProtocolAbi abi) => PageBytes / abi.FrameEntryBytes();

    /// <summary>Entries of <c>pd[]</c> that end before the in ring.</summary>
    public static int MaxDirectoryPages(ProtocolAbi abi) => (EventRingLayout.FramebufferIn.SlotsOffset - Offset(abi)) / abi.FrameEntryBytes();

    /// <summary>Directory pages needed for this many pixel pages.</summary>
    public static int DirectoryPages(ProtocolAbi abi, int pixelPages) => (pixelPages + EntriesPerPage(abi) - 1) / EntriesPerPage(abi);

    /// <summary>Most pixel bytes that can be described.</summary>
    public static long MaxPixelBytes(ProtocolAbi abi) => (long)MaxDirectoryPages(abi) * EntriesPerPage(abi) * PageBytes;

    /// <summary>Fills the directory pages and <c>pd[]</c>. What is not used becomes 0.</summary>
    /// <param name="abi">Width of the entries.</param>
    /// <param name="sharedPage">The shared page, 4096 bytes; <c>pd[]</c> up to the in ring is written.</param>
    /// <param name="directory">The directory pages, one after another, 4096 bytes each.</param>
    /// <param name="directoryFrames">Frames of the directory pages.</param>
    /// <param name="pixelFrames">Frames of the pixel pages.</param>
    /// <exception cref="ArgumentException">A count does not fit, or a frame is too large for a 4-byte entry.</exception>
    public static void Write(
        ProtocolAbi abi,
        Span<byte> sharedPage,
        Span<byte> directory,
        ReadOnlySpan<GuestFrame> directoryFrames,
        ReadOnlySpan<GuestFrame> pixelFrames)
    {
        if (directoryFrames.Length > MaxDirectoryPages(abi)
            || directoryFrames.Length < DirectoryPages(abi, pixelFrames.Length)
            || directory.Length != directoryFrames.Length * PageBytes)
        {
            throw new ArgumentException($"{pixelFrames.Length} pixel pages do not fit {directoryFrames.Length} directory pages");
        }

        WriteEntries(abi, sharedPage[Offset(abi)..EventRingLayout.FramebufferIn.SlotsOffset], directoryFrames);
        WriteEntries(abi, directory, pixelFrames);
    }

    /// <summary>One entry of a directory page or of <c>pd[]</c>.</summary>
    /// <param name="abi">Width of the entries.</param>
    /// <param name="entries">The table.</param>
    /// <param name="index">Which one.</param>
    public static GuestFrame ReadEntry(ProtocolAbi abi, ReadOnlySpan<byte> entries, int index) => new(abi.FrameEntryBytes() == 4
        ? BinaryPrimitives.ReadUInt32LittleEndian(entries[(4 * index)..])
        : BinaryPrimitives.ReadUInt64LittleEndian(entries[(8 * index)..]));

    private static void WriteEntries(ProtocolAbi abi, Span<byte> table, ReadOnlySpan<GuestFrame> frames)
    {
        table.Clear();
        for (int i = 0; i < frames.Length; i++)
        {
            if (abi.FrameEntryBytes() == 8)
            {
                BinaryPrimitives.WriteUInt64LittleEndian(table[(8 * i)..], frames[i].Value);
            }
            else if (frames[i].Value <= uint.MaxValue)
            {
                BinaryPrimitives.WriteUInt32LittleEndian(table[(4 * i)..], (uint)frames[i].Value);
            }
            else
            {
                throw new ArgumentException($"frame {frames[i]} does not fit the 32-bit ABI");
            }
        }
    }
}
