using Xenbus;
using Xenbus.Devices;
using Xenbus.Xenstore;
using XenFbFront.Content;

namespace XenFbFront.Vfb;

/// <summary>Which size a framebuffer is to have: what its node asks for, else what a person named, else what the backend's nodes say, else what the source likes.</summary>
/// <remarks>What is asked for outlives this worker in xenstore, and a restore, after which the directory is another, in the notes.</remarks>
/// <param name="context">The device.</param>
/// <param name="options">The sizes that a person named.</param>
internal sealed class WantedSize(DeviceContext context, VfbOptions options)
{
    /// <summary>Our own node, watched: a size as <see cref="ScreenSize"/> reads it that a toolstack or a person asks for.</summary>
    private const string Node = "xenfbfront-size";

    /// <summary>Our own node: why the size that is asked for is not taken. Gone when another is, or nothing is asked for.</summary>
    private const string ErrorNode = "xenfbfront-size-error";

    private string? _seen;
    private ScreenSize? _before;
    private bool _isRefused;

    /// <summary>What the node asks for, or asked for before it asked for what was refused; null for nothing.</summary>
    public ScreenSize? Asked { get; private set; }

    /// <summary>The sizes that a person named for this framebuffer, the best one first.</summary>
    public ScreenSize[] Named => options.SizesOf(context.Identity.Id);

    /// <summary>Whether somebody has said which size it is to have, so that the source's wishes do not count.</summary>
    public bool IsDecided => Asked is not null || Named.Length > 0;

    /// <summary>Asks for a size, as a toolstack does.</summary>
    /// <exception cref="XenException">The size is not possible, or xenstore refuses.</exception>
    public void Ask(ScreenSize size)
    {
        if (!Geometry(size).IsValid(out string reason))
        {
            throw new XenException("use", $"size {size}", 0, reason);
        }

        context.WriteOwn(Node, size.ToString());
    }

    /// <summary>Looks at the node.</summary>
    /// <returns>Whether another size is asked for than at the last look.</returns>
    public bool Look()
    {
        string? text = context.ReadOwn(Node);
        if (text == _seen)
        {
            return false;
        }

        // What stands there at the first look may be a predecessor's.
        bool mayHaveError = _isRefused || _seen is null;
        ScreenSize? size = null;
        if (text is not null && !TryParse(text, out size, out string reason))
        {
            _seen = text;
            TellRefusal(text, reason);
            return false;
        }

        if (mayHaveError)
        {
            context.RemoveOwn(ErrorNode);
            _isRefused = false;
        }

        // Not before: when xenstore refuses that, this is looked at again.
        _seen = text;

        // What was asked for counts until something else is.
        (_before, Asked) = (Asked, size ?? Asked);
        return size is not null;
    }

    /// <summary>What is asked for cannot be had; what was asked for before counts again.</summary>
    /// <param name="reason">Why not.</param>
    /// <returns>False when nothing is asked for.</returns>
    public bool TryRefuse(string reason)
    {
        if (Asked is not { } size)
        {
            return false;
        }

        (Asked, _before) = (_before, null);
        TellRefusal(size.ToString(), reason);
        return true;
    }

    /// <summary>The geometry that the next connection is to have.</summary>
    /// <param name="source">What is to be shown.</param>
    /// <exception cref="XenException">It is not possible.</exception>
    public FramebufferGeometry Choose(IScreenSource source)
    {
        Look();
        FramebufferGeometry geometry = Geometry(For(source));
        return geometry.IsValid(out string reason) ? geometry : throw new XenException("use", $"geometry {geometry}", 0, reason);
    }

    /// <summary>The size that a connection would begin with, by what was asked for at the last look.</summary>
    /// <param name="source">What is to be shown.</param>
    public ScreenSize For(IScreenSource source) => Asked ?? (Named is [{ } best, ..] ? best : Preferred(source));

    /// <summary>Adds what is asked for to what is published: a restored domain has a directory that does not know it.</summary>
    public void Publish(IDictionary<string, string> details)
    {
        if (Asked is { } size)
        {
            details[Node] = _seen = size.ToString();
        }
    }

    /// <summary>Tells a successor what is asked for.</summary>
    public void Note(ref VfbNotes notes) => notes.Asked = Asked is { } size ? VfbNotes.Pack(size) : 0;

    /// <summary>Goes on with what a predecessor noted.</summary>
    public void TakeOver(in VfbNotes notes) => Asked = VfbNotes.Unpack(notes.Asked);

    private bool TryParse(string text, out ScreenSize? size, out string reason)
    {
        size = ScreenSize.TryParse(text, out ScreenSize parsed) ? parsed : null;
        reason = "it must be WIDTHxHEIGHT in pixels, as in 1024x768";
        return size is not null && Geometry(parsed).IsValid(out reason);
    }

    private void TellRefusal(string text, string reason)
    {
        _isRefused = true;
        Log.WrongSize(context.Logger, context.Identity.Name, text, reason);
        try
        {
            context.WriteOwn(ErrorNode, $"{text}: {reason}");
        }
        catch (XenstoreException exception)
        {
            // The screen goes on, whoever may know why.
            Log.SizeErrorRefused(context.Logger, context.Identity.Name, exception.Message);
        }
    }

    private FramebufferGeometry Geometry(ScreenSize size) => new(size.Width, size.Height, options.Depth);

    private ScreenSize Preferred(IScreenSource source)
    {
        (int width, int height) = source.PreferredSize;
        return new(
            context.ReadBackend("width", width, FramebufferGeometry.MinSide, FramebufferGeometry.MaxSide),
            context.ReadBackend("height", height, FramebufferGeometry.MinSide, FramebufferGeometry.MaxSide));
    }
}
