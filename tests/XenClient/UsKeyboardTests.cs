using XenFbFront.Tests.Xen;
using XenFbFront.Viewer;
using Xunit;

namespace XenFbFront.Tests.XenClient;

public class UsKeyboardTests
{
    [Fact]
    public void Scancodes_104KeysAndTheIsoKey_NoKeyTwice()
    {
        uint[] keycodes = [.. UsKeyboard.Scancodes.Select(UsKeyboard.Keycode)];

        Assert.Equal(105, keycodes.Distinct().Count());
        Assert.Equal(105, keycodes.Length);
        Assert.Contains(LinuxKeys.KEY_102ND, keycodes);
    }

    [Fact]
    public void EachKey_LocksTwice_LeavesThemAsTheyWere() => Assert.Equal(
        [(LinuxKeys.KEY_SCROLLLOCK, 2), (LinuxKeys.KEY_NUMLOCK, 2), (LinuxKeys.KEY_CAPSLOCK, 2)],
        UsKeyboard.EachKey.GroupBy(UsKeyboard.Keycode, (keycode, codes) => (keycode, codes.Count())).Where(group => group.Item2 > 1));

    [Fact]
    public void Random_SameSeed_GivesTheSameLettersAndDigits()
    {
        byte[] keys = [.. UsKeyboard.Random(5, 2000)];

        Assert.Equal(keys, UsKeyboard.Random(5, 2000));
        Assert.NotEqual(keys, UsKeyboard.Random(6, 2000));
        Assert.Equal(36, keys.Distinct().Count());
        Assert.All(keys, key => Assert.True(UsKeyboard.Keysym(key) < 0x80 && char.IsAsciiLetterOrDigit((char)UsKeyboard.Keysym(key))));
    }
}
