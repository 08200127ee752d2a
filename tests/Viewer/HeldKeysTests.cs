using XenFbFront.Viewer;
using Xunit;

namespace XenFbFront.Tests.Viewer;

public class HeldKeysTests
{
    [Fact]
    public void Press_SameKeyByManyKeysyms_StaysOneEntry()
    {
        HeldKeys held = new();
        for (uint keysym = 1; keysym < 1000; keysym++)
        {
            held.Press(30, keysym);
        }

        Assert.Equal(1, held.Count);
        Assert.True(held.TryFind(999, out uint keycode));
        Assert.Equal(30u, keycode);
        Assert.False(held.TryFind(998, out _));
    }

    [Fact]
    public void TryTakeLast_GivesThemBackwards()
    {
        HeldKeys held = new();
        held.Press(42);
        held.Press(30);
        held.Press(48);
        held.Release(30);
        Assert.True(held.TryTakeLast(out uint last));
        Assert.True(held.TryTakeLast(out uint first));
        Assert.Equal((48u, 42u), (last, first));
        Assert.False(held.TryTakeLast(out _));
    }

    [Fact]
    public void TryFind_NoKeysym_FindsNothing()
    {
        HeldKeys held = new();
        held.Press(0x110);
        Assert.False(held.TryFind(0, out _));
    }
}
