using Xenbus.Domain;
using Xenbus.Wire;

namespace Xenbus.Loopback;

/// <summary>A transaction: works on its own copy of the tree and remembers what it looked at and what it did.</summary>
/// <param name="id">Number on the wire, never 0.</param>
/// <param name="owner">Domain that started it.</param>
/// <param name="snapshot">The tree as it was at the start.</param>
internal sealed class XenstoreTransaction(uint id, DomainId owner, XenstoreNode snapshot)
{
    /// <summary>Number on the wire.</summary>
    public uint Id => id;

    /// <summary>Domain that started it.</summary>
    public DomainId Owner => owner;

    /// <summary>The tree as it was at the start.</summary>
    public XenstoreNode Snapshot { get; } = snapshot;

    /// <summary>The tree as the transaction sees it.</summary>
    public XenstoreNode Root { get; set; } = snapshot;

    /// <summary>Every path that was looked at or changed, with its generation in the snapshot, 0 when it was not there.</summary>
    public Dictionary<string, ulong> Seen { get; } = [];

    /// <summary>What it did, in order.</summary>
    public List<XenstoreEdit> Edits { get; } = [];

    /// <summary>What will be told to watches, in order.</summary>
    public List<XenstoreChange> Changes { get; } = [];

    /// <summary>Nodes more (or fewer) that each domain owns by it.</summary>
    public Dictionary<DomainId, int> OwnedDelta { get; } = [];
}

/// <summary>One change of the tree, to be repeated at commit.</summary>
/// <param name="Path">Absolute.</param>
/// <param name="Value">Bytes; null when the node was removed.</param>
/// <param name="Permissions">Owner first; null when the node was removed.</param>
internal readonly record struct XenstoreEdit(string Path, byte[]? Value, XenstorePermission[]? Permissions);

/// <summary>Something for watches.</summary>
/// <param name="Path">Node that was written, created, removed or got other permissions.</param>
/// <param name="IsExact">Whether only watches of this very path are told: the node went together with a parent that is told of by itself.</param>
/// <param name="Permissions">Of the node, after the change or before its removal.</param>
/// <param name="ParentPermissions">Of the node above.</param>
/// <param name="FormerPermissions">Of the node before a change of permissions, else null.</param>
internal readonly record struct XenstoreChange(
    string Path,
    bool IsExact,
    XenstorePermission[] Permissions,
    XenstorePermission[] ParentPermissions,
    XenstorePermission[]? FormerPermissions);
