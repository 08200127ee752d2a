using Xenbus.Domain;

namespace Xenbus.Linux;

/// <summary>One way to learn the frame numbers under which a backend maps this domain's pages.</summary>
/// <remarks>What it needs is opened when it is first explained and stays open, so that the process may give up its capabilities after that.</remarks>
public interface IFrameResolver
{
    /// <summary>A word or two for people, as in <c>pagemap</c>.</summary>
    string Name { get; }

    /// <summary>Whether this way can be gone here.</summary>
    /// <param name="reason">What it goes by, or what is in its way and the remedy.</param>
    bool TryExplain(out string reason);

    /// <summary>Finds the frame numbers of mapped pages.</summary>
    /// <param name="pages">Pages of a grant allocator.</param>
    /// <param name="frames">One for each page, filled.</param>
    /// <exception cref="XenException">They cannot be found, or not surely; none is guessed.</exception>
    void Resolve(SharedPages pages, Span<GuestFrame> frames);
}
