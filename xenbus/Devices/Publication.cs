namespace Xenbus.Devices;

/// <summary>Whose details stand in the frontend's directory.</summary>
public enum Publication
{
    /// <summary>None.</summary>
    None,

    /// <summary>Somebody's who is gone: a predecessor without a holder, or one that closed in order.</summary>
    Leftover,

    /// <summary>Ours: the pages and the port named there exist and we have them.</summary>
    Ours,
}
