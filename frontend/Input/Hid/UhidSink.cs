using System.Buffers.Binary;
using System.Text;
using Microsoft.Extensions.Logging;
using Xenbus;
using Xenbus.Devices;
using Xenbus.Linux.Interop;
using Xenbus.Loop;
using static XenFbFront.Input.Hid.UhidEvents;

namespace XenFbFront.Input.Hid;

/// <summary>Makes HID devices through /dev/uhid, for kernels without uinput: the kernel's hid-generic makes input devices of them.</summary>
/// <remarks>
/// Names and numbers are those of <see cref="UinputSink"/>. Different are: keys without a HID usage cannot be said; keyboards repeat by themselves
/// (EV_REP), so repetitions of the backend are left out; and there is no touch, which needs another driver, hid-multitouch.
/// </remarks>
/// <param name="loop">Where answers to the kernel are given.</param>
/// <param name="logger">Is told of what is left out.</param>
/// <param name="devicePath">The device to open.</param>
/// <param name="sysfs">Where sysfs is mounted.</param>
/// <param name="eventFolder">Where the nodes of event devices are.</param>
public sealed class UhidSink(EventLoop loop, ILogger logger, string devicePath = UhidSink.DefaultPath, string sysfs = "/sys", string eventFolder = "/dev/input") : IInputSink
{
    /// <summary>The kernel's device.</summary>
    public const string DefaultPath = "/dev/uhid";

    /// <summary>What makes the device and the driver be there.</summary>
    internal const string Remedy = "modprobe -a uhid hid hid-generic";

    /// <summary>Time for a driver to take the device. It takes a millisecond; udev may have to load the driver first.</summary>
    private const int DriverTimeoutMs = 3000;

    /// <summary>Time between two looks whether the input device is there.</summary>
    private const int LookPeriodMs = 2;

    /// <summary>Where it cannot be seen that the driver is ready: it prints a line then, which can take 10 ms on a serial console.</summary>
    private const int BlindWaitMs = 50;

    /// <inheritdoc/>
    public string Description => "uhid";

    /// <inheritdoc/>
    public string KeepsAs => "uhid";

    /// <inheritdoc/>
    public IInputDevice Open(InputDeviceSpec spec, IDescriptorStore descriptors)
    {
        if (spec.Role == InputRole.Touch)
        {
            Log.RoleNotOffered(logger, spec.DeviceName, Description, "touch, which needs uinput");
            return new NoSink().Open(spec, descriptors);
        }

        if (descriptors.Take(spec.KeepName) is { } kept)
        {
            UhidDevice adopted = Make(kept, spec, descriptors);
            if (adopted.IsAlive)
            {
                adopted.Listen(loop);
                return adopted;
            }

            // Its predecessor was removed and the keeper not told.
            adopted.Dispose();
        }

        int result = Libc.Open(devicePath, OpenFlags.ReadWrite | OpenFlags.NonBlocking);
        Descriptor file = Descriptor.Own(result, "open", devicePath, -result switch
        {
            Errno.ENOENT or Errno.ENODEV or Errno.ENXIO => Remedy + ", or choose another input sink",
            Errno.EACCES or Errno.EPERM => "run as root",
            _ => null,
        });
        UhidDevice device = Make(file, spec, descriptors);
        try
        {
            Describe(file, spec);
            AwaitDriver(file, device, spec);
            // Whoever takes it up must find it whole, so it is kept only now.
            descriptors.Keep(spec.KeepName, file);
            device.Listen(loop);
            return device;
        }
        catch
        {
            device.Dispose();
            throw;
        }
    }

    private UhidDevice Make(Descriptor file, InputDeviceSpec spec, IDescriptorStore descriptors) => new(file, spec, descriptors, logger, sysfs, eventFolder);

    private static void Describe(Descriptor file, InputDeviceSpec spec)
    {
        byte[] descriptor = spec.Role == InputRole.Keyboard ? HidDescriptors.Keyboard() : HidDescriptors.Pointer(spec);
        byte[] create = new byte[CreateDescriptorOffset + descriptor.Length];
        BinaryPrimitives.WriteUInt32LittleEndian(create, UHID_CREATE2);
        Encoding.ASCII.GetBytes(InputIdentity.NameOf(spec.Role), create.AsSpan(CreateNameOffset, NameBytes - 1));
        Encoding.ASCII.GetBytes(InputIdentity.PhysOf(spec), create.AsSpan(CreatePhysOffset, PhysBytes - 1));
        BinaryPrimitives.WriteUInt16LittleEndian(create.AsSpan(CreateSizeOffset), (ushort)descriptor.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(create.AsSpan(CreateBusOffset), InputIdentity.Bus);
        BinaryPrimitives.WriteUInt32LittleEndian(create.AsSpan(CreateVendorOffset), InputIdentity.Vendor);
        BinaryPrimitives.WriteUInt32LittleEndian(create.AsSpan(CreateProductOffset), InputIdentity.ProductOf(spec.Role));
        descriptor.CopyTo(create, CreateDescriptorOffset);
        int result = Libc.Write(file.Number, create);
        if (result < 0)
        {
            throw new XenException("create", $"uhid {spec.Role} of vkbd {spec.VkbdId}", -result);
        }
    }

    /// <summary>Waits until reports arrive: the kernel drops those that come while its driver is busy beginning, without a word.</summary>
    /// <remarks>C: hid_input_report and hid_device_probe in drivers/hid/hid-core.c, driver_input_lock.</remarks>
    private void AwaitDriver(Descriptor file, UhidDevice device, InputDeviceSpec spec)
    {
        long deadline = Environment.TickCount64 + DriverTimeoutMs;
        while (!device.IsStarted)
        {
            int leftMs = (int)(deadline - Environment.TickCount64);
            if (leftMs <= 0 || Libc.Poll(file.Number, PollEvents.POLLIN, leftMs) <= 0)
            {
                throw new XenException("start", $"uhid {spec.Role} of vkbd {spec.VkbdId}", 0, $"no driver took it: {Remedy}");
            }

            device.ReadEvents();
        }

        // It has begun. The input device appears in the course of that, and with it a way to the HID device whose lock is held meanwhile.
        string? name;
        while ((name = EventNodes.FindInput(sysfs, InputIdentity.PhysOf(spec), InputIdentity.ProductOf(spec.Role))) is null && Environment.TickCount64 < deadline
            && Libc.Exists(Path.Combine(sysfs, "class/input")))
        {
            Thread.Sleep(LookPeriodMs);
        }

        if (name is null || !AwaitLock(Path.Combine(sysfs, "class/input", name, "device/power/control")))
        {
            Thread.Sleep(BlindWaitMs);
        }

        device.ReadEvents();
    }

    /// <summary>Lets the HID device be always on, which it is; the kernel does that under the lock that the driver's beginning holds.</summary>
    /// <remarks>C: control_store in drivers/base/power/sysfs.c, really_probe in drivers/base/dd.c.</remarks>
    private static bool AwaitLock(string path)
    {
        int number = Libc.Open(path, OpenFlags.WriteOnly);
        if (number < 0)
        {
            return false;
        }

        using Descriptor file = new(number);
        return Libc.Write(file.Number, "on"u8) > 0;
    }
}
