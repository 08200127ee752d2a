using System.Net;
using System.Net.Sockets;
using Xenbus;
using Xenbus.Linux.Interop;
using Xenbus.Loop;
using XenFbFront.Tests.Content.Support;
using XenFbFront.Tests.Support;
using Xunit;

namespace XenFbFront.Tests.Loop;

public sealed class EventLoopTests : IDisposable
{
    private readonly ManualTimeProvider _clock = new();
    private readonly EventLoop _loop;
    private readonly List<Descriptor> _descriptors = [];
    private readonly List<string> _calls = [];

    public EventLoopTests() => _loop = new(_clock);

    public void Dispose()
    {
        _loop.Dispose();
        _descriptors.ForEach(descriptor => descriptor.Dispose());
    }

    [Fact]
    public void RunOnce_NothingToDo_ReturnsFalse()
    {
        Descriptor file = EventFile();
        _loop.Watch(file.Number, LoopInterest.Readable, () => _calls.Add("called"));

        Assert.False(Turn());
        Assert.Empty(_calls);
        Assert.Equal(1, _loop.WakeUps);
    }

    [Fact]
    public void Watch_Readable_CallsAtEachTurnUntilRead()
    {
        Descriptor file = EventFile();
        _loop.Watch(file.Number, LoopInterest.Readable, () => _calls.Add("called"));
        Signal(file);

        Assert.True(Turn());
        Assert.True(Turn());
        Drain(file);
        Assert.False(Turn());
        Assert.Equal(["called", "called"], _calls);
    }

    [Fact]
    public void Watch_Writable_CallsWhileTheSocketTakesBytes()
    {
        (Descriptor first, _) = SocketPair();
        _loop.Watch(first.Number, LoopInterest.Writable, () => _calls.Add("writable"));

        Assert.True(Turn());
        Assert.Equal(["writable"], _calls);
    }

    [Fact]
    public void Watch_PeerHangsUp_CallsWhateverTheInterest()
    {
        (Descriptor first, Descriptor second) = SocketPair();
        _loop.Watch(first.Number, LoopInterest.Priority, () => _calls.Add("hang-up"));

        Assert.False(Turn());
        second.Dispose();
        Assert.True(Turn());
        Assert.Equal(["hang-up"], _calls);
    }

    /// <summary>Urgent bytes of TCP are the priority condition that a test can make; vcs devices and sysfs attributes raise the same bit.</summary>
    [Fact]
    public void Watch_Priority_CallsForUrgentButNotForOrdinaryBytes()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        using Socket sender = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        sender.Connect(listener.LocalEndpoint);
        using Socket receiver = listener.AcceptSocket();
        using LoopWatch watch = _loop.Watch((int)receiver.Handle, LoopInterest.Priority, () => _calls.Add("priority"));

        sender.Send([1]);
        Assert.Equal(PollEvents.POLLIN, Libc.Poll((int)receiver.Handle, PollEvents.POLLIN, 10_000));
        Assert.False(Turn());
        sender.Send([2], SocketFlags.OutOfBand);
        Assert.Equal(PollEvents.POLLPRI, Libc.Poll((int)receiver.Handle, PollEvents.POLLPRI, 10_000));
        Assert.True(Turn());
        Assert.Equal(["priority"], _calls);
    }

    [Fact]
    public void Watch_DescriptorThatCannotBeWatched_Throws()
    {
        XenException exception = Assert.Throws<XenException>(() => _loop.Watch(-1, LoopInterest.Readable, () => { }));
        Assert.Equal(Errno.EBADF, exception.ErrorNumber);

        // The slot it would have had serves the next watch.
        Descriptor file = EventFile();
        _loop.Watch(file.Number, LoopInterest.Readable, () => _calls.Add("called"));
        Signal(file);
        Assert.True(Turn());
        Assert.Equal(["called"], _calls);
    }

    [Fact]
    public void Watch_SameDescriptorTwice_Throws()
    {
        Descriptor file = EventFile();
        _loop.Watch(file.Number, LoopInterest.Readable, () => { });

        Assert.Equal(Errno.EEXIST, Assert.Throws<XenException>(() => _loop.Watch(file.Number, LoopInterest.Readable, () => { })).ErrorNumber);
    }

    [Fact]
    public void WatchDispose_StopsCalling_AndTwiceDoesNoHarmToItsSuccessor()
    {
        Descriptor file = EventFile();
        Signal(file);
        LoopWatch first = _loop.Watch(file.Number, LoopInterest.Readable, () => _calls.Add("first"));
        first.Dispose();
        Assert.False(Turn());

        _loop.Watch(file.Number, LoopInterest.Readable, () => _calls.Add("second"));
        first.Dispose();
        Assert.True(Turn());
        Assert.Equal(["second"], _calls);
    }

    [Fact]
    public void WatchDispose_InItsOwnCallback_CallsOnce()
    {
        Descriptor file = EventFile();
        Signal(file);
        LoopWatch? watch = null;
        watch = _loop.Watch(file.Number, LoopInterest.Readable, () =>
        {
            _calls.Add("called");
            watch!.Dispose();
        });

        Assert.True(Turn());
        Assert.False(Turn());
        Assert.Equal(["called"], _calls);
    }

    /// <summary>Both are ready in one batch of the kernel; whichever comes first removes the other.</summary>
    [Fact]
    public void WatchDispose_InTheCallbackOfAnotherReadyOne_IsNotCalledAnyMore()
    {
        Descriptor first = EventFile(), second = EventFile();
        LoopWatch? firstWatch = null, secondWatch = null;
        firstWatch = _loop.Watch(first.Number, LoopInterest.Readable, () =>
        {
            _calls.Add("called");
            secondWatch!.Dispose();
        });
        secondWatch = _loop.Watch(second.Number, LoopInterest.Readable, () =>
        {
            _calls.Add("called");
            firstWatch!.Dispose();
        });
        Signal(first);
        Signal(second);

        Assert.True(Turn());
        Assert.Equal(["called"], _calls);
    }

    [Fact]
    public void Watch_MadeInsideACallback_IsServedFromTheNextTurnOn()
    {
        Descriptor first = EventFile(), second = EventFile();
        Signal(first);
        Signal(second);
        _loop.Watch(first.Number, LoopInterest.Readable, () =>
        {
            Drain(first);
            _loop.Watch(second.Number, LoopInterest.Readable, () => _calls.Add("second"));
        });

        Assert.True(Turn());
        Assert.Empty(_calls);
        Assert.True(Turn());
        Assert.Equal(["second"], _calls);
    }

    /// <summary>More than one batch of ready descriptors: none starves.</summary>
    [Fact]
    public void Watch_MoreReadyThanABatch_AreAllCalledInAFewTurns()
    {
        HashSet<int> called = [];
        for (int i = 0; i < 100; i++)
        {
            Descriptor file = EventFile();
            Signal(file);
            int number = i;
            _loop.Watch(file.Number, LoopInterest.Readable, () =>
            {
                called.Add(number);
                Drain(file);
            });
        }

        int turns = 0;
        while (Turn())
        {
            Assert.True(++turns <= 100);
        }

        Assert.Equal(100, called.Count);
    }

    [Fact]
    public void Timer_FiresOnceWhenItsTimeHasCome()
    {
        LoopTimer timer = _loop.CreateTimer(() => _calls.Add("fired"));
        Assert.False(timer.IsRunning);
        timer.Start(Seconds(5));
        Assert.True(timer.IsRunning);

        _clock.Advance(Seconds(5) - TimeSpan.FromTicks(1));
        Assert.False(Turn());
        _clock.Advance(TimeSpan.FromTicks(1));
        Assert.True(Turn());
        Assert.False(timer.IsRunning);
        _clock.Advance(Seconds(100));
        Assert.False(Turn());
        Assert.Equal(["fired"], _calls);
    }

    [Fact]
    public void Timer_StartedAgain_ForgetsTheEarlierStart()
    {
        LoopTimer timer = _loop.CreateTimer(() => _calls.Add("fired"));
        timer.Start(Seconds(1));
        timer.Start(Seconds(3));

        _clock.Advance(Seconds(2));
        Assert.False(Turn());
        _clock.Advance(Seconds(1));
        Assert.True(Turn());
    }

    [Fact]
    public void Timer_CancelledOrDisposed_DoesNotFire()
    {
        LoopTimer cancelled = _loop.CreateTimer(() => _calls.Add("cancelled"));
        LoopTimer disposed = _loop.CreateTimer(() => _calls.Add("disposed"));
        cancelled.Start(Seconds(1));
        disposed.Start(Seconds(1));
        cancelled.Cancel();
        disposed.Dispose();
        disposed.Dispose();

        _clock.Advance(Seconds(2));
        Assert.False(Turn());
        Assert.Null(_loop.TimeToNextTimer());
    }

    [Fact]
    public void Timer_StartedWithZero_FiresAtTheNextTurn()
    {
        _loop.CreateTimer(() => _calls.Add("fired")).Start(TimeSpan.Zero);

        Assert.True(Turn());
        Assert.Equal(["fired"], _calls);
    }

    /// <summary>A periodic timer starts itself again; it must not fire twice in one turn, however late the turn is.</summary>
    [Fact]
    public void Timer_StartingItselfInItsCallback_FiresOnceATurn()
    {
        LoopTimer? timer = null;
        timer = _loop.CreateTimer(() =>
        {
            _calls.Add("fired");
            timer!.Start(TimeSpan.Zero);
        });
        timer.Start(Seconds(1));
        _clock.Advance(Seconds(10));

        Assert.True(Turn());
        Assert.Single(_calls);
        Assert.True(Turn());
        Assert.Equal(2, _calls.Count);
    }

    [Fact]
    public void Timers_DueInOneTurn_AllFireInOrder()
    {
        for (int i = 1; i <= 3; i++)
        {
            string name = $"{i} s";
            _loop.CreateTimer(() => _calls.Add(name)).Start(Seconds(i));
        }

        _loop.CreateTimer(() => _calls.Add("later")).Start(Seconds(4));
        _clock.Advance(Seconds(3));

        Assert.True(Turn());
        Assert.Equal(["1 s", "2 s", "3 s"], _calls);
    }

    [Fact]
    public void Timers_DueInDifferentTurns_FireInTheOrderOfTime()
    {
        _loop.CreateTimer(() => _calls.Add("3 s")).Start(Seconds(3));
        _loop.CreateTimer(() => _calls.Add("1 s")).Start(Seconds(1));
        _loop.CreateTimer(() => _calls.Add("2 s")).Start(Seconds(2));
        for (int i = 0; i < 3; i++)
        {
            _clock.Advance(Seconds(1));
            Turn();
        }

        Assert.Equal(["1 s", "2 s", "3 s"], _calls);
    }

    [Fact]
    public void Timers_OneDisposesItselfAndOneAnother_NoneIsLostOrCalledAfterDispose()
    {
        LoopTimer? first = null, third = null;
        first = _loop.CreateTimer(() =>
        {
            _calls.Add("first");
            first!.Dispose();
            third!.Dispose();
        });
        LoopTimer second = _loop.CreateTimer(() => _calls.Add("second"));
        third = _loop.CreateTimer(() => _calls.Add("third"));
        first.Start(Seconds(1));
        second.Start(Seconds(1));
        third.Start(Seconds(1));
        _clock.Advance(Seconds(1));

        // One that the removal moved past may come a turn later, but that turn does not wait.
        Turn();
        Assert.InRange(_loop.TimeToNextTimer() ?? TimeSpan.Zero, TimeSpan.MinValue, TimeSpan.Zero);
        Turn();
        Assert.Equal(["first", "second"], _calls);
    }

    [Fact]
    public void TimeToNextTimer_IsTheEarliestRunningOne()
    {
        Assert.Null(_loop.TimeToNextTimer());
        _loop.CreateTimer(() => { });
        Assert.Null(_loop.TimeToNextTimer());
        _loop.CreateTimer(() => { }).Start(Seconds(9));
        _loop.CreateTimer(() => { }).Start(Seconds(4));
        _loop.CreateTimer(() => { }).Start(Seconds(7));

        Assert.Equal(Seconds(4), _loop.TimeToNextTimer());
        _clock.Advance(Seconds(5));
        Assert.Equal(Seconds(-1), _loop.TimeToNextTimer());
    }

    /// <summary>A due timer ends the wait: with an infinite one this test would hang.</summary>
    [Fact]
    public void RunOnce_InfiniteWaitAndDueTimer_ReturnsAtOnce()
    {
        _loop.CreateTimer(() => _calls.Add("fired")).Start(Seconds(1));
        _clock.Advance(Seconds(1));

        Assert.True(_loop.RunOnce(Timeout.InfiniteTimeSpan));
        Assert.Equal(["fired"], _calls);
    }

    [Fact]
    public void Post_RunsInOrderAtTheNextTurnWithoutWaiting()
    {
        _loop.Post(() => _calls.Add("first"));
        _loop.Post(() => _calls.Add("second"));

        Assert.Empty(_calls);
        Assert.True(_loop.RunOnce(Timeout.InfiniteTimeSpan));
        Assert.Equal(["first", "second"], _calls);
        Assert.False(Turn());
    }

    [Fact]
    public void Post_InsideAPostedCallback_RunsOneTurnLater()
    {
        _loop.Post(() => _loop.Post(() => _calls.Add("inner")));

        Assert.True(_loop.RunOnce(Timeout.InfiniteTimeSpan));
        Assert.Empty(_calls);
        Assert.True(_loop.RunOnce(Timeout.InfiniteTimeSpan));
        Assert.Equal(["inner"], _calls);
    }

    [Fact]
    public void Stop_InsideACallback_EndsRun()
    {
        int left = 3;
        void Again()
        {
            _calls.Add("turn");
            if (--left == 0)
            {
                _loop.Stop();
            }

            _loop.Post(Again);
        }

        _loop.Post(Again);
        _loop.Run();
        Assert.Equal(3, _calls.Count);

        // What was posted meanwhile waits for the next run.
        left = 1;
        _loop.Run();
        Assert.Equal(4, _calls.Count);
    }

    [Fact]
    public void RunOnce_SteadyState_AllocatesNothing()
    {
        Descriptor file = EventFile();
        byte[] one = [1, 0, 0, 0, 0, 0, 0, 0], count = new byte[8];
        int calls = 0, ticks = 0;
        LoopTimer? timer = null;
        Action posted = () => calls++;
        _loop.Watch(file.Number, LoopInterest.Readable, () =>
        {
            Libc.Read(file.Number, count);
            _loop.Post(posted);
        });
        timer = _loop.CreateTimer(() =>
        {
            ticks++;
            timer!.Start(Seconds(1));
        });
        timer.Start(Seconds(1));
        void OneTurn()
        {
            Libc.Write(file.Number, one);
            _clock.Advance(Seconds(1));
            _loop.RunOnce(TimeSpan.Zero);
        }

        OneTurn();
        int runs = AllocationMeter.AssertNone(() =>
        {
            for (int i = 0; i < 3000; i++)
            {
                OneTurn();
            }
        });
        Assert.Equal((3000 * runs, 3000 * runs + 1), (calls, ticks));
    }

    private static TimeSpan Seconds(int count) => TimeSpan.FromSeconds(count);

    private static void Signal(Descriptor file) => Assert.Equal(8, Libc.Write(file.Number, [1, 0, 0, 0, 0, 0, 0, 0]));

    private static void Drain(Descriptor file) => Assert.Equal(8, Libc.Read(file.Number, new byte[8]));

    private bool Turn() => _loop.RunOnce(TimeSpan.Zero);

    private Descriptor EventFile() => Keep(Libc.EventFile());

    private (Descriptor First, Descriptor Second) SocketPair()
    {
        Assert.Equal(0, Libc.SocketPair(Libc.Stream, out int first, out int second));
        return (Keep(first), Keep(second));
    }

    private Descriptor Keep(int number)
    {
        Descriptor descriptor = Descriptor.Own(number, "create", "a descriptor for a test");
        _descriptors.Add(descriptor);
        return descriptor;
    }
}
