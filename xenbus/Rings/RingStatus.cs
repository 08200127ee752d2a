namespace Xenbus.Rings;

/// <summary>What the peer's index says.</summary>
public enum RingStatus
{
    /// <summary>Possible.</summary>
    Valid,

    /// <summary>More is outstanding than the ring holds, or less than before: the peer is broken and nothing in the ring can be believed.</summary>
    Broken,
}
