namespace XenFbFront.Input.Hid;

/// <summary>Events of /dev/uhid, both ways, and where their parts lie. C: struct uhid_event in linux/uhid.h, packed; numbers are the machine's.</summary>
/// <remarks>The kernel takes short events for ones that end with zeros, so only what is not zero is written.</remarks>
internal static class UhidEvents
{
    /// <summary>To the kernel: the device is gone.</summary>
    public const uint UHID_DESTROY = 1;

    /// <summary>From the kernel: a driver has taken the device.</summary>
    public const uint UHID_START = 2;

    /// <summary>From the kernel: an output report, as for lights.</summary>
    public const uint UHID_OUTPUT = 6;

    /// <summary>From the kernel: somebody waits 5 s for a report.</summary>
    public const uint UHID_GET_REPORT = 9;

    /// <summary>To the kernel: the answer.</summary>
    public const uint UHID_GET_REPORT_REPLY = 10;

    /// <summary>To the kernel: a device.</summary>
    public const uint UHID_CREATE2 = 11;

    /// <summary>To the kernel: an input report.</summary>
    public const uint UHID_INPUT2 = 12;

    /// <summary>From the kernel: somebody waits 5 s until a report is taken.</summary>
    public const uint UHID_SET_REPORT = 13;

    /// <summary>To the kernel: the answer.</summary>
    public const uint UHID_SET_REPORT_REPLY = 14;

    /// <summary>Bytes of the largest event.</summary>
    public const int EventBytes = 4380;

    /// <summary>Behind the type, 32 bits.</summary>
    public const int PayloadOffset = 4;

    /// <summary>Create: name, ends with a zero.</summary>
    public const int CreateNameOffset = 4;

    /// <summary>Create: bytes of the name.</summary>
    public const int NameBytes = 128;

    /// <summary>Create: where it is plugged in, ends with a zero.</summary>
    public const int CreatePhysOffset = 132;

    /// <summary>Create: bytes of where it is plugged in.</summary>
    public const int PhysBytes = 64;

    /// <summary>Create: bytes of the descriptor, 16 bits.</summary>
    public const int CreateSizeOffset = 260;

    /// <summary>Create: kind of bus, 16 bits.</summary>
    public const int CreateBusOffset = 262;

    /// <summary>Create: maker, 32 bits.</summary>
    public const int CreateVendorOffset = 264;

    /// <summary>Create: product, 32 bits.</summary>
    public const int CreateProductOffset = 268;

    /// <summary>Create: report descriptor.</summary>
    public const int CreateDescriptorOffset = 280;

    /// <summary>Input: bytes of the report, 16 bits.</summary>
    public const int InputSizeOffset = 4;

    /// <summary>Input: the report.</summary>
    public const int InputDataOffset = 6;

    /// <summary>Output: the report.</summary>
    public const int OutputDataOffset = 4;

    /// <summary>Output: bytes of the report, 16 bits.</summary>
    public const int OutputSizeOffset = 4100;

    /// <summary>Get and set, and their answers: number of the request, 32 bits.</summary>
    public const int RequestIdOffset = 4;

    /// <summary>Answers: an errno, 16 bits.</summary>
    public const int ReplyErrorOffset = 8;

    /// <summary>Bytes of an answer without a report.</summary>
    public const int ReplyBytes = 10;
}
