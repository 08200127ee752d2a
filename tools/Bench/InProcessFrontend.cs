using Microsoft.Extensions.Logging.Abstractions;
using Xenbus.Devices;
using Xenbus.Linux.Interop;
using Xenbus.Loop;
using Xenbus.Loopback;
using XenFbFront.Backend;
using XenFbFront.Content;
using XenFbFront.Input;
using XenFbFront.Loopback;
using XenFbFront.Vfb;
using XenFbFront.Vkbd;

namespace XenFbFront.Bench;

/// <summary>The daemon's own drivers in this process, where they can be looked into, connected on a loopback whose hypervisor and backend run on other threads.</summary>
internal sealed class InProcessFrontend : IDisposable
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(20);

    private readonly EventLoop _loop;
    private readonly FrontendHost _host;
    private readonly IScreenSource _source;
    private readonly Descriptor _stopEvent = Descriptor.Own(Libc.EventFile(), "create", "an eventfd");
    private readonly LoopWatch _stopWatch;
    private Thread? _thread;

    /// <summary>Connects, on the caller's thread.</summary>
    /// <param name="clock">The drivers' clock.</param>
    /// <param name="makeSource">Makes the picture.</param>
    /// <param name="observer">Sees what has been written to the record, or null.</param>
    public InProcessFrontend(TimeProvider clock, Func<EventLoop, IScreenSource> makeSource, IInputObserver? observer = null)
    {
        Session = new(Scratch.NewDirectory(), new BackendOptions(), static _ => { });
        RecordPath = Path.Combine(Session.RuntimeDirectory, "input.log");
        _loop = new(clock);
        _stopWatch = _loop.Watch(_stopEvent.Number, LoopInterest.Readable, OnStop);
        _source = makeSource(_loop);
        VfbDriver framebuffer = new(new VfbOptions(), new ScreenSources(_source));
        VkbdDriver keyboard = new(new Seats(new(new RecorderSink(RecordPath), observer)), framebuffer);
        _host = new(LoopbackDomain.FromDirectory(Session.GuestDirectory), _loop, new NoDescriptorStore(), [framebuffer, keyboard], NullLogger.Instance, new());
        _host.Start();
        for (long started = TimeProvider.System.GetTimestamp(); !Session.WaitConnected(TimeSpan.Zero);)
        {
            BenchException.ThrowUnless(TimeProvider.System.GetElapsedTime(started) < s_timeout, "the drivers do not connect");
            _loop.RunOnce(TimeSpan.FromMilliseconds(1));
        }

        Settle();
    }

    /// <summary>Hypervisor and backend.</summary>
    public LoopbackSession Session { get; }

    /// <summary>Where input is recorded.</summary>
    public string RecordPath { get; }

    /// <summary>Events that the backend took from a device's ring so far.</summary>
    public long EventsReceived(string type) => Session.OnBackend(backend => backend.Devices.First(device => device.Type == type).Counters.EventsReceived);

    /// <summary>One turn of the loop.</summary>
    public bool RunOnce(TimeSpan maxWait) => _loop.RunOnce(maxWait);

    /// <summary>Runs what is due now.</summary>
    public void RunPending()
    {
        while (_loop.RunOnce(TimeSpan.Zero))
        {
        }
    }

    /// <summary>Runs the loop until nothing comes any more.</summary>
    public void Settle()
    {
        while (_loop.RunOnce(TimeSpan.FromMilliseconds(50)))
        {
        }
    }

    /// <summary>From here on the loop has a thread of its own, as the daemon's.</summary>
    public void StartThread()
    {
        _thread = new Thread(_loop.Run) { Name = "frontend" };
        _thread.Start();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Span<byte> one = stackalloc byte[8];
        one[0] = 1;
        Libc.Write(_stopEvent.Number, one);
        if (_thread is not null)
        {
            _thread.Join();
        }
        else
        {
            _loop.Run();
        }

        _host.Dispose();
        _source.Dispose();
        _stopWatch.Dispose();
        _stopEvent.Dispose();
        _loop.Dispose();
        Session.Dispose();
    }

    private void OnStop()
    {
        Span<byte> count = stackalloc byte[8];
        Libc.Read(_stopEvent.Number, count);
        _host.Stop(_loop.Stop);
    }
}
