using Xenbus.Domain;

namespace Xenbus.Devices;

/// <summary>Tells a person about devices that kernel drivers hold.</summary>
internal static class KernelHold
{
    /// <summary>One sentence: which devices, by what, and the ways out for exactly these drivers.</summary>
    /// <param name="held">Devices and their drivers, at least one.</param>
    /// <param name="options">Has the program's own way.</param>
    public static string Explain(IReadOnlyList<(DeviceIdentity Device, KernelDriver Driver)> held, FrontendHostOptions options)
    {
        string devices = string.Empty, modules = string.Empty, functions = string.Empty, others = string.Empty;
        foreach ((DeviceIdentity device, KernelDriver driver) in held)
        {
            string kind = driver.Module is null ? "built in" : $"module {driver.Module}";
            Append(ref devices, " and ", $"{device.Name} (driver {driver.Name}, {kind})");
            if (driver.Module is { } module)
            {
                AppendOnce(ref modules, " and ", $"`blacklist {module}`");
            }
            else if (driver.InitFunction is { } function)
            {
                AppendOnce(ref functions, ",", function);
            }
            else
            {
                AppendOnce(ref others, " and ", driver.Name);
            }
        }

        string remedy = string.Empty;
        if (functions.Length > 0)
        {
            Append(ref remedy, ", and ", $"boot the guest with initcall_blacklist={functions}");
        }

        if (modules.Length > 0)
        {
            Append(ref remedy, ", and ", $"put {modules} into /etc/modprobe.d and the initramfs and boot again");
        }

        if (others.Length > 0)
        {
            Append(ref remedy, ", and ", $"boot a kernel without the driver {others}");
        }

        string own = options.HowToTake is { } way ? $"; or {way}" : string.Empty;
        return $"the guest's kernel holds {devices}: {remedy}{own}";
    }

    private static void Append(ref string text, string separator, string part) => text += text.Length == 0 ? part : separator + part;

    private static void AppendOnce(ref string text, string separator, string part)
    {
        if (!text.Contains(part, StringComparison.Ordinal))
        {
            Append(ref text, separator, part);
        }
    }
}
