using Xenbus.Domain;
using Xenbus.Linux.Interop;
using Xenbus.Loop;

namespace Xenbus.Loopback;

/// <summary>A Xen for machines without Xen: domains with event channels, granted pages and a xenstore.</summary>
/// <remarks>
/// Everything is done on one thread. Either the caller's: then it runs in <see cref="Pump"/>, and clients in the same process
/// (<see cref="LoopbackDomain"/>) run it themselves when they wait for an answer, so that a whole system runs on one thread and on a virtual clock.
/// Or a thread of its own, when a <see cref="LoopbackHost"/> is started; then everything public here may be called from any thread.
/// </remarks>
public sealed partial class Hypervisor : IDisposable
{
    /// <summary>Turns of one <see cref="Pump"/>: more than any number of requests of one step, and an end if a mistake makes work for ever.</summary>
    private const int MaxTurns = 100_000;

    private readonly Random _xenstoreRandom;
    private readonly List<HypervisorFile> _files = [];
    private readonly HashSet<Lease> _leases = [];
    private readonly List<XenstoreFile> _putOff = [];
    private readonly SortedSet<ushort> _domains = [0];
    private readonly Dictionary<DomainId, DomainId> _restoredAs = [];
    private int _kernelBugs;
    private bool _isPumping;

    /// <summary>A host with domain 0 and nothing else.</summary>
    /// <param name="clock">For the toolstack's deadlines.</param>
    /// <param name="seed">Decides ports, grant references, frame numbers and the order of what xenstore may send in any order.</param>
    /// <param name="options">Limits, or null for the usual ones.</param>
    public Hypervisor(TimeProvider clock, int seed, HypervisorOptions? options = null)
    {
        Options = options ?? new();
        Loop = new(clock);
        // One stream for each purpose, so that one more watch does not change the frame numbers.
        EventChannels = new(new Random(seed));
        Grants = new(Options, new Random(unchecked(seed + 1)));
        _xenstoreRandom = new(unchecked(seed + 2));
        Xenstore = new(Options);
        Toolstack = new(this);
        _wakeFile = Descriptor.Own(Libc.EventFile(), "create", "eventfd");
        _wakeWatch = Loop.Watch(_wakeFile.Number, LoopInterest.Readable, TakeWake);
    }

    /// <summary>Limits.</summary>
    public HypervisorOptions Options { get; }

    /// <summary>Adds domains and devices.</summary>
    public LoopbackToolstack Toolstack { get; }

    /// <summary>What is alive now, after everything that was left to do is done.</summary>
    public HypervisorCensus Census => Invoke(() =>
    {
        Pump();
        return TakeCensus();
    });

    /// <summary>Its loop.</summary>
    internal EventLoop Loop { get; }

    /// <summary>Event channels.</summary>
    internal EventChannelTable EventChannels { get; }

    /// <summary>Granted pages.</summary>
    internal GrantTable Grants { get; }

    /// <summary>Devices that kernel drivers hold.</summary>
    internal Dictionary<(DomainId Domain, string Type, int Id), LoopbackKernelDriver> KernelDrivers { get; } = [];

    /// <summary>xenstored.</summary>
    internal XenstoreServer Xenstore { get; }

    /// <summary>Reply under construction.</summary>
    internal ReplyBuilder Reply { get; } = new();

    /// <summary>Request under way, one byte longer than the longest.</summary>
    internal byte[] RequestBuffer { get; } = new byte[LoopbackProtocol.MaxBytes + 1];

    /// <summary>Domains that exist.</summary>
    internal IReadOnlyCollection<ushort> Domains => _domains;

    /// <summary>Told of a domain that appears (true) or goes (false), on the hypervisor's thread.</summary>
    internal Action<DomainId, bool>? DomainChanged { get; set; }

    /// <summary>Opens a file of a domain.</summary>
    /// <returns>The client's end; the caller's.</returns>
    /// <exception cref="XenException">There is no such domain, or too many files are open.</exception>
    public Descriptor Connect(DomainId domain, LoopbackFileKind kind)
    {
        int result = Libc.SocketPair(LoopbackProtocol.SocketType(kind), out int theirs, out int ours);
        Descriptor client = Descriptor.Own(result < 0 ? result : theirs, "open", LoopbackProtocol.FileName(kind));
        try
        {
            Invoke(() => Open(domain, kind, new(ours)));
            return client;
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    /// <summary>Runs without waiting until nothing is left to do. Does nothing on other threads when it has a thread of its own.</summary>
    /// <returns>Whether anything was done.</returns>
    public bool Pump()
    {
        if (IsElsewhere || _isPumping)
        {
            return false;
        }

        _isPumping = true;
        try
        {
            // What is put off during this run stays for the next one: otherwise a client would never see a piece of a message.
            bool didWork = SendPutOff();
            for (int turn = 0; turn < MaxTurns && Loop.RunOnce(TimeSpan.Zero); turn++)
            {
                didWork = true;
            }

            return didWork;
        }
        finally
        {
            _isPumping = false;
        }
    }

    /// <summary>Closes every file, whoever uses it.</summary>
    public void Dispose()
    {
        StopThread();
        foreach (HypervisorFile file in _files.ToArray())
        {
            Close(file, null);
        }

        foreach (Lease lease in _leases)
        {
            lease.Dispose();
        }

        _leases.Clear();
        Grants.Clear();
        Reply.Clear();
        Toolstack.Dispose();
        _wakeWatch.Dispose();
        _wakeFile.Dispose();
        Loop.Dispose();
    }

    /// <summary>For clients in this process: see <see cref="LoopbackWait"/>.</summary>
    internal bool StepForClient()
    {
        if (IsElsewhere)
        {
            return false;
        }

        Pump();
        return true;
    }

    /// <summary>A client opened a file.</summary>
    /// <param name="domain">Whose.</param>
    /// <param name="kind">Which.</param>
    /// <param name="socket">The hypervisor's end, taken over in every case.</param>
    /// <exception cref="XenException">Refused.</exception>
    internal HypervisorFile Open(DomainId domain, LoopbackFileKind kind, Descriptor socket)
    {
        domain = PresentNumber(domain);
        int refusal =
            !_domains.Contains(domain.Value) ? Errno.ENODEV
            : _files.Count >= Options.MaxOpenFiles ? Errno.EBUSY
            : Libc.SetNonBlocking(socket.Number) is var result and < 0 ? -result
            : 0;
        if (refusal != 0)
        {
            socket.Dispose();
            string? remedy = refusal switch
            {
                Errno.ENODEV => "add the domain by the toolstack first",
                Errno.EBUSY => $"{Options.MaxOpenFiles} files are open; raise {nameof(HypervisorOptions)}.{nameof(HypervisorOptions.MaxOpenFiles)}",
                _ => null,
            };
            throw new XenException("open", $"{LoopbackProtocol.FileName(kind)} of domain {domain}", refusal, remedy);
        }

        HypervisorFile file = kind switch
        {
            LoopbackFileKind.Xenstore => new XenstoreFile(this, domain, socket, _xenstoreRandom),
            LoopbackFileKind.EventChannels => new EventChannelFile(this, domain, socket),
            LoopbackFileKind.GrantAllocator => new GrantAllocatorFile(this, domain, socket),
            LoopbackFileKind.ForeignMemory => new ForeignMemoryFile(this, domain, socket),
            LoopbackFileKind.Bus => new BusFile(this, domain, socket),
        };
        _files.Add(file);
        return file;
    }

    /// <summary>Closes a file.</summary>
    /// <param name="file">Which.</param>
    /// <param name="reason">What its client did wrong; null when the client closed it.</param>
    internal void Close(HypervisorFile file, string? reason)
    {
        if (file.IsClosed)
        {
            return;
        }

        if (reason is not null)
        {
            Log($"{LoopbackProtocol.FileName(file.Kind)} of domain {file.Domain} is closed: {reason}");
        }

        _files.Remove(file);
        file.Dispose();
    }

    /// <summary>Notes that a client maps something.</summary>
    /// <param name="ended">Called when it does not any more.</param>
    /// <param name="clientEnd">To be given to the client.</param>
    internal void AddLease(Action ended, out Descriptor clientEnd) =>
        _leases.Add(new(
            Loop,
            lease =>
            {
                _leases.Remove(lease);
                ended();
            },
            out clientEnd));

    /// <summary>Sends the rest of a file's messages at the next run.</summary>
    internal void PutOff(XenstoreFile file)
    {
        if (!_putOff.Contains(file))
        {
            _putOff.Add(file);
        }
    }

    /// <summary>Tells a person.</summary>
    internal void Log(string message) => Options.Log?.Invoke(message);

    /// <summary>A domain appears.</summary>
    /// <returns>False when it is there already.</returns>
    internal bool AddDomain(DomainId domain)
    {
        if (!_domains.Add(domain.Value))
        {
            return false;
        }

        DomainChanged?.Invoke(domain, true);
        return true;
    }

    /// <summary>A domain goes on under another number; whoever opens a file under the old one, as from a directory of its, gets the new one's.</summary>
    internal void RestoreDomain(DomainId from, DomainId to, bool keepsFrames)
    {
        if (from != to)
        {
            _domains.Remove(from.Value);
            _domains.Add(to.Value);
            _restoredAs[from] = to;
            _restoredAs.Remove(to);
        }

        Grants.Restore(from, to, keepsFrames);
        foreach (HypervisorFile file in _files)
        {
            if (file.Domain == from)
            {
                file.Restored(to);
            }
        }
    }

    /// <summary>Number of a domain after all its restores.</summary>
    internal DomainId PresentNumber(DomainId domain)
    {
        while (_restoredAs.TryGetValue(domain, out DomainId next))
        {
            domain = next;
        }

        return domain;
    }

    /// <summary>A guest did what its kernel does not survive.</summary>
    internal void CountKernelBug(string what)
    {
        _kernelBugs++;
        Log($"kernel BUG: {what}");
    }

    /// <summary>A domain goes, and with it all its files.</summary>
    /// <returns>False when there is none such.</returns>
    internal bool RemoveDomain(DomainId domain)
    {
        if (domain == DomainId.Zero || !_domains.Remove(domain.Value))
        {
            return false;
        }

        foreach (HypervisorFile file in _files.ToArray())
        {
            if (file.Domain == domain)
            {
                (file as EventChannelFile)?.ForgetOutlived();
                Close(file, null);
            }
        }

        DomainChanged?.Invoke(domain, false);
        return true;
    }

    private bool SendPutOff()
    {
        if (_putOff.Count == 0)
        {
            return false;
        }

        XenstoreFile[] files = [.. _putOff];
        _putOff.Clear();
        foreach (XenstoreFile file in files)
        {
            file.SendNextPiece();
        }

        return true;
    }

    private HypervisorCensus TakeCensus()
    {
        int[] files = new int[5];
        foreach (HypervisorFile file in _files)
        {
            files[(int)file.Kind]++;
        }

        int watches = 0;
        foreach (XenstoreConnection connection in Xenstore.Connections)
        {
            watches += connection.Watches.Count;
        }

        SortedDictionary<int, int> nodes = [];
        CountNodes(Xenstore.Store.Root, nodes);
        return new()
        {
            XenstoreFiles = files[(int)LoopbackFileKind.Xenstore],
            EventChannelFiles = files[(int)LoopbackFileKind.EventChannels],
            GrantAllocatorFiles = files[(int)LoopbackFileKind.GrantAllocator],
            ForeignMemoryFiles = files[(int)LoopbackFileKind.ForeignMemory],
            BusFiles = files[(int)LoopbackFileKind.Bus],
            Ports = EventChannels.Count,
            Allocations = Grants.AllocationCount,
            Pages = Grants.PageCount,
            Mappings = _leases.Count,
            ForeignMappedPages = Grants.ForeignMappedPages,
            GrantMappedPages = Grants.GrantMappedPages,
            FreedWhileMapped = Grants.FreedWhileMapped,
            KernelBugs = _kernelBugs,
            Watches = watches,
            Transactions = Xenstore.Store.TransactionCount,
            NodesByDomain = nodes,
        };
    }

    private static void CountNodes(XenstoreNode node, SortedDictionary<int, int> counts)
    {
        counts[node.Owner.Value] = counts.GetValueOrDefault(node.Owner.Value) + 1;
        foreach (XenstoreNode child in node.Children.Values)
        {
            CountNodes(child, counts);
        }
    }
}
