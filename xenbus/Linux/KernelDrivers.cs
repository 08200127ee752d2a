using System.Text;
using Xenbus.Domain;
using Xenbus.Linux.Interop;

namespace Xenbus.Linux;

/// <summary>The kernel's own frontend drivers, as sysfs shows them.</summary>
internal sealed class KernelDrivers(LinuxPaths paths)
{
    /// <summary>The driver that holds a device, or null.</summary>
    public KernelDriver? Find(string type, int id)
    {
        if (DriverName(type, id) is not { } name)
        {
            return null;
        }

        // A built-in driver may have a module directory too, for its parameters; only a module that was loaded has a state (kernel/module/sysfs.c).
        string? module = Libc.ReadLink($"{DriverPath(name)}/module") is { } target ? Path.GetFileName(target) : null;
        return module is not null && Libc.Exists(Path.Combine(paths.Sysfs, $"module/{module}/initstate"))
            ? new(name, module.Replace('_', '-'), null)
            : new(name, null, InitFunction(type));
    }

    /// <summary>As <see cref="IDomain.CheckUnbind"/>.</summary>
    public void CheckUnbind(string type, int id)
    {
        if (DriverName(type, id) is { } name)
        {
            OpenUnbind(type, id, name).Dispose();
        }
    }

    /// <summary>As <see cref="IDomain.UnbindKernelDriver"/>.</summary>
    public void Unbind(string type, int id)
    {
        if (DriverName(type, id) is not { } name)
        {
            return;
        }

        using Descriptor file = OpenUnbind(type, id, name);
        int result = Libc.Write(file.Number, Encoding.ASCII.GetBytes($"{type}-{id}"));
        // ENODEV: it has let go by itself in the meantime (unbind_store in drivers/base/bus.c).
        if (result < 0 && result != -Errno.ENODEV)
        {
            throw new XenException("unbind", $"{type}/{id} from the kernel's driver {name}", -result);
        }
    }

    private Descriptor OpenUnbind(string type, int id, string driver)
    {
        string path = $"{DriverPath(driver)}/unbind";
        int result = Libc.Open(path, OpenFlags.WriteOnly);
        return Descriptor.Own(result, "unbind", $"{type}/{id} by {path}", Remedy(-result));
    }

    /// <summary>What to do when unbinding is refused.</summary>
    internal static string? Remedy(int errno) => errno switch
    {
        Errno.EACCES or Errno.EPERM => "run as root",
        Errno.EROFS => "mount sysfs writable: mount -o remount,rw /sys",
        _ => null,
    };

    private string? DriverName(string type, int id) =>
        Libc.ReadLink(Path.Combine(paths.Sysfs, $"bus/xen/devices/{type}-{id}/driver")) is { } target ? Path.GetFileName(target) : null;

    private string DriverPath(string driver) => Path.Combine(paths.Sysfs, "bus/xen/drivers", driver);

    /// <summary>What module_init names in drivers/video/fbdev/xen-fbfront.c and drivers/input/misc/xen-kbdfront.c.</summary>
    private static string? InitFunction(string type) => type switch
    {
        "vfb" => "xenfb_init",
        "vkbd" => "xenkbd_init",
        _ => null,
    };
}
