using System.Globalization;
using XenFbFront.Content;
using Xunit;

namespace XenFbFront.Tests.Content;

public class KeyNamesTests
{
    private const string Header = "/usr/include/linux/input-event-codes.h";

    [Theory]
    [InlineData(0, "KEY_RESERVED")]
    [InlineData(1, "KEY_ESC")]
    [InlineData(30, "KEY_A")]
    [InlineData(0x110, "BTN_LEFT")]
    [InlineData(0x14a, "BTN_TOUCH")]
    [InlineData(0x2e7, "BTN_TRIGGER_HAPPY40")]
    [InlineData(0x1ff, "KEY_0x1ff")]
    [InlineData(0x2ff, "KEY_0x2ff")]
    [InlineData(0x300, "KEY_0x300")]
    [InlineData(0xffff, "KEY_0xffff")]
    public void Get_Code_GivesTheHeadersName(ushort code, string name) => Assert.Equal(name, KeyNames.Get(code));

    [Fact]
    public void TryFormat_TooShort_ReturnsFalse()
    {
        Assert.False(KeyNames.TryFormat(30, new char[4], out _));
        Assert.False(KeyNames.TryFormat(0xffff, new char[4], out _));
        Assert.True(KeyNames.TryFormat(30, new char[5], out int length));
        Assert.Equal(5, length);
    }

    [Fact]
    public void Get_EveryNameInTheInstalledHeader_IsTheSameThere()
    {
        Assert.SkipUnless(File.Exists(Header), $"{Header} is not installed");
        Dictionary<string, int> defined = [];
        foreach (string line in File.ReadLines(Header))
        {
            string[] words = line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
            if (words is ["#define", var name, var text, ..] && (name.StartsWith("KEY_", StringComparison.Ordinal) || name.StartsWith("BTN_", StringComparison.Ordinal)))
            {
                int value = text.StartsWith("0x", StringComparison.Ordinal) && int.TryParse(text[2..], NumberStyles.HexNumber, null, out int hex) ? hex
                    : int.TryParse(text, out int number) ? number : -1;
                defined[name] = value;
            }
        }

        for (int code = 0; code < 0x300; code++)
        {
            string name = KeyNames.Get((ushort)code);
            if (defined.TryGetValue(name, out int value))
            {
                Assert.Equal(code, value);
            }
            else
            {
                // A code that the installed header has under another name only would be a name made up here.
                Assert.True(name.StartsWith("KEY_0x", StringComparison.Ordinal) || !defined.ContainsValue(code), name);
            }
        }
    }
}
