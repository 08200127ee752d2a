using XenFbFront.Backend;
using Xunit;

namespace XenFbFront.Tests.Viewer;

/// <summary>A guest that writes down what it is told, and may refuse to take more for a while.</summary>
internal sealed class RecordingInput : IGuestInput
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(30);

    private readonly object _gate = new();
    private readonly List<string> _events = [];
    private readonly List<uint> _refreshPeriods = [];
    private readonly ManualResetEventSlim _open = new(initialState: true);

    /// <summary>While closed, the next call is written down and then blocks.</summary>
    public bool IsOpen
    {
        get => _open.IsSet;
        set
        {
            if (value)
            {
                _open.Set();
            }
            else
            {
                _open.Reset();
            }
        }
    }

    public int TouchContacts { get; set; } = 2;

    public string[] Events
    {
        get
        {
            lock (_gate)
            {
                return [.. _events];
            }
        }
    }

    public uint[] RefreshPeriods
    {
        get
        {
            lock (_gate)
            {
                return [.. _refreshPeriods];
            }
        }
    }

    public void Key(uint keycode, bool pressed) => Note($"{keycode} {(pressed ? "down" : "up")}");

    public void PointerAt(int x, int y, int wheel = 0) => Note($"at {x},{y} wheel {wheel}");

    public void PointerBy(int dx, int dy, int wheel = 0) => Note($"by {dx},{dy} wheel {wheel}");

    public void Touch(int contact, TouchPhase phase, int x, int y) => Note($"touch {contact} {phase} {x},{y}");

    public void RefreshPeriod(uint periodMs)
    {
        lock (_gate)
        {
            _refreshPeriods.Add(periodMs);
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Waits for a number of events and gives all there are.</summary>
    public string[] WaitForEvents(int count)
    {
        WaitFor(() => _events.Count >= count, () => $"{_events.Count} of {count} events: {string.Join(", ", _events.TakeLast(20))}");
        return Events;
    }

    public uint[] WaitForRefreshPeriods(int count)
    {
        WaitFor(() => _refreshPeriods.Count >= count, () => $"{_refreshPeriods.Count} of {count} refresh periods");
        return RefreshPeriods;
    }

    private void WaitFor(Func<bool> condition, Func<string> state)
    {
        DateTime end = DateTime.UtcNow + s_deadline;
        lock (_gate)
        {
            while (!condition())
            {
                TimeSpan left = end - DateTime.UtcNow;
                if (left <= TimeSpan.Zero || !Monitor.Wait(_gate, left))
                {
                    Assert.Fail($"only {state()}");
                }
            }
        }
    }

    private void Note(string what)
    {
        lock (_gate)
        {
            _events.Add(what);
            Monitor.PulseAll(_gate);
        }

        Assert.True(_open.Wait(s_deadline), "the test forgot to open the input");
    }
}
