using System.Text;
using Xenbus.Wire;

namespace Xenbus.Xenstore;

/// <summary>Watches.</summary>
public sealed partial class XenstoreClient
{
    private readonly List<XenstoreWatch> _watches = [];
    private uint _lastToken;
    private bool _callIsPosted;

    /// <summary>Calls back, from the event loop, whenever a node or something below it may have changed, and once right after registration.</summary>
    /// <param name="path">The node; it need not exist.</param>
    /// <param name="changed">Several events may be told by one call.</param>
    /// <param name="concerns">Says by an event's path, as xenstored tells it, whether it is worth a call; null when all are. Must not make requests.</param>
    /// <exception cref="XenstoreException">Not allowed, over quota, or no answer.</exception>
    public XenstoreWatch Watch(string path, Action changed, Predicate<string>? concerns = null)
    {
        string token = $"xenbus-{++_lastToken}";
        XenstoreWatch watch = new(this, path, token, changed, concerns);
        // Known before it is registered: the first event may arrive before the answer.
        _watches.Add(watch);
        try
        {
            RequestRaw(XenstoreMessageType.Watch, 0, path, $"{path}\0{token}\0");
        }
        catch
        {
            _watches.Remove(watch);
            throw;
        }

        return watch;
    }

    internal void Remove(XenstoreWatch watch)
    {
        if (watch.IsRemoved)
        {
            return;
        }

        watch.IsRemoved = true;
        _watches.Remove(watch);
        if (!_loopWatch.IsDisposed)
        {
            try
            {
                RequestRaw(XenstoreMessageType.Unwatch, 0, watch.Path, $"{watch.Path}\0{watch.Token}\0");
            }
            catch (XenstoreException)
            {
                // The server has dropped it meanwhile, or refuses: events that still come find no token, and disposing must not fail.
            }
        }
    }

    /// <summary>Notes an event; late ones of a removed watch find no token and vanish.</summary>
    private void RememberEvent(ReadOnlySpan<byte> payload)
    {
        int tokenStart = payload.IndexOf((byte)0) + 1;
        if (tokenStart == 0)
        {
            return;
        }

        ReadOnlySpan<byte> token = payload[tokenStart..].TrimEnd((byte)0);
        foreach (XenstoreWatch watch in _watches)
        {
            if (watch.Token.Length == token.Length && Ascii.Equals(token, watch.Token))
            {
                if (watch.Concerns is { } concerns && !concerns(Encoding.UTF8.GetString(payload[..(tokenStart - 1)])))
                {
                    return;
                }

                watch.IsPending = true;
                if (!_callIsPosted)
                {
                    _callIsPosted = true;
                    _loop.Post(CallPendingWatches);
                }

                return;
            }
        }
    }

    private void CallPendingWatches()
    {
        _callIsPosted = false;
        // By index: a callback may add or remove watches. One that is passed over because of that is called by the next call.
        for (int i = 0; i < _watches.Count; i++)
        {
            if (_watches[i] is { IsPending: true } watch)
            {
                watch.IsPending = false;
                watch.Callback();
            }
        }

        foreach (XenstoreWatch watch in _watches)
        {
            if (watch.IsPending && !_callIsPosted)
            {
                _callIsPosted = true;
                _loop.Post(CallPendingWatches);
            }
        }
    }
}
