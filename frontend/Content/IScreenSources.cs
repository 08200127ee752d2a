namespace XenFbFront.Content;

/// <summary>Which source each framebuffer shows.</summary>
public interface IScreenSources
{
    /// <summary>The source of a framebuffer; two may name the same one, which only the first that asks is given.</summary>
    /// <param name="framebuffer">Number of the vfb device.</param>
    IScreenSource this[int framebuffer] { get; }
}
