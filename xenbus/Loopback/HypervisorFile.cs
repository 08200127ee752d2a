using Xenbus.Domain;
using Xenbus.Linux.Interop;
using Xenbus.Loop;

namespace Xenbus.Loopback;

/// <summary>The hypervisor's end of an open file; closed when the client's last descriptor of it is closed, or when the client misbehaves.</summary>
internal abstract class HypervisorFile : IDisposable
{
    private LoopWatch? _watch;

    /// <summary>Takes over a socket.</summary>
    protected HypervisorFile(Hypervisor hypervisor, DomainId domain, LoopbackFileKind kind, Descriptor socket)
    {
        Hypervisor = hypervisor;
        Domain = domain;
        Kind = kind;
        Socket = socket;
        WatchFor(LoopInterest.Readable);
    }

    /// <summary>Whose file. Another number after the domain was restored.</summary>
    public DomainId Domain { get; private set; }

    /// <summary>Which device it stands for.</summary>
    public LoopbackFileKind Kind { get; }

    /// <summary>Whether it is closed.</summary>
    public bool IsClosed { get; private set; }

    /// <summary>The hypervisor.</summary>
    protected Hypervisor Hypervisor { get; }

    /// <summary>The socket.</summary>
    protected Descriptor Socket { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (IsClosed)
        {
            return;
        }

        IsClosed = true;
        _watch?.Dispose();
        Socket.Dispose();
        Release();
    }

    /// <summary>The domain was restored; files stay open in it, and what hangs on them is what a kernel makes of it.</summary>
    public virtual void Restored(DomainId domain) => Domain = domain;

    /// <summary>The socket is ready, or its other end has gone.</summary>
    protected abstract void OnReady();

    /// <summary>Gives up what hangs on the file; the socket is closed by now.</summary>
    protected abstract void Release();

    /// <summary>Waits for something else from now on.</summary>
    protected void WatchFor(LoopInterest interest)
    {
        _watch?.Dispose();
        _watch = Hypervisor.Loop.Watch(Socket.Number, interest, OnReadyWhileOpen);
    }

    // A batch of ready descriptors may still name a file that was closed earlier in the batch.
    private void OnReadyWhileOpen()
    {
        if (!IsClosed)
        {
            OnReady();
        }
    }
}
