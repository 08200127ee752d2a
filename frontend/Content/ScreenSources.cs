using Xenbus.Devices;
using Xenbus.Loop;
using XenFbFront.Configuration;

namespace XenFbFront.Content;

/// <summary>The main source, for the framebuffer that comes first, and those of framebuffers that have one of their own.</summary>
/// <param name="main">The main source; it stays the caller's to dispose.</param>
public sealed class ScreenSources(IScreenSource main) : IScreenSources, IDisposable
{
    private readonly Dictionary<int, IScreenSource> _others = [], _chosen = [];

    /// <summary>What each framebuffer with a source of its own shows, for people; one line each.</summary>
    public List<string> Explanations { get; } = [];

    /// <inheritdoc/>
    public IScreenSource this[int framebuffer] => _chosen.GetValueOrDefault(framebuffer) ?? _others.GetValueOrDefault(framebuffer, main);

    /// <summary>Makes the sources that the options name for single framebuffers.</summary>
    /// <exception cref="Xenbus.XenException">One is not to be had.</exception>
    public static ScreenSources Make(DaemonOptions options, EventLoop loop, IDescriptorStore store, IScreenSource main)
    {
        ScreenSources sources = new(main);
        try
        {
            foreach ((int framebuffer, FramebufferSource source) in options.Framebuffers)
            {
                // The main terminal's name has no `vfb`, whichever framebuffer shows it.
                SourceChoice choice = SourceChoice.MakeForFramebuffer($"term/vfb/{framebuffer}", source, options, loop, store);
                sources._others[framebuffer] = choice.Source;
                sources.Explanations.Add($"vfb/{framebuffer}: {choice.Explanation}");
            }
        }
        catch
        {
            sources.Dispose();
            throw;
        }

        return sources;
    }

    /// <summary>What was chosen for a framebuffer in place of what the options name; null for nothing.</summary>
    public IScreenSource? Chosen(int framebuffer) => _chosen.GetValueOrDefault(framebuffer);

    /// <summary>Chooses a source while the program runs; the framebuffer asks for it when it is told.</summary>
    /// <param name="framebuffer">Its number.</param>
    /// <param name="source">From now on this object's to dispose; null for what the options name. The one that was chosen before is the caller's again.</param>
    public void Choose(int framebuffer, IScreenSource? source)
    {
        if (source is null)
        {
            _chosen.Remove(framebuffer);
        }
        else
        {
            _chosen[framebuffer] = source;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (IScreenSource source in _others.Values)
        {
            source.Dispose();
        }

        foreach (IScreenSource source in _chosen.Values)
        {
            source.Dispose();
        }
    }
}
