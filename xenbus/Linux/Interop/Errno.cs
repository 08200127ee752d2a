namespace Xenbus.Linux.Interop;

/// <summary>Error numbers that the project tells apart. C: asm-generic/errno.h.</summary>
internal static class Errno
{
    public const int EPERM = 1;
    public const int ENOENT = 2;
    public const int ESRCH = 3;
    public const int EINTR = 4;
    public const int EIO = 5;
    public const int ENXIO = 6;
    public const int E2BIG = 7;
    public const int EBADF = 9;
    public const int ECHILD = 10;
    public const int EAGAIN = 11;
    public const int ENOMEM = 12;
    public const int EACCES = 13;
    public const int EFAULT = 14;
    public const int EBUSY = 16;
    public const int EEXIST = 17;
    public const int ENODEV = 19;
    public const int EISDIR = 21;
    public const int EINVAL = 22;
    public const int ENFILE = 23;
    public const int EMFILE = 24;
    public const int ENOTTY = 25;
    public const int EFBIG = 27;
    public const int ENOSPC = 28;
    public const int EROFS = 30;
    public const int EPIPE = 32;
    public const int ERANGE = 34;
    public const int ENOSYS = 38;
    public const int ENOTEMPTY = 39;
    public const int EADDRINUSE = 98;
    public const int ENOTCONN = 107;
    public const int EISCONN = 106;
    public const int ETIMEDOUT = 110;
    public const int ECONNREFUSED = 111;
    public const int ECONNRESET = 104;

    /// <summary>Text of an error number, as a person reads it.</summary>
    public static string Text(int errno) => errno switch
    {
        EPERM => "operation not permitted",
        ENOENT => "no such file or directory",
        ESRCH => "no such process",
        EIO => "input/output error",
        ENXIO => "no such device or address",
        E2BIG => "too large",
        EBADF => "bad descriptor",
        EAGAIN => "try again",
        ENOMEM => "out of memory",
        EACCES => "permission denied",
        EBUSY => "busy",
        EEXIST => "exists already",
        ENODEV => "no such device",
        EISDIR => "is a directory",
        EINVAL => "invalid argument",
        ENFILE or EMFILE => "too many open files",
        ENOTTY => "not supported by this device",
        EFBIG => "file too large",
        ENOSPC => "no space left",
        EROFS => "read-only",
        EPIPE => "peer has gone",
        ENOSYS => "not implemented",
        ENOTEMPTY => "directory not empty",
        EADDRINUSE => "in use",
        ENOTCONN => "not connected",
        ETIMEDOUT => "no answer in time",
        ECONNREFUSED => "connection refused",
        ECONNRESET => "connection reset",
        _ => $"errno {errno}",
    };
}
