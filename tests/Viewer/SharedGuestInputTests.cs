using XenFbFront.Backend;
using XenFbFront.Viewer;
using Xunit;

namespace XenFbFront.Tests.Viewer;

public class SharedGuestInputTests
{
    [Fact]
    public void RefreshPeriod_TwoViewers_GuestHearsTheShortest()
    {
        RecordingInput guest = new();
        SharedGuestInput shared = new(guest);
        IGuestInput window = shared.Join(), server = shared.Join();
        window.RefreshPeriod(16);
        server.RefreshPeriod(16);
        server.RefreshPeriod(0);
        server.RefreshPeriod(10);
        window.RefreshPeriod(0);
        server.RefreshPeriod(0);
        Assert.Equal([16u, 10u, 0u], guest.RefreshPeriods);
    }

    [Fact]
    public void Input_PassesThroughUnchanged()
    {
        RecordingInput guest = new();
        IGuestInput share = new SharedGuestInput(guest).Join();
        share.Key(30, true);
        share.PointerAt(1, 2, 3);
        share.PointerBy(4, 5, -6);
        share.Touch(0, TouchPhase.Down, 7, 8);
        Assert.Equal(["30 down", "at 1,2 wheel 3", "by 4,5 wheel -6", "touch 0 Down 7,8"], guest.Events);
    }
}
