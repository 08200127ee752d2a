using System.Runtime.InteropServices;

namespace Xenbus.Linux.Interop;

/// <summary>Capabilities of the calling thread, as sets of bits numbered by <see cref="Capability"/>. C: linux/capability.h, linux/prctl.h.</summary>
internal static unsafe partial class Libc
{
    /// <summary>Two words of 32 capabilities.</summary>
    internal const uint _LINUX_CAPABILITY_VERSION_3 = 0x20080522;

    internal const int PR_GET_NO_NEW_PRIVS = 39, PR_GET_SECUREBITS = 27, SECBIT_NOROOT = 1;

    /// <summary>The permitted set of the calling thread.</summary>
    /// <returns>0 or a negated errno.</returns>
    public static int ReadCapabilities(out ulong permitted)
    {
        // struct __user_cap_header_struct: version, thread (0 is the caller). struct __user_cap_data_struct: effective, permitted, inheritable.
        uint* header = stackalloc uint[2] { _LINUX_CAPABILITY_VERSION_3, 0 };
        uint* data = stackalloc uint[6];
        int result = Result(capget(header, data));
        permitted = result < 0 ? 0 : data[1] | (ulong)data[4] << 32;
        return result;
    }

    /// <summary>Makes a set the effective and the permitted one of the calling thread, and empties the inheritable and with it the ambient one.</summary>
    /// <param name="kept">A part of the permitted set.</param>
    /// <returns>0 or a negated errno.</returns>
    public static int SetCapabilities(ulong kept)
    {
        uint low = (uint)kept, high = (uint)(kept >> 32);
        uint* header = stackalloc uint[2] { _LINUX_CAPABILITY_VERSION_3, 0 };
        uint* data = stackalloc uint[6] { low, low, 0, high, high, 0 };
        return Result(capset(header, data));
    }

    /// <summary>Whether what this process executes gets no more rights than it has itself.</summary>
    public static bool HasNoNewPrivileges() => prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1;

    /// <summary>Whether root gets all capabilities by executing a program, as everywhere where nobody has switched that off.</summary>
    public static bool IsRootSpecial() => prctl(PR_GET_SECUREBITS, 0, 0, 0, 0) is >= 0 and int bits && (bits & SECBIT_NOROOT) == 0;

    [LibraryImport(Library, SetLastError = true)]
    private static partial int capget(uint* header, uint* data);

    [LibraryImport(Library, SetLastError = true)]
    private static partial int capset(uint* header, uint* data);

    [LibraryImport(Library, SetLastError = true)]
    private static partial int prctl(int option, nuint second, nuint third, nuint fourth, nuint fifth);
}
