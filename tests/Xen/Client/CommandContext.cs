using XenFbFront.Viewer;

namespace XenFbFront.Tests.Xen;

/// <summary>What commands work with.</summary>
internal sealed class CommandContext(VncSession session, ClientOptions options, TextWriter output)
{
    private readonly GlyphReader _reader = new(options.Font);

    public VncSession Session => session;

    public TextWriter Out => output;

    /// <summary>How long a command waits unless it says otherwise.</summary>
    public TimeSpan Deadline => options.Deadline;

    /// <summary>The lines of text on the fetched picture, each over its whole width.</summary>
    public string[] ReadLines() => _reader.Read(session.Picture, session.Width, session.Height);

    /// <summary>Writes the fetched picture as PNG.</summary>
    public void Save(string file) => PngFile.Write(file, session.Width, session.Height, session.Picture);
}
