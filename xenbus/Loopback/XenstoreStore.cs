using Xenbus.Domain;
using Xenbus.Linux.Interop;
using Xenbus.Wire;

namespace Xenbus.Loopback;

/// <summary>The tree with permissions, quotas and transactions. Knows nothing of messages, paths on the wire or watches.</summary>
/// <remarks>
/// Follows xenstored_core.c, xenstored_domain.c and xenstored_transaction.c of Xen. Methods return 0 or an errno. Paths are absolute and checked.
/// Domain 0 may do everything and has no quota.
/// </remarks>
/// <param name="options">Quotas.</param>
/// <param name="changed">Called after each change outside a transaction, and at the commit for those inside.</param>
internal sealed class XenstoreStore(HypervisorOptions options, Action<XenstoreChange> changed)
{
    private const XenstoreAccess All = XenstoreAccess.Read | XenstoreAccess.Write;

    private readonly Dictionary<DomainId, int> _owned = new() { [DomainId.Zero] = 1 };
    private readonly HashSet<XenstoreTransaction> _transactions = [];
    private XenstoreNode _root = new([], [new(XenstoreAccess.None, DomainId.Zero)], XenstoreNode.NoChildren, 1);
    private ulong _lastGeneration = 1;
    private uint _lastTransaction;

    /// <summary>The tree outside of transactions.</summary>
    public XenstoreNode Root => _root;

    /// <summary>Transactions that are neither committed nor dropped.</summary>
    public int TransactionCount => _transactions.Count;

    /// <summary>Nodes that a domain owns, for its quota.</summary>
    public int CountOwned(DomainId domain) => _owned.GetValueOrDefault(domain);

    /// <summary>What a domain may do with a node.</summary>
    public static XenstoreAccess AccessOf(DomainId caller, XenstorePermission[] permissions)
    {
        if (caller == DomainId.Zero || permissions[0].Domain == caller)
        {
            return All;
        }

        foreach (XenstorePermission permission in permissions.AsSpan(1))
        {
            if (permission.Domain == caller)
            {
                return permission.Access;
            }
        }

        return permissions[0].Access;
    }

    /// <summary>Value of a node.</summary>
    public int Read(DomainId caller, XenstoreTransaction? transaction, string path, out byte[] value)
    {
        int error = Get(caller, transaction, path, XenstoreAccess.Read, out XenstoreNode? node);
        value = node?.Value ?? [];
        return error;
    }

    /// <summary>A node with its children and generation.</summary>
    public int List(DomainId caller, XenstoreTransaction? transaction, string path, out XenstoreNode? node) =>
        Get(caller, transaction, path, XenstoreAccess.Read, out node);

    /// <summary>Permissions of a node.</summary>
    public int GetPermissions(DomainId caller, XenstoreTransaction? transaction, string path, out XenstorePermission[] permissions)
    {
        int error = Get(caller, transaction, path, XenstoreAccess.Read, out XenstoreNode? node);
        permissions = node?.Permissions ?? [];
        return error;
    }

    /// <summary>Writes a node and makes it and its parents where they are missing.</summary>
    public int Write(DomainId caller, XenstoreTransaction? transaction, string path, ReadOnlySpan<byte> value)
    {
        int error = Get(caller, transaction, path, XenstoreAccess.Write, out XenstoreNode? node);
        if (error is not (0 or Errno.ENOENT))
        {
            return error;
        }

        if (caller != DomainId.Zero && value.Length > options.ValueQuotaBytes)
        {
            return Errno.ENOSPC;
        }

        if (node is null)
        {
            return Create(caller, transaction, path, value.ToArray());
        }

        Edit(transaction, new(path, value.ToArray(), node.Permissions));
        Tell(transaction, path, isExact: false, node.Permissions);
        return 0;
    }

    /// <summary>Makes an empty node, and its parents, where there is none.</summary>
    public int MakeDirectory(DomainId caller, XenstoreTransaction? transaction, string path)
    {
        int error = Get(caller, transaction, path, XenstoreAccess.Write, out _);
        return error == Errno.ENOENT ? Create(caller, transaction, path, []) : error;
    }

    /// <summary>Removes a node and all below it.</summary>
    public int Remove(DomainId caller, XenstoreTransaction? transaction, string path)
    {
        int error = Get(caller, transaction, path, XenstoreAccess.Write, out XenstoreNode? node);
        if (error == Errno.ENOENT)
        {
            // Absent already is fine, if only the last name is absent.
            return Look(transaction, XenstorePath.Parent(path)) is null ? Errno.ENOENT : 0;
        }

        if (error != 0)
        {
            return error;
        }

        if (path == "/")
        {
            return Errno.EINVAL;
        }

        XenstorePermission[] parentPermissions = Look(transaction, XenstorePath.Parent(path))!.Permissions;
        List<XenstoreChange> changes = [];
        CollectRemoved(transaction, path, node!, parentPermissions, changes);
        changes[^1] = changes[^1] with { IsExact = false };
        Edit(transaction, new(path, null, null));
        foreach (XenstoreChange change in changes)
        {
            Tell(transaction, change);
        }

        return 0;
    }

    /// <summary>Replaces the permissions of a node.</summary>
    /// <param name="caller">Must own it; only domain 0 may give it away.</param>
    /// <param name="transaction">Or null.</param>
    /// <param name="path">The node.</param>
    /// <param name="permissions">At least one.</param>
    public int SetPermissions(DomainId caller, XenstoreTransaction? transaction, string path, XenstorePermission[] permissions)
    {
        int error = Get(caller, transaction, path, XenstoreAccess.Write, out XenstoreNode? node);
        if (error != 0)
        {
            return error;
        }

        if (caller != DomainId.Zero)
        {
            if (node!.Owner != caller)
            {
                return Errno.EACCES;
            }

            if (permissions.Length > options.PermissionQuota)
            {
                return Errno.ENOSPC;
            }

            if (permissions[0].Domain != caller)
            {
                return Errno.EPERM;
            }
        }

        XenstorePermission[] former = node!.Permissions;
        Edit(transaction, new(path, node.Value, permissions));
        Account(transaction, former[0].Domain, -1);
        Account(transaction, permissions[0].Domain, 1);
        Tell(transaction, path, isExact: false, permissions, former);
        return 0;
    }

    /// <summary>Starts a transaction.</summary>
    /// <param name="caller">Whose.</param>
    /// <param name="transaction">The transaction, or null on failure.</param>
    public int Begin(DomainId caller, out XenstoreTransaction? transaction)
    {
        transaction = null;
        if (caller != DomainId.Zero && CountTransactions(caller) >= options.TransactionQuota)
        {
            return Errno.ENOSPC;
        }

        _lastTransaction = _lastTransaction == uint.MaxValue ? 1 : _lastTransaction + 1;
        transaction = new(_lastTransaction, caller, _root);
        _transactions.Add(transaction);
        return 0;
    }

    /// <summary>Drops a transaction.</summary>
    public void Abort(XenstoreTransaction transaction) => _transactions.Remove(transaction);

    /// <summary>Ends a transaction and makes what it did true for all, if nothing that it looked at has changed meanwhile.</summary>
    /// <returns>0, EAGAIN when it must be done again, ENOSPC when its domain would own too much by now.</returns>
    public int Commit(XenstoreTransaction transaction)
    {
        _transactions.Remove(transaction);
        bool isUndisturbed = ReferenceEquals(_root, transaction.Snapshot);
        if (!isUndisturbed)
        {
            foreach ((string path, ulong generation) in transaction.Seen)
            {
                if ((_root.Find(path)?.Generation ?? 0) != generation)
                {
                    return Errno.EAGAIN;
                }
            }
        }

        // Numbers of nodes are not among what conflicts: two transactions that create elsewhere both succeed, while there is room for both.
        if (transaction.OwnedDelta.GetValueOrDefault(transaction.Owner) is var more and > 0 && IsOverQuota(transaction.Owner, null, more))
        {
            return Errno.ENOSPC;
        }

        if (isUndisturbed)
        {
            _root = transaction.Root;
        }
        else
        {
            // All nodes that the edits touch are as they were, so the edits have the same effect on the newer tree.
            foreach (XenstoreEdit edit in transaction.Edits)
            {
                _root = Apply(_root, edit);
            }
        }

        foreach ((DomainId domain, int delta) in transaction.OwnedDelta)
        {
            Account(null, domain, delta);
        }

        foreach (XenstoreChange change in transaction.Changes)
        {
            changed(change);
        }

        return 0;
    }

    /// <summary>Transactions that a domain has open.</summary>
    public int CountTransactions(DomainId domain)
    {
        int count = 0;
        foreach (XenstoreTransaction transaction in _transactions)
        {
            count += transaction.Owner == domain ? 1 : 0;
        }

        return count;
    }

    /// <summary>Finds a node and checks rights. Who may not read around a missing node learns EACCES instead of ENOENT.</summary>
    private int Get(DomainId caller, XenstoreTransaction? transaction, string path, XenstoreAccess wanted, out XenstoreNode? node)
    {
        node = Look(transaction, path);
        if (node is not null)
        {
            if (AccessOf(caller, node.Permissions).HasFlag(wanted))
            {
                return 0;
            }

            node = null;
            return Errno.EACCES;
        }

        XenstoreNode? ancestor = null;
        while (ancestor is null)
        {
            path = XenstorePath.Parent(path);
            ancestor = Look(transaction, path);
        }

        return AccessOf(caller, ancestor.Permissions).HasFlag(wanted) ? Errno.ENOENT : Errno.EACCES;
    }

    private XenstoreNode? Look(XenstoreTransaction? transaction, string path)
    {
        if (transaction is null)
        {
            return _root.Find(path);
        }

        Mark(transaction, path);
        return transaction.Root.Find(path);
    }

    private static void Mark(XenstoreTransaction transaction, string path) =>
        transaction.Seen.TryAdd(path, transaction.Snapshot.Find(path)?.Generation ?? 0);

    private int Create(DomainId caller, XenstoreTransaction? transaction, string path, byte[] value)
    {
        List<string> missing = [];
        XenstoreNode? parent = null;
        for (string next = path; parent is null;)
        {
            missing.Add(next);
            next = XenstorePath.Parent(next);
            parent = Look(transaction, next);
        }

        if (IsOverQuota(caller, transaction, missing.Count))
        {
            return Errno.ENOSPC;
        }

        // Permissions are inherited, but a guest owns what it makes.
        XenstorePermission[] permissions = parent.Permissions;
        if (caller != DomainId.Zero && permissions[0].Domain != caller)
        {
            permissions = [permissions[0] with { Domain = caller }, .. permissions.AsSpan(1)];
        }

        for (int i = missing.Count - 1; i >= 0; i--)
        {
            Edit(transaction, new(missing[i], i == 0 ? value : [], permissions));
            Account(transaction, permissions[0].Domain, 1);
        }

        // Watches are told of the node that was asked for only, as in do_write and do_mkdir.
        Tell(transaction, path, isExact: false, permissions);
        return 0;
    }

    private bool IsOverQuota(DomainId caller, XenstoreTransaction? transaction, int more) =>
        caller != DomainId.Zero
        && CountOwned(caller) + (transaction?.OwnedDelta.GetValueOrDefault(caller) ?? 0) + (long)more > options.NodeQuota;

    private void CollectRemoved(
        XenstoreTransaction? transaction,
        string path,
        XenstoreNode node,
        XenstorePermission[] parentPermissions,
        List<XenstoreChange> changes)
    {
        foreach ((string name, XenstoreNode child) in node.Children)
        {
            CollectRemoved(transaction, XenstorePath.Child(path, name), child, node.Permissions, changes);
        }

        if (transaction is not null)
        {
            Mark(transaction, path);
        }

        Account(transaction, node.Owner, -1);
        changes.Add(new(path, IsExact: true, node.Permissions, parentPermissions, null));
    }

    private void Edit(XenstoreTransaction? transaction, XenstoreEdit edit)
    {
        if (transaction is null)
        {
            _root = Apply(_root, edit);
        }
        else
        {
            transaction.Root = Apply(transaction.Root, edit);
            transaction.Edits.Add(edit);
        }
    }

    private XenstoreNode Apply(XenstoreNode root, XenstoreEdit edit) =>
        edit is { Value: { } value, Permissions: { } permissions }
            ? root.With(edit.Path.AsSpan(1), value, permissions, ref _lastGeneration)
            : root.Without(edit.Path.AsSpan(1), ref _lastGeneration);

    private void Account(XenstoreTransaction? transaction, DomainId domain, int delta)
    {
        Dictionary<DomainId, int> counts = transaction?.OwnedDelta ?? _owned;
        counts[domain] = counts.GetValueOrDefault(domain) + delta;
    }

    private void Tell(
        XenstoreTransaction? transaction,
        string path,
        bool isExact,
        XenstorePermission[] permissions,
        XenstorePermission[]? former = null)
    {
        XenstoreNode root = transaction?.Root ?? _root;
        XenstorePermission[] parentPermissions = root.Find(XenstorePath.Parent(path))!.Permissions;
        Tell(transaction, new(path, isExact, permissions, parentPermissions, former));
    }

    private void Tell(XenstoreTransaction? transaction, XenstoreChange change)
    {
        if (transaction is null)
        {
            changed(change);
        }
        else
        {
            transaction.Changes.Add(change);
        }
    }
}
