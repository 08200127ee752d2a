namespace XenFbFront.Content;

/// <summary>One source, for whichever framebuffer comes first.</summary>
/// <param name="source">The source; it stays the caller's to dispose.</param>
public sealed class SingleSource(IScreenSource source) : IScreenSources
{
    /// <inheritdoc/>
    public IScreenSource this[int framebuffer] => source;
}
