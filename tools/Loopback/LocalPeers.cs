using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Xenbus.Linux.Interop;

namespace XenFbFront.Loopback;

/// <summary>Tells who is at the other end of a connection from this machine.</summary>
/// <remarks>
/// The screen may be a shell of the person who runs this tool, and a port on the loopback address is open to all users of the machine. The
/// kernel's table of connections says whose each end is.
/// </remarks>
internal static class LocalPeers
{
    /// <summary>Whether a client may see the screen: one of this user or of root, or from another machine, to which the person has opened the port on purpose.</summary>
    public static bool MayLook(Socket socket)
    {
        if (socket.RemoteEndPoint is not IPEndPoint peer || !IPAddress.IsLoopback(peer.Address))
        {
            return true;
        }

        IPEndPoint own = (IPEndPoint)socket.LocalEndPoint!;
        uint? owner = (peer.Address.AddressFamily == AddressFamily.InterNetwork || peer.Address.IsIPv4MappedToIPv6
                ? OwnerOf(Fourth(peer), Fourth(own), File.ReadLines("/proc/net/tcp"))
                : null)
            ?? (File.Exists("/proc/net/tcp6") ? OwnerOf(Sixth(peer), Sixth(own), File.ReadLines("/proc/net/tcp6")) : null);
        return owner is { } user && (user == 0 || user == Libc.EffectiveUser());
    }

    /// <summary>The user whose end of a connection this is, or null.</summary>
    /// <remarks>
    /// Both ends are compared: connections to different ports may begin at the same one. Established connections only: the kernel gives an end that its process has closed to root, and what such a client sent before would
    /// be taken for root's.
    /// </remarks>
    /// <param name="end">The user's end, of the table's family.</param>
    /// <param name="other">The end that it is connected to, of the same family.</param>
    /// <param name="table">
    /// Lines of /proc/net/tcp or /proc/net/tcp6: <c>sl local_address rem_address st queues timer retrnsmt uid …</c>, addresses as words of 32 bits in the
    /// machine's byte order. C: get_tcp4_sock in net/ipv4/tcp_ipv4.c, get_tcp6_sock in net/ipv6/tcp_ipv6.c.
    /// </param>
    public static uint? OwnerOf(IPEndPoint end, IPEndPoint other, IEnumerable<string> table)
    {
        const string established = "01";
        string address = Print(end), connectedTo = Print(other);
        foreach (string line in table)
        {
            string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words.Length > 7 && words[1] == address && words[2] == connectedTo && words[3] == established && uint.TryParse(words[7], NumberStyles.None, CultureInfo.InvariantCulture, out uint user))
            {
                return user;
            }
        }

        return null;
    }

    private static IPEndPoint Fourth(IPEndPoint end) => new(end.Address.MapToIPv4(), end.Port);

    private static IPEndPoint Sixth(IPEndPoint end) => new(end.Address.MapToIPv6(), end.Port);

    private static string Print(IPEndPoint end)
    {
        string address = string.Empty;
        foreach (uint word in MemoryMarshal.Cast<byte, uint>(end.Address.GetAddressBytes()))
        {
            address += $"{word:X8}";
        }

        return $"{address}:{end.Port:X4}";
    }
}
