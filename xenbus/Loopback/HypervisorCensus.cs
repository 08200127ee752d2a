namespace Xenbus.Loopback;

/// <summary>What is alive in a hypervisor, to find leaks.</summary>
public sealed record HypervisorCensus
{
    /// <summary>Open xenstore files.</summary>
    public int XenstoreFiles { get; init; }

    /// <summary>Open event channel files.</summary>
    public int EventChannelFiles { get; init; }

    /// <summary>Open grant allocator files.</summary>
    public int GrantAllocatorFiles { get; init; }

    /// <summary>Open foreign memory files.</summary>
    public int ForeignMemoryFiles { get; init; }

    /// <summary>Open files of the bus.</summary>
    public int BusFiles { get; init; }

    /// <summary>Open files of all kinds.</summary>
    public int Files => XenstoreFiles + EventChannelFiles + GrantAllocatorFiles + ForeignMemoryFiles + BusFiles;

    /// <summary>Event channel ports.</summary>
    public int Ports { get; init; }

    /// <summary>Grant allocations that are not freed.</summary>
    public int Allocations { get; init; }

    /// <summary>Pages of them.</summary>
    public int Pages { get; init; }

    /// <summary>Mappings in clients, of own pages and of other domains'.</summary>
    public int Mappings { get; init; }

    /// <summary>Pages that are mapped by frame number; each mapping counts.</summary>
    public int ForeignMappedPages { get; init; }

    /// <summary>Pages that are mapped by grant reference; each mapping counts.</summary>
    public int GrantMappedPages { get; init; }

    /// <summary>
    /// Allocations that the kernel has freed although a backend still maps them by frame number: the backend sees and writes memory that is somebody
    /// else's. More than 0 is a mistake of the frontend; goes down when the backend unmaps.
    /// </summary>
    public int FreedWhileMapped { get; init; }

    /// <summary>
    /// Times that a port of before a restore was unbound or its file closed, which is <c>kernel BUG at drivers/xen/evtchn.c</c>. Never goes down.
    /// </summary>
    public int KernelBugs { get; init; }

    /// <summary>Xenstore watches of all clients.</summary>
    public int Watches { get; init; }

    /// <summary>Xenstore transactions that are neither committed nor dropped.</summary>
    public int Transactions { get; init; }

    /// <summary>Xenstore nodes by the domain that owns them; domains without nodes are not listed.</summary>
    public IReadOnlyDictionary<int, int> NodesByDomain { get; init; } = new Dictionary<int, int>();

    /// <summary>Whether nothing is left that a client had: no file, port, page, mapping, watch or transaction, and no kernel was harmed.</summary>
    public bool IsEmpty =>
        (Files | Ports | Allocations | Pages | Mappings | ForeignMappedPages | GrantMappedPages | FreedWhileMapped | KernelBugs | Watches | Transactions) == 0;
}
