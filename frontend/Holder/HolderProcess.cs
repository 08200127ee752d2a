using Xenbus;
using Xenbus.Devices;
using Xenbus.Linux.Interop;

namespace XenFbFront.Holder;

/// <summary>The process that outlives the workers: keeps their descriptors, starts the next one when one dies, and does nothing else.</summary>
/// <remarks>
/// Signals are blocked before the runtime starts its threads (by executing the program once more), so that they all arrive through one
/// descriptor and no handler runs managed code. Single-threaded, no timers: it sleeps until a signal or a message comes, or with a service manager that wants signs of life, until one is missing.
/// </remarks>
internal sealed class HolderProcess
{
    /// <summary>A worker that dies younger than this, and before it was at work, is started again more slowly each time.</summary>
    private static readonly TimeSpan s_infancy = TimeSpan.FromMilliseconds(300);

    private const int MaxDelayMs = 2000;

    /// <summary>An upgrade is taken back when the first workers of the new program fail within this time.</summary>
    private static readonly TimeSpan s_probation = TimeSpan.FromSeconds(10);

    private const int ProbationDeaths = 3;

    /// <summary>How long a worker may take to die of SIGKILL, which it does at once unless a driver holds it.</summary>
    private const int DeathMs = 1000;

    /// <summary>How long poll waits for a worker's sign of life, or -1 when none is due: one period and a half, since a busy machine makes it late.</summary>
    private static readonly int s_silenceMs = ServiceManager.SignPeriod is { } period ? (int)(period.TotalMilliseconds * 1.5) : -1;

    /// <summary>A worker that says nothing for so many waits hangs. More than one, because after a pause of the whole guest the first is over at once.</summary>
    private const int MaxSilences = 2;

    private readonly List<(string Name, Descriptor File)> _kept;
    private readonly Legacy? _legacy;
    private readonly long _begun = TimeProvider.System.GetTimestamp();
    private readonly FileKeeper _keeper = new();
    private readonly StopRequests _stopRequests = new(TimeProvider.System);
    private readonly string? _loopback;
    private readonly Action<string> _say;
    private Descriptor? _worker;
    private int _workerId;
    private long _startedAt;
    private int _infantDeaths;
    private int _silences;
    private bool _isWorkerReady;

    /// <summary>There is no worker, as none could be started.</summary>
    private bool _isStartDue;

    /// <summary>A worker has connected everything. If a later one finds that something is missing, what is connected, also if that is not everything, must wait for a person, not go away.</summary>
    private bool _isAtWork;

    private bool _isStopping;
    private bool _isParked;
    private string? _upgrade;

    private HolderProcess(string? loopback, Action<string> say)
    {
        (_loopback, _say) = (loopback, say);
        _legacy = Succession.TakeUp();
        _isAtWork = _legacy is not null;
        _kept = _legacy?.Kept ?? [];
        if (!_kept.Exists(static entry => entry.Name == SingleInstance.Name))
        {
            _kept.Add((SingleInstance.Name, SingleInstance.Claim(loopback)));
        }
    }

    /// <summary>Runs until the worker ends for good.</summary>
    /// <param name="loopback">Device directory of a loopback domain, or null for real Xen.</param>
    /// <param name="say">Prints a line for people.</param>
    /// <returns>The program's exit status.</returns>
    /// <exception cref="XenException">Another program serves the guest, or no worker can be started.</exception>
    public static int Run(string? loopback, Action<string> say)
    {
        using Descriptor signals = Descriptor.Own(Libc.SignalFile(SelfProgram.Signals), "create", "a signal descriptor");
        return new HolderProcess(loopback, say).Run(signals);
    }

    private int Run(Descriptor signals)
    {
        try
        {
            if (_legacy is null)
            {
                Start();
            }
            else
            {
                TryStart();
            }

            Privileges.KeepForHolder(_say);
            while (true)
            {
                WaitForEither(signals);
                DrainMessages();
                if (ReadSignals(signals) is { } status)
                {
                    return status;
                }
            }
        }
        finally
        {
            _keeper.Finish(_say);
        }
    }

    /// <summary>What people should know of the process that keeps files.</summary>
    public static string KeepingForEver(int processId) => processId == 0
        ? "the event channel file of before the restore must stay open until this guest ends, and no process to keep it can be started yet; that is tried again"
        : $"process {processId} ({FileKeeperProcess.Name}) keeps the event channel file of before the restore open until this guest ends; killing it harms the kernel";

    private void WaitForEither(Descriptor signals)
    {
        Span<PollDescriptor> entries =
        [
            new() { Descriptor = signals.Number, Events = PollEvents.POLLIN },
            new() { Descriptor = _worker?.Number ?? -1, Events = PollEvents.POLLIN },
        ];
        if (Libc.Poll(entries, _isStartDue ? MaxDelayMs : s_silenceMs) != 0)
        {
            _silences = 0;
        }
        else if (_isStartDue)
        {
            TryStart();
        }
        else if (_workerId > 0 && ++_silences >= MaxSilences)
        {
            // It can be replaced like one that died, before the service manager ends everything.
            _silences = 0;
            _say($"worker {_workerId} gives no sign of life for {s_silenceMs * MaxSilences / 1000} s, killing it");
            Libc.Kill(_workerId, Libc.SIGKILL);
        }
    }

    /// <summary>Starts a worker, now or later: what is connected must not end because memory, processes or descriptors are short for a while.</summary>
    private void TryStart()
    {
        try
        {
            Start();
            _isStartDue = false;
        }
        catch (XenException exception)
        {
            if (!_isStartDue)
            {
                _say($"no worker can be started: {exception.Message}; what is connected waits, and it is tried again every {MaxDelayMs / 1000} s");
            }

            _isStartDue = true;
            ServiceManager.Tell("WATCHDOG=1");
        }
    }

    private void Start()
    {
        int paired = Libc.SocketPair(Libc.SequencedPacket, out int ours, out int theirs);
        if (paired < 0)
        {
            throw new XenException("create", "a socket pair", -paired);
        }

        _worker?.Dispose();
        _worker = new(ours);
        using Descriptor workersEnd = new(theirs);
        _isWorkerReady = false;
        _startedAt = TimeProvider.System.GetTimestamp();
        int result = Libc.Spawn(SelfProgram.Executable, [.. SelfProgram.Arguments, "--worker"], SelfProgram.ReadEnvironment(), theirs, HolderProtocol.WorkerDescriptor);
        _workerId = result >= 0 ? result : throw new XenException("start", SelfProgram.Path, -result);
        foreach ((string name, Descriptor file) in _kept)
        {
            Packets.Send(_worker, HolderProtocol.Kept, name, file);
        }

        Packets.Send(_worker, HolderProtocol.Begin);
        if (_isStopping)
        {
            Packets.Send(_worker, HolderProtocol.Stop);
        }
    }

    /// <summary>Takes what the worker sent, also when it has died since.</summary>
    private void DrainMessages()
    {
        while (_worker is { } worker)
        {
            int result = Packets.Receive(worker, out byte kind, out string name, out Descriptor? file, wait: false);
            if (result == -Errno.EAGAIN)
            {
                return;
            }

            if (result <= 0)
            {
                // It is dead or dying; SIGCHLD decides what comes next.
                worker.Dispose();
                _worker = null;
                return;
            }

            if (kind == HolderProtocol.Ready && !_isWorkerReady)
            {
                _isAtWork = _isWorkerReady = true;
                StartMemory.GiveBack();
            }

            if (kind is HolderProtocol.Keep or HolderProtocol.Drop)
            {
                Forget(name);
            }

            if (kind == HolderProtocol.Notify)
            {
                ServiceManager.Tell(name);
            }

            if (kind == HolderProtocol.Upgrade)
            {
                _upgrade = name;
            }

            if (kind == HolderProtocol.KeepForEver && file is not null)
            {
                _keeper.Keep(file);
                Forget(name);
                _say(KeepingForEver(_keeper.ProcessId));
            }

            if (kind == HolderProtocol.Keep && file is not null)
            {
                _kept.Add((name, file));
                file = null;
            }

            file?.Dispose();
        }
    }

    private void Forget(string name)
    {
        int index = _kept.FindIndex(entry => entry.Name == name);
        if (index >= 0)
        {
            _kept[index].File.Dispose();
            _kept.RemoveAt(index);
        }
    }

    /// <returns>The exit status when it is time to end.</returns>
    private int? ReadSignals(Descriptor signals)
    {
        Span<byte> record = stackalloc byte[Libc.SignalRecordBytes];
        while (Libc.Read(signals.Number, record) == record.Length)
        {
            int? status = record[0] == Libc.SIGCHLD ? OnChildEnded() : OnStopSignal();
            if (status is not null)
            {
                return status;
            }
        }

        return null;
    }

    private int? OnStopSignal()
    {
        switch (_stopRequests.Next())
        {
            case StopRequest.AtOnce:
                _say(_isParked ? "giving up the kept pages" : "stopping at once");
                EndWorkerAtOnce();
                KeepOutlivedFiles();
                return ExitStatus.Interrupted;
            case StopRequest.Same:
                return null;
            case StopRequest.First:
                break;
        }

        _isStopping = true;
        if (_worker is not null)
        {
            Packets.Send(_worker, HolderProtocol.Stop);
        }

        return null;
    }

    private int? OnChildEnded()
    {
        if (_workerId == 0 || Libc.TryCollect(_workerId, out int status) != _workerId)
        {
            return null;
        }

        // What it sent before it died counts.
        DrainMessages();
        _workerId = 0;
        bool hasExited = (status & 0x7f) == 0;
        int exitStatus = status >> 8 & 0xff;
        if (_upgrade is { } path && !_isStopping)
        {
            Upgrade(path);
        }

        bool isFinal = hasExited && ExitStatus.IsFinal(exitStatus);
        if (IsOnProbation && !_isStopping && (isFinal || _infantDeaths >= ProbationDeaths))
        {
            _keeper.Finish(_say);
            Succession.GoBack(_legacy, _kept, _say);
        }
        else if (isFinal)
        {
            // Something is missing, so it has closed nothing.
            bool isUnable = exitStatus is ExitStatus.Usage or ExitStatus.Environment;
            bool mayBeMapped = isUnable && FrontendHost.MayBeMapped(_kept);
            if (exitStatus == ExitStatus.Parked || (_isStopping && mayBeMapped))
            {
                return Park();
            }

            if (_isStopping || !isUnable || !(_isAtWork || mayBeMapped))
            {
                if (isUnable)
                {
                    KeepOutlivedFiles();
                }

                return exitStatus;
            }

            // A person has to mend that; being ended by the service manager meanwhile would help nobody.
            ServiceManager.Tell("WATCHDOG=1");
        }

        if (exitStatus != ExitStatus.Leaving)
        {
            _say(hasExited ? $"worker failed with status {exitStatus}, starting another" : $"worker was killed by signal {status & 0x7f}, starting another");
            DelayAfterInfantDeath();
        }

        TryStart();
        return null;
    }

    /// <summary>Kills the worker. What it sent before it died counts.</summary>
    private void EndWorkerAtOnce()
    {
        if (_workerId > 0)
        {
            Libc.Kill(_workerId, Libc.SIGKILL);
        }

        // Its end of the socket is closed when it is dead.
        while (_worker is { } worker && Libc.Poll(worker.Number, PollEvents.POLLIN, DeathMs) > 0)
        {
            DrainMessages();
        }
    }

    /// <summary>
    /// No worker ended in order. If ports were bound and the guest was restored since, closing their file now is what the kernel does not survive, and
    /// nobody else will find out.
    /// </summary>
    private void KeepOutlivedFiles()
    {
        if (!FrontendHost.MayHaveOutlivedPorts(_kept, () => Worker.OpenDomain(_loopback)))
        {
            return;
        }

        foreach ((string name, Descriptor file) in _kept)
        {
            if (name.StartsWith(FrontendHost.EventChannelsName, StringComparison.Ordinal))
            {
                _keeper.Keep(file);
                _say(KeepingForEver(_keeper.ProcessId));
            }
        }
    }

    /// <summary>The program that this process became has not yet shown that it can do the work.</summary>
    private bool IsOnProbation => _legacy?.FormerProgram is not null && !_isWorkerReady && TimeProvider.System.GetElapsedTime(_begun) < s_probation;

    /// <summary>Becomes the program at a path. Returns when that cannot be.</summary>
    private void Upgrade(string path)
    {
        _upgrade = null;
        // What this process alone has would be lost with its memory.
        _keeper.Finish(_say);
        ServiceManager.Tell("RELOADING=1");
        int result = Succession.Become(path, _kept);
        _say($"{path} cannot be executed: {Errno.Text(-result)}; going on with {SelfProgram.Path}");
    }

    /// <summary>The backend has not let go of its pages, so they are held until somebody says otherwise.</summary>
    private int? Park()
    {
        _isParked = _isStopping = true;
        _say("a backend still uses this guest's pages; keeping them. Another SIGTERM or Ctrl-C gives them up, and the backend may then write into memory that others use");
        return null;
    }

    private void DelayAfterInfantDeath()
    {
        if (_isWorkerReady || TimeProvider.System.GetElapsedTime(_startedAt) > s_infancy)
        {
            _infantDeaths = 0;
            return;
        }

        Thread.Sleep(DelayMs(_infantDeaths));
        _infantDeaths++;
    }

    /// <summary>The pause before the next worker, ms. One early death may be an accident and costs the viewer least when it is mended at once.</summary>
    /// <param name="infantDeaths">In a row before this one.</param>
    internal static int DelayMs(int infantDeaths) => infantDeaths < 10 ? Math.Min(MaxDelayMs, 20 * infantDeaths * infantDeaths) : MaxDelayMs;
}
