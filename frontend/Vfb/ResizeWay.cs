namespace XenFbFront.Vfb;

/// <summary>What a change of the screen's size takes.</summary>
internal enum ResizeWay
{
    /// <summary>It has that size.</summary>
    None,

    /// <summary>A RESIZE event: the memory that the backend knows has room, and the backend understands it.</summary>
    Event,

    /// <summary>Another connection with more memory.</summary>
    Connection,

    /// <summary>Nothing yet: the next connection begins with it.</summary>
    WhenConnected,
}
