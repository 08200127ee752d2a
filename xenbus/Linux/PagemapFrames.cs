using Xenbus.Domain;

namespace Xenbus.Linux;

/// <summary>PVH, HVM and ARM: a page's number for Xen is the kernel's own.</summary>
/// <param name="paths">Where what is.</param>
internal sealed class PagemapFrames(LinuxPaths paths) : IFrameResolver
{
    private Pagemap? _pagemap;

    /// <inheritdoc/>
    public string Name => "pagemap";

    /// <inheritdoc/>
    public bool TryExplain(out string reason)
    {
        if (GuestType.IsTranslated(paths) is not { } isTranslated)
        {
            reason = GuestType.UnknownReason(paths);
            return false;
        }

        if (!isTranslated)
        {
            reason = "this is a PV guest, where it tells only half";
            return false;
        }

        reason = "frame numbers of /proc/self/pagemap";
        return _pagemap is not null || Pagemap.TryOpen(paths, out _pagemap, out reason);
    }

    /// <inheritdoc/>
    public void Resolve(SharedPages pages, Span<GuestFrame> frames)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(frames.Length, pages.PageCount);
        if (!TryExplain(out string reason))
        {
            throw new XenException("use", Name, 0, reason);
        }

        ulong[] numbers = new ulong[frames.Length];
        _pagemap!.Read(pages, numbers);
        for (int i = 0; i < numbers.Length; i++)
        {
            frames[i] = new(numbers[i]);
        }
    }
}
