using CsCheck;
using Xenbus.Domain;
using Xenbus.Wire;
using Xenbus.Wire.Fbif;
using XenFbFront.Tests.Vectors;
using Xunit;

namespace XenFbFront.Tests.Wire.Fbif;

public class PageDirectoryTests
{
    private const int PageBytes = 4096;

    [Fact]
    public void Write_64Bit_GivesTheVector()
    {
        byte[] directory = Dirty(PageBytes);
        PageDirectory.Write(ProtocolAbi.X86Bits64, new byte[PageBytes], directory, [new(5)], [new(1), new(0x7766554433221100), new(0xffffffff)]);

        Assert.Equal(FramebufferVectors.Directory64, directory);
    }

    /// <summary>arm-abi has 8-byte entries on 32- and 64-bit processors alike.</summary>
    [Fact]
    public void Write_Arm_Gives64BitEntries()
    {
        byte[] directory = Dirty(PageBytes);
        PageDirectory.Write(ProtocolAbi.Arm, new byte[PageBytes], directory, [new(5)], [new(1), new(0x7766554433221100), new(0xffffffff)]);

        Assert.Equal(FramebufferVectors.Directory64, directory);
    }

    [Fact]
    public void Write_32Bit_GoesOnInTheSecondPageAfter1024Entries()
    {
        byte[] directory = Dirty(2 * PageBytes);
        PageDirectory.Write(ProtocolAbi.X86Bits32, new byte[PageBytes], directory, [new(5), new(6)], Frames(1026, 0x1000));

        Assert.Equal(FramebufferVectors.Directory32Start, directory[..12]);
        Assert.Equal(FramebufferVectors.Directory32SecondPage, directory[PageBytes..]);
    }

    /// <summary>123 entries of 8 bytes end at 1024 exactly, where the in ring begins; 4-byte entries from 36 on are 247.</summary>
    [Theory]
    [InlineData(ProtocolAbi.X86Bits64, 122, 1008)]
    [InlineData(ProtocolAbi.X86Bits64, 123, 1016)]
    [InlineData(ProtocolAbi.Arm, 123, 1016)]
    [InlineData(ProtocolAbi.X86Bits32, 246, 1016)]
    [InlineData(ProtocolAbi.X86Bits32, 247, 1020)]
    public void Write_UpToTheLimit_PutsTheLastEntryBeforeTheRingAndLeavesTheRestAlone(ProtocolAbi abi, int directoryPages, int lastOffset)
    {
        byte[] page = Dirty(PageBytes);
        PageDirectory.Write(
            abi, page, new byte[directoryPages * PageBytes], Frames(directoryPages, 0x100), Frames(directoryPages * PageDirectory.EntriesPerPage(abi), 0x1000));

        int width = abi.FrameEntryBytes();
        Assert.Equal((ulong)(0x100 + directoryPages - 1), PageDirectory.ReadEntry(abi, page.AsSpan(lastOffset, width), 0).Value);
        Assert.False(page.AsSpan(lastOffset + width, 1024 - lastOffset - width).ContainsAnyExcept((byte)0));
        Assert.False(page.AsSpan(1024).ContainsAnyExcept((byte)0xcc));
        Assert.False(page.AsSpan(0, PageDirectory.Offset(abi)).ContainsAnyExcept((byte)0xcc));
    }

    [Theory]
    [InlineData(ProtocolAbi.X86Bits64, 124)]
    [InlineData(ProtocolAbi.Arm, 124)]
    [InlineData(ProtocolAbi.X86Bits32, 248)]
    public void Write_OverTheLimit_ThrowsAndLeavesThePageUntouched(ProtocolAbi abi, int directoryPages)
    {
        byte[] page = Dirty(PageBytes);

        Assert.Throws<ArgumentException>(() => PageDirectory.Write(abi, page, new byte[directoryPages * PageBytes], Frames(directoryPages, 1), [new(1)]));
        Assert.False(page.AsSpan().ContainsAnyExcept((byte)0xcc));
    }

    [Theory]
    [InlineData(1, 513, PageBytes)]
    [InlineData(1, 1, 0)]
    [InlineData(1, 1, 2 * PageBytes)]
    [InlineData(2, 1, PageBytes)]
    public void Write_CountsThatDoNotFit_Throws(int directoryPages, int pixelPages, int directoryBytes) =>
        Assert.Throws<ArgumentException>(() =>
            PageDirectory.Write(ProtocolAbi.X86Bits64, new byte[PageBytes], new byte[directoryBytes], Frames(directoryPages, 1), Frames(pixelPages, 1)));

    [Theory]
    [InlineData(0x1_0000_0000ul, 1ul)]
    [InlineData(1ul, 0x1_0000_0000ul)]
    public void Write_32BitFrameTooLarge_Throws(ulong directoryFrame, ulong pixelFrame) =>
        Assert.Throws<ArgumentException>(() =>
            PageDirectory.Write(ProtocolAbi.X86Bits32, new byte[PageBytes], new byte[PageBytes], [new(directoryFrame)], [new(pixelFrame)]));

    [Fact]
    public void MaxPixelBytes_Is246MiBAnd988MiB()
    {
        Assert.Equal(246L << 20, PageDirectory.MaxPixelBytes(ProtocolAbi.X86Bits64));
        Assert.Equal(246L << 20, PageDirectory.MaxPixelBytes(ProtocolAbi.Arm));
        Assert.Equal(988L << 20, PageDirectory.MaxPixelBytes(ProtocolAbi.X86Bits32));
    }

    [Theory]
    [InlineData(ProtocolAbi.X86Bits64, 0, 0)]
    [InlineData(ProtocolAbi.X86Bits64, 1, 1)]
    [InlineData(ProtocolAbi.X86Bits64, 512, 1)]
    [InlineData(ProtocolAbi.X86Bits64, 513, 2)]
    [InlineData(ProtocolAbi.X86Bits64, 2025, 4)] // 1920 x 1080 x 32
    [InlineData(ProtocolAbi.X86Bits32, 1024, 1)]
    [InlineData(ProtocolAbi.X86Bits32, 1025, 2)]
    public void DirectoryPages_RoundsUp(ProtocolAbi abi, int pixelPages, int expected) =>
        Assert.Equal(expected, PageDirectory.DirectoryPages(abi, pixelPages));

    [Fact]
    public void WriteRead_AnyFrames_RoundTrip() =>
        Gen.Select(Gen.Enum<ProtocolAbi>(), Gen.ULong.Array[0, 1500], Gen.ULong.Array[3, 5]).Sample((abi, pixels, directories) =>
        {
            ulong mask = abi == ProtocolAbi.X86Bits32 ? uint.MaxValue : ulong.MaxValue;
            GuestFrame[] pixelFrames = [.. pixels.Select(frame => new GuestFrame(frame & mask))];
            GuestFrame[] directoryFrames = [.. directories.Select(frame => new GuestFrame(frame & mask))];
            byte[] page = Dirty(PageBytes), directory = Dirty(directoryFrames.Length * PageBytes);
            PageDirectory.Write(abi, page, directory, directoryFrames, pixelFrames);

            ReadOnlySpan<byte> table = page.AsSpan(PageDirectory.Offset(abi));
            for (int i = 0; i < PageDirectory.MaxDirectoryPages(abi); i++)
            {
                Assert.Equal(i < directoryFrames.Length ? directoryFrames[i] : default, PageDirectory.ReadEntry(abi, table, i));
            }

            for (int i = 0; i < directory.Length / abi.FrameEntryBytes(); i++)
            {
                Assert.Equal(i < pixelFrames.Length ? pixelFrames[i] : default, PageDirectory.ReadEntry(abi, directory, i));
            }
        });

    private static byte[] Dirty(int bytes)
    {
        byte[] result = new byte[bytes];
        result.AsSpan().Fill(0xcc);
        return result;
    }

    private static GuestFrame[] Frames(int count, ulong first) => [.. Enumerable.Range(0, count).Select(i => new GuestFrame(first + (ulong)i))];
}
