using System.Net;
using System.Net.Sockets;
using Xenbus.Linux.Interop;
using XenFbFront.Loopback;
using Xunit;

namespace XenFbFront.Tests.Loopback;

public sealed class LocalPeersTests
{
    private static readonly IPEndPoint s_server = new(IPAddress.Loopback, 0x170c);

    // What `cat /proc/net/tcp` and tcp6 print on a machine whose lowest byte comes first.
    private static readonly string[] s_table =
    [
        "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode",
        "   0: 0100007F:170C 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 21 1 0000000000000000 100 0 0 10 0",
        "   5: 0100007F:9C40 0100007F:0017 01 00000000:00000000 00:00000000 00000000     0        0 28 1 0000000000000000 20 4 30 10 -1",
        "   1: 0100007F:9C40 0100007F:170C 01 00000000:00000000 00:00000000 00000000  1001        0 22 1 0000000000000000 20 4 30 10 -1",
        "   2: 0100007F:9C41 0100007F:170C 05 00000000:00000000 00:00000000 00000000     0        0 0 1 0000000000000000 20 4 30 10 -1",
        "   3: 0200007F:9C42 0100007F:170C 01 00000000:00000000 00:00000000 00000000     0        0 24 1 0000000000000000 20 4 30 10 -1",
    ];

    private static readonly string[] s_table6 =
    [
        s_table[0],
        "   0: 00000000000000000000000001000000:9C43 00000000000000000000000001000000:170C 01 00000000:00000000 00:00000000 00000000  1002        0 25 1",
        "   1: 0000000000000000FFFF00000100007F:9C44 0000000000000000FFFF00000100007F:170C 01 00000000:00000000 00:00000000 00000000  1003        0 26 1",
    ];

    /// <summary>The first line is root's connection to another port, from the same one as a user's to ours.</summary>
    [Theory]
    [InlineData("127.0.0.1", 0x9c40, 1001L)]
    [InlineData("127.0.0.2", 0x9c42, 0L)]
    [InlineData("127.0.0.2", 0x9c40, null)]
    [InlineData("127.0.0.1", 0x9c42, null)]
    public void OwnerOf_ConnectionInTheTable_IsItsUser(string address, int port, long? owner) =>
        Assert.Equal((uint?)owner, LocalPeers.OwnerOf(new(IPAddress.Parse(address), port), s_server, s_table));

    [Theory]
    [InlineData("::1", 0x9c43, 1002L)]
    [InlineData("::ffff:127.0.0.1", 0x9c44, 1003L)]
    [InlineData("::1", 0x9c44, null)]
    public void OwnerOf_SixthVersion_IsItsUser(string address, int port, long? owner) =>
        Assert.Equal((uint?)owner, LocalPeers.OwnerOf(new(IPAddress.Parse(address), port), new(address == "::1" ? IPAddress.IPv6Loopback : IPAddress.Loopback.MapToIPv6(), 0x170c), s_table6));

    /// <summary>The kernel shows a closed end as root's: what its owner sent before would be taken for root's.</summary>
    [Fact]
    public void OwnerOf_EndThatIsClosed_IsNobodys() => Assert.Null(LocalPeers.OwnerOf(new(IPAddress.Loopback, 0x9c41), s_server, s_table));

    [Theory]
    [InlineData("short line")]
    [InlineData("   1: 0100007F:9C40 0100007F:170C 01 00000000:00000000 00:00000000 00000000  -1 0 22")]
    [InlineData("   1: 0100007F:9C40 0100007F:170C 01 00000000:00000000 00:00000000 00000000")]
    public void OwnerOf_LineThatIsNone_IsPassedOver(string line) => Assert.Null(LocalPeers.OwnerOf(new(IPAddress.Loopback, 0x9c40), s_server, [line]));

    [Theory]
    [InlineData("127.0.0.1", "127.0.0.1")]
    [InlineData("::1", "::1")]
    [InlineData("::ffff:127.0.0.1", "127.0.0.1")]
    public void MayLook_ThisUser_MayUntilItHasClosed(string listening, string connecting)
    {
        IPAddress at = IPAddress.Parse(listening), to = IPAddress.Parse(connecting);
        Assert.SkipUnless(at.AddressFamily == AddressFamily.InterNetwork || Socket.OSSupportsIPv6, "no IPv6 here");
        using Socket listener = new(at.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        if (at.IsIPv4MappedToIPv6)
        {
            listener.DualMode = true;
        }

        listener.Bind(new IPEndPoint(at, 0));
        listener.Listen();
        using Socket client = new(to.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        client.Connect(new IPEndPoint(to, ((IPEndPoint)listener.LocalEndPoint!).Port));
        using Socket accepted = listener.Accept();
        Assert.True(LocalPeers.MayLook(accepted));
        client.Close();
        Assert.False(LocalPeers.MayLook(accepted));
    }

    [Fact]
    public void MayLook_ReadsTheTableOfThisMachine()
    {
        using Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        using Socket client = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        client.Connect(listener.LocalEndPoint!);
        using Socket accepted = listener.Accept();
        Assert.Equal(Libc.EffectiveUser(), LocalPeers.OwnerOf((IPEndPoint)accepted.RemoteEndPoint!, (IPEndPoint)accepted.LocalEndPoint!, File.ReadLines("/proc/net/tcp")));
    }
}
