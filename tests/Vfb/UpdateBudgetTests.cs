using XenFbFront.Tests.Support;
using XenFbFront.Vfb;
using Xunit;

namespace XenFbFront.Tests.Vfb;

public sealed class UpdateBudgetTests
{
    private readonly ManualTimeProvider _clock = new();

    [Fact]
    public void Spend_ComesBackAfterAPeriod_InPortionsAsItWasSpent()
    {
        UpdateBudget budget = new(_clock);
        Assert.Equal(8, budget.Available());
        budget.Spend(3);
        _clock.Advance(TimeSpan.FromMilliseconds(10));
        budget.Spend(5);
        Assert.Equal(0, budget.Available());
        Assert.Equal(TimeSpan.FromMilliseconds(20), budget.TimeToMore());
        _clock.Advance(TimeSpan.FromMilliseconds(20));
        Assert.Equal(3, budget.Available());
        _clock.Advance(TimeSpan.FromMilliseconds(10));
        Assert.Equal(8, budget.Available());
        Assert.Equal(TimeSpan.Zero, budget.TimeToMore());
    }

    [Fact]
    public void Reset_ForgetsAdviceAndWhatWasSpent()
    {
        UpdateBudget budget = new(_clock);
        budget.Advise(500);
        budget.Spend(8);
        budget.Advise(0);
        budget.Reset();
        Assert.False(budget.IsNobodyLooking);
        Assert.Equal(8, budget.Available());
        Assert.Equal(TimeSpan.FromMilliseconds(30), budget.Period);
    }
}
