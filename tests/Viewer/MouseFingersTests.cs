using XenFbFront.Viewer;
using Xunit;

namespace XenFbFront.Tests.Viewer;

public class MouseFingersTests
{
    private readonly RecordingInput _guest = new();

    [Fact]
    public void Button_Left_TouchesMovesAndLifts()
    {
        MouseFingers fingers = new(_guest);
        fingers.MoveTo(10, 20, 100, 80);
        fingers.Button(LinuxKeys.BTN_LEFT, isPressed: true);
        fingers.MoveTo(10, 20, 100, 80);
        fingers.MoveTo(11, 22, 100, 80);
        fingers.Button(LinuxKeys.BTN_LEFT, isPressed: false);
        fingers.MoveTo(30, 30, 100, 80);
        Assert.Equal(["touch 0 Down 10,20", "touch 0 Move 11,22", "touch 0 Up 11,22"], _guest.Events);
    }

    [Fact]
    public void Button_Right_IsTheMirrorImageThroughTheMiddle()
    {
        MouseFingers fingers = new(_guest);
        fingers.MoveTo(0, 0, 100, 80);
        fingers.Button(LinuxKeys.BTN_LEFT, isPressed: true);
        fingers.Button(LinuxKeys.BTN_RIGHT, isPressed: true);
        fingers.MoveTo(40, 30, 100, 80);
        fingers.Lift();
        Assert.Equal(
            ["touch 0 Down 0,0", "touch 1 Down 99,79", "touch 0 Move 40,30", "touch 1 Move 59,49", "touch 1 Up 59,49", "touch 0 Up 40,30"], _guest.Events);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    public void Button_GuestTakesFewer_IsToldOfNoMore(int contacts, int downs)
    {
        _guest.TouchContacts = contacts;
        MouseFingers fingers = new(_guest);
        fingers.MoveTo(1, 1, 100, 80);
        fingers.Button(LinuxKeys.BTN_LEFT, isPressed: true);
        fingers.Button(LinuxKeys.BTN_RIGHT, isPressed: true);
        fingers.Button(LinuxKeys.BTN_MIDDLE, isPressed: true);
        Assert.Equal(downs, _guest.Events.Length);
    }

    [Fact]
    public void Lift_GuestGoneMeanwhile_StillLifts()
    {
        MouseFingers fingers = new(_guest);
        fingers.Button(LinuxKeys.BTN_LEFT, isPressed: true);
        _guest.TouchContacts = 0;
        fingers.Lift();
        Assert.Equal("touch 0 Up 0,0", _guest.Events[^1]);
    }
}
