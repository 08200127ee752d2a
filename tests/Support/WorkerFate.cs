using Xenbus.Domain.Faults;
using Xenbus.Linux.Interop;

namespace XenFbFront.Tests.Support;

/// <summary>A simulated worker was killed. No code of the program catches this.</summary>
internal sealed class WorkerKilledException : Exception;

/// <summary>What befalls a simulated worker: a refused call, or death before or after a call.</summary>
internal sealed class WorkerFate : IFaultPlan
{
    private long _killAt = long.MaxValue;
    private long _doAt;
    private Action? _action;

    /// <summary>Called at the moment of death, before anything unwinds.</summary>
    public Action? Dying { get; set; }

    /// <summary>Calls seen so far that can fail.</summary>
    public long FallibleCalls { get; private set; }

    /// <summary>Moments passed so far at which the worker could have died.</summary>
    public long Moments { get; private set; }

    public bool IsDead { get; private set; }

    /// <summary>Chooses the errno of a call by its kind and its number among those that can fail, from 1; 0 lets it pass.</summary>
    public Func<DomainCall, long, int>? Refuse { get; set; }

    /// <summary>Whether an event to the backend is lost.</summary>
    public Func<bool>? LosesEvent { get; set; }

    /// <summary>Dies at the given moment from now, 1 for the next.</summary>
    public void KillAfter(long moments) => _killAt = Moments + moments;

    /// <summary>Does not die after all.</summary>
    public void Spare() => _killAt = long.MaxValue;

    /// <summary>Something befalls the worker's whole machine at the given moment from now.</summary>
    public void DoAfter(long moments, Action action) => (_doAt, _action) = (Moments + moments, action);

    /// <summary>Whether what was to befall it has.</summary>
    public bool IsDone => _action is null;

    /// <summary>A moment at which the worker may die.</summary>
    public void Point() => Point(canPause: true);

    private void Point(bool canPause)
    {
        if (IsDead)
        {
            // What unwinds after death must not do anything any more.
            throw new WorkerKilledException();
        }

        if (Moments + 1 >= _doAt && canPause && _action is { } action)
        {
            _action = null;
            action();
        }

        if (++Moments >= _killAt)
        {
            IsDead = true;
            Dying?.Invoke();
            throw new WorkerKilledException();
        }
    }

    public int Before(DomainCall call)
    {
        // Between the answer of xenstore and unbinding lies an instant in which a restore cannot be seen: see the threat model.
        Point(canPause: call is not (DomainCall.UnbindPort or DomainCall.BindPort));
        if (call == DomainCall.Notify && LosesEvent?.Invoke() == true)
        {
            return Errno.EIO;
        }

        // Giving back is refused only for what was never given.
        if (call is DomainCall.Notify or DomainCall.ReadPending or DomainCall.Unmask or DomainCall.FreePages or DomainCall.UnbindPort)
        {
            return 0;
        }

        FallibleCalls++;
        return Refuse?.Invoke(call, FallibleCalls) ?? 0;
    }

    public void After(DomainCall call) => Point(canPause: call != DomainCall.XenstoreRequest);
}
