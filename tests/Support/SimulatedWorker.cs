using Microsoft.Extensions.Logging;
using Xenbus.Devices;
using Xenbus.Domain;
using Xenbus.Domain.Faults;
using Xenbus.Linux.Interop;
using Xenbus.Loop;
using XenFbFront.Content;
using XenFbFront.Input;
using XenFbFront.Vfb;
using XenFbFront.Vkbd;

namespace XenFbFront.Tests.Support;

/// <summary>The daemon's worker process inside a <see cref="SimulatedSystem"/>: its own loop, its own view of the domain, and a fate.</summary>
internal sealed unsafe class SimulatedWorker
{
    private readonly KeptDescriptors _kept;
    private readonly KeptDescriptors.WorkerView _view;
    private readonly FaultyDomain _domain;
    private byte[] _memoryAtDeath = [];

    public SimulatedWorker(IDomain domain, KeptDescriptors kept, InputBoard input, IScreenSource source, Func<SimulatedWorker, IDescriptorStore, IScreenSources>? sources, Func<IInputSink, SimulatedWorker, ISeats>? seats, VfbOptions options, TimeProvider clock, ILogger logger, WorkerFate fate, FrontendHostOptions host)
    {
        _kept = kept;
        Fate = fate;
        fate.Dying = RememberMemory;
        _domain = new(domain, fate);
        Loop = new(clock);
        Source = source;
        _view = kept.ForWorker(fate.Point);
        Vfb = new(options, sources is null ? new ScreenSources(source) : sources(this, _view));
        IInputSink sink = input.ForWorker(fate.Point);
        Vkbd = new(seats is null ? new Seats(new(sink)) : seats(sink, this), Vfb);
        Host = new(_domain, Loop, _view, [Vfb, Vkbd], logger, host);
    }

    public WorkerFate Fate { get; }

    public EventLoop Loop { get; }

    public IScreenSource Source { get; }

    public VfbDriver Vfb { get; }

    public VkbdDriver Vkbd { get; }

    public FrontendHost Host { get; }

    public bool HasStopped { get; private set; }

    public DeviceStatus? Device(string type, int id = 0) => Host.Devices.FirstOrDefault(device => device.Identity.Type == type && device.Identity.Id == id);

    public void Stop() => Host.Stop(() => HasStopped = true);

    /// <summary>Ends in order, as the program does when its loop has ended.</summary>
    public void Dispose()
    {
        Host.Dispose();
        Source.Dispose();
        Loop.Dispose();
    }

    /// <summary>What the kernel does after SIGKILL: descriptors and mappings go, nothing of the program runs.</summary>
    public void Bury()
    {
        RestoreMemory();
        _domain.EndProcess();
        _view.CloseTaken();
        Loop.Dispose();
    }

    /// <summary>Death unwinds the stack here, and what runs meanwhile may write to memory that a dead process could not write to.</summary>
    private void RememberMemory()
    {
        using SharedPages? memory = MapMemory();
        _memoryAtDeath = memory is null ? [] : memory.Bytes.ToArray();
    }

    private void RestoreMemory()
    {
        using SharedPages? memory = MapMemory();
        _memoryAtDeath.CopyTo(memory is null ? default : memory.Bytes);
    }

    private SharedPages? MapMemory()
    {
        const int pages = ConnectionMemory.MaxDevices + 1;
        if (_kept.Find("connections") is not { } file)
        {
            return null;
        }

        byte* address = Libc.MapShared(pages * SharedPages.PageBytes, true, file.Number, 0, out _);
        return new SharedPages(address, pages, 0);
    }
}
