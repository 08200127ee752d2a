using Xenbus.Linux.Interop;

namespace Xenbus.Domain.Faults;

/// <summary>A domain whose calls fail when a plan says so: wraps a real one or a loopback.</summary>
/// <remarks>
/// A refused xenstore request is returned by <see cref="IXenstoreChannel.Write"/> with its errno, which a client cannot tell from an answer
/// with that error. The second fault is a sudden end: <see cref="EndProcess"/> does what a kernel does when the process that used the domain dies.
/// </remarks>
public sealed class FaultyDomain(IDomain inner, IFaultPlan plan) : IDomain
{
    private readonly List<IDisposable> _opened = [];

    /// <inheritdoc/>
    public string Description => inner.Description;

    /// <summary>Closes every file and removes every mapping that was given out, in no useful order. Descriptors kept elsewhere stay open.</summary>
    public void EndProcess()
    {
        foreach (IDisposable opened in _opened)
        {
            opened.Dispose();
        }

        _opened.Clear();
    }

    /// <inheritdoc/>
    public IXenstoreChannel OpenXenstore() =>
        new FaultyXenstoreChannel(Call(DomainCall.OpenXenstore, "open", "xenstore", inner.OpenXenstore), this);

    /// <inheritdoc/>
    public IEventChannels OpenEventChannels() =>
        new FaultyEventChannels(Call(DomainCall.OpenEventChannels, "open", "event channels", inner.OpenEventChannels), this);

    /// <inheritdoc/>
    public IEventChannels AdoptEventChannels(Descriptor file) =>
        new FaultyEventChannels(Adopt(DomainCall.AdoptEventChannels, "event channels", file, inner.AdoptEventChannels), this);

    /// <inheritdoc/>
    public IGrantAllocator OpenGrantAllocator() =>
        new FaultyGrantAllocator(Call(DomainCall.OpenGrantAllocator, "open", "grant allocator", inner.OpenGrantAllocator), this);

    /// <inheritdoc/>
    public IGrantAllocator AdoptGrantAllocator(Descriptor file) =>
        new FaultyGrantAllocator(Adopt(DomainCall.AdoptGrantAllocator, "grant allocator", file, inner.AdoptGrantAllocator), this);

    /// <inheritdoc/>
    public IDisposable HoldReserve(DomainId peer, int reserve, int needed) =>
        Call(DomainCall.HoldReserve, "hold", $"{reserve} grants", () => inner.HoldReserve(peer, reserve, needed));

    /// <inheritdoc/>
    public void ResolveFrames(SharedPages pages, Span<GuestFrame> frames)
    {
        ThrowIfDue(DomainCall.ResolveFrames, "resolve", "frames");
        inner.ResolveFrames(pages, frames);
        plan.After(DomainCall.ResolveFrames);
    }

    /// <inheritdoc/>
    public KernelDriver? KernelDriverOf(string type, int id) => inner.KernelDriverOf(type, id);

    /// <inheritdoc/>
    public void CheckUnbind(string type, int id)
    {
        ThrowIfDue(DomainCall.CheckUnbind, "unbind", $"{type}-{id}");
        inner.CheckUnbind(type, id);
        plan.After(DomainCall.CheckUnbind);
    }

    /// <inheritdoc/>
    public void UnbindKernelDriver(string type, int id)
    {
        ThrowIfDue(DomainCall.UnbindKernelDriver, "unbind", $"{type}-{id}");
        inner.UnbindKernelDriver(type, id);
        plan.After(DomainCall.UnbindKernelDriver);
    }

    /// <summary>Asks the plan; for calls that fail by what they return.</summary>
    internal int Before(DomainCall call) => plan.Before(call);

    /// <summary>Tells the plan.</summary>
    internal void After(DomainCall call) => plan.After(call);

    /// <summary>Makes a call that fails by an exception, and notes what it opened.</summary>
    /// <param name="call">Which.</param>
    /// <param name="operation">For the exception.</param>
    /// <param name="target">For the exception.</param>
    /// <param name="action">The call.</param>
    /// <param name="consumed">What the call would have taken over, closed when it fails.</param>
    internal T Call<T>(DomainCall call, string operation, string target, Func<T> action, IDisposable? consumed = null)
    {
        ThrowIfDue(call, operation, target, consumed);
        T result = action();
        if (result is IDisposable opened)
        {
            _opened.Add(opened);
        }

        plan.After(call);
        return result;
    }

    private T Adopt<T>(DomainCall call, string target, Descriptor file, Func<Descriptor, T> adopt) => Call(call, "take over", target, () => adopt(file), file);

    private void ThrowIfDue(DomainCall call, string operation, string target, IDisposable? consumed = null)
    {
        if (plan.Before(call) is var errno and not 0)
        {
            consumed?.Dispose();
            throw new XenException(operation, target, errno, "a fault was injected");
        }
    }
}
