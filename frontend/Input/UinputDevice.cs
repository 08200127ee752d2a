using System.Runtime.InteropServices;
using System.Text;
using Xenbus.Devices;
using Xenbus.Linux.Interop;
using static XenFbFront.Input.UinputRequests;

namespace XenFbFront.Input;

/// <summary>A registered device of /dev/uinput. It lives as long as the last descriptor of its file.</summary>
internal sealed unsafe class UinputDevice : IInputDevice
{
    private readonly Descriptor _file;
    private readonly InputDeviceSpec _spec;
    private readonly IDescriptorStore _descriptors;
    private readonly string _sysfs;
    private readonly string _eventFolder;

    /// <summary>Takes over the file of a registered device.</summary>
    /// <param name="file">Open for reading and writing.</param>
    /// <param name="spec">What it was described as.</param>
    /// <param name="descriptors">Who keeps it.</param>
    /// <param name="sysfs">Where sysfs is mounted.</param>
    /// <param name="eventFolder">Where the nodes of event devices are.</param>
    public UinputDevice(Descriptor file, InputDeviceSpec spec, IDescriptorStore descriptors, string sysfs, string eventFolder)
    {
        _file = file;
        _spec = spec;
        _descriptors = descriptors;
        _sysfs = sysfs;
        _eventFolder = eventFolder;
    }

    /// <inheritdoc/>
    public long Position => 0;

    /// <inheritdoc/>
    /// <remarks>The kernel takes whole events only, and all of a write once it has begun: not even a kill comes between them.</remarks>
    public int Write(ReadOnlySpan<InputEvent> events)
    {
        int result = Libc.Write(_file.Number, MemoryMarshal.AsBytes(events));
        return result < 0 ? -result : 0;
    }

    /// <inheritdoc/>
    public bool? WasCarriedOut(long positionBefore, ushort key, bool isDownAfter)
    {
        if (key == 0 || !UinputSink.HasKey(_spec.Role, key) || EventNodes.IsKeyDown(EventNode(), key) is not { } isDown)
        {
            return null;
        }

        return isDown == isDownAfter;
    }

    /// <summary>Name below /sys/class/input, as in <c>input5</c>; null when the device is not registered.</summary>
    public string? SysName()
    {
        byte* name = stackalloc byte[SysNameBytes];
        if (Libc.Ioctl(_file.Number, UI_GET_SYSNAME, name) < 0)
        {
            return null;
        }

        ReadOnlySpan<byte> bytes = new(name, SysNameBytes);
        int end = bytes.IndexOf((byte)0);
        return end <= 0 ? null : Encoding.ASCII.GetString(bytes[..end]);
    }

    /// <inheritdoc/>
    public void Remove()
    {
        // Not the other way round: a successor must not be handed a device that is unregistered.
        _descriptors.Drop(_spec.KeepName);
        if (!_file.IsClosed)
        {
            Libc.Ioctl(_file.Number, UI_DEV_DESTROY, null);
        }

        _file.Dispose();
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    /// <summary>Path of the event device that belongs to it, or null when there is none (evdev is not loaded).</summary>
    public string? EventNode() => SysName() is { } name ? EventNodes.Find(_sysfs, _eventFolder, name) : null;
}
