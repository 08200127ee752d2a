using System.Net.Sockets;
using XenFbFront.Tests.Xen;
using Xunit;

namespace XenFbFront.Tests.Viewer;

public class RfbInputTests
{
    private const uint XK_Shift_L = 0xffe1;

    [Fact]
    public async Task Keys_TenThousand_ArriveExactlyInOrder()
    {
        await using RfbFixture fixture = new(10, 10);
        using RfbTestClient client = fixture.Connect();
        Random random = new(4711);
        List<byte> messages = [];
        List<string> expected = [];
        uint[] codes = [30, 48, 46, 32, 18, 33, 34, 35, 23, 36, 37, 38, 50, 49, 24, 25, 16, 19, 31, 20, 22, 47, 17, 45, 21, 44];
        for (int i = 0; i < 10_000; i++)
        {
            int letter = random.Next(26);
            bool pressed = random.Next(2) == 0;
            messages.AddRange(RfbTestClient.KeyMessage((uint)('a' + letter), pressed));
            expected.Add($"{codes[letter]} {(pressed ? "down" : "up")}");
        }

        client.Send(messages.ToArray());
        Assert.Equal(expected, fixture.Input.WaitForEvents(10_000));
    }

    [Fact]
    public async Task Disconnect_HeldKeysAndButtons_GoUpLastFirst()
    {
        await using RfbFixture fixture = new(10, 10);
        using (RfbTestClient client = fixture.Connect())
        {
            client.Key(XK_Shift_L, true);
            client.Key('A', true);
            client.Key('b', true);
            client.Key('b', false);
            client.Pointer(1, 3, 4);
            fixture.Input.WaitForEvents(6);
        }

        Assert.Equal(
            ["42 down", "30 down", "48 down", "48 up", "at 3,4 wheel 0", "272 down", "272 up", "30 up", "42 up"],
            fixture.Input.WaitForEvents(9));
    }

    [Fact]
    public async Task ServerDisposed_HeldKeys_GoUp()
    {
        RfbFixture fixture = new(10, 10);
        using RfbTestClient client = fixture.Connect();
        client.Key('x', true);
        fixture.Input.WaitForEvents(1);
        await fixture.DisposeAsync();
        Assert.Equal(["45 down", "45 up"], fixture.Input.Events);
        Assert.Equal([16u, 0u], fixture.Input.RefreshPeriods);
        client.ExpectClose();
    }

    [Fact]
    public async Task Key_Repeated_IsPassedOnAsFurtherPresses()
    {
        await using RfbFixture fixture = new(10, 10);
        using RfbTestClient client = fixture.Connect();
        client.Key('a', true);
        client.Key('a', true);
        client.Key('a', false);
        Assert.Equal(["30 down", "30 down", "30 up"], fixture.Input.WaitForEvents(3));
    }

    [Fact]
    public async Task Key_ShiftReleasedFirst_StillReleasesTheLetter()
    {
        await using RfbFixture fixture = new(10, 10);
        using RfbTestClient client = fixture.Connect();
        client.Key(XK_Shift_L, true);
        client.Key('A', true);
        client.Key(XK_Shift_L, false);
        client.Key('a', false);
        Assert.Equal(["42 down", "30 down", "42 up", "30 up"], fixture.Input.WaitForEvents(4));
    }

    [Fact]
    public async Task Key_UnknownKeysym_IsIgnored()
    {
        await using RfbFixture fixture = new(10, 10);
        using RfbTestClient client = fixture.Connect();
        client.Key(0x0fedcba9, true);
        client.Key('a', true);
        Assert.Equal(["30 down"], fixture.Input.WaitForEvents(1));
    }

    [Fact]
    public async Task QemuKey_ScancodeCounts_NotTheKeysym()
    {
        await using RfbFixture fixture = new(10, 10);
        using RfbTestClient client = fixture.Connect();
        // A German Z sits where a US keyboard has Y.
        client.QemuKey('z', 0x15, true);
        // A plain release belongs to what was pressed for that keysym.
        client.Key('z', false);
        // Right Ctrl and Print.
        client.QemuKey(0xffe4, 0x9d, true);
        client.QemuKey(0xffe4, 0x9d, false);
        client.QemuKey(0xff61, 0x54, true);
        // No scancode: the keysym is what there is.
        client.QemuKey('q', 0, true);
        Assert.Equal(["21 down", "21 up", "97 down", "97 up", "99 down", "16 down"], fixture.Input.WaitForEvents(6));
    }

    [Fact]
    public async Task Pointer_PositionGoesBeforeButtons()
    {
        await using RfbFixture fixture = new(100, 50);
        using RfbTestClient client = fixture.Connect();
        client.Pointer(0, 1, 2);
        client.Pointer(0b0000_0101, 10, 20);
        client.Pointer(0b0000_0010, 11, 21);
        client.Pointer(0b1000_0000, 500, 500);
        Assert.Equal(
            ["at 1,2 wheel 0",
             "at 10,20 wheel 0", "272 down", "273 down",
             "at 11,21 wheel 0", "272 up", "274 down", "273 up",
             "at 99,49 wheel 0", "274 up", "275 down"],
            fixture.Input.WaitForEvents(11));
    }

    [Fact]
    public async Task Wheel_CountsOnlyWhenItsBitRises()
    {
        await using RfbFixture fixture = new(100, 50);
        using RfbTestClient client = fixture.Connect();
        client.Pointer(1 << 3, 5, 5);
        client.Pointer(1 << 3, 6, 5);
        client.Pointer(0, 6, 5);
        client.Pointer(1 << 4, 6, 5);
        client.Pointer(1 << 5, 6, 5);
        Assert.Equal(["at 5,5 wheel -1", "at 6,5 wheel 0", "at 6,5 wheel 0", "at 6,5 wheel 1", "at 6,5 wheel 0"], fixture.Input.WaitForEvents(5));
    }

    [Fact]
    public async Task GuestTakesNothing_StopsTheClientAndLosesNothing()
    {
        await using RfbFixture fixture = new(10, 10);
        using RfbTestClient client = fixture.Connect();
        fixture.Input.IsOpen = false;
        byte[] chunk = [.. Enumerable.Range(0, 512).SelectMany(i => RfbTestClient.KeyMessage((uint)('a' + i % 26), true))];
        client.Socket.SendBufferSize = 16 * 1024;
        client.Key('a', true);
        fixture.Input.WaitForEvents(1);

        // The server waits in its first call, so what is sent from here on has only the socket's buffers to go to.
        client.Socket.Blocking = false;
        long sentBytes = 0;
        bool isFull = false;
        while (!isFull)
        {
            Assert.True(sentBytes < 64 << 20, "the server goes on reading while the guest takes nothing");
            int at = (int)(sentBytes % chunk.Length);
            int count = client.Socket.Send(chunk.AsSpan(at), SocketFlags.None, out SocketError error);
            isFull = error == SocketError.WouldBlock;
            sentBytes += isFull ? 0 : count;
        }

        Assert.Single(fixture.Input.Events);
        client.Socket.Blocking = true;
        fixture.Input.IsOpen = true;
        client.Send(chunk.AsSpan((int)(sentBytes % chunk.Length)));
        int total = 1 + (int)((sentBytes / chunk.Length + 1) * 512);
        string[] events = fixture.Input.WaitForEvents(total);
        uint[] codes = [30, 48, 46, 32, 18, 33, 34, 35, 23, 36, 37, 38, 50, 49, 24, 25, 16, 19, 31, 20, 22, 47, 17, 45, 21, 44];
        for (int i = 1; i < total; i++)
        {
            Assert.Equal($"{codes[(i - 1) % 512 % 26]} down", events[i]);
        }
    }

    [Fact]
    public async Task GuestTakesNothing_PictureOfAnotherClientGoesOn()
    {
        await using RfbFixture fixture = new(100, 100);
        using RfbTestClient typing = fixture.Connect(), watching = fixture.Connect();
        fixture.Input.WaitForRefreshPeriods(1);
        watching.Refresh();
        fixture.Input.IsOpen = false;
        typing.Key('a', true);
        fixture.Input.WaitForEvents(1);
        fixture.Paint(new(1, 1, 5, 5), (_, _) => 0x123456);
        watching.Request(incremental: true);
        watching.ReadUpdate();
        Assert.Equal(fixture.Pixels(), watching.Picture);
    }

    [Fact]
    public async Task RefreshPeriod_FirstComesLastLeaves()
    {
        await using RfbFixture fixture = new(10, 10);
        RfbTestClient first = fixture.Connect();
        Assert.Equal([16u], fixture.Input.WaitForRefreshPeriods(1));
        RfbTestClient second = fixture.Connect();
        second.Refresh();
        first.Dispose();
        fixture.WaitForLog("closed by the client");
        Assert.Equal([16u], fixture.Input.RefreshPeriods);
        Assert.Equal(1, fixture.Server.ClientCount);
        second.Dispose();
        Assert.Equal([16u, 0u], fixture.Input.WaitForRefreshPeriods(2));
        using RfbTestClient third = fixture.Connect();
        Assert.Equal([16u, 0u, 16u], fixture.Input.WaitForRefreshPeriods(3));
    }
}
