using Xenbus;
using Xenbus.Linux.Interop;

namespace XenFbFront.Holder;

/// <summary>Keeps a second program from serving the devices that the first one serves: the two would close them for each other in turn.</summary>
internal static class SingleInstance
{
    /// <summary>An abstract socket's name has 107 bytes; the end of a longer path tells directories apart.</summary>
    private const int MaxPathBytes = 90;

    /// <summary>Claims a guest's devices until the result is disposed or this process ends, however it does.</summary>
    /// <param name="loopback">Device directory of a loopback domain, or null for real Xen.</param>
    /// <exception cref="XenException">Another program has them.</exception>
    public static Descriptor Claim(string? loopback)
    {
        string domain = loopback is null ? "xen" : Path.GetFullPath(loopback);
        string name = $"\0xenfbfront:{domain[Math.Max(0, domain.Length - MaxPathBytes)..]}";
        return Descriptor.Own(Libc.Listen(name, Libc.Stream), "serve", loopback ?? "this guest", "another xenfbfront does so already; stop that one first (pkill xenfbfront)");
    }
}
