using Xenbus.Domain;
using Xenbus.Loop;
using Xenbus.Wire;

namespace Xenbus.Devices;

/// <summary>The kernel driver that may hold a device, and how the device is taken from it when that is wanted.</summary>
/// <remarks>
/// A driver that is unbound frees its pages at once, so the backend is made to let go of them first, by our state in the driver's directory; see
/// <see cref="TransitionTable.DecideTaking"/>. Until the backend has noticed anything, all of it can be taken back.
/// </remarks>
internal sealed class KernelTaking : IDisposable
{
    /// <summary>How long the backend may take for each step; QEMU answers in milliseconds.</summary>
    private static readonly TimeSpan s_stepTimeout = TimeSpan.FromSeconds(5);

    private readonly FrontendServices _services;
    private readonly DeviceNodes _nodes;
    private readonly FrontendDevice _device;
    private readonly LoopTimer _deadline;
    private readonly Action<string> _fail;
    private bool _isTaking;

    /// <summary>Composes.</summary>
    /// <param name="services">What all devices share.</param>
    /// <param name="nodes">The device in xenstore.</param>
    /// <param name="device">Our driver's side of it.</param>
    /// <param name="fail">Gives the device up, with the reason.</param>
    public KernelTaking(FrontendServices services, DeviceNodes nodes, FrontendDevice device, Action<string> fail)
    {
        (_services, _nodes, _device, _fail) = (services, nodes, device, fail);
        _deadline = services.Loop.CreateTimer(OnDeadline);
    }

    /// <summary>The driver at the last look, or null.</summary>
    public KernelDriver? HeldBy { get; private set; }

    /// <summary>Whether a person was told of <see cref="HeldBy"/>, or needs not to be.</summary>
    public bool IsHoldTold { get; set; }

    private DeviceIdentity Identity => _nodes.Identity;

    /// <summary>The first look: whoever discovers devices tells of all that are held in one line.</summary>
    public void Find() => HeldBy = FindDriver();

    /// <summary>A driver may let go, or come, at any time: modules are loaded and devices unbound by hand.</summary>
    /// <param name="arePublished">Whether we serve the device.</param>
    /// <returns>Whether one has let go.</returns>
    public bool Look(bool arePublished)
    {
        KernelDriver? driver = FindDriver();
        bool hasLetGo = driver is null && HeldBy is not null && !arePublished;
        if (driver is not null && HeldBy is null)
        {
            if (arePublished)
            {
                Log.KernelIntrudes(_services.Logger, Identity.Name, driver.Name);
            }
            else if (!_services.Options.TakesFromKernel)
            {
                Log.HeldByKernel(_services.Logger, KernelHold.Explain([(Identity, driver)], _services.Options));
            }

            IsHoldTold = true;
        }

        HeldBy = driver;
        if (hasLetGo)
        {
            _device.FollowKernel();
            Log.LetGoByKernel(_services.Logger, Identity.Name);
            Forget();
        }

        return hasLetGo;
    }

    /// <summary>One step on the way to a device that a driver holds.</summary>
    /// <param name="ours">State in our directory, the driver's or what was written over it.</param>
    /// <param name="theirs">The backend's state.</param>
    /// <returns>Whether anything was done; if not, the backend is waited for.</returns>
    /// <exception cref="XenException">The driver cannot be unbound, or xenstore refuses.</exception>
    public bool Step(XenbusState ours, XenbusState theirs)
    {
        if (!_isTaking)
        {
            // Before anything is changed: a driver that is closed and cannot be unbound serves nobody.
            _services.Domain.CheckUnbind(Identity.Type, Identity.Id);
            // Nor is one unbound from a device that we could not serve.
            _device.CheckPrepare();
            Log.Taking(_services.Logger, Identity.Name, HeldBy!.Name);
            _isTaking = true;
        }

        DeviceAction action = TransitionTable.DecideTaking(ours, theirs);
        if (action != DeviceAction.Wait)
        {
            _deadline.Cancel();
        }

        switch (action)
        {
            case DeviceAction.BeginClose:
                _nodes.SwitchState(XenbusState.Closing);
                return true;
            case DeviceAction.FinishClose:
                _nodes.SwitchState(XenbusState.Closed);
                return true;
            case DeviceAction.Release:
                _isTaking = false;
                // Before: a successor finds the device without a driver and does not know that it had one.
                _device.FollowKernel();
                _services.Domain.UnbindKernelDriver(Identity.Type, Identity.Id);
                return true;
            default:
                if (!_deadline.IsRunning)
                {
                    _deadline.Start(s_stepTimeout);
                }

                return false;
        }
    }

    /// <summary>Gives the device back to its driver, as far as the backend has not noticed anything.</summary>
    public void GiveBack()
    {
        if (!_isTaking)
        {
            return;
        }

        Forget();
        try
        {
            _nodes.RestoreKernelState();
        }
        catch (XenException exception)
        {
            Log.DeviceFailed(_services.Logger, Identity.Name, exception.Message);
        }
    }

    /// <summary>Nothing is being taken any more, for whatever was begun is settled or of another life.</summary>
    public void Forget()
    {
        _isTaking = false;
        _deadline.Cancel();
    }

    /// <inheritdoc/>
    public void Dispose() => _deadline.Dispose();

    private KernelDriver? FindDriver() => _services.Domain.KernelDriverOf(Identity.Type, Identity.Id);

    private void OnDeadline()
    {
        GiveBack();
        _fail($"the backend has not let go within {s_stepTimeout.TotalSeconds:0} s of what the kernel's driver published, so the driver is not unbound");
    }
}
