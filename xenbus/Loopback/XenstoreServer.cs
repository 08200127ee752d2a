using Xenbus.Domain;
using Xenbus.Wire;

namespace Xenbus.Loopback;

/// <summary>xenstored: the store, who is connected to it, and the domains that it was told of.</summary>
internal sealed class XenstoreServer
{
    /// <summary>Special watch: a domain appeared.</summary>
    public const string IntroduceDomain = "@introduceDomain";

    /// <summary>Special watch: a domain went.</summary>
    public const string ReleaseDomain = "@releaseDomain";

    private readonly HashSet<DomainId> _introduced = [DomainId.Zero];
    private readonly List<XenstoreConnection> _connections = [];

    /// <summary>An empty store.</summary>
    public XenstoreServer(HypervisorOptions options)
    {
        Options = options;
        Store = new(options, Fire);
    }

    /// <summary>Quotas.</summary>
    public HypervisorOptions Options { get; }

    /// <summary>The tree.</summary>
    public XenstoreStore Store { get; }

    /// <summary>Who is connected.</summary>
    public IReadOnlyList<XenstoreConnection> Connections => _connections;

    /// <summary>Called after each change of the store, and at the commit for those of a transaction; for the toolstack.</summary>
    public Action<XenstoreChange>? Changed { get; set; }

    /// <summary>Whether xenstored was told of a domain.</summary>
    public bool IsIntroduced(DomainId domain) => _introduced.Contains(domain);

    /// <summary>Tells it of a domain.</summary>
    public void Introduce(DomainId domain)
    {
        if (_introduced.Add(domain))
        {
            FireSpecial(IntroduceDomain);
        }
    }

    /// <summary>Tells it that a domain went.</summary>
    public void Release(DomainId domain)
    {
        if (_introduced.Remove(domain))
        {
            FireSpecial(ReleaseDomain);
        }
    }

    /// <summary>A connection begins.</summary>
    public void Add(XenstoreConnection connection) => _connections.Add(connection);

    /// <summary>A connection ends.</summary>
    public void Remove(XenstoreConnection connection) => _connections.Remove(connection);

    /// <summary>Watches of a domain, all its connections together.</summary>
    public int CountWatches(DomainId domain)
    {
        int count = 0;
        foreach (XenstoreConnection connection in _connections)
        {
            count += connection.Domain == domain ? connection.Watches.Count : 0;
        }

        return count;
    }

    /// <summary>Removes every watch and transaction of a domain, on all its connections: they are one to a real xenstored.</summary>
    public void Reset(DomainId domain)
    {
        foreach (XenstoreConnection connection in _connections)
        {
            if (connection.Domain == domain)
            {
                connection.Reset();
            }
        }
    }

    /// <summary>A domain is saved.</summary>
    public void Freeze(DomainId domain)
    {
        foreach (XenstoreConnection connection in _connections)
        {
            if (connection.Domain == domain)
            {
                connection.Freeze();
            }
        }
    }

    /// <summary>A domain goes on, perhaps under another number.</summary>
    public void Thaw(DomainId domain, DomainId number)
    {
        foreach (XenstoreConnection connection in _connections.ToArray())
        {
            if (connection.Domain == domain)
            {
                connection.Thaw(number);
            }
        }
    }

    private void Fire(XenstoreChange change)
    {
        // A copy: a client that does not read is disconnected while it is told.
        foreach (XenstoreConnection connection in _connections.ToArray())
        {
            if (MayLearn(connection.Domain, change))
            {
                connection.Fire(change);
            }
        }

        Changed?.Invoke(change);
    }

    private void FireSpecial(string name)
    {
        // Without set permissions only privileged domains are told, since XSA-115.
        XenstorePermission[] permissions = [new(XenstoreAccess.None, DomainId.Zero)];
        Fire(new(name, IsExact: true, permissions, permissions, null));
    }

    /// <summary>Whoever may read the node, before or after the change, or the node above it. Source: watch_permitted of xenstored_watch.c.</summary>
    private static bool MayLearn(DomainId domain, XenstoreChange change) =>
        MayRead(domain, change.Permissions)
        || MayRead(domain, change.ParentPermissions)
        || (change.FormerPermissions is { } former && MayRead(domain, former));

    private static bool MayRead(DomainId domain, XenstorePermission[] permissions) =>
        XenstoreStore.AccessOf(domain, permissions).HasFlag(XenstoreAccess.Read);
}
