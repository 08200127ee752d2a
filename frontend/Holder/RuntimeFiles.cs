using Xenbus.Linux.Interop;

namespace XenFbFront.Holder;

/// <summary>Where the files are by which programs find the one that serves a guest: its lock and its control socket.</summary>
internal static class RuntimeFiles
{
    /// <summary>In the folders of a guest; names that begin so are the frontend's (see LoopbackProtocol.FrontendFiles).</summary>
    private const string LoopbackName = "frontend.", XenName = "xenfbfront.";

    /// <summary>Taken for as long as a guest is served, see <see cref="SingleInstance"/>.</summary>
    /// <param name="loopback">Device directory of a loopback domain, or null for real Xen.</param>
    public static string Lock(string? loopback) => Stem(loopback) + "lock";

    /// <summary>Socket at which the worker can be asked, see <c>ControlServer</c>.</summary>
    /// <param name="loopback">As above.</param>
    public static string Control(string? loopback) => Stem(loopback) + "sock";

    /// <summary>A minimal image has no /run, but the devices are in a file system that can be written.</summary>
    private static string Stem(string? loopback) =>
        loopback is not null ? Path.Join(loopback, LoopbackName) : (Libc.Exists("/run") ? "/run/" : "/dev/") + XenName;
}
