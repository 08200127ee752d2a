namespace XenFbFront.Content;

/// <summary>Where the picture comes from.</summary>
/// <remarks>
/// Made once, attached when the framebuffer's pages are there (also before the backend is connected: it then finds the picture complete),
/// detached before the pages or the size change, attached again after. All on the event loop's thread.
/// </remarks>
public interface IScreenSource : IDisposable
{
    /// <summary>One line for people: what is shown and from where, as in <c>text console of /dev/tty1, 80x25</c>.</summary>
    string Description { get; }

    /// <summary>The size in pixels that suits the source best; used when the person asks for none.</summary>
    (int Width, int Height) PreferredSize { get; }

    /// <summary>Draws everything on the canvas, reports it changed, and keeps it up to date from now on.</summary>
    void Attach(Canvas canvas);

    /// <summary>Stops drawing; the canvas must not be touched any more.</summary>
    void Detach();
}
