using Xenbus.Linux.Interop;

namespace XenFbFront.Holder;

/// <summary>What a process needs to start and not to serve: more than half of its code, and the managed objects of the start.</summary>
internal static class StartMemory
{
    /// <summary>Gives it back, once the process has come to rest. Takes a millisecond or two; code that is executed again is mapped again.</summary>
    public static void GiveBack()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        Libc.UnmapCode();
    }
}
