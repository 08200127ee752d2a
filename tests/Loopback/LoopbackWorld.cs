using Xenbus.Domain;
using Xenbus.Loopback;
using Xunit;

namespace XenFbFront.Tests.Loopback;

/// <summary>How the hypervisor runs.</summary>
public enum HostKind
{
    /// <summary>On the test's thread, whenever a client waits.</summary>
    OneThread,

    /// <summary>On its own thread, behind sockets in a directory.</summary>
    Sockets,
}

/// <summary>A clock that stands still until a test moves it.</summary>
public sealed class ManualClock : TimeProvider
{
    private long _now = 1;

    /// <inheritdoc/>
    public override long GetTimestamp() => _now;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddTicks(_now);

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>Moves on.</summary>
    public void Advance(TimeSpan time) => _now += time.Ticks;
}

/// <summary>A hypervisor with domain 0 and guests 1 and 2.</summary>
internal sealed class LoopbackWorld : IDisposable
{
    public static readonly DomainId FirstGuest = new(1);
    public static readonly DomainId SecondGuest = new(2);

    private readonly string? _directory;
    private readonly LoopbackHost? _host;

    public LoopbackWorld(HostKind kind = HostKind.OneThread, HypervisorOptions? options = null, int seed = 1)
    {
        Hypervisor = new(Clock, seed, (options ?? new()) with { Log = Log.Add });
        Hypervisor.Toolstack.AddDomain(FirstGuest);
        if (kind == HostKind.Sockets)
        {
            _directory = NewDirectory();
            _host = new(Hypervisor, _directory);
            _host.Start();
        }

        Hypervisor.Toolstack.AddDomain(SecondGuest);
        Dom0 = Domain(DomainId.Zero);
        Guest = Domain(FirstGuest);
        OtherGuest = Domain(SecondGuest);
    }

    public ManualClock Clock { get; } = new();

    public Hypervisor Hypervisor { get; }

    public LoopbackToolstack Toolstack => Hypervisor.Toolstack;

    public HypervisorCensus Census => Hypervisor.Census;

    public List<string> Log { get; } = [];

    public LoopbackDomain Dom0 { get; }

    public LoopbackDomain Guest { get; }

    public LoopbackDomain OtherGuest { get; }

    public LoopbackDomain Domain(DomainId domain) =>
        _host is null ? new(Hypervisor, domain) : LoopbackDomain.FromDirectory(_host.DirectoryOf(domain));

    public static string NewDirectory() => Path.Combine(Path.GetTempPath(), $"xen-loopback-{Guid.NewGuid():N}");

    public void Dispose()
    {
        _host?.Dispose();
        Hypervisor.Dispose();
        Assert.False(Directory.Exists(_directory));
    }
}
