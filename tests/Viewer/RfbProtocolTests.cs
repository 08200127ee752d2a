using System.Net;
using System.Text;
using XenFbFront.Tests.Xen;
using XenFbFront.Viewer;
using Xunit;

namespace XenFbFront.Tests.Viewer;

public class RfbProtocolTests
{
    [Theory]
    [InlineData("RFB 003.003\n")]
    [InlineData("RFB 003.005\n")]
    [InlineData("RFB 003.007\n")]
    [InlineData("RFB 003.008\n")]
    [InlineData("RFB 003.889\n")]
    public async Task Handshake_EveryVersion_GetsThePicture(string version)
    {
        await using RfbFixture fixture = new(12, 9);
        fixture.Paint(new(0, 0, 12, 9), (x, y) => (uint)(x * 100 + y));
        using RfbTestClient client = fixture.Connect(version);
        Assert.Equal("XenFbFront", client.Name);
        client.Refresh();
        Assert.Equal(fixture.Pixels(), client.Picture);
    }

    [Fact]
    public async Task Start_ByDefault_ListensOnLoopbackOnly()
    {
        await using RfbFixture fixture = new();
        Assert.Equal(IPAddress.Loopback, fixture.Server.EndPoint.Address);
        Assert.NotEqual(0, fixture.Server.EndPoint.Port);
    }

    [Fact]
    public async Task EndPoint_NotStarted_Throws()
    {
        await using RfbServer server = new(new(), new RecordingInput(), new());
        Assert.Throws<InvalidOperationException>(() => server.EndPoint);
    }

    public static TheoryData<string, byte[], string> Malformed() => new()
    {
        { "unknown message", [99], "unknown type 99" },
        { "unknown QEMU message", [255, 7], "unknown type 7" },
        { "7 bits a pixel", [0, 0, 0, 0, 7, 7, 0, 1, 0, 1, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0], "7 bits" },
        { "depth beyond the bits", [0, 0, 0, 0, 8, 24, 0, 1, 0, 1, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0], "depth 24" },
        { "no red", [0, 0, 0, 0, 32, 24, 0, 1, 0, 0, 0, 255, 0, 255, 0, 8, 16, 0, 0, 0], "red" },
        { "green beyond the pixel", [0, 0, 0, 0, 16, 16, 0, 1, 0, 31, 0, 63, 0, 31, 0, 11, 5, 0, 0, 0], "green" },
        { "blue shifted by 200", [0, 0, 0, 0, 32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 0, 8, 200, 0, 0, 0], "blue" },
        { "map of four bits", [0, 0, 0, 0, 8, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], "colour map" },
        { "1025 encodings", [2, 0, 4, 1], "1025 encodings" },
        { "cut text of 4 GB", [6, 0, 0, 0, 255, 255, 255, 255], "cut text" },
    };

    [Theory]
    [MemberData(nameof(Malformed))]
    public async Task MalformedMessage_ClosesOnlyThatClientWithAReason(string what, byte[] message, string reason)
    {
        await using RfbFixture fixture = new(12, 9);
        using RfbTestClient good = fixture.Connect(), bad = fixture.Connect();
        bad.Key('a', true);
        bad.Send(message);
        bad.ExpectClose();
        Assert.Contains(reason, fixture.WaitForLog(reason));
        Assert.Equal(["30 down", "30 up"], fixture.Input.WaitForEvents(2));
        good.Refresh();
        Assert.True(fixture.Pixels().SequenceEqual(good.Picture), what);
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\n")]
    [InlineData("RFB 00x.008\n")]
    [InlineData("RFB 002.000\n")]
    public async Task Handshake_NotRfb_IsClosed(string text)
    {
        await using RfbFixture fixture = new(12, 9);
        using RfbTestClient client = fixture.ConnectSilently();
        client.Send(Encoding.ASCII.GetBytes(text));
        client.ExpectClose();
        fixture.WaitForLog("does not speak RFB");
        Assert.Empty(fixture.Input.RefreshPeriods);
    }

    [Fact]
    public async Task Handshake_OtherSecurity_IsToldWhyAndClosed()
    {
        await using RfbFixture fixture = new(12, 9);
        using RfbTestClient client = fixture.ConnectSilently();
        client.Send("RFB 003.008\n"u8);
        client.Send(2);
        client.Read(12 + 2);
        Assert.Equal(1, client.ReadInt32());
        Assert.Equal("security type was not offered", Encoding.ASCII.GetString(client.Read(client.ReadInt32())));
        client.ExpectClose();
    }

    [Fact]
    public async Task Handshake_SilentClient_IsClosedAtTheDeadline()
    {
        await using RfbFixture fixture = new(12, 9, new RfbServerOptions { HandshakeTimeoutMs = 50 });
        using RfbTestClient client = fixture.ConnectSilently();
        client.ExpectClose();
    }

    [Fact]
    public async Task StalledClient_IsClosedAtTheDeadline()
    {
        await using RfbFixture fixture = new(4000, 4000, new RfbServerOptions { StalledTimeoutMs = 100 });
        using RfbTestClient client = fixture.Connect();
        client.Request(incremental: false);
        fixture.WaitForLog("does not read its updates");
    }

    [Fact]
    public async Task OneClientTooMany_IsTurnedAway()
    {
        await using RfbFixture fixture = new(12, 9, new RfbServerOptions { MaximumClients = 1 });
        using RfbTestClient first = fixture.Connect();
        using RfbTestClient second = fixture.ConnectSilently();
        second.ExpectClose();
        fixture.WaitForLog("turned away");
        first.Refresh();
    }

    [Fact]
    public async Task CutText_IsSkipped()
    {
        await using RfbFixture fixture = new(12, 9);
        using RfbTestClient client = fixture.Connect();
        client.Send([6, 0, 0, 0, 0, 48, 0, 0, .. new byte[3 << 20]]);
        client.Key('a', true);
        fixture.Input.WaitForEvents(1);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public async Task RandomBytes_CloseTheClientAndNothingElse(int seed)
    {
        await using RfbFixture fixture = new(12, 9);
        using RfbTestClient good = fixture.Connect();
        Random random = new(seed);
        for (int i = 0; i < 20; i++)
        {
            using RfbTestClient bad = fixture.Connect();
            byte[] bytes = new byte[random.Next(1, 200)];
            random.NextBytes(bytes);
            bad.Send(bytes);
        }

        good.Refresh();
        Assert.Equal(fixture.Pixels(), good.Picture);
    }
}
