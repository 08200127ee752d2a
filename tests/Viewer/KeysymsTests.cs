using XenFbFront.Viewer;
using Xunit;

namespace XenFbFront.Tests.Viewer;

public class KeysymsTests
{
    // The characters of a US keyboard, row by row, without and with Shift.
    private const string Plain = "`1234567890-=qwertyuiop[]\\asdfghjkl;'zxcvbnm,./ ";
    private const string Shifted = "~!@#$%^&*()_+QWERTYUIOP{}|ASDFGHJKL:\"ZXCVBNM<>? ";

    [Fact]
    public void Table_NoKeysymTwice() => Assert.Equal(Keysyms.Table.Length, Keysyms.Table.Select(row => row.Keysym).Distinct().Count());

    [Fact]
    public void Table_NoNameTwice() => Assert.Equal(Keysyms.Table.Length, Keysyms.Table.Select(row => row.Name).Distinct().Count());

    [Fact]
    public void Table_EveryCodeIsAKeyOfAKeyboard() => Assert.All(Keysyms.Table, row => Assert.InRange(row.Keycode, 1u, 0xffu));

    [Fact]
    public void Table_EveryRow_IsFound() =>
        Assert.All(Keysyms.Table, row => Assert.True(Keysyms.TryGetKeycode(row.Keysym, out uint keycode) && keycode == row.Keycode));

    [Fact]
    public void Table_OnlyMeantSynonymsShareAKey()
    {
        // A key has its two characters, or its two keypad meanings; more names than that only for the keys listed here.
        uint[] many = [LinuxKeys.KEY_LEFTMETA, LinuxKeys.KEY_RIGHTMETA, LinuxKeys.KEY_RIGHTALT, LinuxKeys.KEY_KP5, LinuxKeys.KEY_102ND];
        IEnumerable<IGrouping<uint, uint>> crowded = Keysyms.Table.GroupBy(row => row.Keycode, row => row.Keysym).Where(group => group.Count() > 2);
        Assert.All(crowded, group => Assert.Contains(group.Key, many));
    }

    [Fact]
    public void TryGetKeycode_CharactersOfAUsKeyboard_ShareTheirKeyWithTheShiftedOne()
    {
        Assert.Equal(Plain.Length, Shifted.Length);
        HashSet<uint> keys = [];
        for (int i = 0; i < Plain.Length; i++)
        {
            Assert.True(Keysyms.TryGetKeycode(Plain[i], out uint plain));
            Assert.True(Keysyms.TryGetKeycode(Shifted[i], out uint shifted));
            Assert.Equal(plain, shifted);
            Assert.True(keys.Add(plain), $"two characters on key {plain}");
        }
    }

    [Theory]
    [InlineData(0xff1bu, 1u)] // Escape
    [InlineData(0xff0du, 28u)] // Return
    [InlineData(0xff8du, 96u)] // KP_Enter
    [InlineData(0xffe4u, 97u)] // Control_R
    [InlineData(0xffc9u, 88u)] // F12
    [InlineData(0xffd5u, 194u)] // F24
    [InlineData(0xff95u, 71u)] // KP_Home
    [InlineData(0xff50u, 102u)] // Home
    [InlineData(0xfe03u, 100u)] // ISO_Level3_Shift
    [InlineData(0x1008ff13u, 115u)] // XF86XK_AudioRaiseVolume
    [InlineData(0x01000061u, 30u)] // a as a Unicode keysym
    [InlineData(0x100811b8u, 0x1b8u)] // _EVDEVK(0x1b8)
    public void TryGetKeycode_KnownKeys(uint keysym, uint expected)
    {
        Assert.True(Keysyms.TryGetKeycode(keysym, out uint keycode));
        Assert.Equal(expected, keycode);
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(0x01000000u)]
    [InlineData(0x010020acu)] // euro sign
    [InlineData(0x10081000u)]
    [InlineData(0x10081300u)]
    [InlineData(uint.MaxValue)]
    public void TryGetKeycode_NoSuchKey_ReturnsFalse(uint keysym) => Assert.False(Keysyms.TryGetKeycode(keysym, out _));

    [Fact]
    public void XtScancodes_EveryKeyOfA105KeyKeyboard_HasAScancode()
    {
        uint[] codes = [.. Enumerable.Range(0, 256).Select(code => XtScancodes.TryGetKeycode((uint)code, out uint keycode) ? keycode : 0)];
        // The main block and keypad, 102ND, F11 and F12, then Enter to Delete of the keypad and cursor blocks, Pause and the Windows keys.
        uint[] keyboard =
        [
            .. Enumerable.Range(1, 83).Select(code => (uint)code), 86, 87, 88, 96, 97, 98, 99, 100,
            .. Enumerable.Range(102, 10).Select(code => (uint)code), 119, 125, 126, 127,
        ];
        Assert.All(keyboard, key => Assert.Contains(key, codes));
        // Print and Pause have two ways to be sent, everything else one.
        Assert.All(
            codes.Where(code => code != 0).GroupBy(code => code),
            group => Assert.Equal(group.Key is LinuxKeys.KEY_SYSRQ or LinuxKeys.KEY_PAUSE ? 2 : 1, group.Count()));
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(0x80u)]
    [InlineData(0x100u)]
    [InlineData(uint.MaxValue)]
    public void XtScancodes_NoSuchKey_ReturnsFalse(uint scancode) => Assert.False(XtScancodes.TryGetKeycode(scancode, out _));
}
