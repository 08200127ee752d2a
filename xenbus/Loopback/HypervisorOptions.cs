namespace Xenbus.Loopback;

/// <summary>Limits and habits of a loopback hypervisor; the defaults are those of Xen and its xenstored where these have one.</summary>
public sealed record HypervisorOptions
{
    /// <summary>Pages that all grant allocators together may have.</summary>
    /// <remarks>Like <c>/sys/module/xen_gntalloc/parameters/limit</c>, with room for several screens.</remarks>
    public int GrantLimitPages { get; init; } = 65536;

    /// <summary>Entries of each domain's grant table: pages that it can have granted at a time.</summary>
    /// <remarks>Twice Xen's default of <c>max_grant_frames</c> = 64 frames with 512 entries each, so that the limit is what is met first.</remarks>
    public int GrantTableEntries { get; init; } = 65536;

    /// <summary>Xenstore nodes that a guest may own.</summary>
    public int NodeQuota { get; init; } = 1000;

    /// <summary>Watches of a guest, all its files together.</summary>
    public int WatchQuota { get; init; } = 128;

    /// <summary>Open transactions of a guest, all its files together.</summary>
    public int TransactionQuota { get; init; } = 10;

    /// <summary>Largest value that a guest may write, bytes.</summary>
    public int ValueQuotaBytes { get; init; } = 2048;

    /// <summary>Entries in the permissions of a node that a guest may set.</summary>
    public int PermissionQuota { get; init; } = 5;

    /// <summary>Bytes that may wait for a xenstore client that does not read; one more and its file is closed.</summary>
    public int MaxOutputBytes { get; init; } = 1 << 20;

    /// <summary>Files that may be open at a time, of all domains.</summary>
    public int MaxOpenFiles { get; init; } = 512;

    /// <summary>Whether xenstore messages come in pieces of random length, as reads of a device may.</summary>
    /// <remarks>Each piece comes at another <see cref="Hypervisor.Pump"/>, or turn of the hypervisor's thread.</remarks>
    public bool FragmentReplies { get; init; }

    /// <summary>Told why a file was closed on a client that misbehaved, and what else a person should know.</summary>
    /// <remarks>Called on the hypervisor's thread.</remarks>
    public Action<string>? Log { get; init; }
}
