using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using XenFbFront.Viewer;
using Xunit;

namespace XenFbFront.Tests.Viewer;

public class LinuxKeysTests
{
    private const string Header = "/usr/include/linux/input-event-codes.h";

    [Fact]
    public void EveryCode_EqualsTheKernelHeaders()
    {
        Assert.SkipUnless(File.Exists(Header), $"{Header} is not installed");
        Dictionary<string, uint> kernel = Regex.Matches(File.ReadAllText(Header), @"#define\s+((?:KEY|BTN)_\w+)\s+(0x[0-9a-f]+|\d+)\b")
            .ToDictionary(match => match.Groups[1].Value, match => Number(match.Groups[2].Value));
        FieldInfo[] ours = typeof(LinuxKeys).GetFields();
        Assert.NotEmpty(ours);
        Assert.All(ours, field => Assert.Equal(kernel[field.Name], (uint)field.GetRawConstantValue()!));
    }

    private static uint Number(string text) => text.StartsWith("0x", StringComparison.Ordinal)
        ? uint.Parse(text[2..], NumberStyles.HexNumber)
        : uint.Parse(text);
}
