namespace XenFbFront.Content;

/// <summary>What <see cref="ITextGrid.Read"/> found.</summary>
public enum TextGridState
{
    /// <summary>Text; the contents have been filled in.</summary>
    Text,

    /// <summary>A program draws graphics there; the contents are undefined.</summary>
    Graphics,

    /// <summary>It is not there at present; the contents are undefined.</summary>
    Gone,
}
