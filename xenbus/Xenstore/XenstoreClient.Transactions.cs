using Xenbus.Linux.Interop;
using Xenbus.Wire;

namespace Xenbus.Xenstore;

/// <summary>Transactions.</summary>
public sealed partial class XenstoreClient
{
    /// <summary>A conflict is redone this often; each try sees a fresh snapshot, so more means that somebody writes without pause.</summary>
    private const int MaxTransactionTries = 32;

    /// <summary>Written in the present transaction, which nobody sees yet; only kept while somebody traces.</summary>
    private readonly List<(string Path, string? Value)> _unseen = [];

    /// <summary>Does some reads and writes as one, again from the start when somebody else came between.</summary>
    /// <param name="work">May run several times; returns false to drop what it wrote.</param>
    /// <returns>What <paramref name="work"/> returned at last.</returns>
    /// <exception cref="XenstoreException">A request was refused, or every try met a conflict.</exception>
    public bool Transact(Func<XenstoreTransaction, bool> work)
    {
        for (int attempt = 1; ; attempt++)
        {
            string reply = RequestRaw(XenstoreMessageType.TransactionStart, 0, "/", "\0");
            uint id = (uint)(ParseNumber(reply.TrimEnd('\0')) ?? throw new XenstoreException("transaction start", reply, Errno.EIO));
            _unseen.Clear();
            bool commits = false;
            bool isConflict = false;
            try
            {
                commits = work(new XenstoreTransaction(this, id));
            }
            catch (XenstoreException exception) when (exception.ErrorNumber == Errno.EAGAIN)
            {
                isConflict = true;
            }
            catch
            {
                End(id, false);
                throw;
            }

            if (End(id, commits && !isConflict) && !isConflict)
            {
                if (commits)
                {
                    foreach ((string path, string? value) in _unseen)
                    {
                        Trace?.OnWritten(path, value);
                    }
                }

                return commits;
            }

            if (attempt == MaxTransactionTries)
            {
                throw new XenstoreException("transaction", "/", Errno.EAGAIN, $"{MaxTransactionTries} tries met a conflict; who writes all the time?");
            }

            // The first conflicts are accidents; later ones deserve a pause that differs between the parties.
            if (attempt > 4)
            {
                Thread.Sleep(Random.Shared.Next(1, Math.Min(attempt, 10)));
            }
        }
    }

    private void TraceWrite(string path, string? value, uint transaction)
    {
        if (Trace is not { } trace)
        {
            return;
        }

        if (transaction == 0)
        {
            trace.OnWritten(path, value);
        }
        else
        {
            _unseen.Add((path, value));
        }
    }

    private bool End(uint id, bool commits) =>
        // ENOENT: the server has forgotten it, as after a restore; the work has to be done again.
        TryRequest(XenstoreMessageType.TransactionEnd, id, "/", commits ? "T\0" : "F\0", out _, Errno.EAGAIN, Errno.ENOENT) || !commits;
}
