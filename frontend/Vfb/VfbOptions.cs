namespace XenFbFront.Vfb;

/// <summary>What a person can say about the framebuffers.</summary>
public sealed class VfbOptions
{
    /// <summary>Sizes for every framebuffer, see <see cref="SizesOf"/>.</summary>
    public ScreenSize[] Sizes { get; set; } = [];

    /// <summary>Sizes for single framebuffers, by their number.</summary>
    public Dictionary<int, ScreenSize[]> OwnSizes { get; } = [];

    /// <summary>Memory is allocated for at least this, so that the screen can grow to it without another connection; null for no more than needed.</summary>
    public ScreenSize? MaxSize { get; set; }

    /// <summary>Bits of a pixel.</summary>
    public int Depth { get; set; } = 32;

    /// <summary>
    /// The sizes that a person likes for a framebuffer, the best one first: it is what the screen begins with, and none of them needs another connection.
    /// Empty for what the backend's nodes say or the source likes.
    /// </summary>
    /// <param name="framebuffer">Its number.</param>
    public ScreenSize[] SizesOf(int framebuffer) => OwnSizes.GetValueOrDefault(framebuffer, Sizes);
}
