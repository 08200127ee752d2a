using XenFbFront.Tests.Backend.Support;
using XenFbFront.Viewer;
using Xunit;

namespace XenFbFront.Tests.Viewer;

public class SizeWishTests
{
    private readonly ManualClock _clock = new();
    private readonly SizeWish _wish;

    public SizeWishTests() => _wish = new(_clock);

    [Fact]
    public void TryTake_WhileDragged_WaitsForTheLastAndGivesItOnce()
    {
        for (int i = 0; i < 10; i++)
        {
            _wish.Set(100 + i, 80);
            _clock.Advance(SizeWish.SettleTime.TotalMilliseconds / 2);
            Assert.False(_wish.TryTake(out _));
        }

        Assert.Equal(SizeWish.SettleTime / 2, _wish.Remaining);
        _clock.Advance(SizeWish.SettleTime.TotalMilliseconds / 2);
        Assert.True(_wish.TryTake(out (int, int) size));
        Assert.Equal((109, 80), size);
        Assert.False(_wish.TryTake(out _));
        Assert.Null(_wish.Remaining);
    }

    [Fact]
    public void Set_SameSizeAgain_DoesNotBeginTheWaitAgain()
    {
        _wish.Set(100, 80);
        _clock.Advance(SizeWish.SettleTime.TotalMilliseconds);
        _wish.Set(100, 80);
        Assert.True(_wish.TryTake(out _));
    }

    [Fact]
    public void Set_MinimisedWindow_IsNoWish()
    {
        _wish.Set(0, 0);
        Assert.Null(_wish.Remaining);
    }

    [Fact]
    public void Clear_ForgetsIt()
    {
        _wish.Set(100, 80);
        _wish.Clear();
        _clock.Advance(SizeWish.SettleTime.TotalMilliseconds);
        Assert.False(_wish.TryTake(out _));
    }
}
