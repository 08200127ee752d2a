namespace XenFbFront;

/// <summary>Exit statuses of the program; the README and <c>--help</c> name them.</summary>
internal static class ExitStatus
{
    /// <summary>Ended in order.</summary>
    public const int Success = 0;

    /// <summary>The program failed by its own mistake; the holder starts the next worker.</summary>
    public const int Failure = 1;

    /// <summary>An option or the configuration file is wrong.</summary>
    public const int Usage = 2;

    /// <summary>Something that the program needs is missing or refused.</summary>
    public const int Environment = 3;

    /// <summary>Ended by a second signal, without closing in order.</summary>
    public const int Interrupted = 4;

    /// <summary>Worker to holder: stopped, but a backend has not let go.</summary>
    public const int Parked = 75;

    /// <summary>Worker to holder: at its own wish, with everything connected, for the next one to go on.</summary>
    public const int Leaving = 76;

    /// <summary>Whether a worker that ends so is not to be started again.</summary>
    public static bool IsFinal(int status) => status is Success or Usage or Environment or Parked;
}
