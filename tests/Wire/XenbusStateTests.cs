using System.Text;
using CsCheck;
using Xenbus.Wire;
using Xunit;

namespace XenFbFront.Tests.Wire;

public class XenbusStateTests
{
    [Fact]
    public void Print_EachState_IsItsDecimalAndParsesBack() => Assert.All(Enum.GetValues<XenbusState>(), state =>
    {
        string text = XenbusStates.Print(state);
        Assert.Equal(((char)('0' + (int)state)).ToString(), text);
        Assert.Equal(state, XenbusStates.Parse(Encoding.ASCII.GetBytes(text)));
    });

    [Theory]
    [InlineData("")]
    [InlineData("9")]
    [InlineData("-1")]
    [InlineData("44")]
    [InlineData("4294967300")] // 4 when cut to 32 bits
    [InlineData("99999999999999999999")]
    [InlineData("4 ")]
    [InlineData(" 4")]
    [InlineData("4\n")]
    [InlineData("4\0")]
    [InlineData("4.0")]
    [InlineData("0x4")]
    [InlineData("Connected")]
    public void Parse_SomethingElse_IsUnknown(string text) => Assert.Equal(XenbusState.Unknown, XenbusStates.Parse(Encoding.ASCII.GetBytes(text)));

    [Fact]
    public void Parse_AnyBytes_GivesAStateThatExists() => Gen.Byte.Array[0, 12].Sample(bytes => Enum.IsDefined(XenbusStates.Parse(bytes)));
}
