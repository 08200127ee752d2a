using System.Text;
using CsCheck;
using Xenbus.Wire;
using Xunit;

namespace XenFbFront.Tests.Wire;

public class XenstorePermissionTests
{
    [Theory]
    [InlineData("n0", XenstoreAccess.None, 0)]
    [InlineData("r1", XenstoreAccess.Read, 1)]
    [InlineData("w2", XenstoreAccess.Write, 2)]
    [InlineData("b32751", XenstoreAccess.Read | XenstoreAccess.Write, 32751)]
    [InlineData("n65535", XenstoreAccess.None, 65535)]
    public void TryParse_AndToString_AreInverse(string text, XenstoreAccess access, ushort domain)
    {
        Assert.True(XenstorePermission.TryParse(Encoding.ASCII.GetBytes(text), out XenstorePermission permission));

        Assert.Equal(new XenstorePermission(access, new(domain)), permission);
        Assert.Equal(text, permission.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("n")]
    [InlineData("5")]
    [InlineData("x5")]
    [InlineData("N5")]
    [InlineData("rw5")]
    [InlineData("n-1")]
    [InlineData("n65536")]
    [InlineData("n99999999999999999999")]
    [InlineData("n5 ")]
    [InlineData(" n5")]
    [InlineData("n 5")]
    [InlineData("n5\0")]
    [InlineData("n5x")]
    public void TryParse_SomethingElse_ReturnsFalse(string text) => Assert.False(XenstorePermission.TryParse(Encoding.ASCII.GetBytes(text), out _));

    [Fact]
    public void ToStringTryParse_AnyPermission_RoundTrip() => Gen.Select(Gen.Int[0, 3], Gen.UShort).Sample((access, domain) =>
    {
        XenstorePermission permission = new((XenstoreAccess)access, new(domain));
        return XenstorePermission.TryParse(Encoding.ASCII.GetBytes(permission.ToString()), out XenstorePermission back) && back == permission;
    });

    [Fact]
    public void TryParse_AnyBytes_NeverThrows() => Gen.Byte.Array[0, 12].Sample(bytes => { _ = XenstorePermission.TryParse(bytes, out _); });
}
