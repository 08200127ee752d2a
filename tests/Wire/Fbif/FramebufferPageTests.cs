using CsCheck;
using Xenbus.Domain;
using Xenbus.Wire;
using Xenbus.Wire.Fbif;
using XenFbFront.Tests.Vectors;
using Xunit;

namespace XenFbFront.Tests.Wire.Fbif;

public class FramebufferPageTests
{
    private static readonly FramebufferPage s_page = new(800, 600, 3200, 1920000, 32);

    [Fact]
    public void Write_ZeroPage64WithDirectory_GivesTheVector()
    {
        byte[] page = new byte[4096];
        s_page.Write(page);
        PageDirectory.Write(ProtocolAbi.X86Bits64, page, new byte[4096], [new(0x123456789)], new GuestFrame[469]);

        Assert.Equal(FramebufferVectors.Page64, page);
    }

    [Fact]
    public void Write_ZeroPage32WithDirectory_GivesTheVector()
    {
        byte[] page = new byte[4096];
        s_page.Write(page);
        PageDirectory.Write(ProtocolAbi.X86Bits32, page, new byte[8192], [new(0xfffffffe), new(0x10)], new GuestFrame[469]);

        Assert.Equal(FramebufferVectors.Page32, page);
    }

    [Fact]
    public void Read_Vector_GivesTheFields()
    {
        Assert.Equal(s_page, FramebufferPage.Read(FramebufferVectors.Page64));
        Assert.Equal(s_page, FramebufferPage.Read(FramebufferVectors.Page32));
    }

    [Fact]
    public void Write_UsedPage_ChangesOnlyTheFiveFields()
    {
        byte[] page = new byte[4096];
        page.AsSpan().Fill(0xcc);
        s_page.Write(page);

        Assert.False(page.AsSpan(0, FramebufferPage.WidthOffset).ContainsAnyExcept((byte)0xcc));
        Assert.False(page.AsSpan(FramebufferPage.DepthOffset + 1).ContainsAnyExcept((byte)0xcc));
    }

    [Fact]
    public void WriteRead_AnyValues_RoundTrip() => Gen.Select(Gen.Int, Gen.Int, Gen.Int, Gen.Int, Gen.Byte).Sample((width, height, line, memory, depth) =>
    {
        byte[] page = new byte[4096];
        FramebufferPage fields = new(width, height, line, memory, depth);
        fields.Write(page);
        return FramebufferPage.Read(page) == fields;
    });
}
