using System.Runtime.InteropServices;
using System.Text;
using Xenbus.Devices;
using Xenbus.Linux.Interop;
using static XenFbFront.Input.UinputRequests;

namespace XenFbFront.Input;

/// <summary>A registered device of /dev/uinput. It lives as long as the last descriptor of its file.</summary>
/// <param name="file">Of a registered device, open for reading and writing.</param>
/// <param name="spec">What it was described as.</param>
/// <param name="descriptors">Who keeps it.</param>
/// <param name="sysfs">Where sysfs is mounted.</param>
/// <param name="eventFolder">Where the nodes of event devices are.</param>
internal sealed unsafe class UinputDevice(Descriptor file, InputDeviceSpec spec, IDescriptorStore descriptors, string sysfs, string eventFolder)
    : KernelDevice(file, spec, descriptors, sysfs, eventFolder)
{
    /// <inheritdoc/>
    /// <remarks>The kernel takes whole events only, and all of a write once it has begun: not even a kill comes between them.</remarks>
    public override int Write(ReadOnlySpan<InputEvent> events)
    {
        int result = Libc.Write(File.Number, MemoryMarshal.AsBytes(events));
        return result < 0 ? -result : 0;
    }

    /// <inheritdoc/>
    public override string? SysName()
    {
        byte* name = stackalloc byte[SysNameBytes];
        if (Libc.Ioctl(File.Number, UI_GET_SYSNAME, name) < 0)
        {
            return null;
        }

        ReadOnlySpan<byte> bytes = new(name, SysNameBytes);
        int end = bytes.IndexOf((byte)0);
        return end <= 0 ? null : Encoding.ASCII.GetString(bytes[..end]);
    }

    /// <inheritdoc/>
    protected override bool HasKey(ushort key) => UinputSink.HasKey(Spec.Role, key);

    /// <inheritdoc/>
    protected override void End() => Libc.Ioctl(File.Number, UI_DEV_DESTROY, null);
}
