using System.Runtime.InteropServices;
using Xenbus;
using Xenbus.Domain;
using Xenbus.Linux.Interop;
using XenFbFront.Content;

namespace XenFbFront.Vfb;

/// <summary>The canvas of one framebuffer.</summary>
/// <remarks>At 32 bits a source draws into the granted pages themselves. At other depths it draws beside them, and what changed is converted when it is sent.</remarks>
internal sealed class FramebufferCanvas : Canvas, IDisposable
{
    private readonly SharedPages _pages;
    private readonly int _offsetBytes;
    // A large picture has no place on the small managed heap.
    private readonly SharedPages? _beside;
    private readonly Action<long?> _flush;
    private readonly Func<int, int, bool> _tryResize;

    /// <summary>A canvas over pixel memory.</summary>
    /// <param name="pages">Holds the pixel memory.</param>
    /// <param name="offsetBytes">Where it begins in them.</param>
    /// <param name="geometry">Its layout.</param>
    /// <param name="flush">Called for <see cref="Flush()"/>, with when the change was noticed, if there was one.</param>
    /// <param name="tryResize">Called for <see cref="TryResize"/>.</param>
    public FramebufferCanvas(SharedPages pages, int offsetBytes, FramebufferGeometry geometry, Action<long?> flush, Func<int, int, bool> tryResize)
    {
        _pages = pages;
        _offsetBytes = offsetBytes;
        Geometry = geometry;
        _flush = flush;
        _tryResize = tryResize;
        _beside = geometry.Depth == 32 ? null : AllocateBeside((long)geometry.Width * geometry.Height * sizeof(uint));
    }

    /// <summary>Size and layout.</summary>
    public FramebufferGeometry Geometry { get; }

    /// <summary>What the backend has not been told.</summary>
    public DamageRegion Damage { get; } = new();

    /// <inheritdoc/>
    public override int Width => Geometry.Width;

    /// <inheritdoc/>
    public override int Height => Geometry.Height;

    /// <inheritdoc/>
    public override int StridePixels => Geometry.Width;

    /// <inheritdoc/>
    public override Span<uint> Pixels =>
        _beside is null ? MemoryMarshal.Cast<byte, uint>(Memory) : MemoryMarshal.Cast<byte, uint>(_beside.Bytes)[..(Width * Height)];

    private Span<byte> Memory => _pages.Bytes.Slice(_offsetBytes, (int)Geometry.PictureBytes);

    /// <inheritdoc/>
    public override void Changed(PixelRectangle area)
    {
        PixelRectangle visible = area.Intersect(Bounds);
        if (!visible.IsEmpty)
        {
            Damage.Add(visible);
        }
    }

    /// <inheritdoc/>
    public override void Flush() => _flush(null);

    /// <inheritdoc/>
    public override void Flush(long? noticedAt) => _flush(noticedAt);

    /// <inheritdoc/>
    public override bool TryResize(int width, int height) => _tryResize(width, height);

    /// <summary>Brings a rectangle into the granted pages where it is not drawn there directly.</summary>
    public void Deliver(PixelRectangle area)
    {
        if (_beside is null)
        {
            return;
        }

        Span<byte> memory = Memory;
        ReadOnlySpan<uint> drawn = Pixels;
        for (int y = area.Y; y < area.Bottom; y++)
        {
            PixelFormat.Convert(
                drawn.Slice(y * Width + area.X, area.Width),
                memory[(y * Geometry.StrideBytes + area.X * Geometry.PixelBytes)..],
                Geometry.Depth);
        }
    }

    /// <summary>Gives back what was allocated beside the granted pages, which stay.</summary>
    public void Dispose() => _beside?.Dispose();

    private static unsafe SharedPages AllocateBeside(long bytes)
    {
        int pages = (int)((bytes + SharedPages.PageBytes - 1) / SharedPages.PageBytes);
        using Descriptor file = Descriptor.Own(Libc.MemoryFile("xenfbfront-picture", (long)pages * SharedPages.PageBytes), "create", "a memory file");
        byte* address = Libc.MapShared((nuint)pages * SharedPages.PageBytes, true, file.Number, 0, out int errno);
        return address != null ? new SharedPages(address, pages, 0) : throw new XenException("map", $"{bytes >> 20} MiB for the picture", errno);
    }
}
