using Xenbus;
using Xenbus.Devices;
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

    private string? _seen;

    /// <summary>What the node asks for; null for nothing, or what was refused.</summary>
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
        if (text is null || text == _seen)
        {
            return false;
        }

        _seen = text;
        string reason = "it must be WIDTHxHEIGHT in pixels, as in 1024x768";
        if (ScreenSize.TryParse(text, out ScreenSize size) && Geometry(size).IsValid(out reason))
        {
            Asked = size;
            return true;
        }

        Log.WrongSize(context.Logger, context.Identity.Name, text, reason);
        return false;
    }

    /// <summary>The geometry that the next connection is to have.</summary>
    /// <param name="source">What is to be shown.</param>
    /// <exception cref="XenException">It is not possible.</exception>
    public FramebufferGeometry Choose(IScreenSource source)
    {
        Look();
        FramebufferGeometry geometry = Geometry(Asked ?? (Named is [{ } best, ..] ? best : Preferred(source)));
        return geometry.IsValid(out string reason) ? geometry : throw new XenException("use", $"geometry {geometry}", 0, reason);
    }

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

    private FramebufferGeometry Geometry(ScreenSize size) => new(size.Width, size.Height, options.Depth);

    private ScreenSize Preferred(IScreenSource source)
    {
        (int width, int height) = source.PreferredSize;
        return new(
            context.ReadBackend("width", width, FramebufferGeometry.MinSide, FramebufferGeometry.MaxSide),
            context.ReadBackend("height", height, FramebufferGeometry.MinSide, FramebufferGeometry.MaxSide));
    }
}
