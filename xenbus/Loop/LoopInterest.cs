using Xenbus.Linux.Interop;

namespace Xenbus.Loop;

/// <summary>What a descriptor is watched for. Errors and hang-up are always reported.</summary>
[Flags]
public enum LoopInterest
{
    /// <summary>Something can be read.</summary>
    Readable = PollEvents.POLLIN,

    /// <summary>Something out of the ordinary happened: how vcs devices and sysfs attributes tell of a change.</summary>
    Priority = PollEvents.POLLPRI,

    /// <summary>Writing would not block.</summary>
    Writable = PollEvents.POLLOUT,
}
