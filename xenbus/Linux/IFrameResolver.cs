using Xenbus.Domain;

namespace Xenbus.Linux;

/// <summary>One way to learn the frame numbers under which a backend maps this domain's pages.</summary>
/// <remarks>
/// What it needs is opened when it is first explained or used and stays open, so that the process may give up its capabilities after that. A way that the
/// environment refuses says so and the next one is tried; numbers that are not surely right are an exception, and no other way is asked.
/// </remarks>
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
    /// <param name="reason">What is in its way and the remedy; empty when it worked.</param>
    /// <returns>False when the environment refuses, as <see cref="TryExplain"/> may not have foreseen.</returns>
    /// <exception cref="XenException">What was found cannot be right, or is not proved; none is guessed.</exception>
    bool TryResolve(SharedPages pages, Span<GuestFrame> frames, out string reason);
}
