using System.Runtime.InteropServices;
using Xenbus.Devices;

namespace XenFbFront.Vfb;

/// <summary>What a successor of the worker must know of a framebuffer. Lies in <see cref="DeviceResources.Notes"/>.</summary>
[StructLayout(LayoutKind.Explicit, Size = 32)]
internal struct VfbNotes
{
    /// <summary>Width in the low half, height in the high half: changed by one store, so that no successor finds one of them new and one old.</summary>
    [FieldOffset(0)] public long Size;

    /// <summary>Bits of a pixel.</summary>
    [FieldOffset(8)] public int Depth;

    /// <summary>Directory pages before the pixel pages in the second allocation.</summary>
    [FieldOffset(12)] public int DirectoryPages;

    /// <summary>What somebody asked for, as <see cref="Size"/>, 0 for nothing: a restored domain's directory does not know it any more.</summary>
    [FieldOffset(16)] public long Asked;

    /// <summary>When the backend last took something, a timestamp, if it was said that it takes nothing; else 0.</summary>
    [FieldOffset(24)] public long SilentSince;

    /// <summary>Width, pixels.</summary>
    public readonly int Width => (int)Size;

    /// <summary>Height, pixels.</summary>
    public readonly int Height => (int)(Size >> 32);

    /// <summary>The notes of a device.</summary>
    public static ref VfbNotes Of(DeviceResources resources) => ref MemoryMarshal.AsRef<VfbNotes>(resources.Notes);

    /// <summary>Makes a <see cref="Size"/>.</summary>
    public static long Pack(ScreenSize size) => (long)size.Height << 32 | (uint)size.Width;

    /// <summary>Reads an <see cref="Asked"/>.</summary>
    public static ScreenSize? Unpack(long size) => size == 0 ? null : new((int)size, (int)(size >> 32));
}
