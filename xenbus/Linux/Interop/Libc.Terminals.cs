using System.Runtime.InteropServices;
using System.Text;

namespace Xenbus.Linux.Interop;

/// <summary>Pseudo-terminals and the programs on them. C: asm-generic/ioctls.h, asm-generic/termbits.h, spawn.h.</summary>
internal static unsafe partial class Libc
{
    /// <summary>Sets the size of a terminal in cells; its programs get SIGWINCH when it changes. C: TIOCSWINSZ.</summary>
    private const uint TIOCSWINSZ = 0x5414;

    /// <summary>C: TCGETS and TCSETS.</summary>
    private const uint TCGETS = 0x5401, TCSETS = 0x5402;

    /// <summary>Number of a pseudo-terminal's other end in /dev/pts. C: TIOCGPTN = _IOR('T', 0x30, unsigned int).</summary>
    private const uint TIOCGPTN = (2u << 30) | ((uint)sizeof(uint) << 16) | ('T' << 8) | 0x30;

    /// <summary>Locks and unlocks a pseudo-terminal's other end. C: TIOCSPTLCK = _IOW('T', 0x31, int).</summary>
    private const uint TIOCSPTLCK = (1u << 30) | ((uint)sizeof(int) << 16) | ('T' << 8) | 0x31;

    /// <summary>The signals that a terminal's program starts with at their defaults: all but the real-time ones.</summary>
    private const int LastStandardSignal = 31;

    /// <summary>A new pseudo-terminal: its master, non-blocking, and the name of its other end.</summary>
    /// <returns>The descriptor, or a negated errno.</returns>
    public static int OpenPseudoTerminal(out string otherEnd)
    {
        otherEnd = string.Empty;
        int master = Open("/dev/ptmx", OpenFlags.ReadWrite | OpenFlags.NoControllingTerminal | OpenFlags.NonBlocking);
        if (master < 0)
        {
            return master;
        }

        uint number;
        int unlocked = 0;
        int result = Ioctl(master, TIOCGPTN, &number);
        if (result < 0 || (result = Ioctl(master, TIOCSPTLCK, &unlocked)) < 0)
        {
            Close(master);
            return result;
        }

        otherEnd = "/dev/pts/" + number;
        return master;
    }

    /// <summary>Sets the size of a terminal, cells and pixels (0: unknown), each cut to 16 bits; its programs get SIGWINCH when it changes.</summary>
    public static int SetWindowSize(int descriptor, int columns, int rows, int width = 0, int height = 0)
    {
        // struct winsize: ws_row, ws_col, ws_xpixel, ws_ypixel, 16 bits each.
        ushort* size = stackalloc ushort[4] { (ushort)rows, (ushort)columns, (ushort)width, (ushort)height };
        return Ioctl(descriptor, TIOCSWINSZ, size);
    }

    /// <summary>Has the kernel's line editing delete whole characters of UTF-8. C: IUTF8, asm-generic/termbits.h.</summary>
    public static int EditUtf8(int terminal)
    {
        const uint utf8Input = 0x4000;

        // Larger than struct termios, which begins with c_iflag.
        uint* settings = stackalloc uint[16];
        int result = Ioctl(terminal, TCGETS, settings);
        if (result < 0)
        {
            return result;
        }

        settings[0] |= utf8Input;
        return Ioctl(terminal, TCSETS, settings);
    }

    /// <summary>A descriptor that becomes readable when a process has ended. C: pidfd_open, Linux 5.3.</summary>
    public static int ProcessFile(int processId)
    {
        // One of the numbers that are the same on all architectures.
        const nint pidfdOpen = 434;
        return Result(syscall(pidfdOpen, processId, 0, 0));
    }

    /// <summary>Starts a program as the leader of a session of its own on a terminal, which is all that it inherits.</summary>
    /// <remarks>
    /// A session leader without a terminal gets the one that it opens, so opening it as standard input is what makes it the controlling one. That
    /// happens in the child, after its setsid: posix_spawn performs the file actions after the attributes.
    /// </remarks>
    /// <param name="path">Absolute path of the program.</param>
    /// <param name="arguments">With the name at 0.</param>
    /// <param name="environment">As <c>NAME=value</c>.</param>
    /// <param name="terminal">The terminal's name.</param>
    /// <returns>The process id, or a negated errno.</returns>
    public static int SpawnOnTerminal(string path, ReadOnlySpan<string> arguments, ReadOnlySpan<string> environment, string terminal)
    {
        const short setSignalDefaults = 4, setSignalMask = 8, setSession = 0x80;

        // Larger than those of glibc and musl, as in Spawn.
        const int attributesBytes = 1024, fileActionsBytes = 512;
        byte* attributes = stackalloc byte[attributesBytes];
        byte* actions = stackalloc byte[fileActionsBytes];
        byte* signals = stackalloc byte[SignalSetBytes];
        posix_spawnattr_init(attributes);
        posix_spawnattr_setflags(attributes, setSignalDefaults | setSignalMask | setSession);
        Fill(signals, []);
        posix_spawnattr_setsigmask(attributes, signals);
        for (int signal = 1; signal <= LastStandardSignal; signal++)
        {
            signals[(signal - 1) / 8] |= (byte)(1 << (signal - 1) % 8);
        }

        posix_spawnattr_setsigdefault(attributes, signals);
        CloseOnExecute();
        posix_spawn_file_actions_init(actions);
        using NativeStrings argumentStrings = new(arguments), environmentStrings = new(environment);
        byte[] name = [.. Encoding.UTF8.GetBytes(path), 0], device = [.. Encoding.UTF8.GetBytes(terminal), 0];
        int processId;
        int errno;
        fixed (byte* file = name, terminalName = device)
        {
            posix_spawn_file_actions_addopen(actions, 0, terminalName, OpenFlags.ReadWrite, 0);
            posix_spawn_file_actions_adddup2(actions, 0, 1);
            posix_spawn_file_actions_adddup2(actions, 0, 2);
            errno = posix_spawn(&processId, file, actions, attributes, argumentStrings.Pointer, environmentStrings.Pointer);
        }

        posix_spawn_file_actions_destroy(actions);
        posix_spawnattr_destroy(attributes);
        return errno == 0 ? processId : -errno;
    }

    /// <summary>What is open in this process stays out of the programs it starts, also what it was given open: the holder's socket would keep the holder from noticing this worker's end.</summary>
    private static void CloseOnExecute()
    {
        const int setDescriptorFlags = 2, closeOnExecute = 1, first = 3, end = 256;
        for (int descriptor = first; descriptor < end; descriptor++)
        {
            _ = fcntl(descriptor, setDescriptorFlags, closeOnExecute);
        }
    }

    [LibraryImport(Library)]
    private static partial int posix_spawnattr_setsigmask(byte* attributes, byte* signals);

    [LibraryImport(Library)]
    private static partial int posix_spawnattr_setsigdefault(byte* attributes, byte* signals);

    [LibraryImport(Library)]
    private static partial int posix_spawn_file_actions_addopen(byte* actions, int descriptor, byte* path, int flags, uint mode);
}
