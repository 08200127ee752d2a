namespace Xenbus.Devices;

/// <summary>A driver's side of one device. Called by the framework, on the event loop's thread, in this order; any step may be followed by <see cref="Disconnect"/>.</summary>
/// <remarks>
/// <see cref="Prepare"/> (after <see cref="FollowKernel"/>, if a driver of the kernel had it) or <see cref="TakeOver"/>, then <see cref="Connect"/>, <see cref="BackendChanged"/> and <see cref="OnEvent"/> any number
/// of times, then <see cref="Disconnect"/>. After it the memory is gone or soon will be. Then perhaps again from the start. Disposed without
/// <see cref="Disconnect"/>, the connection goes on and a successor of this process takes it over.
/// </remarks>
public abstract class FrontendDevice : IDisposable
{
    /// <summary>What the driver tells of the device in numbers; empty by default. Made anew at each look, which is rare.</summary>
    public virtual IReadOnlyList<DeviceFigure> Figures => [];

    /// <summary>How long the stages of the driver's work take; empty by default.</summary>
    public virtual IReadOnlyList<DeviceLatency> Latencies => [];

    /// <summary>A driver of the kernel is to lose the device: finds out whether <see cref="Prepare"/> could work, as far as that can be known before.</summary>
    /// <exception cref="XenException">It could not; the device stays with its driver.</exception>
    public virtual void CheckPrepare()
    {
    }

    /// <summary>The backend waits for our details: allocate through <see cref="DeviceContext.Resources"/>, fill the pages, add what is to be published.</summary>
    /// <param name="details">Node name → value, written into our directory in one transaction. The port's node is added by the framework.</param>
    /// <exception cref="XenException">It cannot be done; the device is closed with this reason.</exception>
    public abstract void Prepare(IDictionary<string, string> details);

    /// <summary>A driver of the kernel, which may have been connected to the backend, lets go of the device: soon (it is being taken) or just now. May be called twice.</summary>
    /// <exception cref="XenException">Xenstore refuses something; the device is given up with this reason.</exception>
    public virtual void FollowKernel()
    {
    }

    /// <summary>A predecessor's connection is alive: map its pages again and go on from what the rings say.</summary>
    /// <exception cref="XenException">It cannot be done; the device is closed in order.</exception>
    public abstract void TakeOver();

    /// <summary>Both ends are connected (for the first time, or for the first time after a take-over).</summary>
    public abstract void Connect();

    /// <summary>Something in the backend's directory may have changed while connected.</summary>
    public abstract void BackendChanged();

    /// <summary>The port was pending.</summary>
    /// <returns>Whether there was anything to do.</returns>
    public abstract bool OnEvent();

    /// <summary>Stop using pages and port now. Called also when nothing was prepared.</summary>
    public abstract void Disconnect();

    /// <summary>The device was stopped or removed and no successor will serve it: ends what would outlive this process. Followed by disposal.</summary>
    public virtual void Remove()
    {
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>This process is done with the device: lets go of what is not pages and port, and leaves to a successor what outlives this process.</summary>
    protected virtual void Dispose(bool disposing)
    {
    }
}
