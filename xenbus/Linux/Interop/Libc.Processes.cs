using System.Runtime.InteropServices;
using System.Text;

namespace Xenbus.Linux.Interop;

/// <summary>Processes and signals.</summary>
internal static unsafe partial class Libc
{
    public const int SIGHUP = 1, SIGINT = 2, SIGKILL = 9, SIGTERM = 15, SIGCHLD = 17;

    /// <summary>Bytes of glibc's sigset_t.</summary>
    private const int SignalSetBytes = 128;

    /// <summary>Bytes of one record read from a signalfd. C: struct signalfd_siginfo in linux/signalfd.h; the signal's number is its first word.</summary>
    public const int SignalRecordBytes = 128;

    private const int BlockSignals = 0;

    /// <summary>Whether this thread was started with a signal blocked.</summary>
    public static bool IsSignalBlocked(int signal)
    {
        byte* present = stackalloc byte[SignalSetBytes];
        new Span<byte>(present, SignalSetBytes).Clear();
        pthread_sigmask(BlockSignals, null, present);
        return (present[(signal - 1) / 8] >> (signal - 1) % 8 & 1) != 0;
    }

    /// <summary>Blocks signals for this thread, for the threads it starts, and for the programs it executes.</summary>
    public static void Block(params ReadOnlySpan<int> signals)
    {
        byte* set = stackalloc byte[SignalSetBytes];
        Fill(set, signals);
        pthread_sigmask(BlockSignals, set, null);
    }

    /// <summary>A descriptor from which the arrival of blocked signals is read, non-blocking.</summary>
    public static int SignalFile(params ReadOnlySpan<int> signals)
    {
        byte* set = stackalloc byte[SignalSetBytes];
        Fill(set, signals);
        return Result(signalfd(-1, set, OpenFlags.CloseOnExec | OpenFlags.NonBlocking));
    }

    /// <summary>Becomes another program, with the same process id, descriptors and signal mask. Returns only on failure.</summary>
    public static int Execute(string path, ReadOnlySpan<string> arguments, ReadOnlySpan<string> environment)
    {
        using NativeStrings argumentStrings = new(arguments), environmentStrings = new(environment);
        byte[] name = [.. Encoding.UTF8.GetBytes(path), 0];
        fixed (byte* file = name)
        {
            return Result(execve(file, argumentStrings.Pointer, environmentStrings.Pointer));
        }
    }

    /// <summary>Becomes the program that is open for reading, whatever has become of its name. Returns only on failure.</summary>
    public static int Execute(Descriptor program, ReadOnlySpan<string> arguments, ReadOnlySpan<string> environment)
    {
        const int emptyPath = 0x1000;
        using NativeStrings argumentStrings = new(arguments), environmentStrings = new(environment);
        byte nothing = 0;
        return Result(execveat(program.Number, &nothing, argumentStrings.Pointer, environmentStrings.Pointer, emptyPath));
    }

    /// <summary>Whether a program that this one becomes has the descriptor too.</summary>
    public static int SetInherited(int descriptor, bool isInherited)
    {
        const int setDescriptorFlags = 2, closeOnExec = 1;
        return Result(fcntl(descriptor, setDescriptorFlags, isInherited ? 0 : closeOnExec));
    }

    /// <summary>Starts a program that inherits the signal mask, standard streams and one descriptor.</summary>
    /// <param name="path">Absolute path of the program.</param>
    /// <param name="arguments">With the name at 0.</param>
    /// <param name="environment">As <c>NAME=value</c>.</param>
    /// <param name="inherited">A descriptor of ours.</param>
    /// <param name="inheritedAs">Its number there.</param>
    /// <param name="isNewGroup">Whether it gets a process group of its own, which a Ctrl-C at the terminal does not reach.</param>
    /// <returns>The process id.</returns>
    public static int Spawn(
        string path, ReadOnlySpan<string> arguments, ReadOnlySpan<string> environment, int inherited, int inheritedAs, bool isNewGroup = false)
    {
        const short setProcessGroup = 2;

        // Larger than glibc's and musl's posix_spawnattr_t (336 bytes).
        const int attributesBytes = 1024;
        byte* attributes = stackalloc byte[attributesBytes];
        posix_spawnattr_init(attributes);
        if (isNewGroup)
        {
            posix_spawnattr_setflags(attributes, setProcessGroup);
            posix_spawnattr_setpgroup(attributes, 0);
        }


        // Larger than glibc's and musl's posix_spawn_file_actions_t (80 bytes on x86-64).
        const int fileActionsBytes = 512;
        byte* actions = stackalloc byte[fileActionsBytes];
        posix_spawn_file_actions_init(actions);
        posix_spawn_file_actions_adddup2(actions, inherited, inheritedAs);
        using NativeStrings argumentStrings = new(arguments), environmentStrings = new(environment);
        byte[] name = [.. Encoding.UTF8.GetBytes(path), 0];
        int processId;
        int errno;
        fixed (byte* file = name)
        {
            errno = posix_spawn(&processId, file, actions, attributes, argumentStrings.Pointer, environmentStrings.Pointer);
        }

        posix_spawn_file_actions_destroy(actions);
        posix_spawnattr_destroy(attributes);
        return errno == 0 ? processId : -errno;
    }

    /// <summary>Collects a child that has ended, without waiting.</summary>
    /// <param name="processId">The child.</param>
    /// <param name="status">As wait(2) gives it.</param>
    /// <returns>The process id, 0 while it runs, or a negated errno.</returns>
    public static int TryCollect(int processId, out int status)
    {
        const int doNotHang = 1;
        int value = 0;
        int result;
        do
        {
            result = Result(waitpid(processId, &value, doNotHang));
        }
        while (result == -Errno.EINTR);
        status = value;
        return result;
    }

    /// <summary>Leaves the terminal and the process group: this process leads new ones.</summary>
    public static int StartSession() => Result(setsid());

    /// <summary>Sends a signal.</summary>
    public static int Kill(int processId, int signal) => Result(kill(processId, signal));

    /// <summary>Path under which this program was executed, as the kernel noted it, or null.</summary>
    public static string? ExecutedPath()
    {
        const nuint executedFileName = 31;
        return Marshal.PtrToStringUTF8((nint)getauxval(executedFileName));
    }

    /// <summary>What a symbolic link names, or null.</summary>
    public static string? ReadLink(string path)
    {
        Span<byte> nameBuffer = stackalloc byte[1024];
        Span<byte> target = stackalloc byte[4096];
        fixed (byte* name = NulTerminated(path, nameBuffer), buffer = target)
        {
            int length = Result(readlink(name, buffer, (nuint)target.Length));
            return length < 0 ? null : Encoding.UTF8.GetString(target[..length]);
        }
    }

    private static void Fill(byte* set, ReadOnlySpan<int> signals)
    {
        new Span<byte>(set, SignalSetBytes).Clear();
        foreach (int signal in signals)
        {
            set[(signal - 1) / 8] |= (byte)(1 << (signal - 1) % 8);
        }
    }

    /// <summary>A NULL-terminated array of C strings.</summary>
    private readonly ref struct NativeStrings : IDisposable
    {
        private readonly int _count;

        public NativeStrings(ReadOnlySpan<string> strings)
        {
            _count = strings.Length;
            Pointer = (byte**)NativeMemory.AllocZeroed((nuint)(_count + 1), (nuint)sizeof(byte*));
            for (int i = 0; i < _count; i++)
            {
                Pointer[i] = (byte*)Marshal.StringToCoTaskMemUTF8(strings[i]);
            }
        }

        public byte** Pointer { get; }

        public void Dispose()
        {
            for (int i = 0; i < _count; i++)
            {
                Marshal.FreeCoTaskMem((nint)Pointer[i]);
            }

            NativeMemory.Free(Pointer);
        }
    }

    [LibraryImport(Library)]
    private static partial int pthread_sigmask(int how, byte* set, byte* old);

    [LibraryImport(Library, SetLastError = true)]
    private static partial int signalfd(int descriptor, byte* set, int flags);

    [LibraryImport(Library, SetLastError = true)]
    private static partial int execve(byte* path, byte** arguments, byte** environment);

    [LibraryImport(Library, SetLastError = true)]
    private static partial int execveat(int directory, byte* path, byte** arguments, byte** environment, int flags);

    [LibraryImport(Library)]
    private static partial int posix_spawn(int* processId, byte* path, byte* fileActions, byte* attributes, byte** arguments, byte** environment);

    [LibraryImport(Library)]
    private static partial int posix_spawn_file_actions_init(byte* actions);

    [LibraryImport(Library)]
    private static partial int posix_spawn_file_actions_adddup2(byte* actions, int descriptor, int newDescriptor);

    [LibraryImport(Library)]
    private static partial int posix_spawn_file_actions_destroy(byte* actions);

    [LibraryImport(Library)]
    private static partial int posix_spawnattr_init(byte* attributes);

    [LibraryImport(Library)]
    private static partial int posix_spawnattr_setflags(byte* attributes, short flags);

    [LibraryImport(Library)]
    private static partial int posix_spawnattr_setpgroup(byte* attributes, int group);

    [LibraryImport(Library)]
    private static partial int posix_spawnattr_destroy(byte* attributes);

    [LibraryImport(Library, SetLastError = true)]
    private static partial int waitpid(int processId, int* status, int options);

    [LibraryImport(Library, SetLastError = true)]
    private static partial int kill(int processId, int signal);

    [LibraryImport(Library, SetLastError = true)]
    private static partial int setsid();

    [LibraryImport(Library)]
    private static partial nuint getauxval(nuint type);

    [LibraryImport(Library, SetLastError = true)]
    private static partial nint readlink(byte* path, byte* buffer, nuint size);
}
