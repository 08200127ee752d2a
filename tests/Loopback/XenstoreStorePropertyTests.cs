using System.Text;
using CsCheck;
using Xenbus.Domain;
using Xenbus.Linux.Interop;
using Xenbus.Loopback;
using Xenbus.Wire;
using Xunit;

namespace XenFbFront.Tests.Loopback;

/// <summary>Random requests of three domains, inside and outside of transactions, against a model that is a flat list of paths.</summary>
/// <remarks>
/// A transaction's requests are kept with their results. When it commits they are made on the model, at that moment and all at once, and must have the
/// same results: that is what serializable means, and it needs no model of how conflicts are found. The quota of nodes is left out there: xenstored does not
/// count it as something that a transaction has read, so a number that another transaction changed meanwhile is no conflict.
/// </remarks>
public class XenstoreStorePropertyTests
{
    private static readonly string[] s_paths = ["/t", "/t/a", "/t/a/x", "/t/a/x/deep", "/t/b", "/t/b/y", "/t/c/d/e", "/t/c/d"];
    private static readonly string[] s_permissions = ["n0", "b0", "n1", "r1|b2", "n2", "w2|r1", "b1|n2", "n1|r0|r2"];

    /// <summary>Fewer nodes than there are paths.</summary>
    private const int SmallNodeQuota = 5;

    private enum Verb
    {
        Read,
        List,
        GetPermissions,
        Write,
        MakeDirectory,
        Remove,
        SetPermissions,
        Begin,
        Commit,
        Abort,
    }

    /// <summary>Each as often as it is likely.</summary>
    private static readonly Verb[] s_verbs =
    [
        Verb.Read, Verb.Read, Verb.List, Verb.List, Verb.GetPermissions, Verb.Write, Verb.Write, Verb.Write, Verb.Write, Verb.MakeDirectory, Verb.MakeDirectory,
        Verb.Remove, Verb.Remove, Verb.SetPermissions, Verb.SetPermissions, Verb.Begin, Verb.Begin, Verb.Begin, Verb.Commit, Verb.Commit, Verb.Abort,
    ];

    private static readonly Gen<Request> s_request =
        Gen.Select(
            Gen.Int[0, s_verbs.Length - 1],
            Gen.Int[0, 2],
            Gen.Int[0, s_paths.Length - 1],
            Gen.Int[0, 7],
            Gen.Int[0, 3],
            (verb, domain, path, extra, slot) => new Request(s_verbs[verb], new((ushort)domain), s_paths[path], extra, slot));

    [Fact]
    public void Requests_WithTransactions_SameResultsAsModelInOrderOfCommit() =>
        s_request.List[1, 80].Sample(requests => Run(requests, int.MaxValue), iter: 3000, print: Print);

    [Fact]
    public void Requests_WithoutTransactionsAtSmallQuota_SameResultsAsModel() =>
        s_request.Select(request => request with { Slot = 0 }).List[1, 80]
            .Sample(requests => Run(requests, SmallNodeQuota), iter: 3000, print: Print);

    private static string Print(List<Request> requests) => string.Join("\n", requests);

    private static void Run(List<Request> requests, int nodeQuota)
    {
        int events = 0;
        HypervisorOptions options = new() { NodeQuota = nodeQuota, ValueQuotaBytes = 4, PermissionQuota = 2, TransactionQuota = 3 };
        XenstoreStore store = new(options, _ => events++);
        Model model = new(nodeQuota);
        Execute(store, null, new(Verb.Write, DomainId.Zero, "/t", 0, 0));
        model.Execute(new(Verb.Write, DomainId.Zero, "/t", 0, 0));
        Execute(store, null, new(Verb.SetPermissions, DomainId.Zero, "/t", 1, 0));
        model.Execute(new(Verb.SetPermissions, DomainId.Zero, "/t", 1, 0));

        // Slot 0 is outside of transactions.
        (XenstoreTransaction? Transaction, List<(Request Request, string Result)> Done)[] slots = [(null, []), (null, []), (null, []), (null, [])];
        foreach (Request request in requests)
        {
            ref var slot = ref slots[request.Slot];
            switch (request.Verb)
            {
                case Verb.Begin when request.Slot > 0 && slot.Transaction is null:
                    store.Begin(request.Domain, out slot.Transaction);
                    slot.Done = [];
                    break;
                case Verb.Commit when slot.Transaction is { } transaction:
                    slot.Transaction = null;
                    int eventsBefore = events;
                    int error = store.Commit(transaction);
                    if (error == 0)
                    {
                        foreach ((Request done, string result) in slot.Done)
                        {
                            Assert.Equal((done, result), (done, model.Execute(done)));
                        }
                    }
                    else
                    {
                        Assert.Equal(Errno.EAGAIN, error);
                        Assert.Equal(eventsBefore, events);
                    }

                    break;
                case Verb.Abort when slot.Transaction is { } transaction:
                    slot.Transaction = null;
                    store.Abort(transaction);
                    break;
                case Verb.Begin or Verb.Commit or Verb.Abort:
                    break;
                default:
                    // A transaction belongs to the domain that began it.
                    Request made = slot.Transaction is { } running ? request with { Domain = running.Owner } : request;
                    string answer = Execute(store, slot.Transaction, made);
                    if (slot.Transaction is null)
                    {
                        Assert.Equal((made, model.Execute(made)), (made, answer));
                    }
                    else
                    {
                        slot.Done.Add((made, answer));
                    }

                    break;
            }

            CheckSameTree(store, model);
        }

        foreach ((XenstoreTransaction? transaction, _) in slots)
        {
            if (transaction is not null)
            {
                store.Abort(transaction);
            }
        }

        Assert.Equal(0, store.TransactionCount);
    }

    private static void CheckSameTree(XenstoreStore store, Model model)
    {
        SortedDictionary<string, string> tree = new(StringComparer.Ordinal);
        int[] owned = new int[3];
        Walk("/", store.Root);
        Assert.Equal(model.Dump(), tree);
        for (ushort domain = 0; domain < 3; domain++)
        {
            Assert.Equal(owned[domain], store.CountOwned(new(domain)));
        }

        void Walk(string path, XenstoreNode node)
        {
            tree.Add(path, $"{Encoding.ASCII.GetString(node.Value)} {string.Join('|', node.Permissions)}");
            owned[node.Owner.Value]++;
            foreach ((string name, XenstoreNode child) in node.Children)
            {
                Walk(path == "/" ? $"/{name}" : $"{path}/{name}", child);
            }
        }
    }

    private static XenstorePermission[] PermissionsOf(int extra) =>
    [
        .. s_permissions[extra].Split('|').Select(text =>
        {
            Assert.True(XenstorePermission.TryParse(Encoding.ASCII.GetBytes(text), out XenstorePermission permission));
            return permission;
        }),
    ];

    private static string Execute(XenstoreStore store, XenstoreTransaction? transaction, Request request)
    {
        string result = string.Empty;
        int error;
        switch (request.Verb)
        {
            case Verb.Read:
                error = store.Read(request.Domain, transaction, request.Path, out byte[] value);
                result = Encoding.ASCII.GetString(value);
                break;
            case Verb.List:
                error = store.List(request.Domain, transaction, request.Path, out XenstoreNode? node);
                result = string.Join(',', node?.Children.Keys ?? []);
                break;
            case Verb.GetPermissions:
                error = store.GetPermissions(request.Domain, transaction, request.Path, out XenstorePermission[] permissions);
                result = string.Join('|', permissions);
                break;
            case Verb.Write:
                error = store.Write(request.Domain, transaction, request.Path, Encoding.ASCII.GetBytes(request.Value));
                break;
            case Verb.MakeDirectory:
                error = store.MakeDirectory(request.Domain, transaction, request.Path);
                break;
            case Verb.Remove:
                error = store.Remove(request.Domain, transaction, request.Path);
                break;
            default:
                error = store.SetPermissions(request.Domain, transaction, request.Path, PermissionsOf(request.Extra));
                break;
        }

        return error == 0 ? $"0 {result}" : XenstoreErrors.Print(error);
    }

    private sealed record Request(Verb Verb, DomainId Domain, string Path, int Extra, int Slot)
    {
        /// <summary>0 to 7 characters; guests may write 4.</summary>
        public string Value => new('v', Extra);
    }

    /// <summary>The rules once more, as plainly as possible.</summary>
    private sealed class Model(int nodeQuota)
    {
        private readonly SortedDictionary<string, (string Value, XenstorePermission[] Permissions)> _nodes = new(StringComparer.Ordinal)
        {
            ["/"] = (string.Empty, [new(XenstoreAccess.None, DomainId.Zero)]),
        };

        public SortedDictionary<string, string> Dump()
        {
            SortedDictionary<string, string> dump = new(StringComparer.Ordinal);
            foreach ((string path, var node) in _nodes)
            {
                dump.Add(path, $"{node.Value} {string.Join('|', node.Permissions)}");
            }

            return dump;
        }

        public string Execute(Request request)
        {
            bool isReading = request.Verb is Verb.Read or Verb.List or Verb.GetPermissions;
            string nearest = request.Path;
            while (!_nodes.ContainsKey(nearest))
            {
                nearest = Up(nearest);
            }

            bool isThere = nearest == request.Path;
            if (!May(request.Domain, nearest, isReading ? 'r' : 'w'))
            {
                return "EACCES";
            }

            bool isGuest = request.Domain != DomainId.Zero;
            switch (request.Verb)
            {
                case Verb.Read:
                    return isThere ? $"0 {_nodes[request.Path].Value}" : "ENOENT";
                case Verb.List:
                    return isThere ? $"0 {string.Join(',', Children(request.Path))}" : "ENOENT";
                case Verb.GetPermissions:
                    return isThere ? $"0 {string.Join('|', _nodes[request.Path].Permissions)}" : "ENOENT";
                case Verb.Write:
                    if (isGuest && request.Value.Length > 4)
                    {
                        return "ENOSPC";
                    }

                    if (!isThere && !Create(request))
                    {
                        return "ENOSPC";
                    }

                    _nodes[request.Path] = (request.Value, _nodes[request.Path].Permissions);
                    return "0 ";
                case Verb.MakeDirectory:
                    return isThere || Create(request) ? "0 " : "ENOSPC";
                case Verb.Remove:
                    if (!isThere)
                    {
                        return nearest == Up(request.Path) ? "0 " : "ENOENT";
                    }

                    foreach (string path in _nodes.Keys.Where(p => p == request.Path || p.StartsWith(request.Path + "/", StringComparison.Ordinal)).ToArray())
                    {
                        _nodes.Remove(path);
                    }

                    return "0 ";
                default:
                    XenstorePermission[] permissions = PermissionsOf(request.Extra);
                    if (!isThere)
                    {
                        return "ENOENT";
                    }

                    if (isGuest && _nodes[request.Path].Permissions[0].Domain != request.Domain)
                    {
                        return "EACCES";
                    }

                    if (isGuest && permissions.Length > 2)
                    {
                        return "ENOSPC";
                    }

                    if (isGuest && permissions[0].Domain != request.Domain)
                    {
                        return "EPERM";
                    }

                    _nodes[request.Path] = (_nodes[request.Path].Value, permissions);
                    return "0 ";
            }
        }

        private static string Up(string path) => path.LastIndexOf('/') is var slash and > 0 ? path[..slash] : "/";

        private IEnumerable<string> Children(string path) =>
            _nodes.Keys.Where(p => p != "/" && Up(p) == path).Select(p => p[(p.LastIndexOf('/') + 1)..]);

        private bool May(DomainId domain, string path, char what)
        {
            XenstorePermission[] list = _nodes[path].Permissions;
            if (domain == DomainId.Zero || list[0].Domain == domain)
            {
                return true;
            }

            XenstorePermission applies = list.Skip(1).FirstOrDefault(p => p.Domain == domain, list[0]);
            return applies.ToString()[0] is var letter && (letter == 'b' || letter == what);
        }

        private bool Create(Request request)
        {
            List<string> missing = [];
            string parent = request.Path;
            for (; !_nodes.ContainsKey(parent); parent = Up(parent))
            {
                missing.Add(parent);
            }

            bool isGuest = request.Domain != DomainId.Zero;
            if (isGuest && _nodes.Values.Count(n => n.Permissions[0].Domain == request.Domain) + (long)missing.Count > nodeQuota)
            {
                return false;
            }

            XenstorePermission[] permissions = [.. _nodes[parent].Permissions];
            permissions[0] = isGuest ? permissions[0] with { Domain = request.Domain } : permissions[0];
            missing.ForEach(path => _nodes[path] = (string.Empty, permissions));
            return true;
        }
    }
}
