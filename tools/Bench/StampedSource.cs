using XenFbFront.Content;

namespace XenFbFront.Bench;

/// <summary>A source whose every flush leaves a time stamp once the updates are in the ring and the backend has been notified.</summary>
/// <param name="inner">The source that is measured; disposed with this one.</param>
internal sealed class StampedSource(IScreenSource inner) : IScreenSource
{
    private long _flushedAt;
    private long _flushes;

    /// <summary>When the last flush was over.</summary>
    public long FlushedAt => Volatile.Read(ref _flushedAt);

    /// <summary>Flushes so far; from any thread, read before <see cref="FlushedAt"/>.</summary>
    public long Flushes => Volatile.Read(ref _flushes);

    /// <inheritdoc/>
    public string Description => inner.Description;

    /// <inheritdoc/>
    public (int Width, int Height) PreferredSize => inner.PreferredSize;

    /// <inheritdoc/>
    public void Attach(Canvas canvas) => inner.Attach(new StampedCanvas(canvas, this));

    /// <inheritdoc/>
    public void Detach() => inner.Detach();

    /// <inheritdoc/>
    public void Dispose() => inner.Dispose();

    private void Stamp()
    {
        Volatile.Write(ref _flushedAt, TimeProvider.System.GetTimestamp());
        Volatile.Write(ref _flushes, _flushes + 1);
    }

    private sealed class StampedCanvas(Canvas canvas, StampedSource owner) : Canvas
    {
        public override int Width => canvas.Width;

        public override int Height => canvas.Height;

        public override int StridePixels => canvas.StridePixels;

        public override Span<uint> Pixels => canvas.Pixels;

        public override void Changed(PixelRectangle area) => canvas.Changed(area);

        public override void Flush()
        {
            canvas.Flush();
            owner.Stamp();
        }

        public override bool TryResize(int width, int height) => canvas.TryResize(width, height);
    }
}
