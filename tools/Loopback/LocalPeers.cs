using System.Globalization;
using System.Net;
using System.Net.Sockets;
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

        return OwnerOf(peer, File.ReadLines("/proc/net/tcp")) is { } owner && (owner == 0 || owner == Libc.EffectiveUser());
    }

    /// <summary>The user whose end of a connection has an address, or null.</summary>
    /// <param name="end">IPv4.</param>
    /// <param name="table">Lines of /proc/net/tcp: <c>sl local_address rem_address st queues timer retrnsmt uid …</c>, addresses in the machine's byte order.</param>
    public static uint? OwnerOf(IPEndPoint end, IEnumerable<string> table)
    {
        string address = $"{BitConverter.ToUInt32(end.Address.MapToIPv4().GetAddressBytes()):X8}:{end.Port:X4}";
        foreach (string line in table)
        {
            string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words.Length > 7 && words[1] == address && uint.TryParse(words[7], NumberStyles.None, CultureInfo.InvariantCulture, out uint user))
            {
                return user;
            }
        }

        return null;
    }
}
