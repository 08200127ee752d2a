namespace Xenbus.Xenstore;

/// <summary>Requests inside one transaction: they see a snapshot, and what they write is seen by others at once or not at all.</summary>
public readonly struct XenstoreTransaction
{
    private readonly XenstoreClient _client;
    private readonly uint _id;

    internal XenstoreTransaction(XenstoreClient client, uint id)
    {
        _client = client;
        _id = id;
    }

    /// <inheritdoc cref="XenstoreClient.Read(string)"/>
    public string? Read(string path) => _client.Read(path, _id);

    /// <inheritdoc cref="XenstoreClient.List(string)"/>
    public string[] List(string path) => _client.List(path, _id);

    /// <inheritdoc cref="XenstoreClient.Write(string, string)"/>
    public void Write(string path, string value) => _client.Write(path, value, _id);

    /// <inheritdoc cref="XenstoreClient.Remove(string)"/>
    public bool Remove(string path) => _client.Remove(path, _id);
}
