using System.Text;
using CsCheck;
using Xenbus.Linux.Interop;
using Xenbus.Wire;
using Xunit;

namespace XenFbFront.Tests.Wire;

public class XenstoreErrorsTests
{
    /// <summary>xsd_errors in io/xs_wire.h, numbers from asm-generic/errno.h.</summary>
    [Theory]
    [InlineData("EINVAL", 22)]
    [InlineData("EACCES", 13)]
    [InlineData("EEXIST", 17)]
    [InlineData("EISDIR", 21)]
    [InlineData("ENOENT", 2)]
    [InlineData("ENOMEM", 12)]
    [InlineData("ENOSPC", 28)]
    [InlineData("EIO", 5)]
    [InlineData("ENOTEMPTY", 39)]
    [InlineData("ENOSYS", 38)]
    [InlineData("EROFS", 30)]
    [InlineData("EBUSY", 16)]
    [InlineData("EAGAIN", 11)]
    [InlineData("EISCONN", 106)]
    [InlineData("E2BIG", 7)]
    [InlineData("EPERM", 1)]
    public void ParseAndPrint_EachName_AreInverse(string name, int number)
    {
        Assert.Equal(number, XenstoreErrors.Parse(Encoding.ASCII.GetBytes(name + "\0")));
        Assert.Equal(number, XenstoreErrors.Parse(Encoding.ASCII.GetBytes(name)));
        Assert.Equal(name, XenstoreErrors.Print(number));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\0")]
    [InlineData("ENOEN")]
    [InlineData("ENOENTX")]
    [InlineData("enoent")]
    [InlineData("ESRCH")]
    [InlineData("EPERM\0EIO")]
    [InlineData("22")]
    public void Parse_UnknownName_IsEio(string name) => Assert.Equal(Errno.EIO, XenstoreErrors.Parse(Encoding.ASCII.GetBytes(name)));

    [Theory]
    [InlineData(0)]
    [InlineData(-2)]
    [InlineData(3)]
    [InlineData(int.MaxValue)]
    public void Print_NumberWithoutAName_IsEio(int number) => Assert.Equal("EIO", XenstoreErrors.Print(number));

    [Fact]
    public void Parse_AnyBytes_GivesANumberThatHasAName() =>
        Gen.Byte.Array[0, 12].Sample(bytes => XenstoreErrors.Parse(bytes) is Errno.EIO || XenstoreErrors.Print(XenstoreErrors.Parse(bytes)) != "EIO");
}
