using System.Runtime.InteropServices;

namespace Xenbus.Linux.Interop;

/// <summary>Calls that only the loopback needs.</summary>
internal static unsafe partial class Libc
{
    /// <summary>An anonymous memory file whose size nobody who gets its descriptor can change.</summary>
    /// <remarks>A client that shrank it would make the hypervisor and the other domain fault on their mappings.</remarks>
    public static int SealedMemoryFile(string name, long lengthBytes)
    {
        const uint closeOnExec = 1, allowSealing = 2;
        const int addSeals = 1033, sealSeal = 1, sealShrink = 2, sealGrow = 4;
        Span<byte> buffer = stackalloc byte[256];
        int descriptor;
        fixed (byte* text = NulTerminated(name, buffer))
        {
            descriptor = Result(memfd_create(text, closeOnExec | allowSealing));
        }

        if (descriptor < 0)
        {
            return descriptor;
        }

        int result = Result(ftruncate(descriptor, lengthBytes));
        if (result >= 0)
        {
            result = Result(fcntl(descriptor, addSeals, sealSeal | sealShrink | sealGrow));
        }

        if (result < 0)
        {
            Close(descriptor);
            return result;
        }

        return descriptor;
    }

    /// <summary>Writes at an offset without moving the file position.</summary>
    public static int WriteAt(int descriptor, ReadOnlySpan<byte> buffer, long offset)
    {
        fixed (byte* data = buffer)
        {
            int result;
            do
            {
                result = Result(pwrite(descriptor, data, (nuint)buffer.Length, offset));
            }
            while (result == -Errno.EINTR);
            return result;
        }
    }

    /// <summary>User who connected the other end of a Unix socket. C: SO_PEERCRED, struct ucred in sys/socket.h.</summary>
    public static int PeerUser(int descriptor, out uint user)
    {
        const int peerCredentials = 17;
        uint* credentials = stackalloc uint[3];
        uint length = 3 * sizeof(uint);
        int result = Result(getsockopt(descriptor, SocketLevel, peerCredentials, credentials, &length));
        user = credentials[1];
        return result;
    }

    /// <summary>The user whose rights this process has.</summary>
    public static uint EffectiveUser() => geteuid();

    [LibraryImport(Library, SetLastError = true)]
    private static partial nint pwrite(int descriptor, byte* buffer, nuint count, long offset);

    [LibraryImport(Library, SetLastError = true)]
    private static partial int getsockopt(int descriptor, int level, int name, void* value, uint* length);

    [LibraryImport(Library)]
    private static partial uint geteuid();
}
