using System.Buffers.Binary;
using Xenbus.Domain;
using XenFbFront.Backend;
using Xunit;

namespace XenFbFront.Tests.Backend;

public class DirectoryFormatTests
{
    private readonly byte[] _page = new byte[4096];

    [Theory]
    [InlineData("x86_64-abi", 40, 8)]
    [InlineData("arm-abi", 40, 8)]
    [InlineData("x86_32-abi", 36, 4)]
    [InlineData("ia64-abi", 40, 8)]
    [InlineData("", 40, 8)]
    public void Of_ProtocolNode_GivesOffsetAndWidth(string protocol, int offset, int entryBytes) =>
        Assert.Equal(new DirectoryFormat(offset, entryBytes), DirectoryFormat.Of(protocol, _page));

    [Fact]
    public void Of_NoNode_LooksWhereTheSecondNarrowEntryWouldBe()
    {
        BinaryPrimitives.WriteUInt32LittleEndian(_page.AsSpan(36), 0x1234);
        Assert.Equal(DirectoryFormat.Bits32, DirectoryFormat.Of(null, _page));
        _page.AsSpan(36, 4).Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(_page.AsSpan(40), 0x1234);
        Assert.Equal(DirectoryFormat.Bits64, DirectoryFormat.Of(null, _page));
    }

    [Theory]
    [InlineData(8, 1, 1)]
    [InlineData(8, 512, 1)]
    [InlineData(8, 513, 2)]
    [InlineData(8, 123 * 512, 123)]
    [InlineData(4, 1024, 1)]
    [InlineData(4, 1025, 2)]
    [InlineData(8, long.MaxValue / 4096, int.MaxValue)]
    public void DirectoryPages_SomePixelPages_RoundsUp(int entryBytes, long pixelPages, int expected) =>
        Assert.Equal(expected, new DirectoryFormat(40, entryBytes).DirectoryPages(pixelPages));

    [Theory]
    [InlineData("x86_64-abi", 8, 40)]
    [InlineData("x86_32-abi", 4, 36)]
    public void ReadDirectory_EntriesOverTheRings_AreReadAllTheSame(string protocol, int entryBytes, int offset)
    {
        GuestFrame[] expected = new GuestFrame[256];
        for (int i = 0; i < expected.Length; i++)
        {
            expected[i] = new(0x10000u + (ulong)i * 3);
            Put(_page, offset + i * entryBytes, entryBytes, expected[i].Value);
        }

        GuestFrame[] read = new GuestFrame[256];
        DirectoryFormat.Of(protocol, _page).ReadDirectory(_page, read);
        Assert.Equal(expected, read);
    }

    [Fact]
    public void ReadDirectory_MoreThanDeclared_Throws() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => DirectoryFormat.Bits64.ReadDirectory(_page, new GuestFrame[257]));

    [Theory]
    [InlineData(4, 0xffffffffUL)]
    [InlineData(8, 0x000f_ffff_ffff_ffffUL)]
    public void ReadEntries_LargestFrames_KeepAllBits(int entryBytes, ulong frame)
    {
        byte[] directory = new byte[8192];
        Put(directory, 8192 - entryBytes, entryBytes, frame);
        GuestFrame[] frames = new GuestFrame[8192 / entryBytes];
        new DirectoryFormat(0, entryBytes).ReadEntries(directory, frames);
        Assert.Equal(frame, frames[^1].Value);
        Assert.Equal(0ul, frames[0].Value);
    }

    private static void Put(byte[] target, int offset, int bytes, ulong value)
    {
        for (int i = 0; i < bytes; i++)
        {
            target[offset + i] = (byte)(value >> (8 * i));
        }
    }
}
