using System.Diagnostics.CodeAnalysis;
using Xenbus.Linux.Interop;
using XenFbFront.Backend;
using XenFbFront.Loopback;

namespace XenFbFront.Bench;

/// <summary>The published daemon, connected on a loopback.</summary>
internal sealed class NativeSession : IDisposable
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(20);

    private readonly string _frontendPath;
    private readonly string[] _arguments;
    private readonly LoopbackSession _session = new(Scratch.NewDirectory(), new BackendOptions(), static _ => { });

    /// <summary>Starts it and waits until both devices are connected.</summary>
    /// <param name="frontendPath">The program.</param>
    /// <param name="arguments">Beside <c>--loopback</c>, the recorder and the log level.</param>
    public NativeSession(string frontendPath, params ReadOnlySpan<string> arguments)
    {
        Session.Backend.DeviceStateChanged += OnDeviceStateChanged;
        _frontendPath = frontendPath;
        _arguments = ["--loopback", Session.GuestDirectory, "--sink", $"record:{RecordPath}", "--log", "warning", .. arguments];
        StartedAt = TimeProvider.System.GetTimestamp();
        Start();
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
    public FrontendProcess Frontend { get; private set; }

    /// <summary>Right before it was started.</summary>
    public long StartedAt { get; }

    /// <summary>When the backend had seen both devices in state 4 (Connected).</summary>
    public long ConnectedAt { get; private set; }

    /// <summary>Time from exec to both devices connected.</summary>
    public TimeSpan TimeToConnect => TimeProvider.System.GetElapsedTime(StartedAt, ConnectedAt);

    /// <summary>Where input is recorded.</summary>
    public string RecordPath => Path.Combine(Session.RuntimeDirectory, "input.log");

    /// <summary>The worker, or 0 in the moment between two. What keeps files after a restore is a child of the holder too.</summary>
    public int Worker => Child("--worker");

    /// <summary>Starts the daemon; after <see cref="Crash"/>, again.</summary>
    [MemberNotNull(nameof(Frontend))]
    public void Start() => Frontend = FrontendProcess.Start(_frontendPath, _arguments);

    /// <summary>Kills holder and worker together.</summary>
    public void Crash()
    {
        int worker = Worker;
        Frontend.Kill();
        Libc.Kill(worker, Libc.SIGKILL);
        Frontend.WaitExited(s_timeout, out _);
    }

    private int Child(string lastArgument)
    {
        foreach (int process in Frontend.Workers)
        {
            try
            {
                if (File.ReadAllText($"/proc/{process}/cmdline").TrimEnd('\0').EndsWith('\0' + lastArgument, StringComparison.Ordinal))
                {
                    return process;
                }
            }
            catch (IOException)
            {
                // It has ended while we looked.
            }
        }

        return 0;
    }

    /// <summary>Holder and worker.</summary>
    public int[] Processes => [Frontend.ProcessId, .. Frontend.Workers];

    /// <inheritdoc/>
    public void Dispose()
    {
        // Its hypervisor ends with this process, and so what it is there to prevent.
        int keeper = Frontend is null ? 0 : Child("--keep-files");
        // Null when it could not be started.
        Frontend?.Terminate();
        if (Frontend is not null && !Frontend.WaitExited(s_timeout, out _))
        {
            Frontend.Kill();
            Frontend.WaitExited(s_timeout, out _);
        }

        if (keeper != 0)
        {
            Libc.Kill(keeper, Libc.SIGKILL);
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
