using static XenFbFront.Input.Hid.HidKeys;

namespace XenFbFront.Input.Hid;

/// <summary>Report descriptors of our devices. Items are those of the Device Class Definition for HID 1.11, section 6.2.2.</summary>
internal static class HidDescriptors
{
    /// <summary>Report ids of a pointer.</summary>
    /// <remarks>Three reports, so that a button can be told without telling a position again: a successor of the process does not know it.</remarks>
    public const byte ButtonsReport = 1, PositionReport = 2, WheelReport = 3;

    /// <summary>Buttons of a pointer.</summary>
    public const int ButtonCount = 8;

    /// <summary>Largest number of the wheel's notches in one report.</summary>
    public const int MaxWheel = 127;

    /// <summary>Largest motion in one report, to either side.</summary>
    public const int MaxMotion = 32767;

    /// <summary>Lights of a keyboard: bits of the output report are Num, Caps and Scroll Lock.</summary>
    private const int LightCount = 3;

    private const byte DesktopPage = 0x01, LightPage = 0x08, ButtonPage = 0x09;
    private const byte MouseUsage = 0x02, KeyboardUsage = 0x06, PointerUsage = 0x01, XUsage = 0x30, YUsage = 0x31, WheelUsage = 0x38;
    private const byte Application = 1, Physical = 0;

    // Main items' data: constant or data, array or variable, absolute or relative.
    private const byte Constant = 0x03, Variable = 0x02, Relative = 0x06;

    // Items without the two bits of their length.
    private const byte Input = 0x80, Output = 0x90, Collection = 0xa0, EndCollection = 0xc0;
    private const byte UsagePage = 0x04, LogicalMinimum = 0x14, LogicalMaximum = 0x24, ReportSize = 0x74, ReportId = 0x84, ReportCount = 0x94;
    private const byte Usage = 0x08, UsageMinimum = 0x18, UsageMaximum = 0x28;

    /// <summary>Bytes of a keyboard's report: a bit for each of <see cref="HidKeys.Usages"/>.</summary>
    public static int KeyboardReportBytes => (Usages.Length + 7) / 8;

    /// <summary>A keyboard that can say all its keys at once, with media keys and three lights; its reports have no id.</summary>
    /// <remarks>Media keys stand in the keyboard's own collection: the kernel makes an input device for each application.</remarks>
    public static byte[] Keyboard()
    {
        List<byte> items = [];
        Begin(items, KeyboardUsage);
        Add(items, LogicalMinimum, 0);
        Add(items, LogicalMaximum, 1);
        Add(items, ReportSize, 1);
        for (int first = 0; first < Usages.Length;)
        {
            HidUsage usage = Usages[first];
            int next = first + 1;
            while (next < Usages.Length && Usages[next].Page == usage.Page && Usages[next].Usage == usage.Usage + next - first)
            {
                next++;
            }

            Add(items, UsagePage, usage.Page);
            Add(items, UsageMinimum, usage.Usage);
            Add(items, UsageMaximum, usage.Usage + next - first - 1);
            Add(items, ReportCount, next - first);
            Add(items, Input, Variable);
            first = next;
        }

        Pad(items, Input, Usages.Length);
        Add(items, UsagePage, LightPage);
        Add(items, UsageMinimum, 1);
        Add(items, UsageMaximum, LightCount);
        Add(items, ReportCount, LightCount);
        Add(items, Output, Variable);
        Pad(items, Output, LightCount);
        items.Add(EndCollection);
        return [.. items];
    }

    /// <summary>A mouse with eight buttons and a wheel that tells motion, or positions.</summary>
    /// <param name="spec">Its kind, and the ranges of positions, which the kernel tells programs as they are.</param>
    public static byte[] Pointer(InputDeviceSpec spec)
    {
        List<byte> items = [];
        Begin(items, MouseUsage);
        Add(items, Usage, PointerUsage);
        Add(items, Collection, Physical);

        Add(items, ReportId, ButtonsReport);
        Add(items, UsagePage, ButtonPage);
        Add(items, UsageMinimum, 1);
        Add(items, UsageMaximum, ButtonCount);
        Add(items, LogicalMinimum, 0);
        Add(items, LogicalMaximum, 1);
        Add(items, ReportSize, 1);
        Add(items, ReportCount, ButtonCount);
        Add(items, Input, Variable);

        Add(items, ReportId, PositionReport);
        Add(items, UsagePage, DesktopPage);
        Add(items, ReportSize, 16);
        Add(items, ReportCount, 1);
        AddAxis(items, spec, XUsage, spec.MaxX);
        AddAxis(items, spec, YUsage, spec.MaxY);

        Add(items, ReportId, WheelReport);
        Add(items, Usage, WheelUsage);
        Add(items, LogicalMinimum, -MaxWheel);
        Add(items, LogicalMaximum, MaxWheel);
        Add(items, ReportSize, 8);
        Add(items, Input, Relative);

        items.Add(EndCollection);
        items.Add(EndCollection);
        return [.. items];
    }

    private static void AddAxis(List<byte> items, InputDeviceSpec spec, byte usage, int max)
    {
        Add(items, Usage, usage);
        Add(items, LogicalMinimum, spec.IsAbsolute ? 0 : -MaxMotion);
        Add(items, LogicalMaximum, spec.IsAbsolute ? max : MaxMotion);
        Add(items, Input, spec.IsAbsolute ? Variable : Relative);
    }

    private static void Begin(List<byte> items, byte usage)
    {
        Add(items, UsagePage, DesktopPage);
        Add(items, Usage, usage);
        Add(items, Collection, Application);
    }

    /// <summary>Fills the last byte of a report of bits.</summary>
    private static void Pad(List<byte> items, byte kind, int bits)
    {
        if (bits % 8 != 0)
        {
            Add(items, ReportCount, 8 - bits % 8);
            Add(items, kind, Constant);
        }
    }

    /// <summary>An item with as few bytes of data as hold the value with its sign: 1, 2 or 4.</summary>
    private static void Add(List<byte> items, byte item, int value)
    {
        (int bytes, int length) = value is >= sbyte.MinValue and <= sbyte.MaxValue ? (1, 1) : value is >= short.MinValue and <= short.MaxValue ? (2, 2) : (4, 3);
        items.Add((byte)(item | length));
        for (int i = 0; i < bytes; i++)
        {
            items.Add((byte)(value >> 8 * i));
        }
    }
}
