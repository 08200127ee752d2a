using Xenbus;
using Xenbus.Domain;
using Xenbus.Linux.Interop;
using Xenbus.Loop;
using Xenbus.Wire;
using Xenbus.Xenstore;
using XenFbFront.Vfb;

namespace XenFbFront.Doctor;

/// <summary>Can xenstore be read, and what do both ends of each device say there?</summary>
internal sealed class DevicesCheck
{
    private static readonly string[] s_offers =
    [
        "request-update", "feature-resize", "feature-abs-pointer", "feature-raw-pointer", "feature-multi-touch", "feature-disable-keyboard", "feature-disable-pointer",
    ];

    private readonly Patient _patient;
    private readonly Findings _findings;
    private readonly XenstoreClient _xenstore;
    private readonly bool _isServed;

    private DevicesCheck(Patient patient, Findings findings, XenstoreClient xenstore, bool isServed) =>
        (_patient, _findings, _xenstore, _isServed) = (patient, findings, xenstore, isServed);

    /// <summary>Looks.</summary>
    /// <param name="patient">At what.</param>
    /// <param name="findings">Gets what was seen.</param>
    /// <param name="isServed">Whether a xenfbfront runs.</param>
    /// <param name="size">The size in pixels that the backend of the first vfb names, or null.</param>
    public static void Run(Patient patient, Findings findings, bool isServed, out ScreenSize? size)
    {
        size = null;
        try
        {
            using EventLoop loop = new(TimeProvider.System);
            using XenstoreClient xenstore = new(patient.Domain.OpenXenstore(), loop);
            string? domid = xenstore.Read("domid");
            findings.Good("xenstore", domid is null ? "can be read" : $"can be read, as domain {domid}");
            DevicesCheck check = new(patient, findings, xenstore, isServed);
            check.Examine("vfb", "vfb = [ \"type=vnc\" ] in the guest's configuration on the host, and start the guest anew");
            check.Examine("vkbd", "vkb_device = 1 in the guest's configuration on the host, and start the guest anew");
            size = check.ReadSize();
        }
        catch (XenException exception)
        {
            findings.Bad("xenstore", exception);
        }
    }

    private void Examine(string type, string howToGet)
    {
        string[] numbers = _xenstore.List($"device/{type}");
        foreach (string number in numbers)
        {
            ExamineDevice(type, number);
        }

        if (numbers.Length == 0)
        {
            _findings.Bad(type, "the guest has none", howToGet);
        }
    }

    private void ExamineDevice(string type, string number)
    {
        string name = $"{type}/{number}", path = $"device/{name}";
        if (_xenstore.Read($"{path}/backend") is not { } backend)
        {
            _findings.Bad(name, "no backend is named in xenstore", "xl destroy and xl create on the host");
            return;
        }

        XenbusState ours = _xenstore.ReadState($"{path}/state"), theirs = XenbusState.Unknown;
        string offers = string.Empty;
        try
        {
            theirs = _xenstore.ReadState($"{backend}/state");
            foreach (string offer in s_offers)
            {
                offers += _xenstore.ReadNumber($"{backend}/{offer}") is 1 ? $" {offer}" : string.Empty;
            }
        }
        catch (XenstoreException exception) when (exception.ErrorNumber is Errno.EACCES)
        {
            // A directory that was removed cannot be told from one that may not be read.
        }

        string states = $"its frontend is {ours} ({(int)ours}), its backend {backend} is {theirs} ({(int)theirs})";
        if (int.TryParse(number, out int id) && _patient.Domain.KernelDriverOf(type, id) is { } driver)
        {
            _findings.Bad(name, $"the kernel's driver {driver.Name} ({(driver.Module is { } module ? "module " + module : "built in")}) holds it: {states}", HowToFree(driver));
            return;
        }

        if (_xenstore.Read($"error/{path}/error") is { Length: > 0 } error)
        {
            _findings.Note(name, $"the last failure was: {error}");
        }

        switch (ours, theirs)
        {
            case (_, XenbusState.Unknown):
                _findings.Bad(name, $"its backend {backend} is not there", "xl list and xenstore-ls on the host: the toolstack has removed the device, or its domain is gone");
                break;
            case (_, XenbusState.Initialising):
                _findings.Bad(name, $"{states}: nothing serves it", type == "vfb" && IsVkbdServed()
                    ? "device_model_args_pv = [ \"-vga\", \"xenfb\" ] in the guest's configuration on the host: QEMU 9.1 and later serve a vfb only then"
                    : "pgrep -af xen-domid on the host: is the guest's QEMU running?");
                break;
            case (XenbusState.Connected, XenbusState.Connected) when !_isServed:
                _findings.Note(name, $"{states}, but no xenfbfront runs: it was killed", "xenfbfront, which closes what was left and connects anew");
                break;
            case (XenbusState.Connected, XenbusState.Connected):
                _findings.Good(name, $"connected to {backend}; it offers:{(offers.Length == 0 ? " nothing more" : offers)}");
                break;
            case (XenbusState.Initialising or XenbusState.Closed or XenbusState.Closing, XenbusState.InitWait or XenbusState.Closed or XenbusState.Closing):
                _findings.Good(name, $"{states}: it can be served; it offers:{(offers.Length == 0 ? " nothing more" : offers)}");
                break;
            default:
                _findings.Note(name, states);
                break;
        }
    }

    private bool IsVkbdServed()
    {
        foreach (string number in _xenstore.List("device/vkbd"))
        {
            if (_xenstore.Read($"device/vkbd/{number}/backend") is { } backend && _xenstore.ReadState($"{backend}/state") > XenbusState.Initialising)
            {
                return true;
            }
        }

        return false;
    }

    private ScreenSize? ReadSize()
    {
        foreach (string number in _xenstore.List("device/vfb"))
        {
            if (_xenstore.Read($"device/vfb/{number}/backend") is { } backend
                && _xenstore.ReadNumber($"{backend}/width") is > 0 and <= FramebufferGeometry.MaxSide and { } width
                && _xenstore.ReadNumber($"{backend}/height") is > 0 and <= FramebufferGeometry.MaxSide and { } height)
            {
                return new((int)width, (int)height);
            }
        }

        return null;
    }

    private static string HowToFree(KernelDriver driver) => driver switch
    {
        { Module: { } module } => $"echo blacklist {module} > /etc/modprobe.d/{module}.conf; update-initramfs -u; reboot (or xenfbfront --unbind: the kernel's console leaves the screen)",
        { InitFunction: { } function } => $"boot with initcall_blacklist={function} on the kernel's command line (or xenfbfront --unbind: the kernel's console leaves the screen)",
        _ => $"boot a kernel without the driver {driver.Name}",
    };
}
