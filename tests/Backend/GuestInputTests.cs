using Xenbus.Loop;
using XenFbFront.Backend;
using Xunit;

namespace XenFbFront.Tests.Backend;

public class GuestInputTests
{
    /// <summary>Only ends tests that hang; nothing is measured.</summary>
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(20);

    [Fact]
    public void Key_QueueFull_CallerWaitsAndOrderIsKept()
    {
        using EventLoop loop = new(TimeProvider.System);
        int woken = 0;
        using LoopWaker waker = new(loop, () => woken++);
        using GuestInput input = new(2, waker);
        input.Open(touchContacts: 0);
        Thread caller = new(() =>
        {
            for (uint i = 0; i < 500; i++)
            {
                input.Key(i, true);
            }
        });
        caller.Start();
        for (uint i = 0; i < 500; i++)
        {
            InputItem item = default;
            Assert.True(SpinWait.SpinUntil(() => input.TryPeek(out item), s_deadline));
            Assert.Equal(i, item.Code);
            Assert.InRange(input.Count, 1, 2);
            input.Remove();
        }

        Assert.True(caller.Join(s_deadline));
        Assert.True(loop.RunOnce(s_deadline));
        Assert.True(woken > 0);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Key_WaitingWhenTheConnectionOrTheBackendEnds_Returns(bool ends)
    {
        using EventLoop loop = new(TimeProvider.System);
        using LoopWaker waker = new(loop, () => { });
        using GuestInput input = new(1, waker);
        input.Open(touchContacts: 0);
        Thread caller = new(() =>
        {
            input.Key(1, true);
            input.Key(2, true);
        });
        caller.Start();
        Assert.True(SpinWait.SpinUntil(() => input.Count == 1 && caller.ThreadState.HasFlag(ThreadState.WaitSleepJoin), s_deadline));
        if (ends)
        {
            input.Dispose();
        }
        else
        {
            input.Close();
        }

        Assert.True(caller.Join(s_deadline));
        Assert.True(input.Dropped >= 1);
    }

    [Fact]
    public void Key_QueueFullOnTheLoopsThread_ThrowsInsteadOfWaitingForItself()
    {
        using EventLoop loop = new(TimeProvider.System);
        using LoopWaker waker = new(loop, () => { });
        using GuestInput input = new(1, waker);
        input.Open(touchContacts: 0);
        input.Key(1, true);
        Assert.Throws<InvalidOperationException>(() => input.Key(2, true));
    }

    [Fact]
    public void Close_WithAMixedQueue_KeepsOnlyReleasesOfDeliveredKeys()
    {
        using EventLoop loop = new(TimeProvider.System);
        using LoopWaker waker = new(loop, () => { });
        using GuestInput input = new(8, waker);
        input.Open(touchContacts: 0);
        input.Key(1, true);
        input.Key(2, true);
        input.Remove();
        input.Remove();
        input.PointerBy(1, 1);
        input.Key(1, false);
        input.Key(3, true);
        input.Key(3, false);
        input.Key(2, false);
        input.Close();
        Assert.Equal(3, input.Dropped);
        Assert.Equal(1u, Take());
        Assert.Equal(2u, Take());
        Assert.Equal(0, input.Count);

        uint Take()
        {
            Assert.True(input.TryPeek(out InputItem item));
            Assert.True(item.IsRelease);
            input.Remove();
            return item.Code;
        }
    }

    [Fact]
    public void Waker_ManyWakesBetweenTurns_CallOnceEachTurn()
    {
        using EventLoop loop = new(TimeProvider.System);
        int woken = 0;
        using LoopWaker waker = new(loop, () => woken++);
        for (int i = 0; i < 100_000; i++)
        {
            waker.Wake();
        }

        Assert.True(loop.RunOnce(TimeSpan.Zero));
        Assert.False(loop.RunOnce(TimeSpan.Zero));
        waker.Wake();
        Assert.True(loop.RunOnce(TimeSpan.Zero));
        Assert.Equal(2, woken);
    }
}
