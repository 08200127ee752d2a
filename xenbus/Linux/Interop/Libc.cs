using System.Runtime.InteropServices;
using System.Text;

namespace Xenbus.Linux.Interop;

/// <summary>Every libc call of the project, declared once.</summary>
/// <remarks>
/// Wrappers return the result, or the negated errno on failure (the kernel's own convention), so that the errno is read at once and passed on as
/// a value. A call interrupted by a signal is repeated here and nowhere else. Buffers are spans; their length is the byte count of the call.
/// </remarks>
internal static unsafe partial class Libc
{
    private const string Library = "libc";

    /// <summary>Opens a file. <paramref name="flags"/> are <see cref="OpenFlags"/>; O_CLOEXEC is always added.</summary>
    public static int Open(string path, int flags, int mode = 0)
    {
        Span<byte> buffer = stackalloc byte[1024];
        fixed (byte* name = NulTerminated(path, buffer))
        {
            int result;
            do
            {
                result = Result(open(name, flags | OpenFlags.CloseOnExec, mode));
            }
            while (result == -Errno.EINTR);
            return result;
        }
    }

    /// <summary>Closes a descriptor. Not repeated on EINTR: on Linux the descriptor is gone all the same.</summary>
    public static int Close(int descriptor) => Result(close(descriptor));

    /// <summary>Reads up to the span's length.</summary>
    public static int Read(int descriptor, Span<byte> buffer)
    {
        fixed (byte* data = buffer)
        {
            int result;
            do
            {
                result = Result(read(descriptor, data, (nuint)buffer.Length));
            }
            while (result == -Errno.EINTR);
            return result;
        }
    }

    /// <summary>Reads at an offset without moving the file position.</summary>
    public static int ReadAt(int descriptor, Span<byte> buffer, long offset)
    {
        fixed (byte* data = buffer)
        {
            int result;
            do
            {
                result = Result(pread(descriptor, data, (nuint)buffer.Length, offset));
            }
            while (result == -Errno.EINTR);
            return result;
        }
    }

    /// <summary>Writes; may be short on sockets and pipes.</summary>
    public static int Write(int descriptor, ReadOnlySpan<byte> buffer)
    {
        fixed (byte* data = buffer)
        {
            int result;
            do
            {
                result = Result(write(descriptor, data, (nuint)buffer.Length));
            }
            while (result == -Errno.EINTR);
            return result;
        }
    }

    /// <summary>ioctl with a pointer argument.</summary>
    public static int Ioctl(int descriptor, uint request, void* argument)
    {
        int result;
        do
        {
            result = Result(ioctl(descriptor, request, argument));
        }
        while (result == -Errno.EINTR);
        return result;
    }

    /// <summary>ioctl whose argument is an integer passed by value.</summary>
    public static int Ioctl(int descriptor, uint request, nint argument) => Ioctl(descriptor, request, (void*)argument);

    /// <summary>Maps a file shared, readable and, where asked, writable. Null on failure, with the errno.</summary>
    public static byte* MapShared(nuint lengthBytes, bool writable, int descriptor, long offset, out int errno, byte* fixedAddress = null)
    {
        const int protRead = 1, protWrite = 2, mapShared = 1, mapFixed = 0x10;
        void* address = mmap(fixedAddress, lengthBytes, protRead | (writable ? protWrite : 0), mapShared | (fixedAddress != null ? mapFixed : 0), descriptor, offset);
        errno = address == (void*)-1 ? Marshal.GetLastPInvokeError() : 0;
        return errno == 0 ? (byte*)address : null;
    }

    /// <summary>Reserves address space with no access, for fixed mappings to be put into.</summary>
    public static byte* ReserveAddresses(nuint lengthBytes, out int errno)
    {
        const int mapPrivate = 2, mapAnonymous = 0x20, mapNoReserve = 0x4000;
        void* address = mmap(null, lengthBytes, 0, mapPrivate | mapAnonymous | mapNoReserve, -1, 0);
        errno = address == (void*)-1 ? Marshal.GetLastPInvokeError() : 0;
        return errno == 0 ? (byte*)address : null;
    }

    /// <summary>Undoes a mapping.</summary>
    public static int Unmap(byte* address, nuint lengthBytes) => Result(munmap(address, lengthBytes));

    /// <summary>An anonymous memory file of a fixed size.</summary>
    public static int MemoryFile(string name, long lengthBytes)
    {
        const uint closeOnExec = 1;
        Span<byte> buffer = stackalloc byte[256];
        int descriptor;
        fixed (byte* text = NulTerminated(name, buffer))
        {
            descriptor = Result(memfd_create(text, closeOnExec));
        }

        if (descriptor < 0)
        {
            return descriptor;
        }

        int result = Result(ftruncate(descriptor, lengthBytes));
        if (result < 0)
        {
            Close(descriptor);
            return result;
        }

        return descriptor;
    }

    /// <summary>A new eventfd, non-blocking, zero.</summary>
    public static int EventFile()
    {
        const int closeOnExec = 0x80000, nonBlocking = 0x800;
        return Result(eventfd(0, closeOnExec | nonBlocking));
    }

    /// <summary>Another descriptor of the same open file, close-on-exec.</summary>
    public static int Duplicate(int descriptor)
    {
        const int duplicateCloseOnExec = 1030;
        return Result(fcntl(descriptor, duplicateCloseOnExec, 0));
    }

    /// <summary>Switches O_NONBLOCK on.</summary>
    public static int SetNonBlocking(int descriptor)
    {
        const int getFlags = 3, setFlags = 4;
        int flags = Result(fcntl(descriptor, getFlags, 0));
        return flags < 0 ? flags : Result(fcntl(descriptor, setFlags, flags | OpenFlags.NonBlocking));
    }

    /// <summary>Size of an open regular file or memfd, bytes; moves the file position.</summary>
    public static long SeekToEnd(int descriptor)
    {
        long result = lseek(descriptor, 0, 2);
        return result < 0 ? -Marshal.GetLastPInvokeError() : result;
    }

    /// <summary>Moves the file position of an open file to an absolute offset.</summary>
    public static long SeekTo(int descriptor, long offset)
    {
        long result = lseek(descriptor, offset, 0);
        return result < 0 ? -Marshal.GetLastPInvokeError() : result;
    }

    /// <summary>Whether a name is there, of whatever kind.</summary>
    /// <remarks>
    /// Used instead of the base library's <c>File</c> and <c>Directory</c>, here and in the daemon: these bring streams, tasks and, in a static
    /// binary, the C library's user database and name resolver, more than 200 kB together.
    /// </remarks>
    public static bool Exists(string path)
    {
        Span<byte> buffer = stackalloc byte[1024];
        fixed (byte* name = NulTerminated(path, buffer))
        {
            return Result(access(name, 0)) == 0;
        }
    }

    /// <summary>Removes a name from the file system.</summary>
    public static int Unlink(string path)
    {
        Span<byte> buffer = stackalloc byte[1024];
        fixed (byte* name = NulTerminated(path, buffer))
        {
            return Result(unlink(name));
        }
    }

    /// <summary>Gives a file another name on the same file system; a file that has it is replaced in one step.</summary>
    public static int Rename(string from, string to)
    {
        Span<byte> fromBuffer = stackalloc byte[1024], toBuffer = stackalloc byte[1024];
        fixed (byte* fromName = NulTerminated(from, fromBuffer), toName = NulTerminated(to, toBuffer))
        {
            return Result(rename(fromName, toName));
        }
    }

    /// <summary>Waits for one descriptor. Positive: what is ready; 0: the time is over.</summary>
    public static int Poll(int descriptor, short events, int timeoutMs)
    {
        PollDescriptor entry = new() { Descriptor = descriptor, Events = events };
        int result;
        do
        {
            result = Result(poll(&entry, 1, timeoutMs));
        }
        while (result == -Errno.EINTR);
        return result > 0 ? (ushort)entry.Returned : result;
    }

    /// <summary>Waits for any of several descriptors; negative ones are passed over.</summary>
    public static int Poll(Span<PollDescriptor> entries, int timeoutMs)
    {
        fixed (PollDescriptor* pointer = entries)
        {
            int result;
            do
            {
                result = Result(poll(pointer, (nuint)entries.Length, timeoutMs));
            }
            while (result == -Errno.EINTR);
            return result;
        }
    }

    /// <summary>A new epoll instance.</summary>
    public static int EpollCreate() => Result(epoll_create1(0x80000));

    /// <summary>Adds (1), removes (2) or changes (3) a descriptor of an epoll instance.</summary>
    public static int EpollControl(int epoll, int operation, int descriptor, uint events, ulong data)
    {
        Span<byte> entry = stackalloc byte[EpollEvents.EntryBytes];
        EpollEvents.Write(entry, events, data);
        fixed (byte* pointer = entry)
        {
            return Result(epoll_ctl(epoll, operation, descriptor, pointer));
        }
    }

    /// <summary>Waits for any descriptor of an epoll instance; -1 waits for ever. Not repeated on EINTR: the loop above decides.</summary>
    /// <param name="epoll">The instance.</param>
    /// <param name="events">Takes what is ready.</param>
    /// <param name="most">At most as many, at least 1.</param>
    /// <param name="timeoutMs">Milliseconds.</param>
    /// <returns>How many are ready; negative: the errno.</returns>
    public static int EpollWait(int epoll, EpollEvents events, int most, int timeoutMs)
    {
        fixed (byte* entries = events.Entries)
        {
            return Result(epoll_wait(epoll, entries, Math.Min(most, events.Capacity), timeoutMs));
        }
    }

    private static int Result(nint value) => value < 0 ? -Marshal.GetLastPInvokeError() : (int)value;

    /// <summary>UTF-8 with a NUL behind it, in the buffer when it fits.</summary>
    private static ReadOnlySpan<byte> NulTerminated(string text, Span<byte> buffer)
    {
        int length = Encoding.UTF8.GetByteCount(text);
        Span<byte> target = length < buffer.Length ? buffer : new byte[length + 1];
        Encoding.UTF8.GetBytes(text, target);
        target[length] = 0;
        return target[..(length + 1)];
    }

    [LibraryImport(Library, SetLastError = true)]
    private static partial int open(byte* path, int flags, int mode);

    [LibraryImport(Library, SetLastError = true)]
    private static partial int close(int descriptor);

    [LibraryImport(Library, SetLastError = true)]
    private static partial nint read(int descriptor, byte* buffer, nuint count);

    [LibraryImport(Library, SetLastError = true)]
    private static partial nint pread(int descriptor, byte* buffer, nuint count, long offset);

    [LibraryImport(Library, SetLastError = true)]
    private static partial nint write(int descriptor, byte* buffer, nuint count);

    [LibraryImport(Library, SetLastError = true)]
    private static partial int ioctl(int descriptor, nuint request, void* argument);

    [LibraryImport(Library, SetLastError = true)]
    private static partial void* mmap(void* address, nuint length, int protection, int flags, int descriptor, long offset);

    [LibraryImport(Library, SetLastError = true)]
    private static partial int munmap(void* address, nuint length);

    [LibraryImport(Library, SetLastError = true)]
    private static partial int memfd_create(byte* name, uint flags);

    [LibraryImport(Library, SetLastError = true)]
    private static partial int ftruncate(int descriptor, long length);

    [LibraryImport(Library, SetLastError = true)]
    private static partial int eventfd(uint initial, int flags);

    [LibraryImport(Library, SetLastError = true)]
    private static partial int fcntl(int descriptor, int command, nint argument);

    [LibraryImport(Library, SetLastError = true)]
    private static partial long lseek(int descriptor, long offset, int whence);

    [LibraryImport(Library, SetLastError = true)]
    private static partial int access(byte* path, int mode);

    [LibraryImport(Library, SetLastError = true)]
    private static partial int unlink(byte* path);

    [LibraryImport(Library, SetLastError = true)]
    private static partial int rename(byte* from, byte* to);

    [LibraryImport(Library, SetLastError = true)]
    private static partial int poll(PollDescriptor* entries, nuint count, int timeoutMs);

    [LibraryImport(Library, SetLastError = true)]
    private static partial int epoll_create1(int flags);

    [LibraryImport(Library, SetLastError = true)]
    private static partial int epoll_ctl(int epoll, int operation, int descriptor, byte* entry);

    [LibraryImport(Library, SetLastError = true)]
    private static partial int epoll_wait(int epoll, byte* events, int count, int timeoutMs);
}

/// <summary>What one descriptor is polled for. C: struct pollfd in poll.h.</summary>
[StructLayout(LayoutKind.Explicit, Size = 8)]
internal struct PollDescriptor
{
    /// <summary>The descriptor.</summary>
    [FieldOffset(0)] public int Descriptor;

    /// <summary>Asked for: <see cref="PollEvents"/>.</summary>
    [FieldOffset(4)] public short Events;

    /// <summary>What is there.</summary>
    [FieldOffset(6)] public short Returned;
}

/// <summary>Bits of poll and epoll, the same in both. C: POLL* in poll.h, EPOLL* in sys/epoll.h.</summary>
internal static class PollEvents
{
    public const int POLLIN = 1;
    public const int POLLPRI = 2;
    public const int POLLOUT = 4;
    public const int POLLERR = 8;
    public const int POLLHUP = 16;
    public const uint EPOLLONESHOT = 1u << 30;
}

/// <summary>Flags of open(2) on Linux, some of which differ between processors. C: fcntl.h.</summary>
internal static class OpenFlags
{
    public const int ReadOnly = 0;
    public const int WriteOnly = 1;
    public const int ReadWrite = 2;
    public const int Create = 0x40;
    public const int Exclusive = 0x80;
    public const int Truncate = 0x200;
    public const int Append = 0x400;
    public const int NonBlocking = 0x800;
    public const int NoControllingTerminal = 0x100;
    public const int NoLinksOnX64 = 0x20000;
    public const int NoLinksOnArm64 = 0x8000;
    public const int CloseOnExec = 0x80000;

    /// <summary>C: O_NOFOLLOW, of this processor.</summary>
    public static int NoLinks => RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? NoLinksOnArm64 : NoLinksOnX64;
}
