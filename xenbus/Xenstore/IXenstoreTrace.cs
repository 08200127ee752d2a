namespace Xenbus.Xenstore;

/// <summary>Sees what a <see cref="XenstoreClient"/> reads and writes. Called on the loop's thread, between requests; must not make any.</summary>
public interface IXenstoreTrace
{
    /// <summary>A node was read.</summary>
    /// <param name="path">As it was asked for.</param>
    /// <param name="value">What stands there, or null when there is no such node.</param>
    void OnRead(string path, string? value);

    /// <summary>A node was written or removed, and others see it: what a transaction dropped is not told.</summary>
    /// <param name="path">As it was asked for.</param>
    /// <param name="value">What was written, or null when the node was removed.</param>
    void OnWritten(string path, string? value);
}
