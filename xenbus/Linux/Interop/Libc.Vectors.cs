using System.Runtime.InteropServices;

namespace Xenbus.Linux.Interop;

/// <summary>Several buffers in one call.</summary>
internal static unsafe partial class Libc
{
    /// <summary>The most buffers of one call. C: IOV_MAX, UIO_MAXIOV in the kernel's linux/uio.h.</summary>
    public const int MaxVectors = 1024;

    /// <summary>Writes buffers one after the other, as many <c>write</c>s would that nothing comes between. May be short.</summary>
    /// <param name="descriptor">Where to.</param>
    /// <param name="buffers">At most <see cref="MaxVectors"/>.</param>
    public static int WriteVectors(int descriptor, ReadOnlySpan<IoVector> buffers)
    {
        fixed (IoVector* vectors = buffers)
        {
            int result;
            do
            {
                result = Result(writev(descriptor, vectors, buffers.Length));
            }
            while (result == -Errno.EINTR);
            return result;
        }
    }

    [LibraryImport(Library, SetLastError = true)]
    private static partial nint writev(int descriptor, IoVector* vectors, int count);
}
