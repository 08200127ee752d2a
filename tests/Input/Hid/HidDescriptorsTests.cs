using XenFbFront.Input;
using XenFbFront.Input.Hid;
using Xunit;
using static XenFbFront.Input.InputCodes;

namespace XenFbFront.Tests.Input.Hid;

public class HidDescriptorsTests
{
    [Fact]
    public void Keyboard_IsOneCollectionWithABitForEachKeyAndThreeLights()
    {
        HidReports reports = new(HidDescriptors.Keyboard());
        Assert.Equal([(0, 1, 0x10006)], reports.Collections);
        Assert.Equal(0, reports.Depth);
        Assert.Equal(HidDescriptors.KeyboardReportBytes, reports.InputBytes(0));
        Assert.All(reports.Inputs, field => Assert.Equal((1, 0, 1, false), (field.Size, field.Minimum, field.Maximum, field.IsRelative)));
        Assert.Equal(reports.Inputs.Count(), reports.Inputs.Select(field => field.Usage).Distinct().Count());
        Assert.Equal([0x80001, 0x80002, 0x80003], reports.Outputs.Select(field => field.Usage));
    }

    /// <summary>A sample by hand from the USB HID Usage Tables.</summary>
    [Theory]
    [InlineData(30, 0x70004)] // a
    [InlineData(1, 0x70029)] // Escape
    [InlineData(28, 0x70028)] // Return
    [InlineData(11, 0x70027)] // 0
    [InlineData(29, 0x700e0)] // left Ctrl
    [InlineData(100, 0x700e6)] // right Alt
    [InlineData(126, 0x700e7)] // right GUI
    [InlineData(58, 0x70039)] // Caps Lock
    [InlineData(88, 0x70045)] // F12
    [InlineData(111, 0x7004c)] // Delete
    [InlineData(96, 0x70058)] // keypad Enter
    [InlineData(86, 0x70064)] // between left Shift and Z
    [InlineData(115, 0x70080)] // volume up
    [InlineData(164, 0x700e8)] // play and pause
    [InlineData(172, 0xc0223)] // home page
    [InlineData(225, 0xc006f)] // brighter
    public void Keyboard_BitOfAKey_IsItsUsage(ushort key, int usage)
    {
        HidReports reports = new(HidDescriptors.Keyboard());
        Assert.Equal(usage, reports.Inputs.Single(field => field.Bit == HidKeys.BitOf(key)).Usage);
    }

    /// <summary>All keys of a PC's keyboard: QEMU's table of keycodes has no more on it.</summary>
    [Fact]
    public void BitOf_EveryKeyOfAKeyboard_HasOne()
    {
        Assert.All(Enumerable.Range(1, 127).Except([84, 101, 112, 118, 120]), key => Assert.InRange(HidKeys.BitOf((ushort)key), 0, HidKeys.Usages.Length - 1));
        Assert.Equal(-1, HidKeys.BitOf(0));
        Assert.Equal(-1, HidKeys.BitOf(BTN_LEFT));
        Assert.Equal(-1, HidKeys.BitOf(ushort.MaxValue));
    }

    /// <summary>The table that the kernel's own is compared with in an emulated machine.</summary>
    [Fact]
    public void Usages_AreThoseThatAreTestedWithAKernel() =>
        Assert.Equal(
            File.ReadAllLines(Path.Combine(Folder(), "../../Machine/jobs/uhid-cloud/usages")),
            HidKeys.Usages.ToArray().Select(usage => $"{usage.Page << 16 | usage.Usage:x} {usage.Key}"));

    /// <summary>The same reason as for uinput: a longer MODALIAS drops the uevent, and nobody sees the device.</summary>
    [Fact]
    public void Usages_AreOnlyKeysThatUinputDeclaresToo()
    {
        foreach (HidUsage usage in HidKeys.Usages)
        {
            Assert.True(UinputSink.HasKey(InputRole.Keyboard, usage.Key), $"key {usage.Key}");
        }
    }

    [Theory]
    [InlineData(799, 599)]
    [InlineData(32767, 32767)]
    [InlineData(65535, 40000)]
    public void Pointer_WithPositions_HasTheBackendsRange(int maxX, int maxY)
    {
        HidReports reports = new(HidDescriptors.Pointer(new(InputRole.Pointer, 0) { IsAbsolute = true, MaxX = maxX, MaxY = maxY }));
        Assert.Equal([(0, 1, 0x10002), (1, 0, 0x10001)], reports.Collections);
        Assert.Equal(0, reports.Depth);
        Assert.Equal(Enumerable.Range(0x90001, 8), reports.Inputs.Where(field => field.ReportId == 1).Select(field => field.Usage));
        Assert.Equal(
            [(0x10030, 16, 0, maxX, false), (0x10031, 16, 0, maxY, false)],
            reports.Inputs.Where(field => field.ReportId == 2).Select(field => (field.Usage, field.Size, field.Minimum, field.Maximum, field.IsRelative)));
        Assert.Equal(
            [(0x10038, 8, -127, 127, true)],
            reports.Inputs.Where(field => field.ReportId == 3).Select(field => (field.Usage, field.Size, field.Minimum, field.Maximum, field.IsRelative)));
    }

    [Fact]
    public void Pointer_WithMotion_IsRelative()
    {
        HidReports reports = new(HidDescriptors.Pointer(new(InputRole.Pointer, 0)));
        Assert.Equal(
            [(0x10030, 16, -32767, 32767, true), (0x10031, 16, -32767, 32767, true)],
            reports.Inputs.Where(field => field.ReportId == 2).Select(field => (field.Usage, field.Size, field.Minimum, field.Maximum, field.IsRelative)));
    }

    private static string Folder([System.Runtime.CompilerServices.CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
