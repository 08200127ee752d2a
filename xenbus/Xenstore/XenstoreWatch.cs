namespace Xenbus.Xenstore;

/// <summary>A registered watch; disposing it removes it.</summary>
/// <remarks>Level-triggered: the callback says only that something at or below the path may have changed, so the state is read again.</remarks>
public sealed class XenstoreWatch : IDisposable
{
    private readonly XenstoreClient _client;

    internal XenstoreWatch(XenstoreClient client, string path, string token, Action callback, Predicate<string>? concerns)
    {
        _client = client;
        Path = path;
        Token = token;
        Callback = callback;
        Concerns = concerns;
    }

    /// <summary>The watched node.</summary>
    public string Path { get; }

    internal string Token { get; }

    internal Action Callback { get; }

    /// <summary>Whether an event is worth a call, by its path; null when all are.</summary>
    internal Predicate<string>? Concerns { get; }

    /// <summary>An event came that the callback has not been told of.</summary>
    internal bool IsPending { get; set; }

    internal bool IsRemoved { get; set; }

    /// <inheritdoc/>
    public void Dispose() => _client.Remove(this);
}
