using System.Collections.Immutable;
using Xenbus.Domain;
using Xenbus.Wire;

namespace Xenbus.Loopback;

/// <summary>A node and all below it, never changed: a snapshot of the tree is one reference.</summary>
/// <param name="value">Bytes.</param>
/// <param name="permissions">Owner first, at least one.</param>
/// <param name="children">By name.</param>
/// <param name="generation">Another number whenever value, permissions or the list of children's names changed; never 0.</param>
internal sealed class XenstoreNode(
    byte[] value,
    XenstorePermission[] permissions,
    ImmutableSortedDictionary<string, XenstoreNode> children,
    ulong generation)
{
    /// <summary>No children.</summary>
    public static readonly ImmutableSortedDictionary<string, XenstoreNode> NoChildren =
        ImmutableSortedDictionary.Create<string, XenstoreNode>(StringComparer.Ordinal);

    /// <summary>Bytes; not to be changed.</summary>
    public byte[] Value => value;

    /// <summary>Owner first; not to be changed.</summary>
    public XenstorePermission[] Permissions => permissions;

    /// <summary>By name, in the order of the names.</summary>
    public ImmutableSortedDictionary<string, XenstoreNode> Children => children;

    /// <summary>See the constructor.</summary>
    public ulong Generation => generation;

    /// <summary>The domain that the node counts for.</summary>
    public DomainId Owner => permissions[0].Domain;

    /// <summary>The node at a path below this one, which is the root.</summary>
    public XenstoreNode? Find(string path)
    {
        XenstoreNode? node = this;
        foreach (Range range in path.AsSpan(1).Split('/'))
        {
            ReadOnlySpan<char> name = path.AsSpan(1)[range];
            if (name.IsEmpty)
            {
                break;
            }

            if (!node.Children.TryGetValue(name.ToString(), out node))
            {
                return null;
            }
        }

        return node;
    }

    /// <summary>The tree with a node written; a new node's parent must be there and counts as changed.</summary>
    public XenstoreNode With(ReadOnlySpan<char> path, byte[] newValue, XenstorePermission[] newPermissions, ref ulong lastGeneration)
    {
        if (path.IsEmpty)
        {
            return new(newValue, newPermissions, Children, ++lastGeneration);
        }

        string name = Split(path, out ReadOnlySpan<char> rest);
        if (!Children.TryGetValue(name, out XenstoreNode? child))
        {
            XenstoreNode added = new(newValue, newPermissions, NoChildren, ++lastGeneration);
            return new(Value, Permissions, Children.Add(name, added), ++lastGeneration);
        }

        return new(Value, Permissions, Children.SetItem(name, child.With(rest, newValue, newPermissions, ref lastGeneration)), Generation);
    }

    /// <summary>The tree without a node that is there, and without all below it; its parent counts as changed.</summary>
    public XenstoreNode Without(ReadOnlySpan<char> path, ref ulong lastGeneration)
    {
        string name = Split(path, out ReadOnlySpan<char> rest);
        return rest.IsEmpty
            ? new(Value, Permissions, Children.Remove(name), ++lastGeneration)
            : new(Value, Permissions, Children.SetItem(name, Children[name].Without(rest, ref lastGeneration)), Generation);
    }

    private static string Split(ReadOnlySpan<char> path, out ReadOnlySpan<char> rest)
    {
        int slash = path.IndexOf('/');
        rest = slash < 0 ? default : path[(slash + 1)..];
        return (slash < 0 ? path : path[..slash]).ToString();
    }
}
