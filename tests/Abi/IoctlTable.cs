namespace XenFbFront.Tests.Abi;

/// <summary>Request numbers of ioctl(2) by hand from the headers.</summary>
/// <remarks>
/// A row waits for its C# field: a static field or constant of the same name, in any type of the product, is compared with it, and a field whose
/// name looks like a request but has no row fails a test. A row that the product cannot do without is <c>Required</c>.
/// </remarks>
internal static class IoctlTable
{
    private const string Evtchn = "xen/evtchn.h", Gntalloc = "xen/gntalloc.h", Privcmd = "xen/sys/privcmd.h", Uinput = "linux/uinput.h", Kd = "linux/kd.h", Vt = "linux/vt.h";
    private const string Terminal = "sys/ioctl.h";

    /// <summary>Beginnings of names that are request numbers.</summary>
    public static IReadOnlyList<string> Prefixes { get; } = ["IOCTL_", "UI_", "GIO_", "PIO_", "KDGET", "KDSET", "KDGK", "KDSK", "KDFONTOP", "EVIOC", "TIOC", "VT_GET", "VT_SET", "VT_ACTIVATE", "TCXONC"];

    public static IReadOnlyList<IoctlRow> Rows { get; } =
    [
        Required("IOCTL_EVTCHN_BIND_VIRQ", 0x00044500, Evtchn),
        Required("IOCTL_EVTCHN_BIND_INTERDOMAIN", 0x00084501, Evtchn),
        Required("IOCTL_EVTCHN_BIND_UNBOUND_PORT", 0x00044502, Evtchn),
        Required("IOCTL_EVTCHN_UNBIND", 0x00044503, Evtchn),
        Required("IOCTL_EVTCHN_NOTIFY", 0x00044504, Evtchn),
        Required("IOCTL_EVTCHN_RESET", 0x00004505, Evtchn),
        Optional("IOCTL_EVTCHN_RESTRICT_DOMID", 0x00024506, Evtchn),

        Required("IOCTL_GNTALLOC_ALLOC_GREF", 0x00184705, Gntalloc),
        Required("IOCTL_GNTALLOC_DEALLOC_GREF", 0x00104706, Gntalloc),
        Required("IOCTL_GNTALLOC_SET_UNMAP_NOTIFY", 0x00104707, Gntalloc),

        Required("IOCTL_PRIVCMD_HYPERCALL", 0x00305000, Privcmd),
        Required("IOCTL_PRIVCMD_MMAPBATCH_V2", 0x00205004, Privcmd),

        Optional("UI_DEV_CREATE", 0x00005501, Uinput),
        Optional("UI_DEV_DESTROY", 0x00005502, Uinput),
        Optional("UI_DEV_SETUP", 0x405c5503, Uinput),
        Optional("UI_ABS_SETUP", 0x401c5504, Uinput),
        Optional("UI_SET_EVBIT", 0x40045564, Uinput),
        Optional("UI_SET_KEYBIT", 0x40045565, Uinput),
        Optional("UI_SET_RELBIT", 0x40045566, Uinput),
        Optional("UI_SET_ABSBIT", 0x40045567, Uinput),
        Optional("UI_SET_MSCBIT", 0x40045568, Uinput),
        Optional("UI_SET_LEDBIT", 0x40045569, Uinput),
        Optional("UI_SET_PHYS", 0x4008556c, Uinput),
        Optional("UI_SET_PROPBIT", 0x4004556e, Uinput),
        Optional("UI_GET_SYSNAME", 0x8040552c, Uinput, "UI_GET_SYSNAME(64)"),
        Optional("UI_GET_VERSION", 0x8004552d, Uinput),

        Optional("EVIOCGKEY", 0x80604518, "linux/input.h", "EVIOCGKEY(96)"),

        Optional("GIO_FONTX", 0x00004b6b, Kd),
        Optional("GIO_UNIMAP", 0x00004b66, Kd),
        Optional("PIO_UNIMAP", 0x00004b67, Kd),
        Optional("PIO_UNIMAPCLR", 0x00004b68, Kd),
        Optional("GIO_CMAP", 0x00004b70, Kd),
        Optional("KDFONTOP", 0x00004b72, Kd),
        Optional("KDGETLED", 0x00004b31, Kd),
        Optional("KDGETMODE", 0x00004b3b, Kd),
        Optional("KDSETMODE", 0x00004b3a, Kd),
        Optional("KDGKBMODE", 0x00004b44, Kd),
        Optional("KDGKBMETA", 0x00004b62, Kd),
        Optional("KDGKBLED", 0x00004b64, Kd),
        Optional("KDSKBLED", 0x00004b65, Kd),
        Optional("KDGKBENT", 0x00004b46, Kd),
        Optional("KDGKBSENT", 0x00004b48, Kd),
        Optional("KDGKBDIACRUC", 0x00004bfa, Kd),
        Optional("VT_ACTIVATE", 0x00005606, Vt),
        Optional("VT_RESIZE", 0x00005609, Vt),
        Optional("VT_GETMODE", 0x00005601, Vt),
        Optional("VT_GETSTATE", 0x00005603, Vt),
        Optional("VT_GETHIFONTMASK", 0x0000560d, Vt),
        // Younger than the headers of Debian 12: the expression is the macro's body, with another type of 8 bytes.
        Optional("VT_GETCONSIZECSRPOS", 0x80085610, Vt, "_IOR('V', 0x10, uint64_t)"),
        Optional("TIOCGWINSZ", 0x00005413, Terminal),
        Optional("TIOCSWINSZ", 0x00005414, Terminal),
        Optional("TCGETS", 0x00005401, Terminal),
        Optional("TCSETS", 0x00005402, Terminal),
        Optional("TIOCGPTN", 0x80045430, Terminal),
        Optional("TIOCSPTLCK", 0x40045431, Terminal),
        Optional("TCXONC", 0x0000540a, Terminal),
        Optional("TIOCSTI", 0x00005412, Terminal),
        Optional("TIOCLINUX", 0x0000541c, Terminal),
    ];

    private static IoctlRow Required(string name, uint number, string header) => new(name, number, header, name, IsRequired: true);

    private static IoctlRow Optional(string name, uint number, string header, string? cExpression = null) =>
        new(name, number, header, cExpression ?? name, IsRequired: false);
}
