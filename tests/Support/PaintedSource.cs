using XenFbFront.Content;

namespace XenFbFront.Tests.Support;

/// <summary>A source that paints rectangles when a test says so, and remembers the picture.</summary>
internal sealed class PaintedSource(int width, int height) : IScreenSource
{
    private uint[] _picture = new uint[width * height];

    public string Description => "painted by a test";

    public (int Width, int Height) PreferredSize => (width, height);

    public Canvas? Canvas { get; private set; }

    /// <summary>What must be seen in the end.</summary>
    public ReadOnlySpan<uint> Picture => _picture;

    /// <summary>Times that it was attached.</summary>
    public int Attachments { get; private set; }

    public void Attach(Canvas canvas)
    {
        Canvas = canvas;
        Attachments++;
        if (_picture.Length != canvas.Width * canvas.Height)
        {
            _picture = new uint[canvas.Width * canvas.Height];
        }

        for (int y = 0; y < canvas.Height; y++)
        {
            _picture.AsSpan(y * canvas.Width, canvas.Width).CopyTo(canvas.Pixels[(y * canvas.StridePixels)..]);
        }

        canvas.Changed(canvas.Bounds);
        canvas.Flush();
    }

    public void Detach() => Canvas = null;

    /// <summary>Paints some rectangles and tells the backend at once.</summary>
    public void Paint(Random random, int count)
    {
        for (int i = 0; i < count; i++)
        {
            int w = random.Next(1, Canvas!.Width), h = random.Next(1, Canvas.Height);
            Fill(new(random.Next(0, Canvas.Width - w + 1), random.Next(0, Canvas.Height - h + 1), w, h), (uint)random.Next(0x1000000));
        }

        Canvas!.Flush();
    }

    /// <summary>Paints one rectangle and reports it.</summary>
    public void Fill(PixelRectangle area, uint colour)
    {
        Canvas!.Fill(area, colour);
        for (int y = area.Y; y < area.Bottom; y++)
        {
            _picture.AsSpan(y * Canvas.Width + area.X, area.Width).Fill(colour);
        }

        Canvas.Changed(area);
    }

    public void Dispose()
    {
    }
}
