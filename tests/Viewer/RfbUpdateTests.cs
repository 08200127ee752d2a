using System.Collections.Concurrent;
using XenFbFront.Tests.Xen;
using XenFbFront.Viewer;
using Xunit;
using static XenFbFront.Tests.Xen.RfbTestClient;

namespace XenFbFront.Tests.Viewer;

public class RfbUpdateTests
{
    private const int Raw = 0;
    private const int Zrle = 16;
    private const int DesktopSize = -223;
    private const int QemuKeys = -258;
    private const int ExtendedDesktopSize = -308;

    [Fact]
    public async Task Incremental_OnePartChanged_CarriesOnlyThatPart()
    {
        await using RfbFixture fixture = new(800, 600);
        using RfbTestClient client = fixture.Connect();
        client.Refresh();
        client.Request(incremental: true);
        fixture.Paint(new(10, 20, 30, 40), (_, _) => 0xff0000);
        Assert.Equal([new(10, 20, 30, 40, Raw)], client.ReadUpdate());
        Assert.Equal(fixture.Pixels(), client.Picture);
    }

    [Fact]
    public async Task Incremental_ChangedBeforeAsked_IsToldWhenAsked()
    {
        await using RfbFixture fixture = new(800, 600);
        using RfbTestClient client = fixture.Connect();
        client.Refresh();
        fixture.Paint(new(0, 0, 5, 5), (_, _) => 1);
        fixture.Paint(new(700, 500, 5, 5), (_, _) => 2);
        client.Request(incremental: true);
        List<Rectangle> update = client.ReadUpdate();
        Assert.Equal(2, update.Count);
        Assert.Equal(fixture.Pixels(), client.Picture);
    }

    [Fact]
    public async Task Incremental_NothingChanged_IsNotAnswered()
    {
        await using RfbFixture fixture = new(80, 60);
        using RfbTestClient client = fixture.Connect();
        client.Refresh();
        client.Request(incremental: true);
        // The map is answered at once, so an answer to the request would have come before it.
        client.SetPixelFormat(Format.ColourMap8);
        Assert.Null(client.ReadMessage());
        fixture.Paint(new(1, 2, 3, 4), (_, _) => 0xffffff);
        Assert.Equal([new(1, 2, 3, 4, Raw)], client.ReadUpdate());
    }

    [Fact]
    public async Task Incremental_AreaAskedFor_LeavesTheRestForLater()
    {
        await using RfbFixture fixture = new(100, 100);
        using RfbTestClient client = fixture.Connect();
        client.Refresh();
        fixture.Paint(new(0, 0, 100, 100), (x, y) => (uint)(x * y));
        client.Request(incremental: true, 20, 20, 10, 10);
        Assert.Equal([new(20, 20, 10, 10, Raw)], client.ReadUpdate());
        client.Request(incremental: true);
        client.ReadUpdate();
        Assert.Equal(fixture.Pixels(), client.Picture);
    }

    [Fact]
    public async Task Incremental_ManyScatteredChanges_AreMergedToSixteen()
    {
        await using RfbFixture fixture = new(1000, 1000);
        using RfbTestClient client = fixture.Connect();
        client.Refresh();
        Random random = new(11);
        for (int i = 0; i < 200; i++)
        {
            fixture.Paint(new(random.Next(990), random.Next(990), 1 + random.Next(9), 1 + random.Next(9)), (x, y) => (uint)(x + y));
        }

        client.Request(incremental: true);
        Assert.InRange(client.ReadUpdate().Count, 1, 16);
        Assert.Equal(fixture.Pixels(), client.Picture);
    }

    [Fact]
    public async Task FirstRequest_Incremental_StillGetsThePicture()
    {
        await using RfbFixture fixture = new(20, 10);
        fixture.Paint(new(0, 0, 20, 10), (x, _) => (uint)x);
        using RfbTestClient client = fixture.Connect();
        client.Request(incremental: true);
        client.ReadUpdate();
        Assert.Equal(fixture.Pixels(), client.Picture);
    }

    [Fact]
    public async Task EmptyScreen_IsBlackUntilTheGuestComes()
    {
        await using RfbFixture fixture = new();
        using RfbTestClient client = fixture.Connect();
        client.SetEncodings(Zrle, DesktopSize);
        Assert.Equal((640, 400), (client.Width, client.Height));
        client.Refresh();
        Assert.All(client.Picture, value => Assert.Equal(0u, value));
        client.Request(incremental: true);
        fixture.Resize(720, 400);
        Assert.Equal([new(0, 0, 720, 400, DesktopSize)], client.ReadUpdate());
        fixture.Paint(new(0, 0, 720, 400), (x, y) => (uint)(x ^ y));
        client.Refresh();
        Assert.Equal(fixture.Pixels(), client.Picture);
    }

    [Fact]
    public async Task GuestGone_KeepsTheSizeInBlack()
    {
        await using RfbFixture fixture = new(90, 50);
        fixture.Paint(new(0, 0, 90, 50), (_, _) => 0xffffff);
        using RfbTestClient client = fixture.Connect();
        client.SetEncodings(Raw, DesktopSize);
        client.Refresh();
        client.Request(incremental: true);
        fixture.Resize(0, 0);
        client.ReadUpdate();
        Assert.Equal((90, 50), (client.Width, client.Height));
        Assert.All(client.Picture, value => Assert.Equal(0u, value));
    }

    [Fact]
    public async Task Resize_ExtendedClient_IsToldWithScreenLayout()
    {
        await using RfbFixture fixture = new(640, 480);
        using RfbTestClient client = fixture.Connect();
        client.SetEncodings(Raw, DesktopSize, ExtendedDesktopSize);
        Assert.Contains(new(0, 0, 640, 480, ExtendedDesktopSize), client.Refresh());
        client.Request(incremental: true);
        fixture.Resize(1024, 768);
        Assert.Equal([new(0, 0, 1024, 768, ExtendedDesktopSize)], client.ReadUpdate());
        client.Request(incremental: true);
        client.ReadUpdate();
        Assert.Equal(fixture.Pixels(), client.Picture);
    }

    [Fact]
    public async Task Resize_WhileThePictureIsAskedFor_TheClientThatAsksOnceGetsIt()
    {
        // gvnccapture asks for the picture once and then waits for it, also when a new size is all that it is told.
        await using RfbFixture fixture = new(100, 80);
        using RfbTestClient client = fixture.Connect();
        client.SetEncodings(Raw, DesktopSize);
        fixture.Resize(200, 150);
        fixture.Paint(new(0, 0, 200, 150), (x, y) => (uint)(x << 8 | y));
        client.Request(incremental: false);
        Assert.Equal([new(0, 0, 200, 150, DesktopSize)], client.ReadUpdate());
        client.ReadUpdate();
        Assert.Equal(fixture.Pixels(), client.Picture);
        // The request is answered now: the map of colours is told at once, but no change before it is asked for.
        fixture.Paint(new(0, 0, 1, 1), (_, _) => 1);
        client.SetPixelFormat(Format.ColourMap8);
        Assert.Null(client.ReadMessage());
    }

    [Theory]
    [InlineData(200, 150)]
    [InlineData(60, 40)]
    public async Task Resize_ClientThatCannot_GetsItsOldSizeOfTheNewPicture(int width, int height)
    {
        await using RfbFixture fixture = new(100, 80);
        using RfbTestClient client = fixture.Connect();
        client.SetEncodings(Zrle);
        client.Refresh();
        fixture.Resize(width, height);
        fixture.Paint(new(0, 0, width, height), (x, y) => (uint)(x << 8 | y));
        client.Request(incremental: true);
        client.ReadUpdate();
        for (int y = 0; y < 80; y++)
        {
            for (int x = 0; x < 100; x++)
            {
                uint expected = x < width && y < height ? (uint)(x << 8 | y) : 0;
                Assert.Equal(expected, client.Picture[y * 100 + x]);
            }
        }
    }

    [Fact]
    public async Task Resize_BeforeEncodingsAreSet_IsToldWhenTheClientCanHearIt()
    {
        await using RfbFixture fixture = new(100, 80);
        using RfbTestClient client = fixture.Connect();
        client.Refresh();
        fixture.Resize(50, 40);
        client.Request(incremental: true);
        client.ReadUpdate();
        client.Request(incremental: true);
        client.SetEncodings(Raw, DesktopSize);
        Assert.Equal([new(0, 0, 50, 40, DesktopSize)], client.ReadUpdate());
    }

    [Fact]
    public async Task SetDesktopSize_GuestCannotBeAsked_IsProhibited()
    {
        await using RfbFixture fixture = new(320, 200);
        using RfbTestClient client = ConnectExtended(fixture);
        client.Send(SizeMessage(1024, 768));
        Assert.Equal([new(1, 1, 320, 200, ExtendedDesktopSize)], client.ReadUpdate());
    }

    [Fact]
    public async Task SetDesktopSize_GuestCanBeAsked_IsHandedOnAndToldWhenItHappens()
    {
        BlockingCollection<(int, int)> asked = [];
        await using RfbFixture fixture = new(320, 200, new RfbServerOptions { AskSize = (width, height) => asked.Add((width, height)) });
        using RfbTestClient client = ConnectExtended(fixture);
        client.Send(SizeMessage(1024, 768));
        Assert.Equal([new(1, 4, 320, 200, ExtendedDesktopSize)], client.ReadUpdate());
        Assert.Equal((1024, 768), asked.Take(TestContext.Current.CancellationToken));
        client.Request(incremental: true);
        fixture.Resize(1024, 768);
        Assert.Equal([new(0, 0, 1024, 768, ExtendedDesktopSize)], client.ReadUpdate());
        client.Request(incremental: true);
        client.ReadUpdate();
        client.Request(incremental: true);
        client.Send(SizeMessage(1024, 768));
        Assert.Equal([new(1, 0, 1024, 768, ExtendedDesktopSize)], client.ReadUpdate());
        Assert.Empty(asked);
    }

    [Theory]
    [InlineData(0, 768, 1)]
    [InlineData(1024, 0, 1)]
    [InlineData(16385, 768, 1)]
    [InlineData(1024, 65535, 1)]
    [InlineData(16384, 4500, 1)]
    [InlineData(1024, 768, 0)]
    [InlineData(1024, 768, 255)]
    public async Task SetDesktopSize_NoSizeForAScreen_IsRefusedAndNobodyAsked(int width, int height, int screens)
    {
        BlockingCollection<(int, int)> asked = [];
        await using RfbFixture fixture = new(320, 200, new RfbServerOptions { AskSize = (width, height) => asked.Add((width, height)) });
        using RfbTestClient client = ConnectExtended(fixture);
        client.Send(SizeMessage(width, height, screens));
        Assert.Equal([new(1, 3, 320, 200, ExtendedDesktopSize)], client.ReadUpdate());
        Assert.Empty(asked);
    }

    [Fact]
    public async Task SetDesktopSize_TenThousandAtOnce_AreAnsweredTogetherAndOthersGoOn()
    {
        const int count = 10_000;
        (int, int) last = default;
        await using RfbFixture fixture = new(320, 200, new RfbServerOptions { AskSize = (width, height) => last = (width, height) });
        using RfbTestClient client = ConnectExtended(fixture), other = fixture.Connect();
        byte[] flood = [.. Enumerable.Range(1, count).SelectMany(i => SizeMessage(i, 500))];
        await Task.Run(() => client.Send(flood), TestContext.Current.CancellationToken);
        // What follows the flood has been read, so has the flood.
        client.Key('a', true);
        fixture.Input.WaitForEvents(1);
        Assert.Equal((count, 500), last);
        Assert.Equal([new(1, 4, 320, 200, ExtendedDesktopSize)], client.ReadUpdate());
        other.Refresh();
        Assert.Equal(fixture.Pixels(), other.Picture);
    }

    private static RfbTestClient ConnectExtended(RfbFixture fixture)
    {
        RfbTestClient client = fixture.Connect();
        client.SetEncodings(Raw, ExtendedDesktopSize);
        client.Refresh();
        client.Request(incremental: true);
        return client;
    }

    private static byte[] SizeMessage(int width, int height, int screens = 1) =>
        [251, 0, (byte)(width >> 8), (byte)width, (byte)(height >> 8), (byte)height, (byte)screens, 0, .. new byte[16 * screens]];

    [Fact]
    public async Task QemuKeys_AreAnnouncedOnce()
    {
        await using RfbFixture fixture = new(32, 20);
        using RfbTestClient client = fixture.Connect();
        client.SetEncodings(Raw, QemuKeys);
        client.SetEncodings(Raw, QemuKeys);
        Assert.Single(client.Refresh(), rectangle => rectangle.Encoding == QemuKeys);
        Assert.DoesNotContain(client.Refresh(), rectangle => rectangle.Encoding == QemuKeys);
    }

    [Fact]
    public async Task TwoClients_BothFollow()
    {
        await using RfbFixture fixture = new(200, 100);
        using RfbTestClient first = fixture.Connect(), second = fixture.Connect();
        second.SetEncodings(Zrle);
        first.Refresh();
        second.Refresh();
        first.Request(incremental: true);
        second.Request(incremental: true);
        fixture.Paint(new(50, 50, 10, 10), (x, y) => (uint)(x * y));
        first.ReadUpdate();
        second.ReadUpdate();
        Assert.Equal(fixture.Pixels(), first.Picture);
        Assert.Equal(fixture.Pixels(), second.Picture);
    }

    [Fact]
    public async Task SlowClient_DoesNotHoldUpAnother()
    {
        await using RfbFixture fixture = new(2000, 2000);
        using RfbTestClient slow = fixture.Connect(), quick = fixture.Connect();
        // 16 MB that nobody reads: more than the socket's buffers take.
        slow.Request(incremental: false);
        for (int i = 0; i < 5; i++)
        {
            fixture.Paint(new(i, i, 10, 10), (_, _) => 0xabcdef);
            quick.Refresh();
            Assert.Equal(fixture.Pixels(), quick.Picture);
        }

        slow.ReadUpdate();
        slow.Request(incremental: true);
        slow.ReadUpdate();
        Assert.Equal(fixture.Pixels(), slow.Picture);
    }
}
