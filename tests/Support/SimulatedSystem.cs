using Xenbus.Devices;
using Xenbus.Domain;
using Xenbus.Loop;
using Xenbus.Loopback;
using Xenbus.Wire;
using XenFbFront.Backend;
using XenFbFront.Content;
using XenFbFront.Input;
using XenFbFront.Tests.EndToEnd;
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

    private const int FirstTypedKey = 16, TypedKeys = 20;

    private readonly EventLoop _backendLoop;
    private readonly BackendOptions _backendOptions;
    private readonly Dictionary<DomainId, BackendHost> _backends = [];
    private readonly List<(int Code, int Value)> _typed = [];
    private readonly Random _painter = new(1);
    private int _typedCount;

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

    /// <summary>The backends of domain 0.</summary>
    public BackendHost? Backend => _backends.GetValueOrDefault(DomainId.Zero);

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

    public VfbBackend Vfb => (VfbBackend)Device("vfb");

    public VkbdBackend Vkbd => (VkbdBackend)Device("vkbd");

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

    /// <summary>As <see cref="Connected"/>, with a source that paints when the test says so.</summary>
    public static SimulatedSystem Painted(out PaintedSource source)
    {
        SimulatedSystem system = Connected(source: static () => new PaintedSource(200, 100), vfb: new() { Sizes = [new(200, 100)] });
        system.Advance(TimeSpan.FromMilliseconds(40));
        source = (PaintedSource)system.Worker!.Source;
        return system;
    }

    public void AddDevices(DomainId backendDomain = default)
    {
        Toolstack.AddDevice("vfb", Present, 0, backendDomain: backendDomain);
        Toolstack.AddDevice("vkbd", Present, 0, backendDomain: backendDomain);
    }

    /// <summary>Starts the backends of domain 0, or of a driver domain.</summary>
    public void StartBackend(DomainId domain = default)
    {
        BackendOptions options = domain == DomainId.Zero ? _backendOptions : new() { OwnDomain = domain };
        BackendHost backend = new(new LoopbackDomain(Hypervisor, domain), _backendLoop, options, line => Log.Lines.Add($"backend: {line}"));
        backend.DeviceStateChanged += change => BackendHistory.Add($"{change.Type} {(int)change.Backend}");
        _backends.Add(domain, backend);
    }

    /// <summary>The backend's process dies, the toolstack resets the backends' states, and another process comes.</summary>
    public void ReplaceBackend()
    {
        AbandonBackend();
        foreach (string type in (ReadOnlySpan<string>)["vfb", "vkbd"])
        {
            Toolstack.Write($"{LoopbackToolstack.BackendPath(type, Present, 0)}/state", XenbusStates.Print(XenbusState.Initialising));
        }

        // A process takes its time to start.
        Settle();
        StartBackend();
    }

    /// <summary>The guest's kernel binds its driver to a device.</summary>
    public KernelFrontend BindKernelDriver(string type, int id = 0, int checkError = 0, int unbindError = 0)
    {
        KernelFrontend kernel = new(this, type, id, checkError, unbindError);
        KernelFrontends.Add(kernel);
        return kernel;
    }

    /// <summary>The backend's process dies; the toolstack is not told.</summary>
    public void AbandonBackend(DomainId domain = default)
    {
        if (_backends.Remove(domain, out BackendHost? backend))
        {
            backend.Abandon();
        }
    }

    /// <summary>Somebody at the backend holds a key down.</summary>
    public void Press(int code)
    {
        Vkbd.Input.Key((uint)code, true);
        _typed.Add((code, 1));
    }

    /// <summary>Lets go of it.</summary>
    public void Release(int code)
    {
        Vkbd.Input.Key((uint)code, false);
        _typed.Add((code, 0));
    }

    /// <summary>Types a key, another one than the last times, when everybody has seen what was before; nobody has seen the key yet.</summary>
    public void Type()
    {
        Settle();
        int code = FirstTypedKey + _typedCount++ % TypedKeys;
        Press(code);
        Release(code);
    }

    /// <summary>The backend that knew of a held key is gone: the frontend is to let go of it.</summary>
    public void ExpectReleased(int code) => _typed.Add((code, 0));

    /// <summary>Each key that was typed has been delivered to the guest's programs once, in order, whichever worker and input device it was.</summary>
    /// <remarks>
    /// They never see the release of a key that is up (input_get_event_disposition in drivers/input/input.c), which a worker repeats when its predecessor was
    /// killed while it let go of what was held.
    /// </remarks>
    public void ExpectTyped()
    {
        Settle();
        string keyboard = new InputDeviceSpec(InputRole.Keyboard, 0).KeepName;
        List<(int Code, int Value)> seen = [];
        HashSet<int> down = [];
        foreach ((int code, int value) in Input.Made.Where(device => device.Spec.KeepName == keyboard).SelectMany(static device => device.Keys))
        {
            bool changes = value == 0 ? down.Remove(code) : down.Add(code);
            if (changes || value != 0)
            {
                seen.Add((code, value));
            }
        }

        Assert.Equal(_typed, seen);
    }

    /// <summary>The backend shows what the source shows.</summary>
    /// <param name="size">Of the pattern, when it is not the first of <see cref="VfbOptions"/>.</param>
    public void ExpectPicture(ScreenSize? size = null)
    {
        Settle();
        uint[] expected = Worker!.Source is PaintedSource painted ? painted.Picture.ToArray() : Expected.Pattern(size ?? VfbOptions.Sizes[0]);
        Assert.True(TryRun(() => Picture().AsSpan().SequenceEqual(expected), TimeSpan.FromSeconds(1)), "another picture");
    }

    /// <summary>
    /// What a person wants after every situation: both devices are connected without a complaint, the picture is the source's pixel by pixel, and each
    /// key that was typed, before, meanwhile and now, was delivered once, in order. A source that paints goes on painting.
    /// </summary>
    /// <param name="size">As for <see cref="ExpectPicture"/>.</param>
    public void ExpectWhole(ScreenSize? size = null)
    {
        Settle();
        foreach (string type in (ReadOnlySpan<string>)["vfb", "vkbd"])
        {
            Assert.True(IsConnected(type), $"{type} is not connected");
            Assert.Null(ErrorNode(type));
        }

        Type();
        ExpectPicture(size);
        ExpectTyped();
        if (Worker!.Source is PaintedSource painted)
        {
            painted.Paint(_painter, 3);
            ExpectPicture();
        }
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

    public XenbusState BackendState(string type, int id = 0) => Toolstack.ReadState(BackendPath(type, id));

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
    /// <param name="pagesWereLost">The holder was killed while a backend mapped the pages, so they were freed under it.</param>
    public void EndAndExpectNothingLeft(bool pagesWereLost = false)
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
        DisposeBackends();
        // A process that another test starts has copies of our descriptors until it executes its program.
        RunningSystem.WaitFor(
            () =>
            {
                Settle();
                return Hypervisor.Census.EventChannelFiles <= Kept.ForEver.Count;
            },
            () => $"{Hypervisor.Census.EventChannelFiles} event channel files are open, {Kept.ForEver.Count} should be");
        HypervisorCensus left = Hypervisor.Census;
        Assert.Equal(Kept.ForEver.Count, left.EventChannelFiles);
        Assert.True(Kept.ForEver.Count <= Restores, $"{Kept.ForEver.Count} files are kept for {Restores} restores");
        Assert.True((left with { EventChannelFiles = 0 }).IsEmpty, $"left: {left}\n{string.Join('\n', Log.Lines.TakeLast(40))}");
        Assert.Equal(pagesWereLost, FreedWhileMapped > 0);
    }

    public void Dispose()
    {
        KillWorker();
        foreach (KernelFrontend kernel in KernelFrontends)
        {
            kernel.Dispose();
        }

        Kept.Dispose();
        DisposeBackends();
        _backendLoop.Dispose();
        Hypervisor.Dispose();
        Kept.EndOfTheGuest();
    }

    private BackendDevice Device(string type)
    {
        foreach (BackendHost backend in _backends.Values)
        {
            if ((type == "vfb" ? (BackendDevice?)backend.FramebufferOf(Present) : backend.KeyboardOf(Present)) is { } device)
            {
                return device;
            }
        }

        throw new InvalidOperationException($"no backend has a {type}");
    }

    private string BackendPath(string type, int id) => Node(type, "backend", id) ?? LoopbackToolstack.BackendPath(type, Present, id);

    private void DisposeBackends()
    {
        foreach (BackendHost backend in _backends.Values)
        {
            backend.Dispose();
        }

        _backends.Clear();
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
