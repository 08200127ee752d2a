using Xenbus.Linux.Interop;

namespace XenFbFront;

/// <summary>Whether standard error goes to journald, which reads the level of a line as <c>&lt;N&gt;</c> in front of it.</summary>
internal static class JournalStream
{
    /// <summary>Set by systemd as <c>DEVICE:INODE</c>, and inherited also where standard error was sent elsewhere. Source: systemd.exec(5), <c>$JOURNAL_STREAM</c>.</summary>
    public const string Variable = "JOURNAL_STREAM";

    /// <summary>Whether the descriptor is the stream that systemd names.</summary>
    /// <param name="stream">Value of <see cref="Variable"/>, or null.</param>
    /// <param name="descriptor">2 for standard error.</param>
    /// <remarks>The stream is a socket, and all sockets are on one device of the kernel, so the inode tells.</remarks>
    public static bool Is(string? stream, int descriptor) =>
        stream?.Split(':') is [_, { Length: > 0 } inode] && Libc.ReadLink($"/proc/self/fd/{descriptor}") == $"socket:[{inode}]";
}
