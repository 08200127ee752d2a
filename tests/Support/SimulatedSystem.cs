using Xenbus.Devices;
using Xenbus.Domain;
using Xenbus.Loop;
using Xenbus.Loopback;
using Xenbus.Wire;
using XenFbFront.Backend;
using XenFbFront.Content;
using XenFbFront.Input;
using XenFbFront.Vfb;
using Xunit;

namespace XenFbFront.Tests.Support;

/// <summary>Everything in one process on one thread and one clock that stands still: hypervisor, toolstack, backends, holder and worker.</summary>
/// <remarks>
/// Backend and worker have a loop each, as they are two processes: an unfair order between them is part of the simulation. At each turn it is
/// checked that no page is freed while a backend maps it.
/// </remarks>
internal sealed class SimulatedSystem : IDisposable
{
    public static readonly DomainId Guest = new(1);

    /// <summary>A storm that never ends must fail the test; connecting takes about forty turns.</summary>
    private const int MaxTurns = 20_000;

    private readonly EventLoop _backendLoop;
    private readonly BackendOptions _backendOptions;

    public SimulatedSystem(BackendOptions? backend = null, int seed = 1, HypervisorOptions? hypervisor = null)
    {
        Hypervisor = new(Clock, seed, hypervisor);
        _backendLoop = new(Clock);
        _backendOptions = backend ?? new();
        Toolstack.AddDomain(Guest);
    }

    /// <summary>The guest's number after all its restores.</summary>
    public DomainId Present { get; private set; } = Guest;

    /// <summary>Restores so far.</summary>
    public int Restores { get; private set; }

    public ManualTimeProvider Clock { get; } = new();

    public Hypervisor Hypervisor { get; }

    public LoopbackToolstack Toolstack => Hypervisor.Toolstack;

    public BackendHost? Backend { get; private set; }

    public SimulatedWorker? Worker { get; private set; }

    public KeptDescriptors Kept { get; } = new();

    public InputBoard Input { get; } = new();

    public ListLogger Log { get; } = new();

    public VfbOptions VfbOptions { get; set; } = new() { Sizes = [new(64, 48)] };

    /// <summary>Makes the source of each worker.</summary>
    public Func<IScreenSource> MakeSource { get; init; } = () => new PatternSource();

    /// <summary>Makes the sources of several framebuffers; null for the one of <see cref="MakeSource"/>.</summary>
    public Func<SimulatedWorker, IDescriptorStore, IScreenSources>? MakeScreens { get; init; }

    /// <summary>Whom each vkbd serves, by the simulated input and the worker; null for the simulated input.</summary>
    public Func<IInputSink, SimulatedWorker, ISeats>? MakeSeats { get; init; }

    public FrontendHostOptions HostOptions { get; init; } = new();

    /// <summary>Kernel drivers that hold devices of the guest.</summary>
    public List<KernelFrontend> KernelFrontends { get; } = [];

    /// <summary>Whether the backends' process stands still, as one that is stopped by a signal.</summary>
    public bool HoldBackend { get; set; }

    /// <summary>States that the backends wrote, as <c>vfb 4</c>.</summary>
    public List<string> BackendHistory { get; } = [];

    /// <summary>Pages that were ever found freed while a backend mapped them.</summary>
    public int FreedWhileMapped { get; private set; }

    public VfbBackend Vfb => Backend!.FramebufferOf(Present)!;

    public VkbdBackend Vkbd => Backend!.KeyboardOf(Present)!;

    public static SimulatedSystem Connected(BackendOptions? backend = null, Func<IScreenSource>? source = null, VfbOptions? vfb = null)
    {
        SimulatedSystem system = new(backend) { MakeSource = source ?? (() => new PatternSource()), VfbOptions = vfb ?? new() { Sizes = [new(64, 48)] } };
        system.AddDevices();
        system.StartBackend();
        system.StartWorker();
        system.RunUntilConnected();
        system.Settle();
        return system;
    }

    public void AddDevices()
    {
        Toolstack.AddDevice("vfb", Present, 0);
        Toolstack.AddDevice("vkbd", Present, 0);
    }

    public void StartBackend()
    {
        Backend = new(new LoopbackDomain(Hypervisor, DomainId.Zero), _backendLoop, _backendOptions, line => Log.Lines.Add($"backend: {line}"));
        Backend.DeviceStateChanged += change => BackendHistory.Add($"{change.Type} {(int)change.Backend}");
    }

    /// <summary>The guest's kernel binds its driver to a device.</summary>
    public KernelFrontend BindKernelDriver(string type, int id = 0, int checkError = 0, int unbindError = 0)
    {
        KernelFrontend kernel = new(this, type, id, checkError, unbindError);
        KernelFrontends.Add(kernel);
        return kernel;
    }

    /// <summary>The backend's process dies; the toolstack is not told.</summary>
    public void AbandonBackend()
    {
        Backend?.Abandon();
        Backend = null;
    }

    /// <summary>The guest is saved and restored; its backends end with the old one and new ones are started.</summary>
    public void Restore(bool keepsNumber = false, bool keepsFrames = false, bool startsBackend = true)
    {
        AbandonBackend();
        // Ends what hangs on the backend's files, and answers what was asked: a kernel waits for that before it is saved.
        Hypervisor.Pump();
        DomainId next = keepsNumber ? Present : new((ushort)(Present.Value + 1));
        Toolstack.Restore(Present, next, keepsFrames);
        Present = next;
        Restores++;
        if (startsBackend)
        {
            StartBackend();
        }
    }

    /// <summary>The next worker. One that dies while it starts is buried.</summary>
    public SimulatedWorker StartWorker(WorkerFate? fate = null)
    {
        Worker = new(
            new LoopbackDomain(Hypervisor, Guest), Kept, Input, MakeSource(), MakeScreens, MakeSeats, VfbOptions, Clock, Log, fate ?? new(), HostOptions);
        SimulatedWorker worker = Worker;
        Live(() =>
        {
            worker.Host.Start();
            return true;
        });
        return worker;
    }

    /// <summary>SIGKILL between two turns.</summary>
    public void KillWorker()
    {
        Worker?.Bury();
        Worker = null;
    }

    /// <summary>One turn of everybody.</summary>
    /// <returns>Whether anybody did anything.</returns>
    public bool Turn()
    {
        bool didWork = Hypervisor.Pump();
        didWork |= !HoldBackend && _backendLoop.RunOnce(TimeSpan.Zero);
        CheckPages();
        foreach (KernelFrontend kernel in KernelFrontends)
        {
            didWork |= kernel.Turn();
        }

        didWork |= TurnWorker();
        return didWork;
    }

    /// <summary>One turn of the worker alone.</summary>
    public bool TurnWorker()
    {
        bool didWork = Worker is { } worker && Live(() => worker.Loop.RunOnce(TimeSpan.Zero));
        CheckPages();
        return didWork;
    }

    /// <summary>One turn of the backend alone.</summary>
    public bool TurnBackend() => _backendLoop.RunOnce(TimeSpan.Zero);

    /// <summary>Runs until nobody has anything to do now.</summary>
    public void Settle()
    {
        for (int turn = 0; turn < MaxTurns; turn++)
        {
            if (!Turn())
            {
                return;
            }
        }

        Assert.Fail("the system does not come to rest\n" + string.Join('\n', Log.Lines.TakeLast(40)));
    }

    /// <summary>Lets time pass in one step.</summary>
    public void Advance(TimeSpan time)
    {
        Clock.Advance(time);
        Settle();
    }

    /// <summary>Runs, and whenever nobody has anything to do, lets time pass to the next timer.</summary>
    /// <param name="condition">Asked after each turn.</param>
    /// <param name="limit">Of virtual time.</param>
    /// <returns>Whether the condition came true.</returns>
    public bool TryRun(Func<bool> condition, TimeSpan limit)
    {
        TimeSpan end = Clock.Elapsed + limit;
        for (int turn = 0; turn < MaxTurns; turn++)
        {
            if (condition())
            {
                return true;
            }

            if (!Turn())
            {
                TimeSpan? next = null;
                foreach (EventLoop? loop in (ReadOnlySpan<EventLoop?>)[Hypervisor.Loop, HoldBackend ? null : _backendLoop, Worker?.Loop])
                {
                    if (loop?.TimeToNextTimer() is { } wait && !(wait >= next))
                    {
                        next = wait;
                    }
                }

                if (next is null || Clock.Elapsed + next > end)
                {
                    return condition();
                }

                Clock.Advance(next.Value > TimeSpan.Zero ? next.Value : TimeSpan.Zero);
            }
        }

        return condition();
    }

    /// <summary>As <see cref="TryRun"/>, and fails when the condition does not come true.</summary>
    public void Run(Func<bool> condition, string expected)
    {
        if (!TryRun(condition, TimeSpan.FromMinutes(2)))
        {
            Assert.Fail($"not reached: {expected}\n{string.Join('\n', Log.Lines.TakeLast(40))}");
        }
    }

    public void RunUntilConnected() => Run(() => IsConnected("vfb") && IsConnected("vkbd"), "both devices connected");

    public bool IsConnected(string type, int id = 0) =>
        FrontendState(type, id) == XenbusState.Connected && BackendState(type, id) == XenbusState.Connected && Worker is not null;

    public XenbusState FrontendState(string type, int id = 0) => Toolstack.ReadState(LoopbackToolstack.FrontendPath(type, Present, id));

    public XenbusState BackendState(string type, int id = 0) => Toolstack.ReadState(LoopbackToolstack.BackendPath(type, Present, id));

    public string? Node(string type, string name, int id = 0) => Toolstack.Read($"{LoopbackToolstack.FrontendPath(type, Present, id)}/{name}");

    public void WriteNode(string type, string name, string value, int id = 0) =>
        Toolstack.Write($"{LoopbackToolstack.FrontendPath(type, Present, id)}/{name}", value);

    public string? ErrorNode(string type, int id = 0) => Toolstack.Read($"/local/domain/{Present}/error/device/{type}/{id}/error");

    /// <summary>The picture that the backend shows.</summary>
    public uint[] Picture()
    {
        lock (Vfb.Screen.Gate)
        {
            return Vfb.Screen.Pixels.ToArray();
        }
    }

    /// <summary>Stops the worker in order and checks that nothing of it is left.</summary>
    public void StopWorker()
    {
        SimulatedWorker worker = Worker!;
        worker.Stop();
        Run(() => worker.HasStopped, "stopped");
        Worker = null;
        worker.Dispose();
        Settle();
    }

    /// <summary>As <see cref="EndAndExpectNothingLeft"/>, after the kernel drivers that are still bound and their backends have ended as they may.</summary>
    public void EndAndExpectNothingLeftAsideFromKernels()
    {
        if (Worker is not null)
        {
            StopWorker();
        }

        int freedWhileMapped = FreedWhileMapped;
        AbandonBackend();
        Settle();
        foreach (KernelFrontend kernel in KernelFrontends)
        {
            kernel.UnbindByHand();
            kernel.Dispose();
        }

        Settle();
        Assert.Equal(0, freedWhileMapped);
        EndAndExpectNothingLeft();
    }

    /// <summary>Ends everything in order and checks that nothing is left behind: the end of most tests.</summary>
    public void EndAndExpectNothingLeft()
    {
        if (Worker is not null)
        {
            StopWorker();
        }

        foreach (KernelFrontend kernel in KernelFrontends)
        {
            kernel.UnbindByHand();
        }

        Settle();
        HypervisorCensus census = Hypervisor.Census;
        Assert.True(census.Pages == 0 && census.Allocations == 0, $"{census.Allocations} allocations, {census.Pages} pages are left");
        Assert.Equal(0, census.ForeignMappedPages);
        Assert.Equal(0, census.Transactions);
        Kept.Dispose();
        Backend?.Dispose();
        Backend = null;
        Settle();
        HypervisorCensus left = Hypervisor.Census;
        Assert.Equal(Kept.ForEver.Count, left.EventChannelFiles);
        Assert.True(Kept.ForEver.Count <= Restores, $"{Kept.ForEver.Count} files are kept for {Restores} restores");
        Assert.True((left with { EventChannelFiles = 0 }).IsEmpty, $"left: {left}\n{string.Join('\n', Log.Lines.TakeLast(40))}");
        Assert.Equal(0, FreedWhileMapped);
    }

    public void Dispose()
    {
        KillWorker();
        foreach (KernelFrontend kernel in KernelFrontends)
        {
            kernel.Dispose();
        }

        Kept.Dispose();
        Backend?.Dispose();
        _backendLoop.Dispose();
        Hypervisor.Dispose();
        Kept.EndOfTheGuest();
    }

    private void CheckPages() => FreedWhileMapped = Math.Max(FreedWhileMapped, Hypervisor.Grants.FreedWhileMapped);

    private bool Live(Func<bool> action)
    {
        try
        {
            return action();
        }
        catch (WorkerKilledException)
        {
            KillWorker();
            return true;
        }
    }
}
