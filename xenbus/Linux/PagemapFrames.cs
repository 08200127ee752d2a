using Xenbus.Domain;

namespace Xenbus.Linux;

/// <summary>PVH, HVM and ARM: a page's number for Xen is the kernel's own.</summary>
/// <param name="paths">Where what is.</param>
/// <param name="readNode">Reads a node below the domain's own directory in xenstore; null when there is none.</param>
internal sealed class PagemapFrames(LinuxPaths paths, Func<string, string?> readNode) : IFrameResolver
{
    private readonly List<(ulong First, ulong End)> _memory = [];
    private Pagemap? _pagemap;
    private MemoryMap? _map;

    /// <inheritdoc/>
    public string Name => "pagemap";

    /// <inheritdoc/>
    public bool TryExplain(out string reason)
    {
        if (!GuestType.Is(paths, isTranslated: true, "this is a PV guest, where it tells only half", out reason)
            || (_pagemap is null && !Pagemap.TryOpen(paths, out _pagemap, out reason))
            || (_map is null && !MemoryMap.TryOpen(paths, out _map, out reason))
            || !_map.TryRead(_memory, out reason))
        {
            return false;
        }

        reason = "frame numbers of /proc/self/pagemap";
        return true;
    }

    /// <inheritdoc/>
    public bool TryResolve(SharedPages pages, Span<GuestFrame> frames, out string reason)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(frames.Length, pages.PageCount);
        if (!TryExplain(out reason))
        {
            return false;
        }

        reason = string.Empty;
        ulong[] numbers = new ulong[frames.Length];
        _pagemap!.Read(pages, numbers);
        for (int i = 0; i < numbers.Length; i++)
        {
            frames[i] = IsMemory(numbers[i])
                ? new(numbers[i])
                : throw new XenException("trust", "frame numbers of pagemap", 0, $"page {i} would be frame {numbers[i]:x}, where /proc/iomem has no memory; no frame number is guessed");
        }

        RingFrames.Read(readNode).RefuseAmong(Name, frames);
        return true;
    }

    private bool IsMemory(ulong frame)
    {
        foreach ((ulong first, ulong end) in _memory)
        {
            if (frame >= first && frame < end)
            {
                return frame != 0;
            }
        }

        return false;
    }
}
