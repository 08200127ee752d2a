using Xenbus.Domain;
using Xenbus.Loop;
using Xenbus.Loopback;
using Xenbus.Wire;
using XenFbFront.Backend;
using Xunit;

namespace XenFbFront.Tests.Backend.Support;

/// <summary>A loopback hypervisor with one guest, and a backend host in domain 0, all on the test's thread and a clock that stands still.</summary>
internal sealed class BackendRig : IDisposable
{
    public static readonly DomainId Guest = new(1);

    private bool _hostIsGone;

    public BackendRig(BackendOptions? options = null, bool startsHost = true)
    {
        Hypervisor = new(Clock, seed: 1);
        Loop = new(Clock);
        Hypervisor.Toolstack.AddDomain(Guest);
        Options = options ?? new();
        Host = null!;
        _hostIsGone = true;
        if (startsHost)
        {
            StartHost();
        }
    }

    public ManualClock Clock { get; } = new();

    public Hypervisor Hypervisor { get; }

    public LoopbackToolstack Toolstack => Hypervisor.Toolstack;

    public EventLoop Loop { get; }

    public BackendOptions Options { get; }

    public BackendHost Host { get; private set; }

    public List<string> Log { get; } = [];

    public List<DeviceStateChange> Changes { get; } = [];

    public VfbBackend Vfb => Host.FramebufferOf(Guest)!;

    public VkbdBackend Vkbd => Host.KeyboardOf(Guest)!;

    public void StartHost()
    {
        Host = new(new LoopbackDomain(Hypervisor, DomainId.Zero), Loop, Options, Log.Add);
        Host.DeviceStateChanged += Changes.Add;
        _hostIsGone = false;
        Settle();
    }

    public void StopHost(bool abandons = false)
    {
        if (!_hostIsGone)
        {
            _hostIsGone = true;
            if (abandons)
            {
                Host.Abandon();
            }
            else
            {
                Host.Dispose();
            }

            Settle();
        }
    }

    /// <summary>Runs everything until nobody has anything to do; a storm that never ends fails the test.</summary>
    public void Settle()
    {
        for (int turn = 0; turn < 1000; turn++)
        {
            if (!(Hypervisor.Pump() | Loop.RunOnce(TimeSpan.Zero)))
            {
                return;
            }
        }

        Assert.Fail("the backend does not come to rest");
    }

    public void Advance(double milliseconds)
    {
        Clock.Advance(milliseconds);
        Settle();
    }

    public void AddDevice(string type, int id = 0)
    {
        Toolstack.AddDevice(type, Guest, id);
        Settle();
    }

    public string? BackendNode(string type, string name, int id = 0) => Toolstack.Read($"{LoopbackToolstack.BackendPath(type, Guest, id)}/{name}");

    public XenbusState BackendState(string type, int id = 0) => Toolstack.ReadState(LoopbackToolstack.BackendPath(type, Guest, id));

    public string? ErrorNode(string type, int id = 0) => Toolstack.Read($"/local/domain/0/error/backend/{type}/{Guest}/{id}/error");

    public void Dispose()
    {
        StopHost();
        Loop.Dispose();
        Hypervisor.Dispose();
    }
}
