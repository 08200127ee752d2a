using System.Runtime.InteropServices;

namespace Xenbus.Linux.Interop;

/// <summary>What .NET's file streams do not offer on a bare descriptor.</summary>
internal static unsafe partial class Libc
{
    /// <summary>Cuts a file open for writing to a length, bytes.</summary>
    public static int Truncate(int descriptor, long lengthBytes) => Result(ftruncate(descriptor, lengthBytes));

    /// <summary>Reads at an offset until the buffer is full or the file ends.</summary>
    /// <returns>Bytes read, which may be fewer than asked for; negative: the errno.</returns>
    public static int ReadAllAt(int descriptor, Span<byte> buffer, long offset)
    {
        int done = 0;
        while (done < buffer.Length)
        {
            int result = ReadAt(descriptor, buffer[done..], offset + done);
            if (result <= 0)
            {
                return result < 0 ? result : done;
            }

            done += result;
        }

        return done;
    }

    /// <summary>Locks an open file for this open file and its duplicates alone, without waiting. The lock goes with the last of them. C: flock(2).</summary>
    /// <returns>0, or -EAGAIN when another open file has the lock.</returns>
    public static int LockAlone(int descriptor)
    {
        const int alone = 2, doNotWait = 4;
        return Result(flock(descriptor, alone | doNotWait));
    }

    /// <summary>Whose an open file is, and who may do what with it. C: statx(2).</summary>
    public static int GetFileStatus(int descriptor, out FileStatus status)
    {
        const int emptyPath = 0x1000;
        byte* answer = stackalloc byte[FileStatus.Bytes];
        byte nothing = 0;
        int result = Result(statx(descriptor, &nothing, emptyPath, FileStatus.TypeModeUserGroup, answer));
        status = result < 0 ? default : new(*(uint*)(answer + FileStatus.UserOffset), *(uint*)(answer + FileStatus.GroupOffset), *(ushort*)(answer + FileStatus.ModeOffset));
        return result;
    }

    /// <summary>Whether this process may execute a file.</summary>
    public static bool IsExecutable(string path)
    {
        const int execute = 1;
        Span<byte> buffer = stackalloc byte[1024];
        fixed (byte* name = NulTerminated(path, buffer))
        {
            return Result(access(name, execute)) == 0;
        }
    }

    [LibraryImport(Library, SetLastError = true)]
    private static partial int flock(int descriptor, int operation);

    [LibraryImport(Library, SetLastError = true)]
    private static partial int statx(int folder, byte* path, int flags, uint mask, byte* answer);
}
