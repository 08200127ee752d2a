namespace Xenbus.Loopback;

/// <summary>A watch of one connection.</summary>
/// <param name="Path">Absolute, or a special name that starts with @.</param>
/// <param name="WirePath">As the client wrote it, for the comparison at UNWATCH.</param>
/// <param name="Token">The client's bytes.</param>
/// <param name="RelativePrefix">Characters to cut from the paths of its events, 0 when it was registered with an absolute path.</param>
internal sealed record XenstoreWatch(string Path, string WirePath, byte[] Token, int RelativePrefix)
{
    /// <summary>The path that an event names.</summary>
    public string EventPath(string changedPath) => changedPath[RelativePrefix..];

    /// <summary>Whether a change concerns it.</summary>
    public bool Covers(XenstoreChange change) =>
        change.IsExact ? change.Path == Path : XenstorePath.IsAtOrBelow(change.Path, Path);
}
