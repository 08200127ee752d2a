namespace XenFbFront.Holder;

/// <summary>Messages between holder and worker: the kinds of <see cref="Packets"/>, whose text is a name.</summary>
internal static class HolderProtocol
{
    /// <summary>Number of the socket in the worker.</summary>
    public const int WorkerDescriptor = 3;

    /// <summary>Worker to holder: keep this descriptor under this name.</summary>
    public const byte Keep = (byte)'K';

    /// <summary>Worker to holder: close what is kept under this name.</summary>
    public const byte Drop = (byte)'D';

    /// <summary>Worker to holder, and holder to the process that keeps files: this one must never be closed.</summary>
    public const byte KeepForEver = (byte)'E';

    /// <summary>Worker to holder: it is at work, so if it dies now the reason is not how it starts.</summary>
    public const byte Ready = (byte)'R';

    /// <summary>Worker to holder: pass this on to the service manager, see <see cref="ServiceManager"/>.</summary>
    public const byte Notify = (byte)'N';

    /// <summary>Worker to holder: become the program whose path is the name as soon as this worker has ended.</summary>
    public const byte Upgrade = (byte)'U';

    /// <summary>Holder to worker, at its start: this is kept.</summary>
    public const byte Kept = (byte)'F';

    /// <summary>Holder to worker: that was all, begin.</summary>
    public const byte Begin = (byte)'G';

    /// <summary>Holder to worker: close the devices in order and end.</summary>
    public const byte Stop = (byte)'S';
}
