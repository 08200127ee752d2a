using System.Text;
using Xenbus.Devices;
using Xenbus.Loop;
using Xenbus.Wire;

namespace XenFbFront.Holder;

/// <summary>What a worker tells the service manager: ready, what it serves and what it waits for, and signs of life from its loop.</summary>
/// <remarks>Ready means that everything is connected, or that nothing but a backend is waited for: a backend that is missing must not stop a guest from booting.</remarks>
internal sealed class ServiceReport : IDisposable
{
    private const string Nothing = "waiting for a device";

    private readonly FrontendHost _host;
    private readonly Action<string> _tell;
    private readonly LoopTimer _sign;
    private string _status = string.Empty;
    private bool _isReady;

    /// <summary>Begins with signs of life.</summary>
    /// <param name="host">What is served.</param>
    /// <param name="loop">Whose turning is proved.</param>
    /// <param name="holder">Passes things on, or null when this process is the service's main one.</param>
    public ServiceReport(FrontendHost host, EventLoop loop, HolderClient? holder)
    {
        _host = host;
        _tell = holder is null ? ServiceManager.Tell : holder.Notify;
        _sign = loop.CreateTimer(GiveSign);
        if (ServiceManager.SignPeriod is not null)
        {
            _sign.Start(TimeSpan.Zero);
        }

        if (ServiceManager.Listens)
        {
            host.DevicesChanged += TellStatus;
        }
    }

    /// <summary>Waiting has taken long enough.</summary>
    public void TellWaiting()
    {
        if (ServiceManager.Listens)
        {
            TellReady();
        }
    }

    /// <summary>The devices are being closed.</summary>
    public void TellStopping()
    {
        if (ServiceManager.Listens)
        {
            _tell("STOPPING=1");
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _host.DevicesChanged -= TellStatus;
        _sign.Dispose();
    }

    private void GiveSign()
    {
        _tell("WATCHDOG=1");
        _sign.Start(ServiceManager.SignPeriod!.Value);
    }

    private void TellStatus()
    {
        string status = Describe();
        if (status != _status)
        {
            _status = status;
            _tell($"STATUS={status}");
        }

        if (_host.AreAllConnected || (_host.HasDiscovered && status == Nothing))
        {
            TellReady();
        }
    }

    private void TellReady()
    {
        if (!_isReady)
        {
            _isReady = true;
            _tell("READY=1");
        }
    }

    private string Describe()
    {
        StringBuilder serving = new(), waiting = new();
        foreach (DeviceStatus device in _host.Devices)
        {
            (device.State == XenbusState.Connected && device.HeldBy is null ? serving : waiting).Append(' ').Append(device.Identity.Name);
        }

        return (serving.Length, waiting.Length) switch
        {
            (0, 0) => Nothing,
            (0, _) => $"waiting for{waiting}",
            (_, 0) => $"serving{serving}",
            _ => $"serving{serving}, waiting for{waiting}",
        };
    }
}
