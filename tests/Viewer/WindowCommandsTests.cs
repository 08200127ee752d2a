using XenFbFront.Viewer;
using Xunit;
using static XenFbFront.Viewer.LinuxKeys;

namespace XenFbFront.Tests.Viewer;

public class WindowCommandsTests
{
    [Fact]
    public void TryGet_LeftCtrlAndLeftAlt_FindsEachCommandThatHelpLists()
    {
        HeldKeys held = Hold(KEY_LEFTCTRL, KEY_LEFTALT);
        uint[] keys = [KEY_H, KEY_G, KEY_T, KEY_R, KEY_0, KEY_EQUAL, KEY_MINUS, KEY_S, KEY_D];
        HashSet<WindowCommand> found = [];
        foreach (uint key in keys)
        {
            Assert.True(WindowCommands.TryGet(key, held, out WindowCommand command));
            found.Add(command);
        }

        Assert.Equal([.. Enum.GetValues<WindowCommand>()], found);
        foreach (string letter in (string[])["H", "G", "T", "R", "0", "S", "D"])
        {
            Assert.Contains(WindowCommands.Help, line => line.StartsWith($"  {letter}  "));
        }
    }

    [Theory]
    [InlineData()]
    [InlineData(KEY_LEFTCTRL)]
    [InlineData(KEY_LEFTALT)]
    [InlineData(KEY_LEFTCTRL, KEY_RIGHTALT)]
    [InlineData(KEY_RIGHTCTRL, KEY_LEFTALT)]
    [InlineData(KEY_LEFTCTRL, KEY_LEFTALT, KEY_RIGHTALT)]
    public void TryGet_OtherModifiers_IsTheGuests(params uint[] keys) => Assert.False(WindowCommands.TryGet(KEY_G, Hold(keys), out _));

    [Fact]
    public void TryGet_OtherKey_IsTheGuests() => Assert.False(WindowCommands.TryGet(KEY_F2, Hold(KEY_LEFTCTRL, KEY_LEFTALT), out _));

    private static HeldKeys Hold(params uint[] keys)
    {
        HeldKeys held = new();
        foreach (uint key in keys)
        {
            held.Press(key);
        }

        return held;
    }
}
