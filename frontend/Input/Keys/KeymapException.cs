using Xenbus;

namespace XenFbFront.Input.Keys;

/// <summary>A file is not a keymap that can be used.</summary>
/// <param name="file">Path or name.</param>
/// <param name="why">What is wrong with it, without a full stop.</param>
/// <param name="remedy">What a person can do, without a full stop.</param>
public sealed class KeymapException(string file, string why, string remedy) : XenException("read keymap", file, 0, remedy)
{
    /// <inheritdoc/>
    public override string Message => $"{Operation} {Target}: {why}: {Remedy}";
}
