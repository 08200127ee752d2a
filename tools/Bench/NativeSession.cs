using XenFbFront.Backend;
using XenFbFront.Loopback;

namespace XenFbFront.Bench;

/// <summary>The published daemon, connected on a loopback.</summary>
internal sealed class NativeSession : IDisposable
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(20);

    private readonly LoopbackSession _session = new(Scratch.NewDirectory(), new BackendOptions(), static _ => { });

    /// <summary>Starts it and waits until both devices are connected.</summary>
    /// <param name="frontendPath">The program.</param>
    /// <param name="arguments">Beside <c>--loopback</c>, the recorder and the log level.</param>
    public NativeSession(string frontendPath, params ReadOnlySpan<string> arguments)
    {
        Session.Backend.DeviceStateChanged += OnDeviceStateChanged;
        string record = $"record:{Path.Combine(Session.RuntimeDirectory, "input.log")}";
        string[] all = ["--loopback", Session.GuestDirectory, "--sink", record, "--log", "warning", .. arguments];
        StartedAt = TimeProvider.System.GetTimestamp();
        Frontend = FrontendProcess.Start(frontendPath, all);
        try
        {
            if (!Session.WaitConnected(s_timeout))
            {
                throw new BenchException($"{frontendPath} is not connected after {s_timeout.TotalSeconds} s");
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Hypervisor and backend.</summary>
    public LoopbackSession Session => _session;

    /// <summary>The daemon.</summary>
    public FrontendProcess Frontend { get; }

    /// <summary>Right before it was started.</summary>
    public long StartedAt { get; }

    /// <summary>When the backend had seen both devices in state 4 (Connected).</summary>
    public long ConnectedAt { get; private set; }

    /// <summary>Time from exec to both devices connected.</summary>
    public TimeSpan TimeToConnect => TimeProvider.System.GetElapsedTime(StartedAt, ConnectedAt);

    /// <summary>Holder and worker.</summary>
    public int[] Processes => [Frontend.ProcessId, .. Frontend.Workers];

    /// <inheritdoc/>
    public void Dispose()
    {
        // Null when it could not be started.
        Frontend?.Terminate();
        if (Frontend is not null && !Frontend.WaitExited(s_timeout, out _))
        {
            Frontend.Kill();
            Frontend.WaitExited(s_timeout, out _);
        }

        _session.Dispose();
    }

    private void OnDeviceStateChanged(DeviceStateChange change)
    {
        bool areConnected = Session.Backend.Devices.Count == 2;
        foreach (BackendDevice device in Session.Backend.Devices)
        {
            areConnected &= device.FrontendState == Xenbus.Wire.XenbusState.Connected;
        }

        if (areConnected && ConnectedAt == 0)
        {
            ConnectedAt = TimeProvider.System.GetTimestamp();
        }
    }
}
