using System.Runtime.InteropServices;
using System.Text;

namespace Xenbus.Linux.Interop;

/// <summary>Unix sockets and descriptors passed over them: .NET's own sockets offer no ancillary data.</summary>
internal static unsafe partial class Libc
{
    /// <summary>SOCK_STREAM: bytes.</summary>
    public const int Stream = 1;

    /// <summary>SOCK_DGRAM: messages without a connection.</summary>
    public const int Datagram = 2;

    /// <summary>SOCK_SEQPACKET: messages, in order, each whole or not at all.</summary>
    public const int SequencedPacket = 5;

    /// <summary>The most descriptors in one message. C: SCM_MAX_FD in the kernel's net/scm.h.</summary>
    public const int MaxPassedDescriptors = 253;

    private const int UnixFamily = 1, SocketLevel = 1, PassDescriptors = 1, CloseOnExecSocket = 0x80000, NonBlockingSocket = 0x800;
    private const int NoSignal = 0x4000, ReceiveCloseOnExec = 0x40000000, DoNotWait = 0x40;

    /// <summary>Two connected sockets.</summary>
    public static int SocketPair(int type, out int first, out int second)
    {
        int* pair = stackalloc int[2];
        int result = Result(socketpair(UnixFamily, type | CloseOnExecSocket, 0, pair));
        (first, second) = result < 0 ? (-1, -1) : (pair[0], pair[1]);
        return result;
    }

    /// <summary>A socket connected to a path.</summary>
    public static int Connect(string path, int type) => WithAddress(path, type, static (descriptor, address, length) => Result(connect(descriptor, address, length)));

    /// <summary>A listening socket at a path, non-blocking.</summary>
    public static int Listen(string path, int type) => WithAddress(path, type | NonBlockingSocket, static (descriptor, address, length) =>
    {
        int result = Result(bind(descriptor, address, length));
        return result < 0 ? result : Result(listen(descriptor, 64));
    });

    /// <summary>The next connection of a listening socket.</summary>
    public static int Accept(int descriptor) => Result(accept4(descriptor, null, null, CloseOnExecSocket));

    /// <summary>Sends one message, with descriptors if any. The descriptors stay the caller's.</summary>
    public static int Send(int descriptor, ReadOnlySpan<byte> data, ReadOnlySpan<int> passed = default, bool wait = true)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(passed.Length, MaxPassedDescriptors);
        byte* control = stackalloc byte[ControlSpace(MaxPassedDescriptors)];
        fixed (byte* bytes = data)
        {
            IoVector vector = new() { Base = bytes, Length = (nuint)data.Length };
            MessageHeader message = new() { Vectors = &vector, VectorCount = 1 };
            if (passed.Length > 0)
            {
                *(nuint*)control = (nuint)(16 + 4 * passed.Length);
                *(int*)(control + 8) = SocketLevel;
                *(int*)(control + 12) = PassDescriptors;
                passed.CopyTo(new Span<int>(control + 16, passed.Length));
                message.Control = control;
                message.ControlLength = (nuint)ControlSpace(passed.Length);
            }

            int result;
            do
            {
                result = Result(sendmsg(descriptor, &message, NoSignal | (wait ? 0 : DoNotWait)));
            }
            while (result == -Errno.EINTR);
            return result;
        }
    }

    /// <summary>Receives one message and its descriptors, which become the caller's (close-on-exec). More than fit are closed by the kernel.</summary>
    public static int Receive(int descriptor, Span<byte> data, Span<int> passed, out int passedCount, bool wait = true)
    {
        byte* control = stackalloc byte[ControlSpace(MaxPassedDescriptors)];
        passedCount = 0;
        fixed (byte* bytes = data)
        {
            IoVector vector = new() { Base = bytes, Length = (nuint)data.Length };
            MessageHeader message = new()
            {
                Vectors = &vector,
                VectorCount = 1,
                Control = passed.Length > 0 ? control : null,
                ControlLength = passed.Length > 0 ? (nuint)ControlSpace(passed.Length) : 0,
            };
            int result;
            do
            {
                result = Result(recvmsg(descriptor, &message, ReceiveCloseOnExec | (wait ? 0 : DoNotWait)));
            }
            while (result == -Errno.EINTR);

            if (result >= 0 && message.Control != null && message.ControlLength >= 16
                && *(int*)(control + 8) == SocketLevel && *(int*)(control + 12) == PassDescriptors)
            {
                int count = (int)(*(nuint*)control - 16) / 4;
                ReadOnlySpan<int> received = new(control + 16, count);
                passedCount = Math.Min(count, passed.Length);
                received[..passedCount].CopyTo(passed);
                // The control buffer is rounded up to 8 bytes, so one descriptor more than asked for may have come.
                foreach (int surplus in received[passedCount..])
                {
                    Close(surplus);
                }
            }

            return result;
        }
    }

    private delegate int AddressCall(int descriptor, byte* address, uint length);

    private static int WithAddress(string path, int type, AddressCall call)
    {
        const int pathOffset = 2, pathMax = 108;
        byte* address = stackalloc byte[pathOffset + pathMax];
        new Span<byte>(address, pathOffset + pathMax).Clear();
        *(ushort*)address = UnixFamily;
        if (Encoding.UTF8.GetByteCount(path) >= pathMax)
        {
            return -Errno.E2BIG;
        }

        int length = Encoding.UTF8.GetBytes(path, new Span<byte>(address + pathOffset, pathMax - 1));
        int descriptor = Result(socket(UnixFamily, type | CloseOnExecSocket, 0));
        if (descriptor < 0)
        {
            return descriptor;
        }

        // A name that begins with NUL is an abstract one: not in the file system, exactly as long as said, gone with its socket.
        int terminator = path.StartsWith('\0') ? 0 : 1;
        int result = call(descriptor, address, (uint)(pathOffset + length + terminator));
        if (result < 0)
        {
            Close(descriptor);
            return result;
        }

        return descriptor;
    }

    private static int ControlSpace(int descriptors) => 16 + (4 * descriptors + 7) / 8 * 8;

    [LibraryImport(Library, SetLastError = true)]
    private static partial int socket(int family, int type, int protocol);

    [LibraryImport(Library, SetLastError = true)]
    private static partial int socketpair(int family, int type, int protocol, int* pair);

    [LibraryImport(Library, SetLastError = true)]
    private static partial int connect(int descriptor, byte* address, uint length);

    [LibraryImport(Library, SetLastError = true)]
    private static partial int bind(int descriptor, byte* address, uint length);

    [LibraryImport(Library, SetLastError = true)]
    private static partial int listen(int descriptor, int backlog);

    [LibraryImport(Library, SetLastError = true)]
    private static partial int accept4(int descriptor, byte* address, uint* length, int flags);

    [LibraryImport(Library, SetLastError = true)]
    private static partial nint sendmsg(int descriptor, MessageHeader* message, int flags);

    [LibraryImport(Library, SetLastError = true)]
    private static partial nint recvmsg(int descriptor, MessageHeader* message, int flags);
}

/// <summary>A piece of a message. C: struct iovec in sys/uio.h.</summary>
[StructLayout(LayoutKind.Explicit, Size = 16)]
internal unsafe struct IoVector
{
    [FieldOffset(0)] public byte* Base;
    [FieldOffset(8)] public nuint Length;
}

/// <summary>A message with ancillary data. C: struct msghdr in sys/socket.h, LP64.</summary>
[StructLayout(LayoutKind.Explicit, Size = 56)]
internal unsafe struct MessageHeader
{
    [FieldOffset(0)] public void* Name;
    [FieldOffset(8)] public uint NameLength;
    [FieldOffset(16)] public IoVector* Vectors;
    [FieldOffset(24)] public nuint VectorCount;
    [FieldOffset(32)] public byte* Control;
    [FieldOffset(40)] public nuint ControlLength;
    [FieldOffset(48)] public int Flags;
}
