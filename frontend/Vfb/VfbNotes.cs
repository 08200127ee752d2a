using System.Runtime.InteropServices;

namespace XenFbFront.Vfb;

/// <summary>What a successor of the worker must know of a framebuffer. Lies in <see cref="Xenbus.Devices.DeviceResources.Notes"/>.</summary>
[StructLayout(LayoutKind.Explicit, Size = 16)]
internal struct VfbNotes
{
    /// <summary>Pixels.</summary>
    [FieldOffset(0)] public int Width;

    /// <summary>Pixels.</summary>
    [FieldOffset(4)] public int Height;

    /// <summary>Bits of a pixel.</summary>
    [FieldOffset(8)] public int Depth;

    /// <summary>Directory pages before the pixel pages in the second allocation.</summary>
    [FieldOffset(12)] public int DirectoryPages;
}
