using System.Runtime.InteropServices;
using Xenbus;
using Xenbus.Linux.Interop;
using XenFbFront.Content;
using XenFbFront.Vfb;

namespace XenFbFront.Control;

/// <summary>A screen's pixels on their way from the worker to the program that asked: a memory file with a word 0x00RRGGBB for each, and its size in words.</summary>
/// <remarks>The program that asked makes the PNG and writes it as the user who runs it: the worker opens no file for others, and its loop stands still only for a copy.</remarks>
internal static class Screenshot
{
    /// <summary>Whoever can read a screen can read what was typed on it.</summary>
    private const int OwnerOnly = 0x180;

    /// <summary>Copies a canvas.</summary>
    /// <returns>The file.</returns>
    /// <exception cref="XenException">There is no memory for it.</exception>
    public static Descriptor Take(Canvas canvas)
    {
        PixelSurface surface = new(canvas);
        Descriptor file = Descriptor.Own(Libc.MemoryFile("xenfbfront-screenshot", (long)surface.Width * surface.Height * sizeof(uint)), "create", "a memory file");
        for (int y = 0; y < surface.Height; y++)
        {
            ReadOnlySpan<byte> row = MemoryMarshal.AsBytes(surface.Pixels.Slice(y * surface.StridePixels, surface.Width));
            int result = Libc.WriteAt(file.Number, row, (long)y * row.Length);
            if (result != row.Length)
            {
                file.Dispose();
                throw new XenException("copy", "the picture", result < 0 ? -result : Errno.ENOMEM, "the guest has not that much memory free");
            }
        }

        return file;
    }

    /// <summary>Writes what <see cref="Take"/> copied as a PNG file.</summary>
    /// <param name="pixels">The memory file.</param>
    /// <param name="size">Its size.</param>
    /// <param name="path">Where to, or <c>-</c> for standard output.</param>
    /// <exception cref="XenException">The file cannot be written.</exception>
    public static void Write(Descriptor pixels, ScreenSize size, string path)
    {
        using Descriptor file = Descriptor.Own(
            path == "-" ? Libc.Duplicate(1) : Libc.Open(path, OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.Truncate, OwnerOnly), "open", path);
        int errno = PngWriter.Write(file, size.Width, size.Height, (y, row) => Libc.ReadAllAt(pixels.Number, MemoryMarshal.AsBytes(row), (long)y * size.Width * sizeof(uint)));
        XenException.ThrowIfRefused(-errno, "write", path);
    }
}
