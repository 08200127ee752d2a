using System.Runtime.CompilerServices;
using Xenbus.Linux;
using Xenbus.Linux.Interop;

namespace XenFbFront.Holder;

/// <summary>Gives up the capabilities that a process of the program never needs again. What needs which: docs/privileges.md.</summary>
/// <remarks>
/// The bounding set stays, so that what root executes has everything again: the next worker, the program after an upgrade, and a login on the built-in
/// terminal, which must be what it is elsewhere.
/// </remarks>
internal static class Privileges
{
    /// <summary>What a worker may need at any time, as devices are set up again after each restore.</summary>
    public const ulong Worker =
        1ul << (int)Capability.DacOverride | 1ul << (int)Capability.SysRawio | 1ul << (int)Capability.SysAdmin
        | 1ul << (int)Capability.SysResource | 1ul << (int)Capability.SysTtyConfig | 1ul << (int)Capability.Syslog;

    /// <summary>What a holder needs: the program's file, or the one that it is to become, may lie in somebody's own folder.</summary>
    public const ulong Holder = 1ul << (int)Capability.DacOverride;

    /// <summary>Keeps a holder's capabilities only.</summary>
    /// <param name="say">Prints a line for people.</param>
    public static void KeepForHolder(Action<string> say) => Keep(Libc.HasNoNewPrivileges() ? Worker : Holder, say);

    /// <summary>Keeps a worker's capabilities only.</summary>
    /// <param name="say">Prints a line for people.</param>
    public static void KeepForWorker(Action<string> say) => Keep(Worker, say);

    /// <summary>0 or a negated errno.</summary>
    private static int s_finalizerResult;

    private static void Keep(ulong kept, Action<string> say)
    {
        // Whoever is not root, or root without its privilege, does not get back by execution what it gave up.
        if (Libc.EffectiveUser() != 0 || !Libc.IsRootSpecial())
        {
            return;
        }

        int result = KeepInThisThread(kept);
        if (result < 0)
        {
            say($"capabilities cannot be given up, going on with all of them: {Errno.Text(-result)}");
            return;
        }

        // They are each thread's own, and the runtime has one thread beside this one: that of finalizers. Later threads are started by this one.
        // What finalizers there are close descriptors; none waits for anybody.
        LeaveToFinalizer(kept);
        GC.Collect(0, GCCollectionMode.Forced, blocking: true);
        GC.WaitForPendingFinalizers();
        if (s_finalizerResult < 0)
        {
            say($"the thread of finalizers keeps its capabilities: {Errno.Text(-s_finalizerResult)}");
        }
    }

    private static int KeepInThisThread(ulong kept)
    {
        int result = Libc.ReadCapabilities(out ulong permitted);
        return result < 0 ? result : Libc.SetCapabilities(permitted & kept);
    }

    /// <summary>In a frame of its own, so that nothing refers to the object any more.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void LeaveToFinalizer(ulong kept) => _ = new InFinalizerThread(kept);

    private sealed class InFinalizerThread(ulong kept)
    {
        ~InFinalizerThread() => Volatile.Write(ref s_finalizerResult, KeepInThisThread(kept));
    }
}
