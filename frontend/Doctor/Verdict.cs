namespace XenFbFront.Doctor;

/// <summary>What a finding means for a person.</summary>
internal enum Verdict
{
    /// <summary>As it should be.</summary>
    Good,

    /// <summary>Worth knowing; nothing is in the way.</summary>
    Note,

    /// <summary>Only root can see it.</summary>
    Root,

    /// <summary>In the way.</summary>
    Bad,
}
