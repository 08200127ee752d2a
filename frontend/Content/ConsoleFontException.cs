using Xenbus;

namespace XenFbFront.Content;

/// <summary>A file is not a console font that can be used.</summary>
/// <param name="file">Path or name of the font.</param>
/// <param name="why">What is wrong with it, without a full stop.</param>
/// <param name="remedy">What a person can do, without a full stop.</param>
public sealed class ConsoleFontException(string file, string why, string remedy) : XenException("read console font", file, 0, remedy)
{
    /// <summary>What is wrong with the file.</summary>
    public string Why => why;

    /// <inheritdoc/>
    public override string Message => $"{Operation} {Target}: {why}: {Remedy}";
}
