using XenFbFront.Input;
using XenFbFront.Tests.Input.Support;
using Xunit;
using static XenFbFront.Input.InputCodes;

namespace XenFbFront.Tests.Input;

public class NoSinkTests : SinkFixture
{
    [Fact]
    public void Write_IsTakenAndNothingIsKept()
    {
        using IInputDevice device = new NoSink().Open(new(InputRole.Keyboard, 0), Descriptors);
        Assert.Equal(0, device.Write([new(EV_KEY, 30, 1), new(EV_SYN, SYN_REPORT, 0)]));
        Assert.Equal(0, device.Position);
        Assert.True(device.WasCarriedOut(0, 30, isDownAfter: true));
        device.Remove();
        Assert.Empty(Kept.Names);
    }
}
