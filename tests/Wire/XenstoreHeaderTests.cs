using CsCheck;
using Xenbus.Wire;
using XenFbFront.Tests.Vectors;
using Xunit;

namespace XenFbFront.Tests.Wire;

public class XenstoreHeaderTests
{
    public static IEnumerable<TheoryDataRow<string>> Names => XenstoreVectors.All.Select(vector => new TheoryDataRow<string>(vector.Name));

    [Theory]
    [MemberData(nameof(Names))]
    public void Write_EachVector_GivesItsBytes(string name)
    {
        XenstoreVector vector = XenstoreVectors.All.Single(candidate => candidate.Name == name);
        byte[] message = new byte[XenstoreHeader.Bytes + vector.Payload.Length];
        vector.Header.Write(message);
        vector.PayloadBytes.CopyTo(message, XenstoreHeader.Bytes);

        Assert.Equal(vector.Bytes, message);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Read_EachVector_GivesItsHeader(string name)
    {
        XenstoreVector vector = XenstoreVectors.All.Single(candidate => candidate.Name == name);

        Assert.Equal(vector.Header, XenstoreHeader.Read(vector.Bytes));
    }

    [Fact]
    public void Vectors_EveryTypeIsThere() =>
        Assert.Empty(Enum.GetValues<XenstoreMessageType>().Except(XenstoreVectors.All.Select(vector => vector.Header.Type)));

    [Fact]
    public void WriteRead_AnyWords_RoundTrip() => Gen.Select(Gen.UInt, Gen.UInt, Gen.UInt, Gen.UInt).Sample((type, request, transaction, length) =>
    {
        XenstoreHeader header = new((XenstoreMessageType)type, request, transaction, length);
        byte[] bytes = new byte[XenstoreHeader.Bytes];
        header.Write(bytes);
        return XenstoreHeader.Read(bytes) == header;
    });
}
