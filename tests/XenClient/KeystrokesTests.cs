using XenFbFront.Tests.Xen;
using XenFbFront.Viewer;
using Xunit;

namespace XenFbFront.Tests.XenClient;

public class KeystrokesTests
{
    private const uint Shift = 0xffe1;

    [Fact]
    public void Type_CharactersAndEscapes_PressesShiftItself() => Assert.Equal(
        [
            [('a', true), ('a', false)],
            [(Shift, true), ('>', true), ('>', false), (Shift, false)],
            [(0xff0d, true), (0xff0d, false)],
            [('\\', true), ('\\', false)],
            [(0xff09, true), (0xff09, false)],
            [(0xff1b, true), (0xff1b, false)],
        ],
        Keystrokes.Type(@"a>\n\\\t\e"));

    [Fact]
    public void Type_EveryPrintableCharacter_IsAKeyOfAUsKeyboard()
    {
        for (char character = ' '; character <= '~'; character++)
        {
            (uint Keysym, bool)[] stroke = Assert.Single(Keystrokes.Type(character == '\\' ? "\\\\" : character.ToString()));
            Assert.All(stroke, key => Assert.True(Keysyms.TryGetKeycode(key.Keysym, out _)));
        }
    }

    [Theory]
    [InlineData("ü")]
    [InlineData("\\x")]
    [InlineData("ends with \\")]
    public void Type_WhatHasNoKey_IsRefused(string text) => Assert.Throws<UsageException>(() => Keystrokes.Type(text));

    [Fact]
    public void Chord_ReleasesInReverse() => Assert.Equal(
        [(0xffe3, true), (0xffe9, true), ('2', true), ('2', false), (0xffe9, false), (0xffe3, false)], Keystrokes.Chord("Control_L+Alt_L+2"));

    [Theory]
    [InlineData("Return", 0xff0d)]
    [InlineData("F1", 0xffbe)]
    [InlineData("1", '1')]
    [InlineData("0x31", 0x31)]
    [InlineData("65307", 0xff1b)]
    [InlineData("XF86XK_AudioMute", 0x1008ff12)]
    public void Keysym_NameOrNumber_IsFound(string name, uint expected) => Assert.Equal(expected, Keystrokes.Keysym(name));

    [Theory]
    [InlineData("return")]
    [InlineData("")]
    [InlineData("0x")]
    [InlineData("-1")]
    public void Keysym_Unknown_IsRefused(string name) => Assert.Throws<UsageException>(() => Keystrokes.Keysym(name));
}
