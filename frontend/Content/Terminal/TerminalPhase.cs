namespace XenFbFront.Content.Terminal;

/// <summary>How far a terminal's program is.</summary>
internal enum TerminalPhase
{
    /// <summary>There is none.</summary>
    None,

    /// <summary>It is being started: nobody knows whether it runs.</summary>
    Starting,

    /// <summary>It runs.</summary>
    Running,
}
